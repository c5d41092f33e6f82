// Device memory that the host allocates and frees; managed memory.
#include "machine/memory.h"

#include "control/settings.h"
#include "driver/allocation.h"
#include "driver/api.h"
#include "machine/races.h"

namespace emu {

bool awaitAFree() {
  auto& frees = state().frees;
  while (!frees.empty()) {
    OpRef op = frees.front();
    frees.erase(frees.begin());
    if (op->done) continue;
    Scheduler::get().bring(op);
    return true;
  }
  return false;
}

void countAllocation(uint64_t bytes) {
  Watch& w = Watch::get();
  w.count("allocations");
  w.count("allocations.bytes", bytes);
}

Allocation* toFree(const char* call, CUdeviceptr p) {
  Memory& m = Memory::get();
  Allocation* a = m.known(p);
  bool isFreeable = a && (a->origin == Origin::Device || a->origin == Origin::Pool || a->origin == Origin::Managed);
  bool isGone = a && (a->freeing || (a->isOfGraph && !a->isOutstanding));
  if (isFreeable && a->base == p && !isGone) return a;
  bool twice = m.wasFreed(p) || isGone;
  Watch::get().report(twice ? "double-free" : "bad-free", format("%s(0x%llx): ", call, p) + (twice ? "was freed before" : a ? "is not the start of a device allocation: " + a->describe() : "is no device allocation"));
  throw ApiError{CUDA_ERROR_INVALID_VALUE};
}

void freeNow(Allocation* a) {
  state().advice.erase(a->base);
  state().synchronous.erase(a->base);
  auto handle = static_cast<CUmemoryPool>(const_cast<void*>(a->pool));
  if (auto pool = state().pools.find(handle)) {
    pool->used -= a->size;
    if (pool->isDestroyed && pool->used == 0) state().pools.remove(handle);
  }
  Memory::get().free(a);
}

void freeInOrder(CUdeviceptr p, const char* call) {
  Allocation* a = Memory::get().known(p);
  if (!a) return;
  if (settings().checkGlobalRaces) Races::get().free(*a, call);
  freeNow(a);
}

}  // namespace emu

using namespace emu;

namespace {

// Where a device has no memory left, streams may still have some to give back.
template <class F>
CUdeviceptr allocated(uint64_t bytes, F make) {
  checkValue(bytes > 0);
  Allocation* a = make();
  while (!a && awaitAFree()) a = make();
  check(a != nullptr, CUDA_ERROR_OUT_OF_MEMORY);
  countAllocation(bytes);
  return a->base;
}

CUdeviceptr allocate(Context& c, uint64_t bytes) {
  return allocated(bytes, [&] { return Memory::get().allocate(c.device, &c, bytes, Origin::Device); });
}

constexpr size_t pitchStep = 512;
constexpr unsigned attachGlobal = 1, attachHost = 2;

}  // namespace

EMU_API cuMemAlloc_v2(CUdeviceptr* p, size_t bytes) {
  return call("cuMemAlloc", {{"p", p}, {"bytes", bytes}}, [&] {
    checkValue(p);
    Context& c = current();
    forbidInCapture();
    *p = allocate(c, bytes);
  });
}
EMU_API cuMemAllocPitch_v2(CUdeviceptr* p, size_t* pitch, size_t width, size_t height, unsigned element) {
  return call("cuMemAllocPitch", {{"p", p}, {"pitch", pitch}, {"width", width}, {"height", height}, {"element", element}}, [&] {
    checkValue(p && pitch && width && height && (element == 4 || element == 8 || element == 16));
    Context& c = current();
    forbidInCapture();
    size_t row = (width + pitchStep - 1) / pitchStep * pitchStep;
    check(row >= width && height <= settings().memory / row, CUDA_ERROR_OUT_OF_MEMORY);
    *p = allocate(c, row * height);
    *pitch = row;
  });
}
EMU_API cuMemAllocManaged(CUdeviceptr* p, size_t bytes, unsigned flags) {
  return call("cuMemAllocManaged", {{"p", p}, {"bytes", bytes}, {"flags", flags}}, [&] {
    checkValue(p && (flags == attachGlobal || flags == attachHost));
    Context& c = current();
    forbidInCapture();
    *p = allocated(bytes, [&] { return Memory::get().manage(c.device, &c, bytes); });
  });
}
EMU_API cuMemFree_v2(CUdeviceptr p) {
  return call("cuMemFree", {{"p", p}}, [&] {
    Context& c = current();
    if (p == 0) return;
    forbidInCapture();
    Allocation* pooled = Memory::get().find(p);
    bool waits = !pooled || !pooled->pool;  // it waits for the device, but not where the memory is of a pool, as the manual says
    if (waits) Scheduler::get().waitFor(&c);
    check(!c.fault, c.fault);
    Allocation* a = toFree("cuMemFree", p);
    a->isOutstanding = false;
    if (waits) {
      freeNow(a);
    } else {
      a->freeing = true;
      Scheduler::get().wait(Scheduler::get().submit(&c, {}, [p] { freeInOrder(p, "cuMemFree"); }));
    }
    Watch::get().count("frees");
  });
}
EMU_API cuMemGetInfo_v2(size_t* free, size_t* total) {
  return call("cuMemGetInfo", {{"free", free}, {"total", total}}, [&] {
    checkValue(free && total);
    Context& c = current();
    *total = settings().memory;
    *free = settings().memory - Memory::get().used(c.device);
  });
}
EMU_API cuMemGetAddressRange_v2(CUdeviceptr* base, size_t* size, CUdeviceptr p) {
  return call("cuMemGetAddressRange", {{"base", base}, {"size", size}, {"p", p}}, [&] {
    current();
    Allocation* a = Memory::get().known(p);
    check(a != nullptr, CUDA_ERROR_NOT_FOUND);
    if (base) *base = a->base;
    if (size) *size = a->size;
  });
}
