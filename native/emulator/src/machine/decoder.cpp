#include "machine/decoder.h"

#include <cstring>

#include "machine/builder.h"

namespace emu {

using ptx::Operand;
using ptx::Type;

const Rows& rows() {
  static const Rows& all = *[] {
    auto* r = new Rows;
    addIntegerRows(*r);
    addCarryRows(*r);
    addLogicRows(*r);
    addFieldRows(*r);
    addFloatRows(*r);
    addHalfRows(*r);
    addCompareRows(*r);
    addConvertRows(*r);
    addMemoryRows(*r);
    addCacheRows(*r);
    addAtomicRows(*r);
    addWarpRows(*r);
    addBarrierRows(*r);
    addMatrixRows(*r);
    addAsyncRows(*r);
    return r;
  }();
  return all;
}

bool anyType(Type) { return true; }
bool integers(Type t) { return t >= Type::B8 && t <= Type::S16x2; }
bool floats(Type t) { return t == Type::F32 || t == Type::F64; }

Decoder::Decoder(Builder& builder, const ptx::Statement& statement) : b_(builder), s_(statement), used_(statement.modifiers.size()) {
  for (size_t i = 0; i < s_.modifiers.size(); i++)
    if (Type t = ptx::typeNamed(s_.modifiers[i]); t != Type::None) {
      types_.push_back(t);
      typeAt_.push_back(i);
    }
}

void Decoder::fail(const std::string& what) const { throw ptx::Error(s_.line, s_.text() + ": " + what); }

bool Decoder::has(const char* modifier) {
  for (size_t i = 0; i < s_.modifiers.size(); i++)
    if (s_.modifiers[i] == modifier) return used_[i] = true;
  return false;
}

std::string Decoder::oneOf(std::initializer_list<const char*> modifiers, const char* otherwise) {
  for (const char* m : modifiers)
    if (has(m)) return m;
  if (!otherwise) fail("a modifier is missing, or one that is not known stands in its place");
  return otherwise;
}

Type Decoder::type(size_t index) {
  if (index >= types_.size()) fail("a type is missing");
  used_[typeAt_[index]] = true;
  return types_[index];
}

void Decoder::finish() {
  for (size_t i = 0; i < used_.size(); i++)
    if (!used_[i]) fail("modifier ." + s_.modifiers[i] + " is not known here");
}

const Operand& Decoder::operand(size_t i) const {
  if (i >= s_.operands.size()) fail("an operand is missing");
  return s_.operands[i];
}

void Decoder::expectOperands(size_t least, size_t most) const {
  if (s_.operands.size() < least || s_.operands.size() > std::max(least, most)) fail("has another number of operands");
}

namespace {

bool fits(Type register_, Type instruction) {
  if (register_ == Type::Pred || instruction == Type::Pred) return register_ == instruction;
  if (bytesOf(register_) != bytesOf(instruction)) return false;
  auto untyped = [](Type t) { return t >= Type::B8 && t <= Type::B128; };
  if (untyped(register_) || untyped(instruction)) return true;
  auto packed = [](Type t) { return t == Type::F16x2 || t == Type::BF16x2 || t == Type::TF32; };
  if (packed(instruction)) return !packed(register_) || register_ == instruction;
  return isFloat(register_) == isFloat(instruction);
}

uint64_t bitsOf(const Operand& o, Type type, const Decoder& d) {
  uint64_t bits = uint64_t(o.value);
  if (o.kind == Operand::Integer) {
    if (isFloat(type)) d.fail("a whole number stands where a floating-point number has to");
    return bits;
  }
  if (o.kind == Operand::Single) {
    if (bytesOf(type) != 4) d.fail("a 32-bit number stands where another size is needed");
    return bits & 0xffffffff;
  }
  double value;
  std::memcpy(&value, &bits, 8);
  if (bytesOf(type) == 8) return bits;
  if (type != Type::F32) d.fail("a floating-point number stands where none can");
  float single = float(value);
  uint32_t result;
  std::memcpy(&result, &single, 4);
  return result;
}

}  // namespace

bool Decoder::isRegister(const Operand& o) const { return o.kind == Operand::Name && b_.registerType(o.name) != Type::None; }

bool Decoder::isPredicate(const Operand& o) const { return o.kind == Operand::Name && b_.registerType(o.name) == Type::Pred; }

uint32_t Decoder::constant(uint64_t bits, int bytes) { return b_.constant(bits, bytes); }

uint32_t Decoder::source(const Operand& o, Type type) {
  if (o.kind == Operand::Integer || o.kind == Operand::Single || o.kind == Operand::Double) return constant(bitsOf(o, type, *this), std::max(2, bytesOf(type)));
  if (o.kind != Operand::Name || !o.second.empty()) fail("an operand of this kind cannot stand here");
  if (o.negated) fail("only a predicate can be negated");
  Type t = b_.registerType(o.name);
  uint32_t cell;
  if (t != Type::None || b_.special(o.name, t, cell)) {
    if (o.value) fail("a register with a displacement stands only in an address");
    if (!fits(t, type)) fail(o.name + " is of type ." + nameOf(t) + ", needed is ." + nameOf(type));
    return b_.registerType(o.name) != Type::None ? b_.registerCell(o.name, t) : cell;
  }
  Builder::Place place;
  if (!b_.place(o.name, place)) fail(o.name + " is declared nowhere");
  if (bytesOf(type) < 4 || isFloat(type)) fail("an address needs 32 or 64 bits");
  if (o.value && place.space == Space::Shared) {
    fail("the address of a shared variable cannot have a displacement here");
  }
  return constant(place.address + uint64_t(o.value), bytesOf(type));
}

uint32_t Decoder::predicate(const Operand& o, bool mayBeNegated) {
  if (o.negated && !mayBeNegated) fail("a predicate cannot be negated here");
  if (o.kind != Operand::Name || b_.registerType(o.name) != Type::Pred) fail(o.name + " is no predicate");
  return b_.registerCell(o.name, Type::Pred);
}

uint32_t Decoder::resultPredicate(const std::string& name) {
  if (name == "_") return 0;
  if (b_.registerType(name) != Type::Pred) fail(name + " is no predicate");
  return b_.registerCell(name, Type::Pred);
}

uint32_t Decoder::carry() { return b_.registerCell("%cc", Type::Pred); }

uint32_t Decoder::result(const Operand& o, Type type) {
  if (o.kind == Operand::Sink) return 0;
  if (o.kind != Operand::Name) fail("the result has to go to a register");
  Type t = b_.registerType(o.name);
  if (t == Type::None) fail(o.name + " is no register");
  if (!fits(t, type)) fail(o.name + " is of type ." + nameOf(t) + ", the result of type ." + nameOf(type));
  return b_.registerCell(o.name, t);
}

uint32_t Decoder::wide(const Operand& o, Type type, uint8_t& bytes, bool isResult) {
  bytes = uint8_t(std::max(2, bytesOf(type)));
  if (o.kind == Operand::Sink && isResult) return 0;
  Type t = o.kind == Operand::Name ? b_.registerType(o.name) : Type::None;
  if (t == Type::None || t == Type::Pred || bytesOf(t) <= bytesOf(type)) return isResult ? result(o, type) : source(o, type);
  if (isFloat(t) || isFloat(type)) fail(o.name + " is of type ." + nameOf(t) + ", the instruction of type ." + nameOf(type));
  bytes = uint8_t(bytesOf(t));
  return b_.registerCell(o.name, t);
}

void Decoder::address(const Operand& o, Space& space) {
  if (o.kind != Operand::Address) fail("an address in brackets is missing");
  in.offset = o.value;
  in.address32 = false;
  Type t = o.name.empty() ? Type::None : b_.registerType(o.name);
  if (t != Type::None) {
    if (isFloat(t) || (bytesOf(t) != 8 && bytesOf(t) != 4) || t == Type::Pred) fail(o.name + " cannot hold an address");
    in.a = b_.registerCell(o.name, t);
    in.address32 = bytesOf(t) == 4;
    return;
  }
  uint64_t base = 0;
  if (!o.name.empty()) {
    Builder::Place place;
    if (!b_.place(o.name, place)) fail(o.name + " is declared nowhere");
    // A parameter of an inlined function lies in local memory.
    if (space == Space::Param && place.space == Space::Local) space = Space::Local;
    if (place.space != space && !(space == Space::Generic && place.space == Space::Global)) fail(o.name + " lies in another space");
    base = place.address;
  }
  in.a = constant(base, 8);
}

uint32_t Decoder::list(const std::vector<uint32_t>& cells) { return b_.list(cells); }

void Decoder::needs(int version, int target) const {
  if (b_.version() < version) fail("needs .version " + std::to_string(version / 10) + "." + std::to_string(version % 10) + " or later");
  if (b_.target() < target) fail("needs .target sm_" + std::to_string(target) + " or later");
}

void Decoder::meetsOtherBlocks() { b_.meetsOtherBlocks(); }

void Decoder::sharedBytewise() { b_.sharedBytewise(); }

int64_t Decoder::immediate(size_t i) const {
  if (operand(i).kind != Operand::Integer) fail("a number has to be written in place");
  return operand(i).value;
}

}  // namespace emu
