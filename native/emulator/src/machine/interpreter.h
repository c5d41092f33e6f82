// Steps the warps of a block.
#pragma once
#include <vector>

#include "machine/warp.h"

namespace emu {

class Interpreter {
 public:
  explicit Interpreter(Block& block);

  void begin();  // what its block has become: nothing is left of the one before

  // Every warp gets a turn, in an order drawn anew; false when all threads have left. Throws LaunchFault. Other blocks may be what
  // this one waits for, and get their turns if `isAlone` is false.
  bool round(bool isAlone);

 private:
  bool choose(Warp& w, uint32_t& pc, uint32_t& limit);
  void turn(Warp& w, uint64_t steps);
  void arrive(Warp& w, const Instr& in, uint32_t pc);
  void releaseAll();
  void release(uint32_t id);
  void answer(Warp& w, const Barrier& b);
  void end();
  [[noreturn]] void stuck();

  Block& block_;
  const Instr* code_;
  Counts& counts_;
  uint64_t budget_;
  std::vector<uint32_t> order_;
};

}  // namespace emu
