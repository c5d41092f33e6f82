// Streams: order, waiting, host functions.
#include "driver/api.h"

using namespace emu;

namespace emu {

// What new work of a stream comes after. The legacy stream and the blocking streams wait for each other.
std::vector<OpRef> before(Stream& s) {
  std::vector<OpRef> result = {s.last};
  Context& c = *s.context;
  if (s.isLegacy) {
    for (Stream* other : c.streams)
      if (other->isBlocking) result.push_back(other->last);
    for (auto& o : c.orphans) result.push_back(o);
  } else if (s.isBlocking) {
    result.push_back(c.legacy.last);
  }
  return result;
}

OpRef enqueue(Stream& s, Work work) {
  if (s.capture) {
    check(!s.capture->invalidated, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    s.tail = {s.capture->graph->add(std::move(work), s.tail)};
    return nullptr;
  }
  if (s.isLegacy)
    for (Stream* other : s.context->streams)
      if (other->isBlocking && other->capture) {
        makeInvalid(*other->capture);
        throw ApiError{CUDA_ERROR_STREAM_CAPTURE_IMPLICIT};
      }
  auto deps = before(s);
  s.last = Scheduler::get().submit(s.context, deps, std::move(work.run), work.type == CU_NODE_HOST);
  if (s.context->fault) throw ApiError{s.context->fault};
  return s.last;
}

Work hostWork(HostSpec spec) {
  Work w;
  w.type = CU_NODE_HOST;
  w.name = "host function";
  w.spec = spec;
  w.run = [spec] { spec.function(spec.data); };
  return w;
}

}  // namespace emu

namespace {

CUresult create(const char* name, CUstream* stream, unsigned flags, int priority) {
  return call(name, {{"created", stream}, {"flags", flags}, {"priority", priority}}, [&] {
    checkValue(stream && (flags & ~1u) == 0);
    Context& c = current();
    auto s = std::make_shared<Stream>();
    s->context = &c;
    s->flags = flags;
    s->isBlocking = !(flags & CU_STREAM_NON_BLOCKING);
    s->priority = priority > 0 ? 0 : priority < -5 ? -5 : priority;
    s->id = ++state().ids;
    s->handle = state().streams.add(s);
    c.streams.insert(s.get());
    *stream = s->handle;
    Watch::get().count("streams");
  });
}

}  // namespace

EMU_API cuStreamCreate(CUstream* stream, unsigned flags) { return create("cuStreamCreate", stream, flags, 0); }
EMU_API cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int priority) { return create("cuStreamCreateWithPriority", stream, flags, priority); }

EMU_API cuStreamDestroy_v2(CUstream handle) {
  return call("cuStreamDestroy", {{"stream", handle}}, [&] {
    auto s = state().streams.find(handle);
    check(s != nullptr, CUDA_ERROR_INVALID_HANDLE);
    leaveCapture(*s);
    if (s->last && !s->last->done)
      (s->isBlocking ? s->context->orphans : s->context->detachedOrphans).push_back(s->last);
    else if (s->last)
      Scheduler::get().learn(s->last);  // nobody can wait for it any more
    s->context->streams.erase(s.get());
    state().streams.remove(handle);
  });
}
EMU_API cuStreamSynchronize(CUstream handle) {
  return call("cuStreamSynchronize", {{"stream", handle}}, [&] {
    auto s = streamOf(handle);
    forbidCapturing(*s);
    Watch::get().count("synchronisations");
    if (s->isLegacy)
      for (auto& op : before(*s)) Scheduler::get().wait(op);
    else
      Scheduler::get().wait(s->last);
    check(!s->context->fault, s->context->fault);
  });
}
EMU_API cuStreamQuery(CUstream handle) {
  return call("cuStreamQuery", {{"stream", handle}}, [&] {
    auto s = streamOf(handle);
    forbidCapturing(*s);
    auto open = [&] {
      for (auto& op : s->isLegacy ? before(*s) : std::vector<OpRef>{s->last})
        if (op && !op->done) return true;
      return false;
    };
    if (open() && state().random() % 2) Scheduler::get().step(s->context);
    check(!s->context->fault, s->context->fault);
    check(!open(), CUDA_ERROR_NOT_READY);
    for (auto& op : s->isLegacy ? before(*s) : std::vector<OpRef>{s->last}) Scheduler::get().learn(op);
  });
}
EMU_API cuStreamGetFlags(CUstream handle, unsigned* flags) {
  return call("cuStreamGetFlags", {{"stream", handle}, {"flags", flags}}, [&] {
    checkValue(flags);
    *flags = streamOf(handle)->flags;
  });
}
EMU_API cuStreamGetPriority(CUstream handle, int* priority) {
  return call("cuStreamGetPriority", {{"stream", handle}, {"priority", priority}}, [&] {
    checkValue(priority);
    *priority = streamOf(handle)->priority;
  });
}
EMU_API cuStreamGetId(CUstream handle, unsigned long long* id) {
  return call("cuStreamGetId", {{"stream", handle}, {"id", id}}, [&] {
    checkValue(id);
    *id = streamOf(handle)->id;
  });
}
EMU_API cuStreamGetCtx(CUstream handle, CUcontext* context) {
  return call("cuStreamGetCtx", {{"stream", handle}, {"context", context}}, [&] {
    checkValue(context);
    *context = streamOf(handle)->context->handle;
  });
}
EMU_API cuLaunchHostFunc(CUstream handle, CUhostFn function, void* data) {
  return call("cuLaunchHostFunc", {{"stream", handle}, {"function", function}, {"data", data}}, [&] {
    checkValue(function);
    enqueue(*streamOf(handle), hostWork({function, data}));
  });
}
EMU_API cuStreamAddCallback(CUstream handle, CUstreamCallback callback, void* data, unsigned flags) {
  return call("cuStreamAddCallback", {{"stream", handle}, {"callback", callback}, {"data", data}, {"flags", flags}}, [&] {
    checkValue(callback && flags == 0);
    auto s = streamOf(handle);
    forbidCapturing(*s);
    Work w;
    w.type = CU_NODE_HOST;
    w.run = [=] { callback(handle, CUDA_SUCCESS, data); };
    enqueue(*s, std::move(w));
  });
}

// Attributes.

EMU_API cuStreamGetAttribute(CUstream handle, int attribute, CUlaunchAttributeValue* value) {
  return call("cuStreamGetAttribute", {{"stream", handle}, {"attribute", attribute}}, [&] {
    checkValue(value);
    auto s = streamOf(handle);
    switch (attribute) {
      case CU_ATTRIBUTE_ACCESS_POLICY_WINDOW: value->accessPolicyWindow = s->attributes.window; return;
      case CU_ATTRIBUTE_SYNC_POLICY: value->syncPolicy = s->attributes.waiting; return;
      default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
    }
  });
}
EMU_API cuStreamSetAttribute(CUstream handle, int attribute, const CUlaunchAttributeValue* value) {
  return call("cuStreamSetAttribute", {{"stream", handle}, {"attribute", attribute}}, [&] {
    checkValue(value);
    auto s = streamOf(handle);
    switch (attribute) {
      case CU_ATTRIBUTE_ACCESS_POLICY_WINDOW:
        checkValue(value->accessPolicyWindow.hitRatio >= 0 && value->accessPolicyWindow.hitRatio <= 1);
        s->attributes.window = value->accessPolicyWindow;
        return;
      case CU_ATTRIBUTE_SYNC_POLICY:
        checkValue(value->syncPolicy >= 1 && value->syncPolicy <= 4);
        s->attributes.waiting = value->syncPolicy;
        return;
      default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
    }
  });
}
EMU_API cuStreamCopyAttributes(CUstream to, CUstream from) {
  return call("cuStreamCopyAttributes", {{"to", to}, {"from", from}}, [&] { streamOf(to)->attributes = streamOf(from)->attributes; });
}
