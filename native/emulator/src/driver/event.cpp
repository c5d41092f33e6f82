// Events: marks in streams.
#include <algorithm>
#include <chrono>

#include "driver/api.h"

using namespace emu;

namespace emu {

Work recordWork(std::shared_ptr<Event> event) {
  auto at = std::make_shared<double>(0);
  Work w;
  w.type = CU_NODE_EVENT_RECORD;
  w.name = "event record";
  w.spec = EventSpec{event, at};
  w.run = [at] { *at = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  return w;
}

Work waitWork(std::shared_ptr<Event> event) {
  Work w;
  w.type = CU_NODE_WAIT_EVENT;
  w.name = "event wait";
  w.spec = EventSpec{std::move(event), nullptr};
  return w;
}

void noteRecord(const EventSpec& spec, const OpRef& op) {
  spec.event->op = op;
  spec.event->at = spec.at;
  spec.event->capture = nullptr;
}

}  // namespace emu

namespace {

std::shared_ptr<Event> eventOf(CUevent handle) {
  auto e = state().events.find(handle);
  check(e != nullptr, CUDA_ERROR_INVALID_HANDLE);
  check(!e->context->fault, e->context->fault);
  return e;
}

constexpr unsigned external = 1;  // in a capture: a node that records or waits, instead of an edge

void record(CUevent handle, CUstream stream, unsigned flags) {
  auto e = eventOf(handle);
  auto s = streamOf(stream);
  checkValue(flags == 0 || (flags == external && s->capture));
  check(e->context == s->context, CUDA_ERROR_INVALID_HANDLE);
  Work w = recordWork(e);
  if (s->capture && flags != external) {
    check(!s->capture->invalidated, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    e->capture = s->capture;
    e->nodes = s->tail;
    return;
  }
  EventSpec spec = std::get<EventSpec>(w.spec);
  if (OpRef op = enqueue(*s, std::move(w))) noteRecord(spec, op);
}

// An event that a capture recorded is no longer one that can be waited for; to try is a fault of the capture.
void forbidCaptured(Event& e) {
  if (!e.capture) return;
  if (state().captures.count(e.capture)) makeInvalid(*e.capture);
  throw ApiError{CUDA_ERROR_CAPTURED_EVENT};
}

}  // namespace

EMU_API cuEventCreate(CUevent* event, unsigned flags) {
  return call("cuEventCreate", {{"event", event}, {"flags", flags}}, [&] {
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
  return call("cuEventDestroy", {{"event", event}}, [&] {
    check(state().events.find(event) != nullptr, CUDA_ERROR_INVALID_HANDLE);
    state().events.remove(event);
  });
}
EMU_API cuEventRecord(CUevent event, CUstream stream) {
  return call("cuEventRecord", {{"event", event}, {"stream", stream}}, [&] { record(event, stream, 0); });
}
EMU_API cuEventRecordWithFlags(CUevent event, CUstream stream, unsigned flags) {
  return call("cuEventRecordWithFlags", {{"event", event}, {"stream", stream}, {"flags", flags}}, [&] { record(event, stream, flags); });
}
EMU_API cuEventSynchronize(CUevent event) {
  return call("cuEventSynchronize", {{"event", event}}, [&] {
    auto e = eventOf(event);
    forbidCaptured(*e);
    forbidInCapture();
    Watch::get().count("synchronisations");
    Scheduler::get().wait(e->op);
    check(!e->context->fault, e->context->fault);
  });
}
EMU_API cuEventQuery(CUevent event) {
  return call("cuEventQuery", {{"event", event}}, [&] {
    auto e = eventOf(event);
    forbidCaptured(*e);
    forbidInCapture();
    if (e->op && !e->op->done && state().random() % 2) Scheduler::get().step(e->context);
    check(!e->context->fault, e->context->fault);
    check(!e->op || e->op->done, CUDA_ERROR_NOT_READY);
    Scheduler::get().learn(e->op);
  });
}
EMU_API cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  return call("cuEventElapsedTime", {{"milliseconds", milliseconds}, {"start", start}, {"end", end}}, [&] {
    checkValue(milliseconds);
    auto a = eventOf(start), b = eventOf(end);
    forbidCaptured(*a);
    forbidCaptured(*b);
    check(a->context == b->context && a->op && b->op, CUDA_ERROR_INVALID_HANDLE);
    check(!(a->flags & CU_EVENT_DISABLE_TIMING) && !(b->flags & CU_EVENT_DISABLE_TIMING), CUDA_ERROR_INVALID_HANDLE);
    check(a->op->done && b->op->done, CUDA_ERROR_NOT_READY);
    *milliseconds = float(*b->at - *a->at);
  });
}
EMU_API cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  return call("cuStreamWaitEvent", {{"stream", stream}, {"event", event}, {"flags", flags}}, [&] {
    auto e = eventOf(event);
    auto s = streamOf(stream);
    checkValue(flags == 0 || (flags == external && s->capture));
    if (flags == external) {
      enqueue(*s, waitWork(e));
      return;
    }
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
