#include "machine/builder.h"

#include <algorithm>

#include "control/watch.h"
#include "machine/system.h"
#include "machine/warp.h"

namespace emu {

using ptx::Error;
using ptx::Type;

namespace {

uint64_t up(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

constexpr size_t maxCode = 4000000;
constexpr uint64_t maxShared = 48 << 10, maxLocal = 512 << 10, maxParameters = 4352;  // bytes
constexpr uint64_t dynamicShared = 0xd15ea5edc0de5eedull;  // stands for an address that is known only when all static ones are

const std::map<std::string, Special>& specialNames() {
  static const std::map<std::string, Special> names = {
      {"%tid.x", Special::TidX},       {"%tid.y", Special::TidY},       {"%tid.z", Special::TidZ},       {"%ntid.x", Special::NtidX},
      {"%ntid.y", Special::NtidY},     {"%ntid.z", Special::NtidZ},     {"%ctaid.x", Special::CtaidX},   {"%ctaid.y", Special::CtaidY},
      {"%ctaid.z", Special::CtaidZ},   {"%nctaid.x", Special::NctaidX}, {"%nctaid.y", Special::NctaidY}, {"%nctaid.z", Special::NctaidZ},
      {"%laneid", Special::LaneId},    {"%warpid", Special::WarpId},    {"%nwarpid", Special::NWarpId},  {"%lanemask_eq", Special::MaskEq},
      {"%lanemask_lt", Special::MaskLt}, {"%lanemask_le", Special::MaskLe}, {"%lanemask_gt", Special::MaskGt}, {"%lanemask_ge", Special::MaskGe},
      {"%dynamic_smem_size", Special::DynamicShared}, {"%total_smem_size", Special::TotalShared}, {"%smid", Special::SmId}, {"%nsmid", Special::NSmId},
      {"%gridid", Special::GridId}, {"%envreg1", Special::EnvReg1}, {"%envreg2", Special::EnvReg2}};
  return names;
}

}  // namespace

std::shared_ptr<Program> decode(const ptx::Module& module, const ptx::Function& entry, const Symbols& symbols) {
  return Builder(module, symbols).build(entry);
}

std::shared_ptr<Program> Builder::build(const ptx::Function& entry) {
  program_ = std::make_shared<Program>();
  program_->name = entry.name;
  program_->cellsSize = 256;  // cell 0: written, never read
  Frame frame;
  frame.function = &entry;
  uint64_t offset = 0;
  for (auto& p : entry.params) {
    offset = up(offset, p.align);
    if (p.bytes() > maxParameters) throw Error(p.line, "the parameters of " + entry.name + " need more than 4352 bytes");
    frame.places[p.name] = {Space::Param, offset};
    program_->parameters.push_back({uint32_t(offset), uint32_t(p.bytes())});
    offset += p.bytes();
  }
  program_->parameterBytes = uint32_t(offset);
  if (offset > maxParameters) throw Error(entry.line, "the parameters of " + entry.name + " need more than 4352 bytes");
  if (entry.maxThreads[0]) program_->maxThreads = entry.maxThreads[0] * entry.maxThreads[1] * entry.maxThreads[2];
  for (int i = 0; i < 3; i++) program_->requiredThreads[i] = entry.requiredThreads[i];
  for (auto& v : module_.variables)
    if (v.space == "shared" && v.isExtern && v.align > int(program_->sharedAlign)) program_->sharedAlign = v.align;
  // Static shared memory is laid out first, all of it that this kernel and its functions name, so that the rest has its place.
  for (auto& v : module_.variables)
    if (v.space == "shared" && !v.isExtern) shared(v);
  frame.prefix = entry.name + "/";
  calling_.insert(entry.name);
  emit(frame);
  uint64_t start = up(program_->sharedBytes, program_->sharedAlign);
  for (auto& c : program_->constants)
    if (c.bits == dynamicShared) c.bits = start;
  return program_;
}

uint32_t Builder::cell(int bytes) {
  uint32_t size = bytes == 0 ? 4 : uint32_t(bytes) * lanes;
  uint32_t at = uint32_t(up(program_->cellsSize, bytes == 0 ? 4 : 64));
  program_->cellsSize = at + size;
  return at;
}

uint64_t Builder::shared(const ptx::Variable& v) {
  if (v.isExtern && v.count == 0) return dynamicShared;
  auto [entry, isNew] = shared_.try_emplace(v.name, 0);
  if (isNew) {
    entry->second = up(program_->sharedBytes, v.align);
    if (entry->second + v.bytes() > maxShared) throw Error(v.line, "more than 48 KB of static shared memory");
    program_->sharedBytes = uint32_t(entry->second + v.bytes());
  }
  return entry->second;
}

void Builder::variable(Frame& frame, const ptx::Variable& v) {
  if (v.space == "shared") {
    ptx::Variable named = v;
    named.name = frame.function->name + "/" + v.name;  // one for all calls of a function
    frame.places[v.name] = {Space::Shared, shared(named)};
    return;
  }
  uint64_t at = up(program_->localBytes, v.align);
  if (at + v.bytes() > maxLocal) throw Error(v.line, "more than 512 KB of local memory");
  program_->localBytes = uint32_t(at + v.bytes());
  frame.places[v.name] = {Space::Local, at};
}

bool Builder::place(const std::string& symbol, Place& result) const {
  if (auto found = frame_->places.find(symbol); found != frame_->places.end()) return result = found->second, true;
  if (auto* v = module_.variable(symbol); v && v->space == "shared") {
    result = {Space::Shared, v->isExtern ? dynamicShared : shared_.at(symbol)};
    return true;
  }
  if (auto found = symbols_.find(symbol); found != symbols_.end()) return result = {Space::Global, found->second}, true;
  return false;
}

Type Builder::registerType(const std::string& name) const { return frame_->function->registerType(name); }

uint32_t Builder::registerCell(const std::string& name, Type type) {
  auto [entry, isNew] = cells_.try_emplace(frame_->prefix + name, 0);
  if (isNew) {
    entry->second = cell(type == Type::Pred ? 0 : std::max(2, bytesOf(type)));
    program_->registers += type == Type::Pred ? 0 : (bytesOf(type) + 3) / 4;
  }
  return entry->second;
}

bool Builder::special(const std::string& name, Type& type, uint32_t& cell_) {
  auto found = specialNames().find(name);
  if (found == specialNames().end()) {
    if (name != "WARP_SZ") return false;
    type = Type::U32;
    cell_ = constant(lanes, 4);
    return true;
  }
  type = found->second == Special::GridId ? Type::U64 : Type::U32;
  auto [entry, isNew] = specials_.try_emplace(int(found->second), 0);
  if (isNew) {
    entry->second = cell(bytesOf(type));
    program_->specials.push_back({found->second, entry->second});
  }
  cell_ = entry->second;
  return true;
}

uint32_t Builder::constant(uint64_t bits, int bytes) {
  if (bytes < 8 && bits != dynamicShared) bits &= (1ull << bytes * 8) - 1;
  auto [entry, isNew] = constants_.try_emplace({bits, bytes}, 0);
  if (isNew) {
    entry->second = cell(bytes);
    program_->constants.push_back({entry->second, bytes, bits});
  }
  return entry->second;
}

uint32_t Builder::list(const std::vector<uint32_t>& cells) {
  auto& lists = program_->lists;
  lists.insert(lists.end(), cells.begin(), cells.end());
  return uint32_t(lists.size() - cells.size());
}

Instr& Builder::append(const ptx::Statement& s, Instr in) {
  if (program_->code.size() >= maxCode) throw Error(s.line, "too much code");
  auto [entry, isNew] = kinds_.try_emplace(s.text(), uint16_t(kinds_.size()));
  if (isNew) program_->kinds.push_back(entry->first);
  in.kind = entry->second;
  in.statement = uint32_t(program_->statements.size());
  if (s.opcode == "atom" && std::find(s.modifiers.begin(), s.modifiers.end(), "cas") != s.modifiers.end()) program_->comparesAndSwaps = true;
  program_->statements.push_back({s.line, s.sourceFile, s.sourceLine, s.text()});
  if (!s.guard.empty()) {
    if (registerType(s.guard) != Type::Pred) throw Error(s.line, s.guard + " is no predicate");
    in.guard = registerCell(s.guard, Type::Pred);
    in.guardNegated = s.guardNegated;
  }
  program_->code.push_back(in);
  return program_->code.back();
}

void Builder::emit(Frame& frame) {
  Frame* outer = frame_;
  frame_ = &frame;
  for (auto& v : frame.function->variables) variable(frame, v);
  for (auto& s : frame.function->body) {
    if (s.label.empty()) {
      instruction(frame, s);
    } else if (!frame.labels.try_emplace(s.label, uint32_t(program_->code.size())).second) {
      throw Error(s.line, "a second label " + s.label);
    }
  }
  bool isEntry = outer == nullptr;
  if (isEntry) {  // a kernel that does not end with ret
    ptx::Statement end;
    end.opcode = "ret";
    end.line = frame.function->body.empty() ? frame.function->line : frame.function->body.back().line;
    Instr exit;
    exit.flow = Flow::Exit;
    append(end, exit);
  }
  for (auto& [at, label] : frame.branches) {
    auto found = frame.labels.find(label);
    if (found == frame.labels.end()) throw Error(program_->statements[program_->code[at].statement].line, "there is no label " + label);
    program_->code[at].target = found->second;
  }
  for (uint32_t at : frame.returns) program_->code[at].target = uint32_t(program_->code.size());
  frame_ = outer;
}

void Builder::instruction(Frame& frame, const ptx::Statement& s) {
  if (s.opcode == "bra") return branch(frame, s);
  if (s.opcode == "brx") return branchByIndex(frame, s);
  if (s.opcode == "call") return call(frame, s);
  if (s.opcode == "ret" || s.opcode == "exit") {
    Instr in;
    bool leaves = s.opcode == "exit" || calling_.size() == 1;
    in.flow = leaves ? Flow::Exit : Flow::Branch;
    for (auto& m : s.modifiers)
      if (m != "uni") throw Error(s.line, "modifier ." + m + " of " + s.text() + " is not known");
    if (!s.operands.empty()) throw Error(s.line, s.opcode + " takes no operands");
    append(s, in);
    if (!leaves) frame.returns.push_back(uint32_t(program_->code.size() - 1));
    return;
  }
  auto row = rows().find(s.opcode);
  if (row == rows().end()) throw Error(s.line, "instruction " + s.text() + " is not known");
  Decoder decoder(*this, s);
  for (auto& [takes, decode] : row->second) {
    if (!takes(decoder.lastType())) continue;
    decode(decoder);
    decoder.finish();
    append(s, decoder.in);
    return;
  }
  throw Error(s.line, "instruction " + s.text() + " is not known for this type");
}

void Builder::branch(Frame& frame, const ptx::Statement& s) {
  for (auto& m : s.modifiers)
    if (m != "uni") throw Error(s.line, "modifier ." + m + " of " + s.text() + " is not known");
  if (s.operands.size() != 1 || s.operands[0].kind != ptx::Operand::Name) throw Error(s.line, "bra takes a label");
  Instr in;
  in.flow = Flow::Branch;
  append(s, in);
  frame.branches.push_back({uint32_t(program_->code.size() - 1), s.operands[0].name});
}

// Whoever a guarded piece of code is not for jumps over it. Gives the place after the branch, whose target is set when the piece
// has its end; 0 where there is no guard.
uint32_t Builder::jumpAround(ptx::Statement s) {
  if (s.guard.empty()) return 0;
  s.guardNegated = !s.guardNegated;
  Instr in;
  in.flow = Flow::Branch;
  append(s, in);
  return uint32_t(program_->code.size());
}

// brx.idx index, table: one comparison and branch after the other.
void Builder::branchByIndex(Frame& frame, const ptx::Statement& s) {
  for (auto& m : s.modifiers)
    if (m != "uni" && m != "idx") throw Error(s.line, "modifier ." + m + " of " + s.text() + " is not known");
  if (s.operands.size() != 2 || s.operands[1].kind != ptx::Operand::Name) throw Error(s.line, "brx.idx takes an index and a table of labels");
  auto table = frame.function->branchTables.find(s.operands[1].name);
  if (table == frame.function->branchTables.end()) throw Error(s.line, "there is no table " + s.operands[1].name);
  uint32_t skip = jumpAround(s);
  ptx::Statement plain = s;
  plain.guard.clear();
  uint32_t index = Decoder(*this, s).source(0, Type::U32), chosen = cell(0);
  for (size_t k = 0; k < table->second.size(); k++) {
    Instr compare;
    compare.d = chosen;
    compare.a = index;
    compare.offset = int64_t(k);
    compare.run = [](Warp& w, const Instr& in) {
      uint32_t r = 0;
      for (int i = 0; i < lanes; i++) r |= uint32_t(w.cell<uint32_t>(in.a)[i] == uint32_t(in.offset)) << i;
      putPredicate(w, in.d, r);
    };
    append(plain, compare);
    Instr jump;
    jump.flow = Flow::Branch;
    append(plain, jump).guard = chosen;
    frame.branches.push_back({uint32_t(program_->code.size() - 1), table->second[k]});
  }
  Instr astray;
  astray.run = [](Warp& w, const Instr&) { w.fault(CUDA_ERROR_ILLEGAL_INSTRUCTION, "branch", firstLane(w.mask), "the index lies outside of the table"); };
  append(plain, astray);
  if (skip) program_->code[skip - 1].target = uint32_t(program_->code.size());
}

Builder::Place Builder::argument(const Frame& frame, const ptx::Statement& s, const ptx::Operand& o) const {
  auto place = frame.places.find(o.name);
  if (place == frame.places.end() || place->second.space != Space::Local) throw Error(s.line, "arguments of a call have to be .param variables");
  return place->second;
}

// What a program calls that is not in its module: vprintf and __assertfail.
void Builder::callSystem(Frame& frame, const ptx::Statement& s, const ptx::Function& f, const std::vector<ptx::Operand>& results, const std::vector<ptx::Operand>& arguments) {
  Instr in;
  in.run = systemFunction(f.name, arguments.size(), results.size());
  if (!in.run) throw Error(s.line, "call of " + f.name + ", which is declared but not there");
  meetsOtherBlocks();  // in what is printed
  for (size_t i = 0; i < arguments.size() && i < 4; i++) in.v[i] = uint32_t(argument(frame, s, arguments[i]).address);
  if (!results.empty()) in.d = uint32_t(argument(frame, s, results[0]).address);
  append(s, in);
}

// call (results), function, (arguments): the function's code takes the place of the call. Its parameters are the caller's
// variables of space .param, which lie in local memory.
void Builder::call(Frame& frame, const ptx::Statement& s) {
  for (auto& m : s.modifiers)
    if (m != "uni") throw Error(s.line, "modifier ." + m + " of " + s.text() + " is not known");
  size_t at = 0;
  std::vector<ptx::Operand> results, arguments;
  if (at < s.operands.size() && s.operands[at].kind == ptx::Operand::List) results = s.operands[at++].parts;
  if (at >= s.operands.size() || s.operands[at].kind != ptx::Operand::Name) throw Error(s.line, "call needs a function's name");
  std::string name = s.operands[at++].name;
  if (at < s.operands.size() && s.operands[at].kind == ptx::Operand::List) arguments = s.operands[at++].parts;
  auto found = module_.functions.find(name);
  if (found == module_.functions.end()) throw Error(s.line, "call of " + name + ", which is no function of the module (indirect calls are not supported)");
  const ptx::Function& f = found->second;
  if (results.size() != f.returns.size() || arguments.size() != f.params.size()) throw Error(s.line, "call of " + name + " with another number of arguments");
  if (!f.hasBody) return callSystem(frame, s, f, results, arguments);
  if (!calling_.insert(name).second) throw Error(s.line, "recursion is not supported: " + name);
  Frame inner;
  inner.function = &f;
  inner.prefix = name + "#" + std::to_string(++frames_) + "/";
  auto bind = [&](const std::vector<ptx::Operand>& from, const std::vector<ptx::Variable>& to) {
    for (size_t i = 0; i < to.size(); i++) {
      auto p = frame.places.find(from[i].name);
      if (p == frame.places.end() || to[i].space != "param") throw Error(s.line, "arguments of a call have to be .param variables");
      inner.places[to[i].name] = p->second;
    }
  };
  bind(results, f.returns);
  bind(arguments, f.params);
  uint32_t skip = jumpAround(s);
  emit(inner);
  if (skip) program_->code[skip - 1].target = uint32_t(program_->code.size());
  calling_.erase(name);
}

}  // namespace emu
