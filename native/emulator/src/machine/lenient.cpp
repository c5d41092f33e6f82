#include "machine/lenient.h"

#include "control/settings.h"

namespace emu {
namespace {

constexpr uint32_t most = 128;  // bytes of one access: a line that is discarded

bool isInside(uint64_t size, uint64_t at, uint64_t bytes) { return at <= size && size - at >= bytes; }

// In which memory a generic address lies; it becomes the address there.
Space resolve(uint64_t& at) {
  uint64_t s = Memory::get().sharedWindow(), l = Memory::get().localWindow();
  Space space = at - s < Memory::windowSpan ? Space::Shared : at - l < Memory::windowSpan ? Space::Local : Space::Global;
  at -= space == Space::Shared ? s : space == Space::Local ? l : 0;
  return space;
}

}  // namespace

bool passes(Warp& w, Space space, uint64_t at, uint64_t bytes) {
  if (space == Space::Generic) space = resolve(at);
  if (space == Space::Shared) return !settings().checkBounds && !isInside(w.block->shared.size(), at, bytes);
  if (space == Space::Local) return !settings().checkBounds && !isInside(w.block->program.localBytes, at, bytes);
  Allocation* a = Memory::get().find(at);
  return !(a && a->end() - at >= bytes) && !settings().checksAddress(Memory::get().explain(at, bytes).kind);
}

namespace {

// The warp's lanes that pass; addresses are aligned, if nobody checks that they are.
uint32_t passingOf(Warp& w, Space space, uint32_t bytes, uint64_t* at) {
  uint32_t passing = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    int i = firstLane(m);
    if (!settings().checkAlignment) at[i] &= ~uint64_t(bytes - 1);
    if (passes(w, space, at[i], bytes)) passing |= 1u << i;
  }
  return passing;
}

// Gives these lanes bytes that belong to nobody, all 0.
void leadNowhere(uint32_t mask, uint32_t bytes, uint8_t** to) {
  alignas(most) thread_local uint8_t nowhere[lanes][most];
  for (uint32_t m = mask; m; m &= m - 1) {
    int i = firstLane(m);
    to[i] = nowhere[i];
    std::memset(to[i], 0, bytes);
  }
}

// While it is there the warp consists of these lanes, and all is checked.
class Strictly {
 public:
  Strictly(Warp& w, uint32_t mask) : w_(w), mask_(w.mask) { set(mask, false); }
  ~Strictly() { set(mask_, true); }
  Strictly(const Strictly&) = delete;

 private:
  void set(uint32_t mask, bool isLenient) {
    w_.mask = mask;
    w_.block->execution.isLenient = isLenient;
  }
  Warp& w_;
  uint32_t mask_;
};

}  // namespace

Layout reachSome(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint64_t* at, uint8_t** to, const uint8_t* values, uint32_t stride) {
  uint32_t passing = passingOf(w, space, bytes, at), others = w.mask & ~passing;
  Layout layout = Layout::Any;
  if (others) {
    Strictly strictly(w, others);
    layout = reach(w, in, space, bytes, access, at, to, values, stride);
  }
  leadNowhere(passing, bytes, to);
  return layout == Layout::Run && passing ? Layout::Any : layout;
}

}  // namespace emu
