// What the driver knows about a pointer; advice about managed memory.
#include <cstring>

#include "control/settings.h"
#include "driver/api.h"

using namespace emu;

namespace {

enum Attribute {
  ContextOf = 1, MemoryType = 2, DevicePointer = 3, HostPointer = 4, PeerTokens = 5, SyncMemops = 6, BufferId = 7, IsManaged = 8, DeviceOrdinal = 9,
  IsIpcCapable = 10, RangeStart = 11, RangeSize = 12, IsMapped = 13, HandleTypes = 14, IsRdmaCapable = 15, AccessFlags = 16, PoolHandle = 17,
  MappingSize = 18, MappingBase = 19, MemoryBlock = 20
};

template <class T>
void give(void* result, T value) {
  std::memcpy(result, &value, sizeof value);
}

// The allocation behind a device address, or the one that stands for known host memory; null for all else.
Allocation* behind(uint64_t p) {
  if (Allocation* a = Memory::get().known(p)) return a;
  HostRange* r = state().hostRange(reinterpret_cast<void*>(p), 1);
  return r ? r->mapped : nullptr;
}

// CUDA gives zeros for what it does not know.
void nothing(void* result, int attribute) {
  switch (attribute) {
    case ContextOf: case DevicePointer: case HostPointer: case BufferId: case RangeStart: case RangeSize: case HandleTypes: case AccessFlags: case PoolHandle:
      return give<uint64_t>(result, 0);
    case DeviceOrdinal: return give<int>(result, -2);  // CU_DEVICE_INVALID
    case SyncMemops: case IsManaged: case IsIpcCapable: case IsMapped: case IsRdmaCapable: return give<uint8_t>(result, 0);
    default: return give<unsigned>(result, 0);
  }
}

void attributeOf(void* result, int attribute, uint64_t p, Allocation& a) {
  bool isHost = a.origin == Origin::Mapped, isManaged = a.origin == Origin::Managed;
  uint64_t offset = Memory::get().isDeviceAddress(p) ? p - a.base : p - reinterpret_cast<uint64_t>(a.data);
  switch (attribute) {
    case ContextOf: return give(result, static_cast<const Context*>(a.context)->handle);
    case MemoryType: return give<unsigned>(result, isHost ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE);
    case DevicePointer: return give<uint64_t>(result, a.base + offset);
    case HostPointer:
      checkValue(isHost || isManaged);
      return give(result, a.data + offset);
    case SyncMemops: return give<uint8_t>(result, state().synchronous.count(a.base) != 0);
    case BufferId: return give<uint64_t>(result, a.id);
    case IsManaged: return give<uint8_t>(result, isManaged);
    case DeviceOrdinal: return give<int>(result, a.device);
    case IsIpcCapable: case IsRdmaCapable: return give<uint8_t>(result, 0);
    case RangeStart: return give<uint64_t>(result, a.base);
    case RangeSize: return give<uint64_t>(result, a.size);
    case IsMapped: return give<uint8_t>(result, 1);
    case HandleTypes: return give<uint64_t>(result, 0);
    case AccessFlags: return give<uint64_t>(result, 3);  // reading and writing
    case PoolHandle: return give(result, a.pool);
    case PeerTokens: case MappingSize: case MappingBase: case MemoryBlock: throw ApiError{CUDA_ERROR_NOT_SUPPORTED};
    default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
  }
}

}  // namespace

EMU_API cuPointerGetAttribute(void* result, int attribute, CUdeviceptr p) {
  return call("cuPointerGetAttribute", {{"attribute", attribute}, {"p", p}}, [&] {
    checkValue(result);
    current();
    Allocation* a = behind(p);
    checkValue(a != nullptr);
    attributeOf(result, attribute, p, *a);
  });
}
EMU_API cuPointerGetAttributes(unsigned n, int* attributes, void** results, CUdeviceptr p) {
  return call("cuPointerGetAttributes", {{"n", n}, {"p", p}}, [&] {
    checkValue(n && attributes && results);
    current();
    Allocation* a = behind(p);
    for (unsigned i = 0; i < n; i++) {
      checkValue(results[i] && attributes[i] >= ContextOf && attributes[i] <= MemoryBlock);
      bool hasHostPointer = a && (a->origin == Origin::Mapped || a->origin == Origin::Managed);
      if (!a || (attributes[i] == HostPointer && !hasHostPointer)) nothing(results[i], attributes[i]);
      else attributeOf(results[i], attributes[i], p, *a);
    }
  });
}
EMU_API cuPointerSetAttribute(const void* value, int attribute, CUdeviceptr p) {
  return call("cuPointerSetAttribute", {{"attribute", attribute}, {"p", p}}, [&] {
    checkValue(value && attribute == SyncMemops);
    current();
    Allocation* a = Memory::get().known(p);
    checkValue(a != nullptr);
    if (*static_cast<const unsigned*>(value)) state().synchronous.insert(a->base);
    else state().synchronous.erase(a->base);
  });
}

namespace {

constexpr int hostDevice = -1, noDevice = -2;

// The managed allocation that holds this range.
Allocation& managed(CUdeviceptr p, size_t bytes) {
  Allocation* a = Memory::get().known(p);
  checkValue(bytes > 0 && a && a->origin == Origin::Managed && a->end() - p >= bytes);
  return *a;
}

void checkPlace(CUdevice device) { check(device == hostDevice || (device >= 0 && device < settings().devices), CUDA_ERROR_INVALID_DEVICE); }

void rangeAttribute(void* result, size_t size, int attribute, const Advice& advice) {
  checkValue(result && size >= 4 && size % 4 == 0);
  auto* values = static_cast<int*>(result);
  switch (attribute) {
    case 1: values[0] = advice.isReadMostly; break;
    case 2: values[0] = advice.preferred; break;
    case 3: {
      auto next = advice.accessedBy.begin();
      for (size_t i = 0; i < size / 4; i++) values[i] = next == advice.accessedBy.end() ? noDevice : *next++;
      break;
    }
    case 4: values[0] = advice.prefetched; break;
    default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
  }
}

}  // namespace

EMU_API cuMemAdvise(CUdeviceptr p, size_t bytes, int advice, CUdevice device) {
  return call("cuMemAdvise", {{"p", p}, {"bytes", bytes}, {"advice", advice}, {"device", device}}, [&] {
    Advice& kept = state().advice[managed(p, bytes).base];
    switch (advice) {
      case 1: case 2: kept.isReadMostly = advice == 1; return;
      case 3: checkPlace(device); kept.preferred = device; return;
      case 4: kept.preferred = noDevice; return;
      case 5: checkPlace(device); kept.accessedBy.insert(device); return;
      case 6: checkPlace(device); kept.accessedBy.erase(device); return;
      default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
    }
  });
}
EMU_API cuMemPrefetchAsync(CUdeviceptr p, size_t bytes, CUdevice device, CUstream stream) {
  return call("cuMemPrefetchAsync", {{"p", p}, {"bytes", bytes}, {"device", device}, {"stream", stream}}, [&] {
    auto s = streamOf(stream);
    uint64_t base = managed(p, bytes).base;
    checkPlace(device);
    forbidCapturing(*s);
    Work w;
    w.run = [base, device] {
      if (Memory::get().known(base)) state().advice[base].prefetched = device;
    };
    enqueue(*s, std::move(w));
  });
}
EMU_API cuMemRangeGetAttribute(void* result, size_t size, int attribute, CUdeviceptr p, size_t bytes) {
  return call("cuMemRangeGetAttribute", {{"size", size}, {"attribute", attribute}, {"p", p}, {"bytes", bytes}}, [&] { rangeAttribute(result, size, attribute, state().advice[managed(p, bytes).base]); });
}
EMU_API cuMemRangeGetAttributes(void** results, size_t* sizes, int* attributes, size_t n, CUdeviceptr p, size_t bytes) {
  return call("cuMemRangeGetAttributes", {{"n", n}, {"p", p}, {"bytes", bytes}}, [&] {
    checkValue(results && sizes && attributes && n > 0);
    const Advice& advice = state().advice[managed(p, bytes).base];
    for (size_t i = 0; i < n; i++) rangeAttribute(results[i], sizes[i], attributes[i], advice);
  });
}
EMU_API cuStreamAttachMemAsync(CUstream stream, CUdeviceptr p, size_t bytes, unsigned flags) {
  return call("cuStreamAttachMemAsync", {{"stream", stream}, {"p", p}, {"bytes", bytes}, {"flags", flags}}, [&] {
    auto s = streamOf(stream);
    Allocation* a = Memory::get().known(p);
    checkValue(a && a->origin == Origin::Managed && a->base == p && (bytes == 0 || bytes == a->size));
    checkValue(flags == 1 || flags == 2 || (flags == 4 && !s->isLegacy));
    forbidCapturing(*s);
    enqueue(*s, Work());
  });
}
