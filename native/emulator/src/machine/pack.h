// Conversions whose result holds several numbers, or TF32.
#pragma once
#include "machine/decoder.h"

namespace emu {

void packWhole(Decoder& d);      // cvt.pack
void packReal(Decoder& d);       // cvt to f16x2 and bf16x2
void toTensorFloat(Decoder& d);  // cvt to tf32

}  // namespace emu
