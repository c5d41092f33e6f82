// Contexts: primary and created ones, and which of them is a thread's current one.
#include "control/settings.h"
#include "driver/api.h"

using namespace emu;

namespace {

std::shared_ptr<Context> make(CUdevice device, unsigned flags, bool isPrimary) {
  auto c = std::make_shared<Context>();
  c->device = device;
  c->flags = flags;
  c->isPrimary = isPrimary;
  c->id = ++state().ids;
  c->legacy.context = c.get();
  c->legacy.isLegacy = true;
  c->legacy.id = ++state().ids;
  c->handle = state().contexts.add(c);
  return c;
}

void checkDevice(CUdevice d) { check(d >= 0 && d < settings().devices, CUDA_ERROR_INVALID_DEVICE); }

std::shared_ptr<Context> contextOf(CUcontext handle) {
  auto c = state().contexts.find(handle);
  check(c != nullptr, CUDA_ERROR_INVALID_CONTEXT);
  return c;
}

// At most one way of waiting (spin, yield, block), and whatever else a flag may ask for.
void checkFlags(unsigned flags) {
  constexpr unsigned known = 0x7f, waiting = 7;
  unsigned way = flags & waiting;
  checkValue((flags & ~known) == 0 && (way & (way - 1)) == 0);
}

size_t standardLimit(int limit) {
  switch (limit) {
    case 0: return 1024;      // stack
    case 1: return 1 << 20;   // printf
    case 2: return 8 << 20;   // malloc
    case 4: return 2048;      // launches by kernels
    case 5: return 64;        // bytes fetched into L2
    case 6: return 0;         // persisting L2
    default: throw ApiError{CUDA_ERROR_UNSUPPORTED_LIMIT};
  }
}

}  // namespace

EMU_API cuCtxCreate_v2(CUcontext* context, unsigned flags, CUdevice device) {
  return call("cuCtxCreate", {{"context", context}, {"flags", flags}, {"device", device}}, [&] {
    checkValue(context);
    checkFlags(flags);
    checkDevice(device);
    auto c = make(device, flags, false);
    contextStack().push_back(c);
    *context = c->handle;
  });
}
EMU_API cuCtxDestroy_v2(CUcontext context) {
  return call("cuCtxDestroy", {{"context", context}}, [&] {
    auto c = contextOf(context);
    check(!c->isPrimary, CUDA_ERROR_INVALID_CONTEXT);
    auto& stack = contextStack();
    destroyContext(*c);
    if (!stack.empty() && stack.back() == c) stack.pop_back();
  });
}
// Attaching counts uses, as CUDA did before contexts could be current in several threads.
EMU_API cuCtxAttach(CUcontext* context, unsigned flags) {
  return call("cuCtxAttach", {{"context", context}, {"flags", flags}}, [&] {
    checkValue(context && flags == 0);
    Context& c = current();
    c.attached++;
    *context = c.handle;
  });
}
EMU_API cuCtxDetach(CUcontext context) {
  return call("cuCtxDetach", {{"context", context}}, [&] {
    auto c = contextOf(context);
    check(c.get() == &current() && !c->isPrimary, CUDA_ERROR_INVALID_CONTEXT);
    if (--c->attached > 0) return;
    destroyContext(*c);
    contextStack().pop_back();
  });
}
EMU_API cuCtxPushCurrent_v2(CUcontext context) {
  return call("cuCtxPushCurrent", {{"context", context}}, [&] { contextStack().push_back(contextOf(context)); });
}
EMU_API cuCtxPopCurrent_v2(CUcontext* context) {
  return call("cuCtxPopCurrent", {{"context", context}}, [&] {
    auto& stack = contextStack();
    check(!stack.empty(), CUDA_ERROR_INVALID_CONTEXT);
    if (context) *context = stack.back() ? stack.back()->handle : nullptr;
    stack.pop_back();
  });
}
EMU_API cuCtxSetCurrent(CUcontext context) {
  return call("cuCtxSetCurrent", {{"context", context}}, [&] {
    auto& stack = contextStack();
    auto c = context ? contextOf(context) : nullptr;
    if (!stack.empty()) stack.pop_back();
    if (c) stack.push_back(c);
  });
}
EMU_API cuCtxGetCurrent(CUcontext* context) {
  return call("cuCtxGetCurrent", {{"context", context}}, [&] {
    checkValue(context);
    auto& stack = contextStack();
    *context = stack.empty() || !stack.back() ? nullptr : stack.back()->handle;
  });
}
EMU_API cuCtxGetDevice(CUdevice* device) {
  return call("cuCtxGetDevice", {{"device", device}}, [&] {
    checkValue(device);
    *device = current().device;
  });
}
EMU_API cuCtxGetFlags(unsigned* flags) {
  return call("cuCtxGetFlags", {{"flags", flags}}, [&] {
    checkValue(flags);
    *flags = current().flags;
  });
}
EMU_API cuCtxGetId(CUcontext context, unsigned long long* id) {
  return call("cuCtxGetId", {{"context", context}, {"id", id}}, [&] {
    checkValue(id);
    *id = context ? contextOf(context)->id : current().id;
  });
}
EMU_API cuCtxGetApiVersion(CUcontext context, unsigned* version) {
  return call("cuCtxGetApiVersion", {{"context", context}, {"version", version}}, [&] {
    checkValue(version);
    if (context) contextOf(context);
    *version = 3020;
  });
}
EMU_API cuCtxSynchronize() {
  return call("cuCtxSynchronize", [] {
    Context& c = current();
    forbidCapturing(c);
    Watch::get().count("synchronisations");
    Scheduler::get().waitFor(&c);
    check(!c.fault, c.fault);
  });
}
EMU_API cuCtxGetStreamPriorityRange(int* least, int* greatest) {
  return call("cuCtxGetStreamPriorityRange", {{"least", least}, {"greatest", greatest}}, [&] {
    current();
    if (least) *least = 0;
    if (greatest) *greatest = -5;
  });
}
EMU_API cuCtxGetCacheConfig(int* config) {
  return call("cuCtxGetCacheConfig", {{"config", config}}, [&] {
    checkValue(config);
    *config = current().cacheConfig;
  });
}
EMU_API cuCtxSetCacheConfig(int config) {
  return call("cuCtxSetCacheConfig", {{"config", config}}, [&] {
    checkValue(config >= 0 && config <= 3);
    current().cacheConfig = config;
  });
}
EMU_API cuCtxGetSharedMemConfig(int* config) {
  return call("cuCtxGetSharedMemConfig", {{"config", config}}, [&] {
    checkValue(config);
    *config = current().sharedConfig;
  });
}
EMU_API cuCtxSetSharedMemConfig(int config) {
  return call("cuCtxSetSharedMemConfig", {{"config", config}}, [&] {
    checkValue(config >= 0 && config <= 2);
    current().sharedConfig = config ? config : 1;
  });
}
EMU_API cuCtxGetLimit(size_t* value, int limit) {
  return call("cuCtxGetLimit", {{"value", value}, {"limit", limit}}, [&] {
    checkValue(value);
    Context& c = current();
    size_t standard = standardLimit(limit);
    *value = c.limits.count(limit) ? c.limits[limit] : standard;
  });
}
EMU_API cuCtxSetLimit(int limit, size_t value) {
  return call("cuCtxSetLimit", {{"limit", limit}, {"value", value}}, [&] {
    Context& c = current();
    standardLimit(limit);
    c.limits[limit] = value;
  });
}
EMU_API cuCtxEnablePeerAccess(CUcontext peer, unsigned flags) {
  return call("cuCtxEnablePeerAccess", {{"peer", peer}, {"flags", flags}}, [&] {
    checkValue(flags == 0);
    Context& c = current();
    auto p = contextOf(peer);
    check(p.get() != &c, CUDA_ERROR_INVALID_CONTEXT);
    check(p->device != c.device, CUDA_ERROR_PEER_ACCESS_UNSUPPORTED);
    check(c.peers.insert(p.get()).second, CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
  });
}
EMU_API cuCtxDisablePeerAccess(CUcontext peer) {
  return call("cuCtxDisablePeerAccess", {{"peer", peer}}, [&] { check(current().peers.erase(contextOf(peer).get()), CUDA_ERROR_PEER_ACCESS_NOT_ENABLED); });
}

EMU_API cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  return call("cuDevicePrimaryCtxRetain", {{"context", context}, {"device", device}}, [&] {
    checkValue(context);
    checkDevice(device);
    State& s = state();
    auto& primary = s.primaries[device];
    if (!primary) primary = make(device, s.primaryFlags[device], true);
    s.primaryUses[device]++;
    *context = primary->handle;
  });
}
EMU_API cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  return call("cuDevicePrimaryCtxRelease", {{"device", device}}, [&] {
    checkDevice(device);
    State& s = state();
    check(s.primaryUses[device] > 0, CUDA_ERROR_INVALID_CONTEXT);
    if (--s.primaryUses[device] > 0) return;
    auto found = s.primaries.find(device);
    if (found == s.primaries.end()) return;  // a reset took it
    destroyContext(*found->second);
    s.primaries.erase(found);
  });
}
// Who has retained the context has still to release it.
EMU_API cuDevicePrimaryCtxReset_v2(CUdevice device) {
  return call("cuDevicePrimaryCtxReset", {{"device", device}}, [&] {
    checkDevice(device);
    State& s = state();
    auto found = s.primaries.find(device);
    if (found == s.primaries.end()) return;
    destroyContext(*found->second);
    s.primaries.erase(found);
  });
}
EMU_API cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  return call("cuDevicePrimaryCtxGetState", {{"device", device}, {"flags", flags}, {"active", active}}, [&] {
    checkDevice(device);
    State& s = state();
    if (flags) *flags = s.primaryFlags[device];
    if (active) *active = s.primaries.count(device);
  });
}
EMU_API cuDevicePrimaryCtxSetFlags_v2(CUdevice device, unsigned flags) {
  return call("cuDevicePrimaryCtxSetFlags", {{"device", device}, {"flags", flags}}, [&] {
    checkDevice(device);
    checkFlags(flags);
    State& s = state();
    s.primaryFlags[device] = flags;
    if (auto found = s.primaries.find(device); found != s.primaries.end()) found->second->flags = flags;
  });
}
