// From the addresses of a warp's lanes to the bytes behind them: every check of a load, a store or an atomic is made here.
#pragma once
#include "machine/warp.h"

namespace emu {

// How the bytes of the lanes lie: one after the other, lane by lane, without a gap in the mask; or in any way. Done: they are written already.
enum class Layout : uint8_t { Any, Run, Done };

// Gives, for every lane of the mask, where its bytes are. For a write `values` are the bytes to be written, lane by lane with the
// given stride: what several threads write at once is no race if it is the same.
Layout reach(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint8_t** to, const uint8_t* values = nullptr, uint32_t stride = 0);

// The same for addresses at hand; generic ones become those of their space.
Layout reach(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint64_t* at, uint8_t** to, const uint8_t* values = nullptr, uint32_t stride = 0);

// An access of a warp while it is checked.
struct Reach {
  Warp& w;
  const Instr& in;
  uint32_t bytes;
  Access access;
  const uint8_t* values;
  uint32_t stride;

  // Those in shared memory; addresses count from its start.
  void shared(uint32_t mask, const uint64_t* at, uint8_t** to);
  [[noreturn]] void misaligned(int lane, uint64_t at);
};

}  // namespace emu
