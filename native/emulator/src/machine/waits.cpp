#include "machine/waits.h"

#include <algorithm>

#include "machine/warp.h"

namespace emu {
namespace {

constexpr uint32_t ofMatrix = 14;  // registers of a product of the tensor cores, at most

bool startsWith(const std::string& kind, const char* word) { return kind.rfind(word, 0) == 0; }

}  // namespace

void Waits::begin() {
  done_++;  // what nobody has used of the block before is there
  begun_ = base_ = done_;
}

void Waits::run(Warp& w, const Instr& in) {
  const Program& program = w.block->program;
  when_.resize(program.cellsSize / 4 + 1);
  const std::string& kind = program.kinds[in.kind];
  const Counts& counts = w.block->execution.counts;
  auto asked = [&] { return counts.traffic[int(Access::Read)].requests + counts.traffic[int(Access::Atomic)].requests; };
  auto stored = [&] { return counts.traffic[int(Access::Write)].requests; };
  bool isLoad = startsWith(kind, "ld");

  uint64_t latest = 0;
  auto needs = [&](uint32_t cell) { latest = std::max(latest, when(cell)); };
  for (uint32_t cell : {in.a, in.b, in.c, in.e, in.guard}) needs(cell);
  for (int i = 0; i < in.width && !isLoad; i++) needs(in.v[i]);
  if (startsWith(kind, "mma")) {
    uint32_t end = std::min<uint32_t>(in.target + ofMatrix, uint32_t(program.lists.size()));
    for (uint32_t i = in.target; i < end; i++) needs(program.lists[i]);
  }

  uint64_t askedBefore = asked(), storedBefore = stored();
  in.run(w, in);
  bool asks = asked() != askedBefore;
  if (!startsWith(kind, "mov")) done_ = std::max(done_, latest);  // where it is moved to, nobody waits for it yet
  if (startsWith(kind, "membar") || startsWith(kind, "fence")) done_++;
  uint64_t there = asks ? std::max(base_, latest) + 1 : latest;
  if (isLoad) {
    for (int i = 0; i < in.width; i++) when(in.v[i]) = there;
  } else if (in.d) {
    when(in.d) = there;
  }
  if (stored() != storedBefore || startsWith(kind, "membar") || startsWith(kind, "fence")) part();
}

}  // namespace emu
