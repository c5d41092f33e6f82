#include "machine/waits.h"

#include <algorithm>

#include "machine/warp.h"

namespace emu {

void Waits::begin() {
  done_++;  // what nobody has used of the block before is there
  begun_ = base_ = done_;
}

void Waits::prepare(const Program& program) {
  program_ = &program;
  when_.assign(program.cellsSize / 4 + 1, 0);
  kinds_.clear();
  for (const std::string& kind : program.kinds) {
    auto startsWith = [&](const char* word) { return kind.rfind(word, 0) == 0; };
    kinds_.push_back(startsWith("ld") ? Kind::Load : startsWith("mov") ? Kind::Move : startsWith("membar") || startsWith("fence") ? Kind::Fence : startsWith("mma") ? Kind::Matrix : Kind::Other);
  }
}

bool Waits::hasResults(const Instr& in) const { return kinds_[in.kind] == Kind::Load || (kinds_[in.kind] == Kind::Move && !in.d); }

// Of a product of the tensor cores, whose registers are in a list, all count as both.
template <class Visit>
void Waits::sources(const Program& program, const Instr& in, Visit visit) const {
  for (uint32_t cell : {in.a, in.b, in.c, in.e, in.guard}) visit(cell);
  if (kinds_[in.kind] == Kind::Matrix)
    std::for_each_n(program.lists.begin() + in.target, in.width, visit);
  else if (!hasResults(in))
    std::for_each_n(in.v, in.width, visit);
}

template <class Visit>
void Waits::results(const Program& program, const Instr& in, Visit visit) const {
  if (in.d) visit(in.d);
  if (kinds_[in.kind] == Kind::Matrix)
    std::for_each_n(program.lists.begin() + in.target, in.width, visit);
  else if (hasResults(in))
    for (uint32_t cell : in.v)
      if (cell) visit(cell);
}

void Waits::run(Warp& w, const Instr& in) {
  const Program& program = w.block->program;
  if (program_ != &program) prepare(program);
  const Counts& counts = w.block->execution.counts;
  auto asked = [&] { return counts.traffic[int(Access::Read)].requests + counts.traffic[int(Access::Atomic)].requests; };
  auto stored = [&] { return counts.traffic[int(Access::Write)].requests; };
  Kind kind = kinds_[in.kind];

  uint64_t latest = 0;
  sources(program, in, [&](uint32_t cell) { latest = std::max(latest, when_[cell / 4]); });
  uint64_t askedBefore = asked(), storedBefore = stored();
  in.run(w, in);
  if (kind != Kind::Move) done_ = std::max(done_, latest);  // where it is moved to, nobody waits for it yet
  if (kind == Kind::Fence) done_++;
  uint64_t there = asked() != askedBefore ? std::max(base_, latest) + 1 : latest;
  results(program, in, [&](uint32_t cell) { when_[cell / 4] = there; });
  if (stored() != storedBefore || kind == Kind::Fence) part();
}

}  // namespace emu
