// Stream capture: what is put on a stream goes into a graph instead.
#include <algorithm>

#include "driver/api.h"

using namespace emu;

namespace {
thread_local int modeOfThread = CU_CAPTURE_MODE_GLOBAL;

void endFor(Capture& c) {
  for (Stream* s : c.streams) {
    s->capture = nullptr;
    s->tail.clear();
  }
}
}  // namespace

namespace emu {

void makeInvalid(Capture& c) { c.invalidated = true; }

void leaveCapture(Stream& s) {
  auto c = s.capture;
  if (!c) return;
  makeInvalid(*c);
  if (c->origin == &s) {
    state().captures.erase(c);
    endFor(*c);
  } else {
    c->streams.erase(&s);
    s.capture = nullptr;
  }
}

void forbidInCapture() {
  if (modeOfThread == CU_CAPTURE_MODE_RELAXED) return;
  bool found = false;
  for (auto& c : state().captures) {
    bool mine = c->thread == std::this_thread::get_id();
    bool forbids = mine ? c->mode != CU_CAPTURE_MODE_RELAXED : modeOfThread == CU_CAPTURE_MODE_GLOBAL && c->mode == CU_CAPTURE_MODE_GLOBAL;
    if (!forbids) continue;
    makeInvalid(*c);
    found = true;
  }
  check(!found, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
}

void forbidCapturing(Stream& s) {
  if (s.capture) {
    makeInvalid(*s.capture);
    throw ApiError{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED};
  }
  if (s.isLegacy)
    for (Stream* other : s.context->streams)
      if (other->isBlocking && other->capture) {
        makeInvalid(*other->capture);
        throw ApiError{CUDA_ERROR_STREAM_CAPTURE_IMPLICIT};
      }
}

void forbidCapturing(Context& context) {
  bool found = false;
  for (Stream* s : context.streams)
    if (s->capture) {
      makeInvalid(*s->capture);
      found = true;
    }
  check(!found, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
}

}  // namespace emu

EMU_API cuStreamBeginCapture_v2(CUstream handle, int mode) {
  return call("cuStreamBeginCapture", {{"stream", handle}, {"mode", mode}}, [&] {
    checkValue(mode >= 0 && mode <= 2);
    auto s = streamOf(handle);
    check(!s->isLegacy, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    check(!s->capture, CUDA_ERROR_ILLEGAL_STATE);
    auto c = std::make_shared<Capture>();
    c->graph = std::make_shared<Graph>();
    c->graph->context = s->context;
    c->origin = s.get();
    c->mode = mode;
    c->thread = std::this_thread::get_id();
    c->id = ++state().ids;
    c->streams.insert(s.get());
    state().captures.insert(c);
    s->capture = c;
    s->tail.clear();
  });
}
EMU_API cuStreamEndCapture(CUstream handle, CUgraph* graph) {
  return call("cuStreamEndCapture", {{"stream", handle}, {"graph", graph}}, [&] {
    checkValue(graph);
    *graph = nullptr;
    auto s = streamOf(handle);
    auto c = s->capture;
    check(c != nullptr, CUDA_ERROR_ILLEGAL_STATE);
    check(c->mode == CU_CAPTURE_MODE_RELAXED || c->thread == std::this_thread::get_id(), CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
    if (c->origin != s.get()) {
      makeInvalid(*c);
      throw ApiError{CUDA_ERROR_STREAM_CAPTURE_UNMATCHED};
    }
    // Every branch has to be joined: what nothing comes after has to be in the stream that the capture began with.
    std::set<Node*> open;
    for (auto& n : c->graph->nodes) open.insert(n.get());
    for (auto& n : c->graph->nodes)
      for (Node* a : n->after) open.erase(a);
    for (Node* n : s->tail) open.erase(n);
    state().captures.erase(c);
    endFor(*c);
    check(!c->invalidated, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    check(open.empty(), CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    for (auto& n : c->graph->nodes)
      if (auto* memory = std::get_if<MemorySpec>(&n->work.spec))
        if (Allocation* a = Memory::get().known(memory->base)) a->isOutstanding = false;
    c->graph->handle = state().graphs.add(c->graph);
    for (auto& n : c->graph->nodes) n->handle = state().nodes.add(n);
    *graph = c->graph->handle;
  });
}
EMU_API cuStreamIsCapturing(CUstream handle, int* status) {
  return call("cuStreamIsCapturing", {{"stream", handle}, {"status", status}}, [&] {
    checkValue(status);
    auto s = streamOf(handle);
    *status = !s->capture ? CU_CAPTURE_NONE : s->capture->invalidated ? CU_CAPTURE_INVALIDATED : CU_CAPTURE_ACTIVE;
  });
}
EMU_API cuThreadExchangeStreamCaptureMode(int* mode) {
  return call("cuThreadExchangeStreamCaptureMode", {{"mode", mode}}, [&] {
    checkValue(mode && *mode >= 0 && *mode <= 2);
    std::swap(*mode, modeOfThread);
  });
}
