// PTX as text says it: what the parser makes of a module. Nothing here is decoded yet.
#pragma once
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace emu::ptx {

enum class Type : uint8_t { None, Pred, B8, B16, B32, B64, B128, U8, U16, U32, U64, S8, S16, S32, S64, U16x2, S16x2, F16, F16x2, BF16, BF16x2, TF32, F32, F64 };

int bytesOf(Type type);  // 4 for a predicate: 32 lanes, a bit each
bool isFloat(Type type);
bool isSigned(Type type);
const char* nameOf(Type type);
// None where this is no type's name (without the dot).
Type typeNamed(const std::string& name);

// What is wrong with a module, and in which line.
struct Error : std::runtime_error {
  Error(int line, const std::string& what) : std::runtime_error(what), line(line) {}
  int line;
};
// The text is fine but asks for a newer driver or another device.
struct VersionError : Error {
  using Error::Error;
};

struct Operand {
  enum Kind { Name, Integer, Single, Double, Address, Vector, List, Sink } kind = Name;
  std::string name;         // register or symbol; of an address: its base (empty: none)
  std::string second;       // q of p|q
  bool negated = false;     // !p
  int64_t value = 0;        // of an integer; bits of a float; displacement of an address or symbol
  std::vector<Operand> parts;
};

struct Statement {
  std::string label;               // a label, or else an instruction:
  std::string opcode;              // "ld"
  std::vector<std::string> modifiers;  // "global", "nc", "f32"
  std::vector<Operand> operands;
  std::string guard;
  bool guardNegated = false;
  int line = 0;
  int sourceFile = 0, sourceLine = 0;  // of the CUDA source, where the module says so
  std::string text() const;            // "ld.global.nc.f32"
};

struct Variable {
  std::string space, name;
  Type type = Type::B8;
  int align = 0;
  uint64_t count = 1;  // elements; 0 where the size is left open
  bool isArray = false, isExtern = false;
  std::vector<uint8_t> init;
  struct Address {
    uint64_t offset;
    std::string symbol;
    int64_t displacement;
    bool generic;
  };
  std::vector<Address> addresses;  // in init, to be filled in when the module is loaded
  int line = 0;
  uint64_t bytes() const { return count * bytesOf(type); }
};

struct Function {
  std::string name;
  bool isEntry = false, hasBody = false;
  std::vector<Variable> params, returns;
  std::map<std::string, Type> registers;                      // by name
  std::map<std::string, std::pair<Type, int>> registerRanges;  // %r<10>: "%r" -> (b32, 10)
  std::vector<Variable> variables;                            // local, shared and param ones of the body
  std::vector<Statement> body;
  std::map<std::string, std::vector<std::string>> branchTables;  // of .branchtargets
  int maxThreads[3] = {0, 0, 0}, requiredThreads[3] = {0, 0, 0};
  int line = 0;
  Type registerType(const std::string& register_) const;  // None where there is no such register
};

struct Module {
  int version = 0;  // 7.0 is 70
  int target = 0;   // sm_75 is 75
  bool targetExact = false;  // sm_90a: for that device only
  std::vector<Variable> variables;
  std::map<std::string, Function> functions;
  std::map<int, std::string> files;  // of .file
  const Variable* variable(const std::string& name) const;
};

Module parse(const std::string& text);

}  // namespace emu::ptx
