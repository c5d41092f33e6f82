// cp.async: copies from global to shared memory for which a thread waits later.
//
// A copy is made as late as PTX allows, when its thread waits for its group: only then is the source read. Until then whoever
// touches the destination, the thread itself included, is in a race with the copy. What was copied is a write of the waiting thread:
// others see it after the next barrier.
#include <algorithm>

#include "control/settings.h"
#include "control/watch.h"
#include "machine/decoder.h"
#include "machine/lenient.h"
#include "machine/reach.h"

namespace emu {
namespace {

using ptx::Type;

constexpr uint32_t most = 16;  // bytes of one copy

// The source is in Instr::a, the destination in Instr::c with the displacement v[0]; b holds the bytes that are there or, in
// a predicate, whether to ignore them.
enum SourceSize : uint8_t { AllOfIt = 0, InRegister = 1, InPredicate = 2, Destination32 = 4 };

void note(Warp& w, const AsyncCopy& c, uint32_t mask, bool isUnderWay) {
  Block& b = *w.block;
  for (uint32_t m = mask; m; m &= m - 1) {
    int i = firstLane(m);
    if (passes(w, Space::Shared, c.to[i], c.by->width)) continue;
    uint64_t last = (c.to[i] + c.by->width - 1) >> b.traceShift;
    for (uint64_t t = c.to[i] >> b.traceShift; t <= last; t++) {
      b.traces[t].copier = uint16_t(w.index * lanes + i);
      b.traces[t].copyBlock = isUnderWay ? b.epoch : 0;
    }
  }
}

// That the source is there is seen at once: a copy that nobody waits for is never made.
void checkSource(Warp& w, AsyncCopy& c, int lane) {
  if (!settings().checkAlignment) c.from[lane] &= ~uint64_t(c.by->width - 1);
  if (!settings().checkBounds) c.present[lane] = std::min(c.present[lane], uint32_t(c.by->width));
  uint32_t bytes = c.present[lane];
  uint64_t from = c.from[lane];
  if (bytes > c.by->width) w.fault(CUDA_ERROR_ILLEGAL_INSTRUCTION, "out-of-bounds", lane, format("a source of %u bytes for a copy of %u", bytes, c.by->width));
  if (bytes == 0) return;
  if (from & (c.by->width - 1)) w.fault(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned", lane, format("%u bytes at 0x%llx", c.by->width, (unsigned long long)from));
  Allocation* a = Memory::get().find(from);
  if ((a && a->end() - from >= bytes) || passes(w, Space::Global, from, bytes)) return;
  Fault f = Memory::get().explain(from, bytes);
  w.fault(CUDA_ERROR_ILLEGAL_ADDRESS, f.kind, lane, f.text);
}

void issue(Warp& w, const Instr& in) {
  AsyncCopy c;
  c.by = &in;
  c.mask = w.mask;
  for (int i = 0; i < lanes; i++) {
    c.from[i] = in.address32 ? w.cell<uint32_t>(in.a)[i] + uint64_t(in.offset) : w.cell<uint64_t>(in.a)[i] + uint64_t(in.offset);
    c.to[i] = in.mode & Destination32 ? uint32_t(w.cell<uint32_t>(in.c)[i] + in.v[0]) : w.cell<uint64_t>(in.c)[i] + uint64_t(int64_t(int32_t(in.v[0])));
    bool ignored = in.mode & InPredicate && (w.predicate(in.b) >> i & 1) != in.negated;
    c.present[i] = in.mode & InRegister ? w.cell<uint32_t>(in.b)[i] : ignored ? 0 : in.width;
    c.group[i] = w.groups[i];
  }
  uint8_t* to[lanes];
  Counts::Traffic& traffic = w.block->execution.counts.of(Access::Write);
  const Counts::Traffic before = traffic;
  reach(w, in, Space::Shared, in.width, Access::Write, c.to, to);
  traffic = before;  // it is counted when it is made
  for (uint32_t m = w.mask; m; m &= m - 1) checkSource(w, c, firstLane(m));
  note(w, c, w.mask, true);
  w.copies.push_back(c);
}

void fetch(Warp& w, const AsyncCopy& c, uint32_t due, uint8_t (*bytes)[most]) {
  uint32_t width = c.by->width, whole = 0;
  for (uint32_t m = due; m; m &= m - 1)
    if (c.present[firstLane(m)] == width) whole |= 1u << firstLane(m);
  uint64_t at[lanes];
  uint8_t* from[lanes];
  auto read = [&](uint32_t mask, uint32_t first, uint32_t count) {
    for (int i = 0; i < lanes; i++) at[i] = c.from[i] + first;
    w.mask = mask;
    reach(w, *c.by, Space::Global, count, Access::Read, at, from);
    for (uint32_t m = mask; m; m &= m - 1) std::memcpy(bytes[firstLane(m)] + first, from[firstLane(m)], count);
  };
  if (whole) read(whole, 0, width);
  for (uint32_t k = 0; k < width; k++) {
    uint32_t some = 0;
    for (uint32_t m = due & ~whole; m; m &= m - 1)
      if (k < c.present[firstLane(m)]) some |= 1u << firstLane(m);
    if (!some) break;
    read(some, k, 1);
  }
}

// What is wrong with a copy is told of the instruction that asked for it.
void make(Warp& w, AsyncCopy& c, uint32_t due) {
  const Instr* now = w.now;
  uint32_t mask = w.mask, width = c.by->width;
  w.now = c.by;
  alignas(16) uint8_t bytes[lanes][most] = {};
  fetch(w, c, due, bytes);
  note(w, c, due, false);
  uint64_t at[lanes];
  uint8_t* to[lanes];
  std::copy(c.to, c.to + lanes, at);
  w.mask = due;
  reach(w, *c.by, Space::Shared, width, Access::Write, at, to, bytes[0], most);
  for (uint32_t m = due; m; m &= m - 1) std::memcpy(to[firstLane(m)], bytes[firstLane(m)], width);
  c.mask &= ~due;
  w.now = now;
  w.mask = mask;
}

void commit(Warp& w, const Instr&) {
  for (uint32_t m = w.mask; m; m &= m - 1) w.groups[firstLane(m)]++;
}

// Waits until no more than the newest `offset` groups of each lane are left.
void wait(Warp& w, const Instr& in) {
  for (AsyncCopy& c : w.copies) {
    uint32_t due = 0;
    for (uint32_t m = c.mask & w.mask; m; m &= m - 1) {
      int i = firstLane(m);
      if (c.group[i] + uint64_t(in.offset) < w.groups[i]) due |= 1u << i;
    }
    if (due) make(w, c, due);
  }
  w.copies.erase(std::remove_if(w.copies.begin(), w.copies.end(), [](const AsyncCopy& c) { return c.mask == 0; }), w.copies.end());
}

void sourceSize(Decoder& d, const ptx::Operand& o) {
  if (d.isPredicate(o)) {
    d.needs(75, 80);
    d.in.b = d.predicate(o, true);
    d.in.negated = o.negated;
    d.in.mode |= InPredicate;
  } else {
    if (o.kind == ptx::Operand::Integer && uint64_t(o.value) > d.in.width) d.fail("the source has at most as many bytes as are copied");
    d.in.b = d.source(o, Type::U32);
    d.in.mode |= InRegister;
  }
}

void copy(Decoder& d) {
  bool isCg = d.oneOf({"ca", "cg"}) == "cg";
  if (d.oneOf({"shared", "shared::cta"}) == "shared::cta") d.needs(78, 80);
  if (!d.has("global")) d.fail("copies from global memory");
  for (const char* m : {"L2::64B", "L2::128B", "L2::256B"})
    if (d.has(m)) d.needs(74, 80);
  size_t hints = d.has("L2::cache_hint") ? 1 : 0;
  if (hints) d.needs(74, 80);
  d.expectOperands(3 + hints, 4 + hints);
  int64_t width = d.immediate(2);
  if (width != 16 && (isCg || (width != 4 && width != 8))) d.fail("copies 4, 8 or 16 bytes; with .cg 16");
  if (hints) d.source(d.operands() - 1, Type::B64);
  Space shared = Space::Shared, global = Space::Global;
  d.address(d.operand(0), shared);
  d.in.c = d.in.a;
  d.in.v[0] = uint32_t(d.in.offset);
  d.in.mode = d.in.address32 ? Destination32 : AllOfIt;
  d.address(d.operand(1), global);
  d.in.width = uint8_t(width);
  if (d.operands() == 4 + hints) sourceSize(d, d.operand(3));
  d.in.run = issue;
}

void cp(Decoder& d) {
  if (!d.has("async")) d.fail("only cp.async is known");
  d.needs(70, 80);
  if (d.has("commit_group")) {
    d.expectOperands(0);
    d.in.run = commit;
  } else if (d.has("wait_all")) {
    d.expectOperands(0);
    d.in.run = [](Warp& w, const Instr& in) {
      commit(w, in);
      wait(w, in);
    };
  } else if (d.has("wait_group")) {
    d.expectOperands(1);
    d.in.offset = uint32_t(d.immediate(0));
    d.in.run = wait;
  } else {
    copy(d);
  }
}

}  // namespace

void addAsyncRows(Rows& rows) { rows["cp"].push_back({anyType, cp}); }

}  // namespace emu
