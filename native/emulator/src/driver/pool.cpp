// Memory that streams allocate and free, and its pools.
#include "control/settings.h"
#include "driver/allocation.h"
#include "driver/api.h"

namespace emu {

std::vector<CUdeviceptr> takeAllocations(const Graph& graph, bool freesFirst) {
  std::vector<CUdeviceptr> stale;
  std::vector<Allocation*> taken;
  for (auto& n : graph.nodes) {
    auto* spec = std::get_if<MemorySpec>(&n->work.spec);
    Allocation* a = spec ? Memory::get().known(spec->base) : nullptr;
    if (!a || n->work.type != CU_NODE_MEM_ALLOC) continue;
    checkValue(freesFirst || !a->isOutstanding);
    if (a->isOutstanding) stale.push_back(a->base);
    taken.push_back(a);
  }
  for (Allocation* a : taken) a->isOutstanding = true;
  for (auto& n : graph.nodes)
    if (auto* spec = std::get_if<MemorySpec>(&n->work.spec); spec && n->work.type == CU_NODE_MEM_FREE)
      if (Allocation* a = Memory::get().known(spec->base)) a->isOutstanding = false;
  return stale;
}

}  // namespace emu

using namespace emu;

namespace {

std::shared_ptr<Pool> poolOf(CUmemoryPool handle) {
  auto p = state().pools.find(handle);
  checkValue(p && !p->isDestroyed);
  return p;
}

std::shared_ptr<Pool> defaultPool(int device) {
  auto& pool = state().defaultPools[device];
  if (!pool) {
    pool = std::make_shared<Pool>();
    pool->device = device;
    pool->handle = state().pools.add(pool);
  }
  return pool;
}

Work allocationWork(CUdeviceptr p, std::shared_ptr<void> token) {
  Work w;
  w.type = CU_NODE_MEM_ALLOC;
  w.name = "allocation";
  w.spec = MemorySpec{p, std::move(token)};
  w.run = [p] {
    Allocation* a = Memory::get().known(p);
    try {
      if (a) Memory::get().arrive(a);
    } catch (const std::bad_alloc&) {
      throw LaunchFault{CUDA_ERROR_OUT_OF_MEMORY};
    }
  };
  return w;
}

Work freeWork(CUdeviceptr p) {
  Work w;
  w.type = CU_NODE_MEM_FREE;
  w.name = "free";
  w.spec = MemorySpec{p, nullptr};
  w.run = [p] { freeInOrder(p, "cuMemFreeAsync"); };
  return w;
}

Allocation* announce(Context& c, Pool& pool, size_t bytes) {
  checkValue(bytes > 0);
  check(!pool.most || pool.used + bytes <= pool.most, CUDA_ERROR_OUT_OF_MEMORY);
  Allocation* a = Memory::get().announce(c.device, &c, bytes);
  while (!a && awaitAFree()) a = Memory::get().announce(c.device, &c, bytes);
  check(a != nullptr, CUDA_ERROR_OUT_OF_MEMORY);
  countAllocation(bytes);
  return a;
}

void allocate(CUdeviceptr* p, size_t bytes, Stream& s, Pool& pool) {
  check(pool.device == s.context->device, CUDA_ERROR_NOT_SUPPORTED);
  check(!s.capture || !s.capture->invalidated, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  Allocation* a = announce(*s.context, pool, bytes);
  uint64_t base = a->base;
  std::shared_ptr<void> token;
  if (s.capture) {
    a->isOfGraph = true;
    a->isOutstanding = true;  // until the capture has ended, so that the capture can free it
    token = std::shared_ptr<void>(nullptr, [base](void*) { Memory::get().forget(base); });
  } else {
    a->pool = pool.handle;
    pool.used += bytes;
  }
  enqueue(s, allocationWork(base, std::move(token)));
  *p = base;
}

}  // namespace

EMU_API cuMemAllocAsync(CUdeviceptr* p, size_t bytes, CUstream stream) {
  return call("cuMemAllocAsync", {{"p", p}, {"bytes", bytes}, {"stream", stream}}, [&] {
    checkValue(p);
    auto s = streamOf(stream);
    allocate(p, bytes, *s, *defaultPool(s->context->device));
  });
}
EMU_API cuMemAllocFromPoolAsync(CUdeviceptr* p, size_t bytes, CUmemoryPool pool, CUstream stream) {
  return call("cuMemAllocFromPoolAsync", {{"p", p}, {"bytes", bytes}, {"pool", pool}, {"stream", stream}}, [&] {
    checkValue(p);
    auto from = poolOf(pool);
    allocate(p, bytes, *streamOf(stream), *from);
  });
}
EMU_API cuMemFreeAsync(CUdeviceptr p, CUstream stream) {
  return call("cuMemFreeAsync", {{"p", p}, {"stream", stream}}, [&] {
    auto s = streamOf(stream);
    if (p == 0) return;
    Allocation* a = toFree("cuMemFreeAsync", p);
    checkValue(a->origin != Origin::Managed && (!s->capture || a->isOfGraph));
    OpRef op = enqueue(*s, freeWork(p));
    Watch::get().count("frees");
    if (a->isOfGraph) a->isOutstanding = false;
    else a->freeing = true;
    if (op) state().frees.push_back(op);
  });
}
EMU_API cuMemPoolCreate(CUmemoryPool* pool, const CUmemPoolProps* props) {
  return call("cuMemPoolCreate", {{"pool", pool}}, [&] {
    checkValue(pool && props && props->allocType == 1 && props->location.type == 1);
    check(props->handleTypes == 0, CUDA_ERROR_NOT_SUPPORTED);
    check(props->location.id >= 0 && props->location.id < settings().devices, CUDA_ERROR_INVALID_DEVICE);
    auto p = std::make_shared<Pool>();
    p->device = props->location.id;
    p->most = props->maxSize;
    *pool = p->handle = state().pools.add(p);
  });
}
EMU_API cuMemPoolDestroy(CUmemoryPool pool) {
  return call("cuMemPoolDestroy", {{"pool", pool}}, [&] {
    auto p = poolOf(pool);
    checkValue(state().defaultPools[p->device] != p);
    p->isDestroyed = true;
    if (p->used == 0) state().pools.remove(pool);
  });
}
// What is freed goes back to the device at once, so there is never anything to trim.
EMU_API cuMemPoolTrimTo(CUmemoryPool pool, size_t bytes) {
  return call("cuMemPoolTrimTo", {{"pool", pool}, {"bytes", bytes}}, [&] { poolOf(pool); });
}
