// What each compute capability can do, and the product of NVIDIA's whose figures the emulated device has.
#pragma once
#include "control/settings.h"

namespace emu {

struct Model {
  int capability;
  const char* name;
  int multiprocessors, clock, memoryClock, busWidth, l2;  // kHz, bits, bytes
  int threads, blocks, shared, sharedOptIn;               // of a multiprocessor; the last of a block that asks for it
  int singleToDouble, copyEngines;
  bool isIntegrated, hasEcc;
};

const Model& modelOf(const Settings& settings);

}  // namespace emu
