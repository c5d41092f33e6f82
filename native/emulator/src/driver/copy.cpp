// Copies and memsets.
#include <cstring>

#include "control/settings.h"
#include "driver/api.h"

using namespace emu;

namespace emu {
namespace {

// Of sizes; what does not fit into 64 bits is none.
uint64_t sum(uint64_t a, uint64_t b) {
  checkValue(a <= UINT64_MAX - b);
  return a + b;
}
uint64_t product(uint64_t a, uint64_t b) {
  checkValue(b == 0 || a <= UINT64_MAX / b);
  return a * b;
}

const char* direction(const CopySpec& s) { return s.sourceHost ? (s.targetHost ? "HtoH" : "HtoD") : s.targetHost ? "DtoH" : "DtoD"; }

enum When { AtTheCall, WhenItRuns };

// Says what is wrong with one side of a copy; true if all is well. What a stream has still to allocate is fine at the call.
bool fine(const std::string& what, bool isHost, uint64_t address, uint64_t bytes, When when) {
  Memory& m = Memory::get();
  Allocation* a = when == AtTheCall ? m.known(address) : m.find(address);
  bool isManaged = a && a->origin == Origin::Managed;
  if (isHost && !isManaged) {
    if (address && !m.isDeviceAddress(address)) return true;
    Watch::get().report(address ? "device-pointer" : "null-pointer", what + format(": 0x%llx stands where a host pointer has to", (unsigned long long)address));
    return false;
  }
  if (a && a->end() - address >= bytes) return true;
  Fault f = m.explain(address, bytes);
  Watch::get().report(f.kind, what + ": " + f.text);
  return false;
}

template <class F>
bool eachRow(const CopySpec& s, F f) {
  for (uint64_t z = 0; z < s.depth; z++)
    for (uint64_t y = 0; y < s.height; y++)
      if (!f(s.source + z * s.sourceSlice + y * s.sourcePitch, s.target + z * s.targetSlice + y * s.targetPitch)) return false;
  return true;
}

bool fine(const CopySpec& s, When when) {
  std::string what = std::string("copy ") + direction(s);
  return eachRow(s, [&](uint64_t from, uint64_t to) { return fine(what + ", source", s.sourceHost, from, s.width, when) && fine(what + ", target", s.targetHost, to, s.width, when); });
}

// CUDA leaves open what a copy onto itself does.
void reportOverlap(const CopySpec& s) {
  uint64_t sourceEnd = s.source + (s.depth - 1) * s.sourceSlice + (s.height - 1) * s.sourcePitch + s.width;
  if (s.sourceHost || s.targetHost || s.target >= sourceEnd || (s.height > 1 && s.sourcePitch == s.targetPitch)) return;
  uint64_t targetEnd = s.target + (s.depth - 1) * s.targetSlice + (s.height - 1) * s.targetPitch + s.width;
  if (s.source < targetEnd)
    Watch::get().report("overlapping-copy", format("copy DtoD: %llu bytes from 0x%llx and to 0x%llx overlap", (unsigned long long)s.width, (unsigned long long)s.source, (unsigned long long)s.target));
}

void rowNow(const CopySpec& s, uint64_t from, uint64_t to) {
  Memory& m = Memory::get();
  Allocation* source = s.sourceHost ? nullptr : m.find(from);
  Allocation* target = s.targetHost ? nullptr : m.find(to);
  auto* in = source ? source->data + (from - source->base) : reinterpret_cast<uint8_t*>(from);
  auto* out = target ? target->data + (to - target->base) : reinterpret_cast<uint8_t*>(to);
  if (settings().checkGlobalRaces) {
    std::string what = std::string("copy ") + direction(s);
    if (source) Races::get().access(*source, from - source->base, s.width, false, what.c_str());
    if (target) Races::get().access(*target, to - target->base, s.width, true, what.c_str());
  }
  std::memmove(out, in, s.width);
  if (source && target && !source->allWritten) {
    for (uint64_t i = 0; i < s.width; i++)
      if (source->isWritten(from - source->base + i, 1)) target->markWritten(to - target->base + i, 1);
  } else if (target) {
    target->markWritten(to - target->base, s.width);
  } else if (source && settings().checkInitialised) {
    source->settle();
    uint64_t first = source->allWritten ? source->size : source->firstUnwritten(from - source->base, s.width);
    if (first < source->size)
      Watch::get().report("uninitialised-read", format("copy DtoH: byte %llu of ", (unsigned long long)first) + source->describe() + " was never written");
  }
}

}  // namespace

void copyNow(const CopySpec& s) {
  if (!fine(s, WhenItRuns)) throw LaunchFault{CUDA_ERROR_ILLEGAL_ADDRESS};
  reportOverlap(s);
  eachRow(s, [&](uint64_t from, uint64_t to) {
    rowNow(s, from, to);
    return true;
  });
}

Work copyWork(CopySpec spec) {
  Work w;
  w.type = CU_NODE_MEMCPY;
  w.name = std::string("copy ") + direction(spec);
  w.spec = spec;
  w.run = [spec] {
    Watch& watch = Watch::get();
    watch.count(std::string("copies.") + direction(spec));
    watch.count(std::string("copies.bytes.") + direction(spec), spec.width * spec.height * spec.depth);
    copyNow(spec);
  };
  return w;
}

void checkExtent(const SetSpec& s) {
  if (s.height > 0) sum(s.target, sum(product(s.height - 1, s.pitch), product(s.width, s.elementSize)));
}

Work setWork(SetSpec spec) {
  Work w;
  w.type = CU_NODE_MEMSET;
  w.name = "memset";
  w.spec = spec;
  w.run = [spec] {
    Watch::get().count("memsets");
    for (uint64_t y = 0; y < spec.height; y++) {
      uint64_t at = spec.target + y * spec.pitch, bytes = spec.width * spec.elementSize;
      if (!fine("memset", false, at, bytes, WhenItRuns)) throw LaunchFault{CUDA_ERROR_ILLEGAL_ADDRESS};
      Allocation* a = Memory::get().find(at);
      if (settings().checkGlobalRaces) Races::get().access(*a, at - a->base, bytes, true, "memset");
      uint8_t* to = a->data + (at - a->base);
      if (spec.elementSize == 1)
        std::memset(to, int(spec.value), bytes);
      else
        for (uint64_t i = 0; i < spec.width; i++) std::memcpy(to + i * spec.elementSize, &spec.value, spec.elementSize);
      a->markWritten(at - a->base, bytes);
    }
  };
  return w;
}

}  // namespace emu

namespace {

enum Waiting { Async, Sync };

bool isHostAddress(uint64_t p) { return !Memory::get().isDeviceAddress(p); }

// True where cuPointerSetAttribute asked for copies that are done when the call returns.
bool hasToWait(uint64_t p) {
  Allocation* a = Memory::get().known(p);
  return a && state().synchronous.count(a->base);
}

// The rules of CUDA for host memory: pageable memory is read before an async call returns and written before it returns;
// pinned memory is read and written when the copy runs.
void copy(Stream& stream, CopySpec s, Waiting waiting) {
  if (s.width == 0 || s.height == 0 || s.depth == 0) return;
  checkValue(fine(s, AtTheCall));
  uint64_t sourceBytes = (s.depth - 1) * s.sourceSlice + (s.height - 1) * s.sourcePitch + s.width;
  uint64_t targetBytes = (s.depth - 1) * s.targetSlice + (s.height - 1) * s.targetPitch + s.width;
  bool pageableSource = s.sourceHost && isHostAddress(s.source) && !state().hostRange(reinterpret_cast<void*>(s.source), sourceBytes);
  bool pageableTarget = s.targetHost && isHostAddress(s.target) && !state().hostRange(reinterpret_cast<void*>(s.target), targetBytes);
  if (stream.capture && (pageableSource || pageableTarget)) {
    makeInvalid(*stream.capture);
    throw ApiError{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED};
  }
  std::shared_ptr<std::vector<uint8_t>> staged;
  if (pageableSource && waiting == Async) {
    auto* from = reinterpret_cast<uint8_t*>(s.source);
    staged = std::make_shared<std::vector<uint8_t>>(from, from + sourceBytes);
    s.source = reinterpret_cast<uint64_t>(staged->data());
  }
  Work w = copyWork(s);
  if (staged) w.run = [run = w.run, staged] { run(); };
  OpRef op = enqueue(stream, std::move(w));
  bool devices = !s.sourceHost && !s.targetHost;
  if (op && ((waiting == Sync && !devices) || pageableTarget || hasToWait(s.source) || hasToWait(s.target))) {
    Watch::get().count("synchronisations");
    Scheduler::get().wait(op);
    check(!stream.context->fault, stream.context->fault);
  }
}

CUresult simple(const char* name, bool sourceHost, uint64_t source, bool targetHost, uint64_t target, size_t bytes, CUstream stream, Waiting waiting) {
  return call(name, {{"to", CUdeviceptr(target)}, {"from", CUdeviceptr(source)}, {"bytes", bytes}, {"stream", stream}}, [&] {
    CopySpec s;
    s.sourceHost = sourceHost;
    s.targetHost = targetHost;
    s.source = source;
    s.target = target;
    s.width = bytes;
    copy(*streamOf(stream), s, waiting);
  });
}

CopySpec specOf(const CUDA_MEMCPY3D& c) {
  CopySpec s;
  auto side = [](unsigned type, const void* host, CUdeviceptr device, size_t x, size_t y, size_t z, size_t pitch, size_t height, size_t width, bool& isHost, uint64_t& at, uint64_t& rowPitch, uint64_t& slice) {
    check(type != CU_MEMORYTYPE_ARRAY, CUDA_ERROR_NOT_SUPPORTED);
    checkValue(type == CU_MEMORYTYPE_HOST || type == CU_MEMORYTYPE_DEVICE || type == CU_MEMORYTYPE_UNIFIED);
    uint64_t base = type == CU_MEMORYTYPE_HOST ? reinterpret_cast<uint64_t>(host) : device;
    isHost = type == CU_MEMORYTYPE_HOST || (type == CU_MEMORYTYPE_UNIFIED && isHostAddress(device));
    rowPitch = pitch ? pitch : sum(width, x);
    checkValue(rowPitch >= sum(x, width));
    slice = product(rowPitch, height);
    at = sum(sum(base, x), sum(product(y, rowPitch), product(z, slice)));
  };
  side(c.srcMemoryType, c.srcHost, c.srcDevice, c.srcXInBytes, c.srcY, c.srcZ, c.srcPitch, c.srcHeight, c.WidthInBytes, s.sourceHost, s.source, s.sourcePitch, s.sourceSlice);
  side(c.dstMemoryType, c.dstHost, c.dstDevice, c.dstXInBytes, c.dstY, c.dstZ, c.dstPitch, c.dstHeight, c.WidthInBytes, s.targetHost, s.target, s.targetPitch, s.targetSlice);
  s.width = c.WidthInBytes;
  s.height = c.Height;
  s.depth = c.Depth;
  checkValue(c.Depth <= 1 || (c.srcHeight >= c.Height && c.dstHeight >= c.Height));
  if (s.width == 0 || s.height == 0 || s.depth == 0) return s;
  sum(s.source, sum(s.width, sum(product(s.depth - 1, s.sourceSlice), product(s.height - 1, s.sourcePitch))));
  sum(s.target, sum(s.width, sum(product(s.depth - 1, s.targetSlice), product(s.height - 1, s.targetPitch))));
  return s;
}

CUDA_MEMCPY3D deep(const CUDA_MEMCPY2D& c) {
  CUDA_MEMCPY3D d = {};
  d.srcXInBytes = c.srcXInBytes, d.srcY = c.srcY, d.srcMemoryType = c.srcMemoryType, d.srcHost = c.srcHost, d.srcDevice = c.srcDevice, d.srcPitch = c.srcPitch;
  d.dstXInBytes = c.dstXInBytes, d.dstY = c.dstY, d.dstMemoryType = c.dstMemoryType, d.dstHost = c.dstHost, d.dstDevice = c.dstDevice, d.dstPitch = c.dstPitch;
  d.WidthInBytes = c.WidthInBytes, d.Height = c.Height, d.Depth = 1;
  return d;
}

CUresult shaped(const char* name, const CUDA_MEMCPY3D* c, CUstream stream, Waiting waiting) {
  static const CUDA_MEMCPY3D none = {};
  const CUDA_MEMCPY3D& shown = c ? *c : none;
  return call(name, {{"width", shown.WidthInBytes}, {"height", shown.Height}, {"depth", shown.Depth}, {"stream", stream}}, [&] {
    checkValue(c);
    auto s = streamOf(stream);
    copy(*s, specOf(*c), waiting);
  });
}
CUresult shaped(const char* name, const CUDA_MEMCPY2D* c, CUstream stream, Waiting waiting) {
  if (!c) return CUDA_ERROR_INVALID_VALUE;
  CUDA_MEMCPY3D d = deep(*c);
  return shaped(name, &d, stream, waiting);
}

CUresult fill(const char* name, CUdeviceptr target, size_t pitch, unsigned value, unsigned element, size_t width, size_t height, CUstream stream) {
  return call(name, {{"to", target}, {"pitch", pitch}, {"value", value}, {"width", width}, {"height", height}, {"stream", stream}}, [&] {
    SetSpec spec{target, pitch, width, height, value, element};
    checkExtent(spec);
    checkValue(target % element == 0 && (height <= 1 || pitch >= width * element));
    auto s = streamOf(stream);
    if (width == 0 || height == 0) return;
    for (size_t y = 0; y < height; y++) checkValue(fine(name, false, target + y * pitch, width * element, AtTheCall));
    enqueue(*s, setWork(spec));
  });
}

uint64_t number(const void* p) { return reinterpret_cast<uint64_t>(p); }

}  // namespace

namespace emu {
CopySpec copySpecOf(const CUDA_MEMCPY3D& c) { return specOf(c); }
bool isFine(const CopySpec& spec) { return fine(spec, AtTheCall); }
}  // namespace emu

EMU_API cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) { return simple("cuMemcpyHtoD", true, number(from), false, to, bytes, nullptr, Sync); }
EMU_API cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) { return simple("cuMemcpyDtoH", false, from, true, number(to), bytes, nullptr, Sync); }
EMU_API cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) { return simple("cuMemcpyDtoD", false, from, false, to, bytes, nullptr, Sync); }
EMU_API cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) { return simple("cuMemcpyHtoDAsync", true, number(from), false, to, bytes, stream, Async); }
EMU_API cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) { return simple("cuMemcpyDtoHAsync", false, from, true, number(to), bytes, stream, Async); }
EMU_API cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) { return simple("cuMemcpyDtoDAsync", false, from, false, to, bytes, stream, Async); }
EMU_API cuMemcpy(CUdeviceptr to, CUdeviceptr from, size_t bytes) { return simple("cuMemcpy", isHostAddress(from), from, isHostAddress(to), to, bytes, nullptr, Sync); }
EMU_API cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return simple("cuMemcpyAsync", isHostAddress(from), from, isHostAddress(to), to, bytes, stream, Async);
}

namespace {

// The memory has to be of the context that is named.
void checkPeer(CUcontext context, CUdeviceptr p) {
  auto c = state().contexts.find(context);
  check(c != nullptr, CUDA_ERROR_INVALID_CONTEXT);
  Allocation* a = Memory::get().known(p);
  checkValue(!a || a->origin == Origin::Mapped || a->origin == Origin::Managed || a->context == c.get());
}

CUresult betweenPeers(const char* name, CUdeviceptr to, CUcontext toContext, CUdeviceptr from, CUcontext fromContext, size_t bytes, CUstream stream) {
  return call(name, {{"to", to}, {"toContext", toContext}, {"from", from}, {"fromContext", fromContext}, {"bytes", bytes}, {"stream", stream}}, [&] {
    auto s = streamOf(stream);
    checkPeer(toContext, to);
    checkPeer(fromContext, from);
    CopySpec spec;
    spec.source = from;
    spec.target = to;
    spec.width = bytes;
    copy(*s, spec, Async);
  });
}

// CUDA_MEMCPY3D_PEER is laid out as CUDA_MEMCPY3D, with the contexts where that one has reserved fields.
CUresult betweenPeers(const char* name, const CUDA_MEMCPY3D* c, CUstream stream, Waiting waiting) {
  return call(name, {{"stream", stream}}, [&] {
    checkValue(c);
    auto s = streamOf(stream);
    if (c->dstMemoryType != CU_MEMORYTYPE_HOST) checkPeer(static_cast<CUcontext>(c->reserved1), c->dstDevice);
    if (c->srcMemoryType != CU_MEMORYTYPE_HOST) checkPeer(static_cast<CUcontext>(c->reserved0), c->srcDevice);
    copy(*s, specOf(*c), waiting);
  });
}

}  // namespace

EMU_API cuMemcpyPeer(CUdeviceptr to, CUcontext toContext, CUdeviceptr from, CUcontext fromContext, size_t bytes) { return betweenPeers("cuMemcpyPeer", to, toContext, from, fromContext, bytes, nullptr); }
EMU_API cuMemcpyPeerAsync(CUdeviceptr to, CUcontext toContext, CUdeviceptr from, CUcontext fromContext, size_t bytes, CUstream stream) {
  return betweenPeers("cuMemcpyPeerAsync", to, toContext, from, fromContext, bytes, stream);
}
EMU_API cuMemcpy3DPeer(const CUDA_MEMCPY3D* c) { return betweenPeers("cuMemcpy3DPeer", c, nullptr, Sync); }
EMU_API cuMemcpy3DPeerAsync(const CUDA_MEMCPY3D* c, CUstream stream) { return betweenPeers("cuMemcpy3DPeerAsync", c, stream, Async); }
EMU_API cuMemcpy2D_v2(const CUDA_MEMCPY2D* c) { return shaped("cuMemcpy2D", c, nullptr, Sync); }
EMU_API cuMemcpy2DUnaligned_v2(const CUDA_MEMCPY2D* c) { return shaped("cuMemcpy2DUnaligned", c, nullptr, Sync); }
EMU_API cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D* c, CUstream stream) { return shaped("cuMemcpy2DAsync", c, stream, Async); }
EMU_API cuMemcpy3D_v2(const CUDA_MEMCPY3D* c) { return shaped("cuMemcpy3D", c, nullptr, Sync); }
EMU_API cuMemcpy3DAsync_v2(const CUDA_MEMCPY3D* c, CUstream stream) { return shaped("cuMemcpy3DAsync", c, stream, Async); }

EMU_API cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t n) { return fill("cuMemsetD8", to, 0, value, 1, n, 1, nullptr); }
EMU_API cuMemsetD16_v2(CUdeviceptr to, unsigned short value, size_t n) { return fill("cuMemsetD16", to, 0, value, 2, n, 1, nullptr); }
EMU_API cuMemsetD32_v2(CUdeviceptr to, unsigned value, size_t n) { return fill("cuMemsetD32", to, 0, value, 4, n, 1, nullptr); }
EMU_API cuMemsetD2D8_v2(CUdeviceptr to, size_t pitch, unsigned char value, size_t width, size_t height) { return fill("cuMemsetD2D8", to, pitch, value, 1, width, height, nullptr); }
EMU_API cuMemsetD2D16_v2(CUdeviceptr to, size_t pitch, unsigned short value, size_t width, size_t height) { return fill("cuMemsetD2D16", to, pitch, value, 2, width, height, nullptr); }
EMU_API cuMemsetD2D32_v2(CUdeviceptr to, size_t pitch, unsigned value, size_t width, size_t height) { return fill("cuMemsetD2D32", to, pitch, value, 4, width, height, nullptr); }
EMU_API cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t n, CUstream stream) { return fill("cuMemsetD8Async", to, 0, value, 1, n, 1, stream); }
EMU_API cuMemsetD16Async(CUdeviceptr to, unsigned short value, size_t n, CUstream stream) { return fill("cuMemsetD16Async", to, 0, value, 2, n, 1, stream); }
EMU_API cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t n, CUstream stream) { return fill("cuMemsetD32Async", to, 0, value, 4, n, 1, stream); }
EMU_API cuMemsetD2D8Async(CUdeviceptr to, size_t pitch, unsigned char value, size_t width, size_t height, CUstream stream) { return fill("cuMemsetD2D8Async", to, pitch, value, 1, width, height, stream); }
EMU_API cuMemsetD2D16Async(CUdeviceptr to, size_t pitch, unsigned short value, size_t width, size_t height, CUstream stream) {
  return fill("cuMemsetD2D16Async", to, pitch, value, 2, width, height, stream);
}
EMU_API cuMemsetD2D32Async(CUdeviceptr to, size_t pitch, unsigned value, size_t width, size_t height, CUstream stream) {
  return fill("cuMemsetD2D32Async", to, pitch, value, 4, width, height, stream);
}
