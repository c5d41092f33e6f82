#include "ptx/syntax.h"

namespace emu::ptx {
namespace {

struct Row {
  const char* name;
  int bytes;
};
// In the order of Type.
const Row rows[] = {{"", 0},    {"pred", 4}, {"b8", 1},  {"b16", 2}, {"b32", 4}, {"b64", 8}, {"b128", 16}, {"u8", 1},    {"u16", 2},    {"u32", 4},  {"u64", 8},
                    {"s8", 1},  {"s16", 2},  {"s32", 4}, {"s64", 8}, {"u16x2", 4}, {"s16x2", 4}, {"f16", 2}, {"f16x2", 4}, {"bf16", 2}, {"bf16x2", 4}, {"tf32", 4}, {"f32", 4}, {"f64", 8}};

}  // namespace

int bytesOf(Type type) { return rows[int(type)].bytes; }
const char* nameOf(Type type) { return rows[int(type)].name; }
bool isFloat(Type type) { return type >= Type::F16; }
bool isSigned(Type type) { return type >= Type::S8 && type <= Type::S64; }

Type typeNamed(const std::string& name) {
  for (int i = 1; i < int(sizeof rows / sizeof *rows); i++)
    if (name == rows[i].name) return Type(i);
  return Type::None;
}

std::string Statement::text() const {
  std::string result = opcode;
  for (auto& m : modifiers) result += "." + m;
  return result;
}

Type Function::registerType(const std::string& name) const {
  if (auto found = registers.find(name); found != registers.end()) return found->second;
  size_t colon = name.find(':');
  size_t digits = colon != std::string::npos ? colon : name.find_last_not_of("0123456789") + 1;
  std::string number = name.substr(std::min(name.size(), colon != std::string::npos ? digits + 1 : digits));
  auto range = registerRanges.find(name.substr(0, digits));
  if (range == registerRanges.end() || number.empty() || number.size() > 8) return Type::None;
  return std::stoi(number) < range->second.second ? range->second.first : Type::None;
}

const Variable* Module::variable(const std::string& name) const {
  for (auto& v : variables)
    if (v.name == name) return &v;
  return nullptr;
}

}  // namespace emu::ptx
