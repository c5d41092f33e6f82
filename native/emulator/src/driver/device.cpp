// Devices.
#include <algorithm>
#include <cstring>

#include "control/settings.h"
#include "driver/api.h"
#include "driver/model.h"

using namespace emu;

namespace {

void checkDevice(CUdevice d) { check(d >= 0 && d < settings().devices, CUDA_ERROR_INVALID_DEVICE); }

}  // namespace

EMU_API cuDeviceGet(CUdevice* device, int ordinal) {
  return call("cuDeviceGet", {{"device", device}, {"ordinal", ordinal}}, [&] {
    checkValue(device);
    checkDevice(ordinal);
    *device = ordinal;
  });
}
EMU_API cuDeviceGetCount(int* count) {
  return call("cuDeviceGetCount", {{"count", count}}, [&] {
    checkValue(count);
    *count = settings().devices;
  });
}
EMU_API cuDeviceGetName(char* name, int length, CUdevice device) {
  return call("cuDeviceGetName", {{"name", name}, {"length", length}, {"device", device}}, [&] {
    checkValue(name && length > 0);
    checkDevice(device);
    std::string text = settings().name;
    if (text.empty()) text = format("Emulated CUDA device %d (as %s, compute capability %d.%d)", device, modelOf(settings()).name, settings().major, settings().minor);
    std::strncpy(name, text.c_str(), size_t(length) - 1);
    name[length - 1] = 0;
  });
}
EMU_API cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  return call("cuDeviceGetUuid", {{"uuid", uuid}, {"device", device}}, [&] {
    checkValue(uuid);
    checkDevice(device);
    std::memcpy(uuid->bytes, "emulated device", 15);
    uuid->bytes[15] = char(device);
  });
}
EMU_API cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  return call("cuDeviceTotalMem", {{"bytes", bytes}, {"device", device}}, [&] {
    checkValue(bytes);
    checkDevice(device);
    *bytes = settings().memory;
  });
}
EMU_API cuDeviceGetAttribute(int* value, int attribute, CUdevice device) {
  return call("cuDeviceGetAttribute", {{"value", value}, {"attribute", attribute}, {"device", device}}, [&] {
    checkValue(value);
    checkDevice(device);
    constexpr int bus = 33, boardGroup = 85;
    *value = attribute == bus ? device + 1 : attribute == boardGroup ? device : deviceAttribute(attribute);
  });
}
EMU_API cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
  return call("cuDeviceComputeCapability", {{"major", major}, {"minor", minor}, {"device", device}}, [&] {
    checkValue(major && minor);
    checkDevice(device);
    *major = settings().major;
    *minor = settings().minor;
  });
}
EMU_API cuDeviceGetProperties(CUdevprop* p, CUdevice device) {
  return call("cuDeviceGetProperties", {{"p", p}, {"device", device}}, [&] {
    checkValue(p);
    checkDevice(device);
    *p = {deviceAttribute(1), {deviceAttribute(2), deviceAttribute(3), deviceAttribute(4)}, {deviceAttribute(5), deviceAttribute(6), deviceAttribute(7)},
          deviceAttribute(8), deviceAttribute(9), deviceAttribute(10), deviceAttribute(11), deviceAttribute(12), deviceAttribute(13), deviceAttribute(14)};
  });
}
EMU_API cuDeviceGetPCIBusId(char* text, int length, CUdevice device) {
  return call("cuDeviceGetPCIBusId", {{"text", text}, {"length", length}, {"device", device}}, [&] {
    checkDevice(device);
    checkValue(text && length > 12);
    std::strcpy(text, format("0000:%02x:00.0", device + 1).c_str());
  });
}
EMU_API cuDeviceGetByPCIBusId(CUdevice* device, const char* text) {
  return call("cuDeviceGetByPCIBusId", {{"device", device}, {"text", text}}, [&] {
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
  return call("cuDeviceCanAccessPeer", {{"can", can}, {"device", device}, {"peer", peer}}, [&] {
    checkValue(can);
    checkDevice(device);
    checkDevice(peer);
    *can = device != peer;
  });
}
EMU_API cuDeviceGetP2PAttribute(int* value, int attribute, CUdevice device, CUdevice peer) {
  return call("cuDeviceGetP2PAttribute", {{"value", value}, {"attribute", attribute}, {"device", device}, {"peer", peer}}, [&] {
    enum { PerformanceRank = 1, AccessSupported = 2, NativeAtomics = 3, ArrayAccess = 4 };
    checkValue(value && attribute >= PerformanceRank && attribute <= ArrayAccess);
    checkDevice(device);
    checkDevice(peer);
    check(device != peer, CUDA_ERROR_INVALID_DEVICE);
    *value = attribute == AccessSupported || attribute == NativeAtomics;
  });
}
