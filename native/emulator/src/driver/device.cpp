// Devices and their attributes.
#include <algorithm>
#include <cstring>

#include "control/settings.h"
#include "driver/api.h"

using namespace emu;

namespace {

void checkDevice(CUdevice d) { check(d >= 0 && d < settings().devices, CUDA_ERROR_INVALID_DEVICE); }

int capability() { return settings().major * 10 + settings().minor; }

int sharedOptIn() {
  switch (capability()) {
    case 70: case 72: return 96 << 10;
    case 75: return 64 << 10;
    case 80: case 87: return 163 << 10;
    case 86: case 89: case 120: return 99 << 10;
    default: return 227 << 10;
  }
}
int sharedPerMultiprocessor() {
  switch (capability()) {
    case 70: case 72: return 96 << 10;
    case 75: return 64 << 10;
    case 80: case 87: return 164 << 10;
    case 86: case 89: case 120: return 100 << 10;
    default: return 228 << 10;
  }
}
int threadsPerMultiprocessor() { return capability() == 75 ? 1024 : capability() == 86 || capability() == 87 || capability() == 89 || capability() == 120 ? 1536 : 2048; }

}  // namespace

namespace emu {

// By CUdevice_attribute. What is not here is 0, as hardware says of what it does not have; an unknown number is an error.
int deviceAttribute(int attribute) {
  constexpr int last = 144;
  if (attribute < 1 || attribute > last) throw ApiError{CUDA_ERROR_INVALID_VALUE};
  switch (attribute) {
    case 1: return 1024;                            // threads of a block
    case 2: case 3: return 1024;                    // its x and y
    case 4: return 64;                              // its z
    case 5: return 2147483647;                      // grid's x
    case 6: case 7: return 65535;                   // its y and z
    case 8: return 48 << 10;                        // shared memory of a block
    case 9: return 64 << 10;                        // constant memory
    case 10: return 32;                             // warp
    case 11: return 2147483647;                     // pitch
    case 12: case 82: return 65536;                 // registers of a block, of a multiprocessor
    case 13: return 1000000;                        // clock, kHz
    case 14: return 512;                            // alignment of textures
    case 15: case 19: case 31: case 41: return 1;   // overlap, mapped host memory, concurrent kernels, unified addresses
    case 16: return 16;                             // multiprocessors
    case 33: return 1;                              // PCI bus
    case 36: return 1000000;                        // memory clock, kHz
    case 37: return 256;                            // bus width
    case 38: return 4 << 20;                        // L2
    case 39: return threadsPerMultiprocessor();
    case 40: return 2;                              // copy engines
    case 75: return settings().major;
    case 76: return settings().minor;
    case 78: case 79: case 80: return 1;            // stream priorities, L1 for global and local
    case 81: return sharedPerMultiprocessor();
    case 87: return 32;                             // how much slower double is
    case 90: case 95: case 99: case 115: return 1;  // preemption, cooperative launches, host register, memory pools
    case 97: return sharedOptIn();
    case 106: return capability() == 75 || capability() == 86 || capability() == 87 ? 16 : capability() == 89 || capability() == 120 ? 24 : 32;
    case 111: return capability() >= 80 ? 1024 : 0;  // shared memory that CUDA itself takes
    default: return 0;
  }
}

}  // namespace emu

EMU_API cuDeviceGet(CUdevice* device, int ordinal) {
  return call("cuDeviceGet", [&] {
    checkValue(device);
    checkDevice(ordinal);
    *device = ordinal;
  });
}
EMU_API cuDeviceGetCount(int* count) {
  return call("cuDeviceGetCount", [&] {
    checkValue(count);
    *count = settings().devices;
  });
}
EMU_API cuDeviceGetName(char* name, int length, CUdevice device) {
  return call("cuDeviceGetName", [&] {
    checkValue(name && length > 0);
    checkDevice(device);
    std::string text = format("Emulated CUDA device %d (compute capability %d.%d)", device, settings().major, settings().minor);
    std::strncpy(name, text.c_str(), size_t(length) - 1);
    name[length - 1] = 0;
  });
}
EMU_API cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  return call("cuDeviceGetUuid", [&] {
    checkValue(uuid);
    checkDevice(device);
    std::memcpy(uuid->bytes, "emulated device", 15);
    uuid->bytes[15] = char(device);
  });
}
EMU_API cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  return call("cuDeviceTotalMem", [&] {
    checkValue(bytes);
    checkDevice(device);
    *bytes = settings().memory;
  });
}
EMU_API cuDeviceGetAttribute(int* value, int attribute, CUdevice device) {
  return call("cuDeviceGetAttribute", [&] {
    checkValue(value);
    checkDevice(device);
    *value = attribute == 33 ? device + 1 : deviceAttribute(attribute);
  });
}
EMU_API cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
  return call("cuDeviceComputeCapability", [&] {
    checkValue(major && minor);
    checkDevice(device);
    *major = settings().major;
    *minor = settings().minor;
  });
}
EMU_API cuDeviceGetProperties(CUdevprop* p, CUdevice device) {
  return call("cuDeviceGetProperties", [&] {
    checkValue(p);
    checkDevice(device);
    *p = {deviceAttribute(1), {deviceAttribute(2), deviceAttribute(3), deviceAttribute(4)}, {deviceAttribute(5), deviceAttribute(6), deviceAttribute(7)},
          deviceAttribute(8), deviceAttribute(9), deviceAttribute(10), deviceAttribute(11), deviceAttribute(12), deviceAttribute(13), deviceAttribute(14)};
  });
}
EMU_API cuDeviceGetPCIBusId(char* text, int length, CUdevice device) {
  return call("cuDeviceGetPCIBusId", [&] {
    checkDevice(device);
    checkValue(text && length > 12);
    std::strcpy(text, format("0000:%02x:00.0", device + 1).c_str());
  });
}
EMU_API cuDeviceGetByPCIBusId(CUdevice* device, const char* text) {
  return call("cuDeviceGetByPCIBusId", [&] {
    checkValue(device && text);
    for (int d = 0; d < settings().devices; d++)
      if (format("0000:%02x:00.0", d + 1) == text) {
        *device = d;
        return;
      }
    throw ApiError{CUDA_ERROR_INVALID_DEVICE};
  });
}
EMU_API cuDeviceCanAccessPeer(int* can, CUdevice device, CUdevice peer) {
  return call("cuDeviceCanAccessPeer", [&] {
    checkValue(can);
    checkDevice(device);
    checkDevice(peer);
    *can = device != peer;
  });
}
