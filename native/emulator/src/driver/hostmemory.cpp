// Host memory that the driver knows: pinned, or registered.
#include "control/settings.h"
#include "driver/api.h"
#include "machine/memory.h"

using namespace emu;

namespace {

constexpr unsigned ioMemory = 4;

bool overlapsKnown(uint8_t* start, size_t bytes) {
  for (auto& [at, range] : state().host)
    if (at < start + bytes && start < at + range.size) return true;
  return false;
}

void addHost(Context& c, uint8_t* start, uint64_t bytes, bool registered, unsigned flags, std::unique_ptr<uint8_t[]> own) {
  Allocation* mapped = Memory::get().map(c.device, &c, start, bytes);
  state().host[start] = HostRange{start, bytes, registered, flags, &c, mapped, std::move(own)};
}

void removeHost(const char* call, void* p, bool registered, CUresult otherwise) {
  forbidInCapture();
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
  return call(name, {{"p", p}, {"bytes", bytes}, {"flags", flags}}, [&] {
    checkValue(p && bytes && (flags & ~7u) == 0);
    Context& c = current();
    forbidInCapture();
    check(bytes < size_t(1) << 46, CUDA_ERROR_OUT_OF_MEMORY);
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
  return call("cuMemFreeHost", {{"p", p}}, [&] {
    current();
    if (p) removeHost("cuMemFreeHost", p, false, CUDA_ERROR_INVALID_VALUE);
  });
}
EMU_API cuMemHostRegister_v2(void* p, size_t bytes, unsigned flags) {
  return call("cuMemHostRegister", {{"p", p}, {"bytes", bytes}, {"flags", flags}}, [&] {
    checkValue(p && bytes && (flags & ~15u) == 0);
    check((flags & ioMemory) == 0, CUDA_ERROR_NOT_SUPPORTED);
    Context& c = current();
    forbidInCapture();
    checkValue(!Memory::get().isDeviceAddress(uint64_t(p)));
    check(!overlapsKnown(static_cast<uint8_t*>(p), bytes), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
    addHost(c, static_cast<uint8_t*>(p), bytes, true, flags, nullptr);
  });
}
EMU_API cuMemHostUnregister(void* p) {
  return call("cuMemHostUnregister", {{"p", p}}, [&] {
    current();
    removeHost("cuMemHostUnregister", p, true, CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  });
}
EMU_API cuMemHostGetDevicePointer_v2(CUdeviceptr* device, void* p, unsigned flags) {
  return call("cuMemHostGetDevicePointer", {{"device", device}, {"p", p}, {"flags", flags}}, [&] {
    checkValue(device && flags == 0);
    current();
    HostRange* r = state().hostRange(p, 1);
    checkValue(r != nullptr);
    *device = r->mapped->base + uint64_t(static_cast<uint8_t*>(p) - r->start);
  });
}
EMU_API cuMemHostGetFlags(unsigned* flags, void* p) {
  return call("cuMemHostGetFlags", {{"flags", flags}, {"p", p}}, [&] {
    checkValue(flags);
    HostRange* r = state().hostRange(p, 1);
    checkValue(r && !r->isRegistered);
    *flags = r->flags;
  });
}
