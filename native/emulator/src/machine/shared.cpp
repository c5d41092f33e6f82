// Shared memory: bounds, races between barriers, what was never written, and conflicts of banks.
#include <algorithm>

#include "control/settings.h"
#include "control/watch.h"
#include "machine/reach.h"

namespace emu {
namespace {

constexpr uint16_t severalWarps = 0xffff;
constexpr uint8_t severalLanes = 0xff;
constexpr int banks = 32;

// How often the banks have to be asked: as often as the one with most different words; for an atomic, with most lanes.
uint32_t passes(uint32_t mask, const uint64_t* at, uint32_t words, bool isAtomic) {
  uint32_t first[banks], count[banks] = {};  // of a bank: the first of its words, how many there are
  uint32_t other[lanes * 4], next[lanes * 4], last[banks], used = 0, most = 0;
  for (uint32_t m = mask; m; m &= m - 1) {
    uint32_t word = uint32_t(at[firstLane(m)] / 4);
    for (uint32_t k = 0; k < words; k++, word++) {
      uint32_t bank = word % banks;
      if (count[bank] == 0) {
        first[bank] = word;
        last[bank] = ~0u;
        count[bank] = 1;
      } else {
        bool isNew = isAtomic || word != first[bank];
        for (uint32_t i = last[bank]; isNew && !isAtomic && i != ~0u; i = next[i]) isNew = other[i] != word;
        if (!isNew) continue;
        other[used] = word;
        next[used] = last[bank];
        last[bank] = used++;
        count[bank]++;
      }
      most = std::max(most, count[bank]);
    }
  }
  return most;
}

// Nobody meets at a bank where all words lie within as many as there are banks; then one pass is enough.
bool areNear(uint32_t mask, const uint64_t* at) {
  uint64_t least = ~0ull, most = 0;
  for (uint32_t m = mask; m; m &= m - 1) {
    least = std::min(least, at[firstLane(m)]);
    most = std::max(most, at[firstLane(m)]);
  }
  return most / 4 - least / 4 < banks;
}

// One pass serves 32 lanes of up to 4 bytes, 16 of 8, 8 of 16.
void countBanks(Counts::Traffic& t, uint32_t mask, const uint64_t* at, uint32_t bytes, bool isAtomic) {
  uint32_t words = std::max(bytes / 4, 1u), group = lanes / words;
  for (uint32_t start = 0; start < lanes; start += group) {
    uint32_t part = mask & (group == lanes ? everyLane : ((1u << group) - 1) << start);
    if (!part) continue;
    uint32_t n = words == 1 && !isAtomic && areNear(part, at) ? 1 : passes(part, at, words, isAtomic);
    t.wavefronts += n;
    t.conflicts += n - 1;
  }
}

class SharedCheck {
 public:
  explicit SharedCheck(Reach& r) : r_(r), w_(r.w), b_(*r.w.block) {}

  // Two accesses are ordered if a barrier of the block, or within a warp one of the warp, lies between them.
  void trace(SharedTrace& t, int lane, uint64_t at, const uint8_t* there) {
    bool isRead = r_.access == Access::Read;
    if (t.copyBlock >= b_.firstEpoch && settings().checkSharedRaces) {
      w_.report("shared-race", lane, (isRead ? "reads" : "writes") + format(" shared 0x%llx, which an asynchronous copy writes: ", (unsigned long long)at) + other(t.copier) + " has not waited for it");
      return;
    }
    if (t.writeBlock == b_.epoch || (!isRead && t.readBlock == b_.epoch)) compare(t, lane, at, there);
    if (r_.access != Access::Write && t.writeBlock < b_.firstEpoch && settings().checkInitialised)
      w_.report("uninitialised-read", lane, format("shared 0x%llx was never written", (unsigned long long)at));
    if (isRead) {
      read(t, lane);
      return;
    }
    t.writer = uint16_t(w_.index * lanes + lane);
    t.writeBlock = b_.epoch;
    t.writeWarp = w_.epoch;
    t.atomic = r_.access == Access::Atomic;
  }

 private:
  void compare(SharedTrace& t, int lane, uint64_t at, const uint8_t* there) {
    if (!settings().checkSharedRaces) return;
    uint16_t me = uint16_t(w_.index * lanes + lane);
    bool afterWrite = t.writer != me && (t.writer / lanes == w_.index ? t.writeWarp == w_.epoch : t.writeBlock == b_.epoch);
    if (afterWrite && !(t.atomic && r_.access == Access::Atomic) && !(r_.access == Access::Write && sameValue(lane, there)))
      w_.report("shared-race", lane, (r_.access == Access::Read ? "reads" : "writes") + format(" shared 0x%llx, which ", (unsigned long long)at) + other(t.writer) + " has written since the last barrier");
    if (r_.access == Access::Read || t.readBlock < b_.firstEpoch) return;
    bool race = t.readerWarp == w_.index ? t.readWarp == w_.epoch && t.readerLane != lane : t.readBlock == b_.epoch;
    if (!race) return;
    std::string who = t.readerWarp == severalWarps || t.readerLane == severalLanes ? "several threads have" : other(t.readerWarp * lanes + t.readerLane) + " has";
    w_.report("shared-race", lane, format("writes shared 0x%llx, which ", (unsigned long long)at) + who + " read since the last barrier");
  }

  void read(SharedTrace& t, int lane) {
    if (t.readBlock == b_.epoch && t.readerWarp != w_.index) {
      t.readerWarp = severalWarps;
    } else if (t.readBlock == b_.epoch && t.readWarp == w_.epoch && t.readerLane != lane) {
      t.readerLane = severalLanes;
    } else {
      t.readerWarp = uint16_t(w_.index);
      t.readerLane = uint8_t(lane);
    }
    t.readBlock = b_.epoch;
    t.readWarp = w_.epoch;
  }

  std::string other(uint32_t thread) const {
    const uint32_t* n = b_.launch.block;
    return format("thread (%u,%u,%u)", thread % n[0], thread / n[0] % n[1], thread / n[0] / n[1]);
  }

  bool sameValue(int lane, const uint8_t* there) const { return r_.values && std::memcmp(r_.values + size_t(lane) * r_.stride, there, r_.bytes) == 0; }

  Reach& r_;
  Warp& w_;
  Block& b_;
};

}  // namespace

void Reach::shared(uint32_t mask, const uint64_t* at, uint8_t** to) {
  Block& b = *w.block;
  SharedCheck check(*this);
  for (uint32_t m = mask; m; m &= m - 1) {
    int i = firstLane(m);
    if (at[i] & (bytes - 1)) misaligned(i, at[i]);
    if (at[i] > b.shared.size() || b.shared.size() - at[i] < bytes)
      w.fault(CUDA_ERROR_ILLEGAL_ADDRESS, "out-of-bounds", i, format("%u bytes at shared 0x%llx; the block has %zu bytes of shared memory", bytes, (unsigned long long)at[i], b.shared.size()));
    to[i] = b.shared.data() + at[i];
    uint64_t last = (at[i] + bytes - 1) >> b.traceShift;
    for (uint64_t t = at[i] >> b.traceShift; t <= last; t++) check.trace(b.traces[t], i, at[i], to[i]);
    if (values) std::memcpy(to[i], values + size_t(i) * stride, bytes);  // so that the next lane's check sees it
  }
  countBanks(b.execution.counts.of(access), mask, at, bytes, access == Access::Atomic);
}

}  // namespace emu
