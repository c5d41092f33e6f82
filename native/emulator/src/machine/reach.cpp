#include "machine/reach.h"

#include <algorithm>

#include "control/settings.h"
#include "control/watch.h"
#include "machine/lenient.h"

namespace emu {
namespace {

// The lanes' addresses: one after the other, all the same, or anything.
enum class Pattern { Any, Run, Same };

Pattern patternOf(uint32_t mask, const uint64_t* at, uint32_t bytes) {
  int first = firstLane(mask);
  uint64_t start = at[first] - uint64_t(first) * bytes, one = at[first], inRun = 0, inSame = 0;
  if (mask == everyLane) {
    for (int i = 0; i < lanes; i++) inRun |= at[i] ^ (start + uint64_t(i) * bytes);
    for (int i = 0; i < lanes; i++) inSame |= at[i] ^ one;
  } else {
    for (int i = 0; i < lanes; i++) {
      uint64_t here = -uint64_t(mask >> i & 1);
      inRun |= (at[i] ^ (start + uint64_t(i) * bytes)) & here;
      inSame |= (at[i] ^ one) & here;
    }
  }
  uint32_t low = mask >> first;
  if (inRun == 0 && (low & (low + 1)) == 0) return Pattern::Run;
  return inSame == 0 ? Pattern::Same : Pattern::Any;
}

constexpr int sectorShift = 5;

uint32_t sectorsOf(uint32_t mask, const uint64_t* at) {
  uint64_t all[lanes];
  uint32_t n = 0;
  bool sorted = true;
  for (uint32_t m = mask; m; m &= m - 1) {
    all[n] = at[firstLane(m)] >> sectorShift;
    sorted = sorted && (n == 0 || all[n - 1] <= all[n]);
    n++;
  }
  if (!sorted) std::sort(all, all + n);
  return uint32_t(std::unique(all, all + n) - all);
}

class Global {
 public:
  explicit Global(Reach& r) : r_(r), w_(r.w), e_(r.w.block->execution), cached_(e_.found[w_.now - e_.program.code.data()]), isStrong_(r.access == Access::Atomic || (r.in.order & Strong)) {}

  Layout go(uint32_t mask, const uint64_t* at, uint8_t** to) {
    Pattern pattern = patternOf(mask, at, r_.bytes);
    int first = firstLane(mask), count = __builtin_popcount(mask);
    Counts::Traffic& traffic = e_.counts.of(r_.access);
    traffic.requests++;
    traffic.bytes += uint64_t(count) * r_.bytes;
    if (e_.keepsFootprint) touch(mask, at, traffic.footprint);
    if (e_.races && isStrong_) order(mask, at);
    if (pattern == Pattern::Any || (pattern == Pattern::Same && r_.access != Access::Read)) {
      traffic.sectors += sectorsOf(mask, at);
      for (int i = first; i < lanes;) i = mask >> i & 1 ? together(i, mask, at, to) : i + 1;
      return areWritten() ? Layout::Done : Layout::Any;
    }
    uint32_t bytes = pattern == Pattern::Same ? r_.bytes : uint32_t(count) * r_.bytes;
    traffic.sectors += ((at[first] + bytes - 1) >> sectorShift) - (at[first] >> sectorShift) + 1;
    uint8_t* p = piece(first, at[first], bytes, r_.bytes);
    uint32_t step = pattern == Pattern::Same ? 0 : r_.bytes;
    if (areWritten()) return Layout::Done;
    for (int i = 0; i < lanes; i++) to[i] = p + int64_t(i - first) * step;
    return pattern == Pattern::Run ? Layout::Run : Layout::Any;
  }

 private:
  // An access of one lane lies in one sector, since it is aligned.
  static void touch(uint32_t mask, const uint64_t* at, Footprint& footprint) {
    uint64_t last = ~0ull;
    for (uint32_t m = mask; m; m &= m - 1) {
      uint64_t sector = at[firstLane(m)] >> sectorShift;
      if (sector != last) footprint.add(last = sector);
    }
  }

  // Where threads share a launch, values are written while it is looked whether another block has written the same.
  bool areWritten() const { return r_.access == Access::Write && e_.races && e_.races->isShared(); }

  // The lanes from this one on whose pieces lie side by side; gives the next one.
  int together(int first, uint32_t mask, const uint64_t* at, uint8_t** to) {
    int end = first + 1;
    while (end < lanes && (mask >> end & 1) && at[end] == at[end - 1] + r_.bytes) end++;
    uint8_t* p = piece(first, at[first], uint32_t(end - first) * r_.bytes, r_.bytes);
    for (int i = first; i < end; i++, p += r_.bytes) to[i] = p;
    return end;
  }

  // What one lane, or several whose pieces lie side by side, access.
  uint8_t* piece(int lane, uint64_t at, uint32_t bytes, uint32_t each) {
    if (at & (each - 1)) r_.misaligned(lane, at);
    Allocation* a = cached_;
    if (!a || at - a->base > a->size - bytes || a->size < bytes) a = allocationOf(lane, at, bytes, each);
    uint64_t offset = at - a->base;
    if (!a->allWritten) {
      if (r_.access != Access::Write && settings().checkInitialised && !a->isWritten(offset, bytes)) unwritten(*a, lane, offset, bytes, each);
      if (r_.access != Access::Read) a->markWritten(offset, bytes);
    }
    if (e_.races) {
      RaceAccess access{&w_, r_.access != Access::Read, isStrong_, lane, each, r_.values, r_.stride};
      e_.races->access(*a, offset, bytes, access);
    }
    return a->data + offset;
  }

  Allocation* allocationOf(int lane, uint64_t at, uint32_t bytes, uint32_t each) {
    Memory& memory = Memory::get();
    Allocation* a = memory.find(at);
    if (!a) outside(lane, at, each);
    if (a->end() - at < bytes) {  // the first lane that is not inside
      uint64_t inside = (a->end() - at) / each;
      outside(lane + int(inside), at + inside * each, each);
    }
    if (r_.access != Access::Read && a->origin == Origin::Constant) w_.fault(CUDA_ERROR_ILLEGAL_ADDRESS, "read-only", lane, "writes to constant memory: " + a->describe());
    if (e_.races) e_.races->prepare(*a);
    return cached_ = a;
  }

  [[noreturn]] void outside(int lane, uint64_t at, uint32_t bytes) {
    Fault f = Memory::get().explain(at, bytes);
    w_.fault(CUDA_ERROR_ILLEGAL_ADDRESS, f.kind, lane, f.text);
  }

  void unwritten(const Allocation& a, int lane, uint64_t offset, uint32_t bytes, uint32_t each) {
    uint64_t first = a.firstUnwritten(offset, bytes);
    if (first == a.size) return;  // another thread of the host has just written it: a race, and reported as such
    uint64_t before = (first - offset) / each;
    uint64_t at = offset + before * each;
    w_.report("uninitialised-read", lane + int(before), format("%u bytes at 0x%llx, %llu bytes into ", each, (unsigned long long)(a.base + at), (unsigned long long)at) + a.describe() + ", were never written");
  }

  // Strong accesses may carry what other blocks have done to this one, and the reverse.
  void order(uint32_t mask, const uint64_t* at) {
    BlockOrder& b = w_.block->order;
    if ((r_.in.order & Release) && r_.access != Access::Read) b.fence();
    for (uint32_t m = mask; m; m &= m - 1) {
      uint64_t address = at[firstLane(m)];
      if (r_.access != Access::Write && e_.races->hasFlags()) e_.races->acquire(b, address);
      if (r_.access != Access::Read) e_.races->release(b, address);
    }
  }

  Reach& r_;
  Warp& w_;
  Execution& e_;
  Allocation*& cached_;
  bool isStrong_;
};

void local(Reach& r, uint32_t mask, const uint64_t* at, uint8_t** to) {
  uint32_t size = r.w.block->program.localBytes;
  for (uint32_t m = mask; m; m &= m - 1) {
    int i = firstLane(m);
    if (at[i] & (r.bytes - 1)) r.misaligned(i, at[i]);
    if (at[i] > size || size - at[i] < r.bytes)
      r.w.fault(CUDA_ERROR_ILLEGAL_ADDRESS, "out-of-bounds", i, format("%u bytes at local 0x%llx; the thread has %u bytes of local memory", r.bytes, (unsigned long long)at[i], size));
    to[i] = r.w.local + size_t(i) * size + at[i];
  }
}

Layout generic(Reach& r, uint32_t mask, uint64_t* at, uint8_t** to) {
  uint32_t inShared = 0, inLocal = 0;
  uint64_t s = Memory::get().sharedWindow(), l = Memory::get().localWindow();
  for (uint32_t m = mask; m; m &= m - 1) {
    int i = firstLane(m);
    if (at[i] - s < Memory::windowSpan) {
      inShared |= 1u << i;
      at[i] -= s;
    } else if (at[i] - l < Memory::windowSpan) {
      inLocal |= 1u << i;
      at[i] -= l;
    }
  }
  if (inShared) r.shared(inShared, at, to);
  if (inLocal) local(r, inLocal, at, to);
  uint32_t rest = mask & ~inShared & ~inLocal;
  if (!rest) return Layout::Any;
  Layout layout = Global(r).go(rest, at, to);
  return rest == mask ? layout : Layout::Any;
}

}  // namespace

void Reach::misaligned(int lane, uint64_t at) { w.fault(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned", lane, format("%u bytes at 0x%llx", bytes, (unsigned long long)at)); }

Layout reach(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint8_t** to, const uint8_t* values, uint32_t stride) {
  alignas(64) uint64_t at[lanes];
  if (in.address32) {
    const uint32_t* a = w.cell<uint32_t>(in.a);
    for (int i = 0; i < lanes; i++) at[i] = uint32_t(a[i] + in.offset);
  } else {
    const uint64_t* a = w.cell<uint64_t>(in.a);
    for (int i = 0; i < lanes; i++) at[i] = a[i] + uint64_t(in.offset);
  }
  return reach(w, in, space, bytes, access, at, to, values, stride);
}

Layout reach(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint64_t* at, uint8_t** to, const uint8_t* values, uint32_t stride) {
  if (w.block->execution.isLenient) return reachSome(w, in, space, bytes, access, at, to, values, stride);
  Reach r{w, in, bytes, access, values, stride};
  switch (space) {
    case Space::Global: return Global(r).go(w.mask, at, to);
    case Space::Shared: r.shared(w.mask, at, to); return Layout::Any;
    case Space::Local: local(r, w.mask, at, to); return Layout::Any;
    default: return generic(r, w.mask, at, to);
  }
}

}  // namespace emu
