// How often a warp waits for device memory, one time after another.
#pragma once
#include <cstdint>
#include <vector>

namespace emu {

struct Instr;
struct Program;
struct Warp;

// What a warp asks for between two branches, barriers or stores to device memory it asks for together, as an assembler would arrange
// it, unless an address depends on what is still on its way; and what it has asked for it waits for where it is first used.
class Waits {
 public:
  uint64_t count() const { return done_ - begun_; }
  void begin();                        // a block
  void run(Warp& w, const Instr& in);  // executes the instruction too
  void part() { base_ = done_; }       // what comes is asked for later than all before

 private:
  enum class Kind : uint8_t { Other, Load, Move, Fence, Matrix };

  void prepare(const Program& program);
  bool hasResults(const Instr& in) const;  // in Instr::v: of a load, and of a move that takes a register apart
  template <class Visit>
  void sources(const Program& program, const Instr& in, Visit visit) const;
  template <class Visit>
  void results(const Program& program, const Instr& in, Visit visit) const;

  const Program* program_ = nullptr;
  std::vector<Kind> kinds_;     // by Instr::kind
  std::vector<uint64_t> when_;  // by cell: after which wait it is there
  uint64_t done_ = 0, base_ = 0, begun_ = 0;
};

}  // namespace emu
