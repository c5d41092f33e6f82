// Sums and products that take and leave a carry.
#pragma once
#include "machine/decoder.h"

namespace emu {

void sumWithCarry(Decoder& d, bool subtract);
void productWithCarry(Decoder& d);

}  // namespace emu
