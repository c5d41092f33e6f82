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

constexpr unsigned knownFlags = 0x7f;

}  // namespace

EMU_API cuCtxCreate_v2(CUcontext* context, unsigned flags, CUdevice device) {
  return call("cuCtxCreate", [&] {
    checkValue(context && (flags & ~knownFlags) == 0);
    checkDevice(device);
    auto c = make(device, flags, false);
    contextStack().push_back(c);
    *context = c->handle;
  });
}
EMU_API cuCtxDestroy_v2(CUcontext context) {
  return call("cuCtxDestroy", [&] {
    auto c = contextOf(context);
    check(!c->isPrimary, CUDA_ERROR_INVALID_CONTEXT);
    auto& stack = contextStack();
    destroyContext(*c);
    if (!stack.empty() && stack.back() == c) stack.pop_back();
  });
}
EMU_API cuCtxPushCurrent_v2(CUcontext context) {
  return call("cuCtxPushCurrent", [&] { contextStack().push_back(contextOf(context)); });
}
EMU_API cuCtxPopCurrent_v2(CUcontext* context) {
  return call("cuCtxPopCurrent", [&] {
    auto& stack = contextStack();
    check(!stack.empty(), CUDA_ERROR_INVALID_CONTEXT);
    if (context) *context = stack.back() ? stack.back()->handle : nullptr;
    stack.pop_back();
  });
}
EMU_API cuCtxSetCurrent(CUcontext context) {
  return call("cuCtxSetCurrent", [&] {
    auto& stack = contextStack();
    auto c = context ? contextOf(context) : nullptr;
    if (!stack.empty()) stack.pop_back();
    if (c) stack.push_back(c);
  });
}
EMU_API cuCtxGetCurrent(CUcontext* context) {
  return call("cuCtxGetCurrent", [&] {
    checkValue(context);
    auto& stack = contextStack();
    *context = stack.empty() || !stack.back() ? nullptr : stack.back()->handle;
  });
}
EMU_API cuCtxGetDevice(CUdevice* device) {
  return call("cuCtxGetDevice", [&] {
    checkValue(device);
    *device = current().device;
  });
}
EMU_API cuCtxGetFlags(unsigned* flags) {
  return call("cuCtxGetFlags", [&] {
    checkValue(flags);
    *flags = current().flags;
  });
}
EMU_API cuCtxGetId(CUcontext context, unsigned long long* id) {
  return call("cuCtxGetId", [&] {
    checkValue(id);
    *id = context ? contextOf(context)->id : current().id;
  });
}
EMU_API cuCtxGetApiVersion(CUcontext context, unsigned* version) {
  return call("cuCtxGetApiVersion", [&] {
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
  return call("cuCtxGetStreamPriorityRange", [&] {
    current();
    if (least) *least = 0;
    if (greatest) *greatest = -5;
  });
}
EMU_API cuCtxGetCacheConfig(int* config) {
  return call("cuCtxGetCacheConfig", [&] {
    checkValue(config);
    current();
    *config = 0;
  });
}
EMU_API cuCtxSetCacheConfig(int config) {
  return call("cuCtxSetCacheConfig", [&] {
    checkValue(config >= 0 && config <= 3);
    current();
  });
}
EMU_API cuCtxGetSharedMemConfig(int* config) {
  return call("cuCtxGetSharedMemConfig", [&] {
    checkValue(config);
    current();
    *config = 1;
  });
}
EMU_API cuCtxSetSharedMemConfig(int config) {
  return call("cuCtxSetSharedMemConfig", [&] {
    checkValue(config >= 0 && config <= 2);
    current();
  });
}
EMU_API cuCtxGetLimit(size_t* value, int limit) {
  return call("cuCtxGetLimit", [&] {
    static const std::map<int, size_t> defaults = {{0, 1024}, {1, 1 << 20}, {2, 8 << 20}};
    checkValue(value);
    Context& c = current();
    auto standard = defaults.find(limit);
    check(standard != defaults.end(), CUDA_ERROR_UNSUPPORTED_LIMIT);
    *value = c.limits.count(limit) ? c.limits[limit] : standard->second;
  });
}
EMU_API cuCtxSetLimit(int limit, size_t value) {
  return call("cuCtxSetLimit", [&] {
    Context& c = current();
    check(limit >= 0 && limit <= 2, CUDA_ERROR_UNSUPPORTED_LIMIT);
    c.limits[limit] = value;
  });
}
EMU_API cuCtxEnablePeerAccess(CUcontext peer, unsigned flags) {
  return call("cuCtxEnablePeerAccess", [&] {
    checkValue(flags == 0);
    Context& c = current();
    auto p = contextOf(peer);
    check(p->device != c.device, CUDA_ERROR_INVALID_DEVICE);
    check(c.peers.insert(p.get()).second, CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
  });
}
EMU_API cuCtxDisablePeerAccess(CUcontext peer) {
  return call("cuCtxDisablePeerAccess", [&] { check(current().peers.erase(contextOf(peer).get()), CUDA_ERROR_PEER_ACCESS_NOT_ENABLED); });
}

EMU_API cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  return call("cuDevicePrimaryCtxRetain", [&] {
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
  return call("cuDevicePrimaryCtxRelease", [&] {
    checkDevice(device);
    State& s = state();
    check(s.primaryUses[device] > 0, CUDA_ERROR_INVALID_CONTEXT);
    if (--s.primaryUses[device] == 0) {
      destroyContext(*s.primaries[device]);
      s.primaries.erase(device);
    }
  });
}
EMU_API cuDevicePrimaryCtxReset_v2(CUdevice device) {
  return call("cuDevicePrimaryCtxReset", [&] {
    checkDevice(device);
    State& s = state();
    auto found = s.primaries.find(device);
    if (found == s.primaries.end()) return;
    destroyContext(*found->second);
    s.primaries.erase(found);
    s.primaryUses[device] = 0;
  });
}
EMU_API cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  return call("cuDevicePrimaryCtxGetState", [&] {
    checkDevice(device);
    State& s = state();
    if (flags) *flags = s.primaryFlags[device];
    if (active) *active = s.primaries.count(device);
  });
}
EMU_API cuDevicePrimaryCtxSetFlags_v2(CUdevice device, unsigned flags) {
  return call("cuDevicePrimaryCtxSetFlags", [&] {
    checkDevice(device);
    checkValue((flags & ~knownFlags) == 0);
    state().primaryFlags[device] = flags;
  });
}
