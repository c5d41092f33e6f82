#include "driver/model.h"

#include "driver/api.h"

namespace emu {

const Model& modelOf(const Settings& s) {
  constexpr int kilobyte = 1 << 10, megabyte = 1 << 20;
  static const Model models[] = {
      {70, "Tesla V100-SXM2", 80, 1530000, 877000, 4096, 6 * megabyte, 2048, 32, 96 * kilobyte, 96 * kilobyte, 2, 5, false, true},
      {72, "Xavier", 8, 1377000, 1377000, 256, 512 * kilobyte, 2048, 32, 96 * kilobyte, 96 * kilobyte, 32, 1, true, false},
      {75, "Tesla T4", 40, 1590000, 5001000, 256, 4 * megabyte, 1024, 16, 64 * kilobyte, 64 * kilobyte, 32, 3, false, true},
      {80, "A100-SXM4-40GB", 108, 1410000, 1215000, 5120, 40 * megabyte, 2048, 32, 164 * kilobyte, 163 * kilobyte, 2, 3, false, true},
      {86, "GeForce RTX 3090", 82, 1695000, 9751000, 384, 6 * megabyte, 1536, 16, 100 * kilobyte, 99 * kilobyte, 32, 2, false, false},
      {87, "Orin", 16, 1300000, 1300000, 256, 4 * megabyte, 1536, 16, 164 * kilobyte, 163 * kilobyte, 32, 2, true, false},
      {89, "GeForce RTX 4090", 128, 2520000, 10501000, 384, 72 * megabyte, 1536, 24, 100 * kilobyte, 99 * kilobyte, 64, 2, false, false},
      {90, "H100 80GB HBM3", 132, 1980000, 2619000, 5120, 50 * megabyte, 2048, 32, 228 * kilobyte, 227 * kilobyte, 2, 3, false, true},
      {120, "GeForce RTX 5090", 170, 2407000, 14001000, 512, 96 * megabyte, 1536, 24, 100 * kilobyte, 99 * kilobyte, 64, 2, false, false},
  };
  for (auto& m : models)
    if (m.capability == s.major * 10 + s.minor) return m;
  return models[0];  // the setting takes no other
}

// By CUdevice_attribute. What is not here is 0, as hardware says of what it does not have (textures, clusters, sharing between
// processes and other things that the emulated device lacks); an unknown number is an error.
int deviceAttribute(int attribute) {
  constexpr int last = 135;
  if (attribute < 1 || attribute > last) throw ApiError{CUDA_ERROR_INVALID_VALUE};
  const Settings& s = settings();
  const Model& m = modelOf(s);
  switch (attribute) {
    case 1: return 1024;                              // threads of a block
    case 2: case 3: return 1024;                      // its x and y
    case 4: return 64;                                // its z
    case 5: return 2147483647;                        // grid's x
    case 6: case 7: return 65535;                     // its y and z
    case 8: return 48 << 10;                          // shared memory of a block
    case 9: return 64 << 10;                          // constant memory
    case 10: return 32;                               // warp
    case 11: return 2147483647;                       // pitch
    case 12: case 82: return 65536;                   // registers of a block, of a multiprocessor
    case 13: return m.clock;
    case 14: case 30: return 512;                     // alignment of textures, of surfaces
    case 15: case 19: case 31: case 41: return 1;     // overlap, mapped host memory, concurrent kernels, unified addresses
    case 16: return s.multiprocessors ? s.multiprocessors : m.multiprocessors;
    case 18: return m.isIntegrated;
    case 32: return m.hasEcc;
    case 33: return 1;                                // PCI bus
    case 36: return m.memoryClock;
    case 37: return m.busWidth;
    case 38: return m.l2;
    case 39: return m.threads;
    case 40: return m.copyEngines;
    case 51: return 32;                               // alignment of a texture's pitch
    case 75: return s.major;
    case 76: return s.minor;
    case 78: case 79: case 80: return 1;              // stream priorities, L1 for global and local
    case 81: return m.shared;
    case 83: case 89: return 1;                       // managed memory, at the same time as the host
    case 87: return m.singleToDouble;
    case 90: case 95: case 99: return 1;              // preemption, cooperative launches, host register
    case 97: return m.sharedOptIn;
    case 106: return m.blocks;
    case 108: return s.major >= 8 ? m.l2 / 4 * 3 : 0;  // persisting L2
    case 109: return s.major >= 8 ? 134213632 : 0;    // the window of an access policy
    case 111: return s.major >= 8 ? 1024 : 0;         // shared memory that CUDA itself takes
    case 113: case 115: return 1;                     // read-only host register, memory pools
    case 126: return s.major == 9 ? 4 : 1;            // domains of memory order
    default: return 0;
  }
}

}  // namespace emu
