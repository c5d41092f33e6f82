// Events: marks in streams.
#include <algorithm>
#include <chrono>

#include "driver/api.h"

using namespace emu;

namespace emu {

Work recordWork(std::shared_ptr<Event> event) {
  auto at = std::make_shared<double>(0);
  event->at = at;
  Work w;
  w.type = CU_NODE_EVENT_RECORD;
  w.name = "event record";
  w.spec = EventSpec{event};
  w.run = [at] { *at = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  return w;
}

}  // namespace emu

namespace {

std::shared_ptr<Event> eventOf(CUevent handle) {
  auto e = state().events.find(handle);
  check(e != nullptr, CUDA_ERROR_INVALID_HANDLE);
  check(!e->context->fault, e->context->fault);
  return e;
}

void record(CUevent handle, CUstream stream, unsigned flags) {
  checkValue(flags == 0);
  auto e = eventOf(handle);
  auto s = streamOf(stream);
  check(e->context == s->context, CUDA_ERROR_INVALID_HANDLE);
  if (s->capture) {
    check(!s->capture->invalidated, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    e->capture = s->capture;
    e->nodes = s->tail;
    return;
  }
  e->capture = nullptr;
  e->op = enqueue(*s, recordWork(e));
}

}  // namespace

EMU_API cuEventCreate(CUevent* event, unsigned flags) {
  return call("cuEventCreate", [&] {
    checkValue(event && (flags & ~7u) == 0 && (!(flags & CU_EVENT_INTERPROCESS) || (flags & CU_EVENT_DISABLE_TIMING)));
    check(!(flags & CU_EVENT_INTERPROCESS), CUDA_ERROR_NOT_SUPPORTED);
    auto e = std::make_shared<Event>();
    e->context = &current();
    e->flags = flags;
    e->handle = state().events.add(e);
    *event = e->handle;
  });
}
EMU_API cuEventDestroy_v2(CUevent event) {
  return call("cuEventDestroy", [&] {
    check(state().events.find(event) != nullptr, CUDA_ERROR_INVALID_HANDLE);
    state().events.remove(event);
  });
}
EMU_API cuEventRecord(CUevent event, CUstream stream) {
  return call("cuEventRecord", [&] { record(event, stream, 0); });
}
EMU_API cuEventRecordWithFlags(CUevent event, CUstream stream, unsigned flags) {
  return call("cuEventRecordWithFlags", [&] { record(event, stream, flags); });
}
EMU_API cuEventSynchronize(CUevent event) {
  return call("cuEventSynchronize", [&] {
    auto e = eventOf(event);
    check(!e->capture, CUDA_ERROR_CAPTURED_EVENT);
    forbidInCapture();
    Watch::get().count("synchronisations");
    Scheduler::get().wait(e->op);
    check(!e->context->fault, e->context->fault);
  });
}
EMU_API cuEventQuery(CUevent event) {
  return call("cuEventQuery", [&] {
    auto e = eventOf(event);
    check(!e->capture, CUDA_ERROR_CAPTURED_EVENT);
    forbidInCapture();
    if (e->op && !e->op->done && state().random() % 2) Scheduler::get().step(e->context);
    check(!e->context->fault, e->context->fault);
    check(!e->op || e->op->done, CUDA_ERROR_NOT_READY);
    Scheduler::get().learn(e->op);
  });
}
EMU_API cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  return call("cuEventElapsedTime", [&] {
    checkValue(milliseconds);
    auto a = eventOf(start), b = eventOf(end);
    check(!a->capture && !b->capture, CUDA_ERROR_CAPTURED_EVENT);
    check(a->context == b->context && a->op && b->op, CUDA_ERROR_INVALID_HANDLE);
    check(!(a->flags & CU_EVENT_DISABLE_TIMING) && !(b->flags & CU_EVENT_DISABLE_TIMING), CUDA_ERROR_INVALID_HANDLE);
    check(a->op->done && b->op->done, CUDA_ERROR_NOT_READY);
    *milliseconds = float(*b->at - *a->at);
  });
}
EMU_API cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  return call("cuStreamWaitEvent", [&] {
    checkValue(flags == 0);
    auto e = eventOf(event);
    auto s = streamOf(stream);
    if (e->capture) {
      // The stream joins the capture: what is captured on it comes after the event.
      auto& capture = e->capture;
      check(state().captures.count(capture), CUDA_ERROR_CAPTURED_EVENT);
      check(!capture->invalidated, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
      check(!s->isLegacy, CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
      if (s->capture && s->capture != capture) {
        makeInvalid(*s->capture);
        makeInvalid(*capture);
        throw ApiError{CUDA_ERROR_STREAM_CAPTURE_MERGE};
      }
      if (!s->capture) s->tail.clear();
      s->capture = capture;
      capture->streams.insert(s.get());
      for (Node* n : e->nodes)
        if (std::find(s->tail.begin(), s->tail.end(), n) == s->tail.end()) s->tail.push_back(n);
      return;
    }
    if (s->capture) {
      makeInvalid(*s->capture);
      throw ApiError{CUDA_ERROR_STREAM_CAPTURE_ISOLATION};
    }
    if (!e->op) return;
    auto after = before(*s);
    after.push_back(e->op);
    s->last = Scheduler::get().submit(s->context, after, nullptr);
  });
}
