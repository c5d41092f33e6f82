// How one instruction is decoded. Each family of instructions adds its rows to the table; a row's function asks the Decoder for
// modifiers and operands. What it does not ask for is an error: nothing is overlooked.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "machine/program.h"

namespace emu {

class Decoder {
 public:
  Instr in;

  Decoder(class Builder& builder, const ptx::Statement& statement);
  const ptx::Statement& statement() const { return s_; }

  // True where the instruction has this modifier, which then counts as understood.
  bool has(const char* modifier);
  // The first of these that it has; fails without.
  std::string oneOf(std::initializer_list<const char*> modifiers, const char* otherwise = nullptr);
  // The types among the modifiers, in order.
  ptx::Type type(size_t index = 0);
  size_t types() const { return types_.size(); }
  ptx::Type lastType() const { return types_.empty() ? ptx::Type::None : types_.back(); }
  void finish();  // fails where a modifier was not understood
  [[noreturn]] void fail(const std::string& what) const;

  size_t operands() const { return s_.operands.size(); }
  const ptx::Operand& operand(size_t i) const;
  void expectOperands(size_t least, size_t most = 0) const;
  // The cell of a source: register, special register, constant or address of a variable.
  uint32_t source(size_t i, ptx::Type type) { return source(operand(i), type); }
  uint32_t source(const ptx::Operand& o, ptx::Type type);
  uint32_t predicate(const ptx::Operand& o, bool mayBeNegated = false);
  // The cell of a result.
  uint32_t result(size_t i, ptx::Type type) { return result(operand(i), type); }
  uint32_t result(const ptx::Operand& o, ptx::Type type);
  uint32_t resultPredicate(const std::string& name);
  uint32_t carry();  // the condition code's predicate
  // A register that may be wider than the type, as ld, st and cvt allow; its width goes to `bytes`.
  uint32_t wide(const ptx::Operand& o, ptx::Type type, uint8_t& bytes, bool isResult);
  // Sets in.a, in.offset, in.address32; tells where a parameter of an inlined function is.
  void address(const ptx::Operand& o, Space& space);
  uint32_t constant(uint64_t bits, int bytes);
  // A whole number written in place.
  int64_t immediate(size_t i) const;
  bool isRegister(const ptx::Operand& o) const;
  bool isPredicate(const ptx::Operand& o) const;
  // Puts cells into Program::lists; returns where they start.
  uint32_t list(const std::vector<uint32_t>& cells);
  // Fails where the module is written for an older PTX (7.0 is 70) or device (sm_80 is 80), as NVIDIA's assembler does.
  void needs(int version, int target) const;
  void meetsOtherBlocks();  // see Program
  void sharedBytewise();  // notes that shared memory is accessed in pieces of less than 4 bytes

 private:
  Builder& b_;
  const ptx::Statement& s_;
  std::vector<ptx::Type> types_;
  std::vector<bool> used_;
  std::vector<size_t> typeAt_;
};

// One way to decode an opcode: for the types (the last among the modifiers counts) that it takes.
struct Row {
  bool (*takes)(ptx::Type);
  void (*decode)(Decoder&);
};
using Rows = std::map<std::string, std::vector<Row>>;  // by opcode
const Rows& rows();

bool anyType(ptx::Type);
bool integers(ptx::Type);  // b, u and s, packed ones too
bool floats(ptx::Type);    // f32 and f64

void addIntegerRows(Rows&);
void addCarryRows(Rows&);
void addLogicRows(Rows&);
void addFieldRows(Rows&);
void addFloatRows(Rows&);
void addHalfRows(Rows&);
void addCompareRows(Rows&);
void addConvertRows(Rows&);
void addMemoryRows(Rows&);
void addCacheRows(Rows&);
void addAtomicRows(Rows&);
void addWarpRows(Rows&);
void addBarrierRows(Rows&);
void addMatrixRows(Rows&);
void addAsyncRows(Rows&);

}  // namespace emu
