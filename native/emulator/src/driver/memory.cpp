// Device memory and the host memory that the driver knows.
#include "machine/memory.h"

#include "control/settings.h"
#include "driver/api.h"

using namespace emu;

namespace {

CUdeviceptr allocate(Context& c, size_t bytes, Origin origin) {
  checkValue(bytes > 0);
  Allocation* a = Memory::get().allocate(c.device, &c, bytes, origin);
  check(a != nullptr, CUDA_ERROR_OUT_OF_MEMORY);
  Watch& w = Watch::get();
  w.count("allocations");
  w.count("allocations.bytes", bytes);
  return a->base;
}

// The allocation that begins here, to be freed.
Allocation* toFree(const char* call, CUdeviceptr p) {
  Memory& m = Memory::get();
  Allocation* a = m.find(p);
  if (a && a->base == p && (a->origin == Origin::Device || a->origin == Origin::Pool) && !a->freeing) return a;
  bool twice = m.wasFreed(p) || (a && a->freeing);
  Watch::get().report(twice ? "double-free" : "bad-free", format("%s(0x%llx): ", call, p) + (twice ? "was freed before" : a ? "is not the start of a device allocation: " + a->describe() : "is no device allocation"));
  throw ApiError{CUDA_ERROR_INVALID_VALUE};
}

}  // namespace

EMU_API cuMemAlloc_v2(CUdeviceptr* p, size_t bytes) {
  return call("cuMemAlloc", [&] {
    checkValue(p);
    Context& c = current();
    forbidInCapture();
    *p = allocate(c, bytes, Origin::Device);
  });
}
EMU_API cuMemAllocPitch_v2(CUdeviceptr* p, size_t* pitch, size_t width, size_t height, unsigned element) {
  return call("cuMemAllocPitch", [&] {
    checkValue(p && pitch && width && height && (element == 4 || element == 8 || element == 16));
    Context& c = current();
    forbidInCapture();
    *pitch = (width + 511) / 512 * 512;
    *p = allocate(c, *pitch * height, Origin::Device);
  });
}
EMU_API cuMemFree_v2(CUdeviceptr p) {
  return call("cuMemFree", [&] {
    Context& c = current();
    if (p == 0) return;
    forbidInCapture();
    Scheduler::get().waitFor(&c);  // it waits for the device, as the real one does
    check(!c.fault, c.fault);
    Memory::get().free(toFree("cuMemFree", p));
    Watch::get().count("frees");
  });
}
EMU_API cuMemAllocAsync(CUdeviceptr* p, size_t bytes, CUstream stream) {
  return call("cuMemAllocAsync", [&] {
    checkValue(p);
    auto s = streamOf(stream);
    check(!s->capture, CUDA_ERROR_NOT_SUPPORTED);
    *p = allocate(*s->context, bytes, Origin::Pool);
  });
}
EMU_API cuMemAllocFromPoolAsync(CUdeviceptr* p, size_t bytes, CUmemoryPool pool, CUstream stream) {
  return call("cuMemAllocFromPoolAsync", [&] {
    checkValue(p && state().pools.find(pool));
    auto s = streamOf(stream);
    check(!s->capture, CUDA_ERROR_NOT_SUPPORTED);
    *p = allocate(*s->context, bytes, Origin::Pool);
  });
}
EMU_API cuMemFreeAsync(CUdeviceptr p, CUstream stream) {
  return call("cuMemFreeAsync", [&] {
    auto s = streamOf(stream);
    if (p == 0) return;
    check(!s->capture, CUDA_ERROR_NOT_SUPPORTED);
    Allocation* a = toFree("cuMemFreeAsync", p);
    a->freeing = true;
    Work w;
    w.type = CU_NODE_MEM_FREE;
    w.name = "free";
    w.run = [p] {
      if (Allocation* allocation = Memory::get().find(p)) Memory::get().free(allocation);
    };
    enqueue(*s, std::move(w));
    Watch::get().count("frees");
  });
}
EMU_API cuMemPoolCreate(CUmemoryPool* pool, const CUmemPoolProps* props) {
  return call("cuMemPoolCreate", [&] {
    checkValue(pool && props && props->allocType == 1 && props->location.type == 1);
    check(props->location.id >= 0 && props->location.id < settings().devices, CUDA_ERROR_INVALID_DEVICE);
    auto p = std::make_shared<Pool>();
    p->device = props->location.id;
    *pool = state().pools.add(p);
  });
}
EMU_API cuMemPoolDestroy(CUmemoryPool pool) {
  return call("cuMemPoolDestroy", [&] {
    checkValue(state().pools.find(pool) != nullptr);
    state().pools.remove(pool);
  });
}
EMU_API cuMemPoolTrimTo(CUmemoryPool pool, size_t) {
  return call("cuMemPoolTrimTo", [&] { checkValue(state().pools.find(pool) != nullptr); });
}
EMU_API cuMemGetInfo_v2(size_t* free, size_t* total) {
  return call("cuMemGetInfo", [&] {
    checkValue(free && total);
    Context& c = current();
    *total = settings().memory;
    *free = settings().memory - Memory::get().used(c.device);
  });
}
EMU_API cuMemGetAddressRange_v2(CUdeviceptr* base, size_t* size, CUdeviceptr p) {
  return call("cuMemGetAddressRange", [&] {
    current();
    Allocation* a = Memory::get().find(p);
    check(a != nullptr, CUDA_ERROR_NOT_FOUND);
    if (base) *base = a->base;
    if (size) *size = a->size;
  });
}

namespace {

void addHost(Context& c, uint8_t* start, uint64_t bytes, bool registered, unsigned flags, std::unique_ptr<uint8_t[]> own) {
  Allocation* mapped = Memory::get().map(c.device, &c, start, bytes);
  state().host[start] = HostRange{start, bytes, registered, flags, mapped, std::move(own)};
}

void removeHost(const char* call, void* p, bool registered, CUresult otherwise) {
  auto found = state().host.find(static_cast<uint8_t*>(p));
  if (found == state().host.end() || found->second.isRegistered != registered) {
    Watch::get().report("bad-free", format("%s(%p): the driver does not know this host memory", call, p));
    throw ApiError{otherwise};
  }
  Scheduler::get().waitFor(&current());
  Memory::get().free(found->second.mapped);
  state().host.erase(found);
}

CUresult hostAlloc(const char* name, void** p, size_t bytes, unsigned flags) {
  return call(name, [&] {
    checkValue(p && bytes && (flags & ~7u) == 0);
    Context& c = current();
    forbidInCapture();
    std::unique_ptr<uint8_t[]> own(new uint8_t[bytes + 4096]);
    auto* start = reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(own.get()) + 4095) / 4096 * 4096);
    addHost(c, start, bytes, false, flags, std::move(own));
    *p = start;
    Watch::get().count("host-allocations");
  });
}

}  // namespace

EMU_API cuMemHostAlloc(void** p, size_t bytes, unsigned flags) { return hostAlloc("cuMemHostAlloc", p, bytes, flags); }
EMU_API cuMemAllocHost_v2(void** p, size_t bytes) { return hostAlloc("cuMemAllocHost", p, bytes, 0); }
EMU_API cuMemFreeHost(void* p) {
  return call("cuMemFreeHost", [&] {
    current();
    if (p) removeHost("cuMemFreeHost", p, false, CUDA_ERROR_INVALID_VALUE);
  });
}
EMU_API cuMemHostRegister_v2(void* p, size_t bytes, unsigned flags) {
  return call("cuMemHostRegister", [&] {
    checkValue(p && bytes && (flags & ~15u) == 0);
    Context& c = current();
    forbidInCapture();
    checkValue(!Memory::get().isDeviceAddress(uint64_t(p)));
    check(!state().hostRange(p, 1), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
    addHost(c, static_cast<uint8_t*>(p), bytes, true, flags, nullptr);
  });
}
EMU_API cuMemHostUnregister(void* p) {
  return call("cuMemHostUnregister", [&] {
    current();
    removeHost("cuMemHostUnregister", p, true, CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  });
}
EMU_API cuMemHostGetDevicePointer_v2(CUdeviceptr* device, void* p, unsigned flags) {
  return call("cuMemHostGetDevicePointer", [&] {
    checkValue(device && flags == 0);
    current();
    HostRange* r = state().hostRange(p, 1);
    checkValue(r != nullptr);
    *device = r->mapped->base + uint64_t(static_cast<uint8_t*>(p) - r->start);
  });
}
EMU_API cuMemHostGetFlags(unsigned* flags, void* p) {
  return call("cuMemHostGetFlags", [&] {
    checkValue(flags);
    HostRange* r = state().hostRange(p, 1);
    checkValue(r && !r->isRegistered);
    *flags = r->flags;
  });
}
