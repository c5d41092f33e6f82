// Hints for caches, and fences. There are no caches here, and all of memory is in one order, so most of it changes nothing.
#include "machine/decoder.h"
#include "machine/reach.h"

namespace emu {
namespace {

using ptx::Type;

constexpr uint32_t lineBytes = 128;

void nothing(Warp&, const Instr&) {}

// A fence of a block alone concerns no other block.
void fence(Decoder& d) {
  bool isProxy = d.has("proxy");
  if (isProxy) {
    d.oneOf({"alias"});
  } else if (d.statement().opcode == "membar") {
    d.oneOf({"cta", "gl", "sys"});
  } else {
    d.has("sc") || d.has("acq_rel");
    d.oneOf({"cta", "gpu", "sys", "cluster"});
  }
  d.expectOperands(0);
  bool isForOthers = !isProxy && !d.has("cta");
  if (isForOthers) d.meetsOtherBlocks();
  d.in.run = isForOthers ? [](Warp& w, const Instr&) { w.block->order.fence(); } : nothing;
}

Space globalOrGeneric(Decoder& d) { return d.has("global") ? Space::Global : Space::Generic; }

// An address that is nowhere is not touched: what is fetched ahead may lie past the end.
void prefetch(Decoder& d) {
  Space space = d.has("local") ? Space::Local : globalOrGeneric(d);
  if (d.statement().opcode == "prefetchu" && space != Space::Generic) d.fail("for generic addresses");
  bool priority = space == Space::Global && (d.has("L2::evict_last") || d.has("L2::evict_normal"));
  if (!priority) d.statement().opcode == "prefetchu" ? d.oneOf({"L1"}) : d.oneOf({"L1", "L2"});
  d.expectOperands(1);
  d.address(d.operand(0), space);
  d.in.run = nothing;
}

void expectLine(Decoder& d) {
  d.expectOperands(2);
  if (d.immediate(1) != lineBytes) d.fail("the size is 128");
}

// What the line held is gone: it is filled with what memory holds that nobody has written.
template <Space space>
void forget(Warp& w, const Instr& in) {
  uint8_t* to[lanes];
  reach(w, in, space, lineBytes, Access::Write, to);
  for (uint32_t m = w.mask; m; m &= m - 1) std::memset(to[firstLane(m)], 0xff, lineBytes);
}
void discard(Decoder& d) {
  Space space = globalOrGeneric(d);
  d.oneOf({"L2"});
  expectLine(d);
  d.address(d.operand(0), space);
  d.meetsOtherBlocks();
  d.in.run = space == Space::Global ? forget<Space::Global> : forget<Space::Generic>;
}

void applypriority(Decoder& d) {
  Space space = globalOrGeneric(d);
  d.oneOf({"L2::evict_normal"});
  expectLine(d);
  d.address(d.operand(0), space);
  d.in.run = nothing;
}

// A policy is a number that only cache hints read.
void noPolicy(Warp& w, const Instr& in) {
  eachLane<uint64_t>(w, in.d, [](int) { return 0; });
}
void createpolicy(Decoder& d) {
  std::string kind = d.oneOf({"fractional", "range", "cvt"});
  d.in.d = d.result(0, Type::B64);
  d.in.run = noPolicy;
  if (d.type() != Type::B64) d.fail("for b64");
  if (kind == "cvt") {
    d.oneOf({"L2"});
    d.expectOperands(2);
    d.source(1, Type::B64);
    return;
  }
  d.oneOf({"L2::evict_last", "L2::evict_normal", "L2::evict_first", "L2::evict_unchanged"});
  d.has("L2::evict_first") || d.has("L2::evict_unchanged");
  if (kind == "fractional") {
    d.expectOperands(1, 2);
    if (d.operands() == 2) d.source(1, Type::F32);
    return;
  }
  Space space = globalOrGeneric(d);
  d.expectOperands(4);
  d.address(d.operand(1), space);
  d.source(2, Type::B32);
  d.source(3, Type::B32);
}

}  // namespace

void addCacheRows(Rows& rows) {
  rows["membar"].push_back({anyType, fence});
  rows["fence"].push_back({anyType, fence});
  rows["prefetch"].push_back({anyType, prefetch});
  rows["prefetchu"].push_back({anyType, prefetch});
  rows["discard"].push_back({anyType, discard});
  rows["applypriority"].push_back({anyType, applypriority});
  rows["createpolicy"].push_back({anyType, createpolicy});
}

}  // namespace emu
