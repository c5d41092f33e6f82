// From the addresses of a warp's lanes to the bytes behind them: every check of a load, a store or an atomic is made here.
#pragma once
#include "machine/warp.h"

namespace emu {

enum class Access : uint8_t { Read, Write, Atomic };

// Gives, for every lane of the mask, where its bytes are. For a write `values` are the bytes to be written, lane by lane with the
// given stride: what several threads write at once is no race if it is the same.
void reach(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint8_t** to, const uint8_t* values = nullptr, uint32_t stride = 0);

// The same for addresses at hand; generic ones become those of their space.
void reach(Warp& w, Space space, uint32_t bytes, Access access, uint64_t* at, uint8_t** to, const uint8_t* values = nullptr, uint32_t stride = 0);

}  // namespace emu
