#include "machine/reach.h"

#include "control/settings.h"
#include "control/watch.h"

namespace emu {
namespace {

constexpr uint16_t severalWarps = 0xffff;
constexpr uint8_t severalLanes = 0xff;

class Reach {
 public:
  Reach(Warp& w, uint32_t bytes, Access access, const uint8_t* values, uint32_t stride)
      : w_(w), memory_(Memory::get()), bytes_(bytes), access_(access), values_(values), stride_(stride) {}

  void global(uint32_t mask, const uint64_t* at, uint8_t** to) {
    Allocation* a = nullptr;
    bool initialised = settings().checkInitialised && access_ != Access::Write;
    for (uint32_t m = mask; m; m &= m - 1) {
      int i = firstLane(m);
      if (at[i] & (bytes_ - 1)) misaligned(i, at[i]);
      if (!a || at[i] - a->base > a->size - bytes_ || a->size < bytes_) {
        a = memory_.find(at[i]);
        if (!a || a->end() - at[i] < bytes_) outside(i, at[i]);
        if (access_ != Access::Read && a->origin == Origin::Constant) w_.fault(CUDA_ERROR_ILLEGAL_ADDRESS, "read-only", i, "writes to constant memory: " + a->describe());
      }
      uint64_t offset = at[i] - a->base;
      to[i] = a->data + offset;
      if (a->allWritten) continue;
      if (initialised && !a->isWritten(offset, bytes_))
        w_.report("uninitialised-read", i, format("%u bytes at 0x%llx, %llu bytes into ", bytes_, (unsigned long long)at[i], (unsigned long long)offset) + a->describe() + ", were never written");
      if (access_ != Access::Read) a->markWritten(offset, bytes_);
    }
  }

  void shared(uint32_t mask, const uint64_t* at, uint8_t** to) {
    Block& b = *w_.block;
    for (uint32_t m = mask; m; m &= m - 1) {
      int i = firstLane(m);
      if (at[i] & (bytes_ - 1)) misaligned(i, at[i]);
      if (at[i] > b.shared.size() || b.shared.size() - at[i] < bytes_)
        w_.fault(CUDA_ERROR_ILLEGAL_ADDRESS, "out-of-bounds", i, format("%u bytes at shared 0x%llx; the block has %zu bytes of shared memory", bytes_, (unsigned long long)at[i], b.shared.size()));
      to[i] = b.shared.data() + at[i];
      uint64_t last = (at[i] + bytes_ - 1) >> b.traceShift;
      for (uint64_t t = at[i] >> b.traceShift; t <= last; t++) trace(b.traces[t], i, at[i], to[i]);
      if (values_) std::memcpy(to[i], values_ + size_t(i) * stride_, bytes_);  // so that the next lane's check sees it
    }
  }

  void local(uint32_t mask, const uint64_t* at, uint8_t** to) {
    uint32_t size = w_.block->program.localBytes;
    for (uint32_t m = mask; m; m &= m - 1) {
      int i = firstLane(m);
      if (at[i] & (bytes_ - 1)) misaligned(i, at[i]);
      if (at[i] > size || size - at[i] < bytes_)
        w_.fault(CUDA_ERROR_ILLEGAL_ADDRESS, "out-of-bounds", i, format("%u bytes at local 0x%llx; the thread has %u bytes of local memory", bytes_, (unsigned long long)at[i], size));
      to[i] = w_.local + size_t(i) * size + at[i];
    }
  }

  void generic(uint32_t mask, uint64_t* at, uint8_t** to) {
    uint32_t inShared = 0, inLocal = 0;
    uint64_t s = memory_.sharedWindow(), l = memory_.localWindow();
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
    if (inShared) shared(inShared, at, to);
    if (inLocal) local(inLocal, at, to);
    if (uint32_t rest = mask & ~inShared & ~inLocal) global(rest, at, to);
  }

 private:
  [[noreturn]] void misaligned(int lane, uint64_t at) {
    w_.fault(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned", lane, format("%u bytes at 0x%llx", bytes_, (unsigned long long)at));
  }

  [[noreturn]] void outside(int lane, uint64_t at) {
    Fault f = memory_.explain(at, bytes_);
    w_.fault(CUDA_ERROR_ILLEGAL_ADDRESS, f.kind, lane, f.text);
  }

  std::string other(uint32_t thread) const {
    const uint32_t* n = w_.block->launch.block;
    return format("thread (%u,%u,%u)", thread % n[0], thread / n[0] % n[1], thread / n[0] / n[1]);
  }

  bool sameValue(int lane, const uint8_t* there) const { return values_ && std::memcmp(values_ + size_t(lane) * stride_, there, bytes_) == 0; }

  // Two accesses are ordered if a barrier of the block, or within a warp one of the warp, lies between them.
  void trace(SharedTrace& t, int lane, uint64_t at, const uint8_t* there) {
    Block& b = *w_.block;
    uint16_t me = uint16_t(w_.index * lanes + lane);
    uint16_t writerWarp = uint16_t(t.writer / lanes);
    bool afterWrite = t.writeBlock && t.writer != me && (writerWarp == w_.index ? t.writeWarp == w_.epoch : t.writeBlock == b.epoch);
    if (t.copier && settings().checkSharedRaces) {
      w_.report("shared-race", lane, (access_ == Access::Read ? "reads" : "writes") + format(" shared 0x%llx, which an asynchronous copy writes: ", (unsigned long long)at) + other(t.copier - 1u) + " has not waited for it");
      return;
    }
    if (settings().checkSharedRaces) {
      if (afterWrite && !(t.atomic && access_ == Access::Atomic) && !(access_ == Access::Write && sameValue(lane, there)))
        w_.report("shared-race", lane, (access_ == Access::Read ? "reads" : "writes") + format(" shared 0x%llx, which ", (unsigned long long)at) + other(t.writer) + " has written since the last barrier");
      if (access_ != Access::Read && t.readBlock) {
        bool race = t.readerWarp == w_.index ? t.readWarp == w_.epoch && t.readerLane != lane : t.readBlock == b.epoch;
        if (race) {
          std::string who = t.readerWarp == severalWarps || t.readerLane == severalLanes ? "several threads have" : other(t.readerWarp * lanes + t.readerLane) + " has";
          w_.report("shared-race", lane, format("writes shared 0x%llx, which ", (unsigned long long)at) + who + " read since the last barrier");
        }
      }
    }
    if (access_ != Access::Write && !t.written && settings().checkInitialised)
      w_.report("uninitialised-read", lane, format("shared 0x%llx was never written", (unsigned long long)at));
    if (access_ == Access::Read) {
      if (t.readBlock == b.epoch && t.readerWarp != w_.index) {
        t.readerWarp = severalWarps;
      } else if (t.readBlock == b.epoch && t.readWarp == w_.epoch && t.readerWarp == w_.index && t.readerLane != lane) {
        t.readerLane = severalLanes;
      } else {
        t.readerWarp = uint16_t(w_.index);
        t.readerLane = uint8_t(lane);
      }
      t.readBlock = b.epoch;
      t.readWarp = w_.epoch;
    } else {
      t.written = true;
      t.writer = me;
      t.writeBlock = b.epoch;
      t.writeWarp = w_.epoch;
      t.atomic = access_ == Access::Atomic;
    }
  }

  Warp& w_;
  Memory& memory_;
  uint32_t bytes_;
  Access access_;
  const uint8_t* values_;
  uint32_t stride_;
};

}  // namespace

void reach(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint8_t** to, const uint8_t* values, uint32_t stride) {
  uint64_t at[lanes];
  if (in.address32) {
    const uint32_t* a = w.cell<uint32_t>(in.a);
    for (int i = 0; i < lanes; i++) at[i] = uint32_t(a[i] + in.offset);
  } else {
    const uint64_t* a = w.cell<uint64_t>(in.a);
    for (int i = 0; i < lanes; i++) at[i] = a[i] + uint64_t(in.offset);
  }
  reach(w, space, bytes, access, at, to, values, stride);
}

void reach(Warp& w, Space space, uint32_t bytes, Access access, uint64_t* at, uint8_t** to, const uint8_t* values, uint32_t stride) {
  Reach r(w, bytes, access, values, stride);
  switch (space) {
    case Space::Global: return r.global(w.mask, at, to);
    case Space::Shared: return r.shared(w.mask, at, to);
    case Space::Local: return r.local(w.mask, at, to);
    default: return r.generic(w.mask, at, to);
  }
}

}  // namespace emu
