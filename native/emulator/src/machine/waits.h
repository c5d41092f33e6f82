// How often a warp waits for device memory, one time after another.
#pragma once
#include <cstdint>
#include <vector>

namespace emu {

struct Instr;
struct Warp;

// What a warp asks for between two branches, barriers or stores to device memory it asks for together, as an assembler would arrange
// it, unless an address depends on what is still on its way; and what it has asked for it waits for where it is first used.
class Waits {
 public:
  uint64_t count() const { return done_ - begun_; }
  void begin();                          // a block
  void run(Warp& w, const Instr& in);    // executes the instruction too
  void part() { base_ = done_; }         // what comes is asked for later than all before

 private:
  uint64_t& when(uint32_t cell) { return when_[cell / 4]; }

  std::vector<uint64_t> when_;  // by cell: after which wait it is there
  uint64_t done_ = 0, base_ = 0, begun_ = 0;
};

}  // namespace emu
