// Accesses that pass although something is wrong with their address, since its check is switched off: what they read is 0, and what
// they write is lost.
#pragma once
#include "machine/reach.h"

namespace emu {

// Whether such an access passes. Addresses in shared and local memory count from its start.
bool passes(Warp& w, Space space, uint64_t at, uint64_t bytes);

// As `reach`, where lanes may pass. Where alignment is not checked, an address becomes the multiple of the access's size below it.
Layout reachSome(Warp& w, const Instr& in, Space space, uint32_t bytes, Access access, uint64_t* at, uint8_t** to, const uint8_t* values, uint32_t stride);

}  // namespace emu
