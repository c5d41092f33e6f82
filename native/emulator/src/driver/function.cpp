// Functions: their attributes, and the launch of before CUDA 4, whose arguments are set one by one.
#include <algorithm>
#include <cstring>

#include "control/settings.h"
#include "driver/api.h"
#include "driver/jit.h"

using namespace emu;

namespace {

std::shared_ptr<emu::Function> functionOf(CUfunction handle) {
  auto f = state().functions.find(handle);
  check(f != nullptr, CUDA_ERROR_INVALID_HANDLE);
  return f;
}

constexpr int standardShared = 48 << 10;

int attributeOf(const emu::Function& f, int attribute) {
  const Program& p = *f.program;
  switch (attribute) {
    case 0: return p.maxThreads;
    case 1: return int(p.sharedBytes);
    case 2: return int(p.constBytes);
    case 3: return int(p.localBytes);
    case 4: return registersOf(p);
    case 5: return f.module->syntax.target;
    case 6: return settings().major * 10 + settings().minor;
    case 7: return 0;  // L1 as the compiler had it
    case 8: return p.maxDynamicShared ? p.maxDynamicShared : std::max(0, standardShared - int(p.sharedBytes));
    case 9: return f.carveout;
    case 10: case 11: case 12: case 13: case 14: case 15: return 0;  // clusters, of which there are none
    default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
  }
}

void setAttribute(emu::Function& f, int attribute, int value) {
  switch (attribute) {
    case 8:
      checkValue(value >= 0 && uint64_t(value) + f.program->sharedBytes <= uint64_t(deviceAttribute(97)));
      f.program->maxDynamicShared = value;
      return;
    case 9:
      checkValue(value >= -1 && value <= 100);
      f.carveout = value;
      return;
    case 11: case 12: case 13: case 14: case 15: throw ApiError{CUDA_ERROR_NOT_SUPPORTED};
    default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
  }
}

constexpr unsigned mostParameters = 4096;

void putArgument(emu::Function& f, int offset, const void* value, unsigned bytes) {
  auto& arguments = f.parts.arguments;
  checkValue(value && offset >= 0 && unsigned(offset) + uint64_t(bytes) <= mostParameters);
  arguments.resize(std::max(arguments.size(), size_t(offset) + bytes));
  std::memcpy(arguments.data() + offset, value, bytes);
}

void launchParts(CUfunction handle, int width, int height, CUstream stream) {
  checkValue(width > 0 && height > 0);
  auto f = functionOf(handle);
  auto s = streamOf(stream);
  check(f->context == s->context, CUDA_ERROR_INVALID_HANDLE);
  unsigned grid[] = {unsigned(width), unsigned(height), 1};
  size_t size = f->parts.arguments.size();
  void* extra[] = {reinterpret_cast<void*>(1), f->parts.arguments.data(), reinterpret_cast<void*>(2), &size, nullptr};
  enqueue(*s, kernelWork(launchSpec(handle, grid, f->parts.block, f->parts.shared, nullptr, extra)));
}

}  // namespace

EMU_API cuFuncGetModule(CUmodule* module, CUfunction function) {
  return call("cuFuncGetModule", {{"module", module}, {"function", function}}, [&] {
    checkValue(module);
    *module = functionOf(function)->module->handle;
  });
}
EMU_API cuFuncGetAttribute(int* value, int attribute, CUfunction function) {
  return call("cuFuncGetAttribute", {{"value", value}, {"attribute", attribute}, {"function", function}}, [&] {
    checkValue(value);
    *value = attributeOf(*functionOf(function), attribute);
  });
}
EMU_API cuFuncSetAttribute(CUfunction function, int attribute, int value) {
  return call("cuFuncSetAttribute", {{"function", function}, {"attribute", attribute}, {"value", value}}, [&] {
    current();
    setAttribute(*functionOf(function), attribute, value);
  });
}
EMU_API cuFuncSetCacheConfig(CUfunction function, int config) {
  return call("cuFuncSetCacheConfig", {{"function", function}, {"config", config}}, [&] {
    functionOf(function);
    checkValue(config >= 0 && config <= 3);
  });
}
EMU_API cuFuncSetSharedMemConfig(CUfunction function, int config) {
  return call("cuFuncSetSharedMemConfig", {{"function", function}, {"config", config}}, [&] {
    functionOf(function);
    checkValue(config >= 0 && config <= 2);
  });
}

// The launch in parts: block shape, shared memory and arguments stay with the function.

EMU_API cuFuncSetBlockShape(CUfunction function, int x, int y, int z) {
  return call("cuFuncSetBlockShape", {{"function", function}, {"x", x}, {"y", y}, {"z", z}}, [&] {
    auto f = functionOf(function);
    checkValue(x > 0 && y > 0 && z > 0);
    f->parts.block[0] = unsigned(x), f->parts.block[1] = unsigned(y), f->parts.block[2] = unsigned(z);
  });
}
EMU_API cuFuncSetSharedSize(CUfunction function, unsigned bytes) {
  return call("cuFuncSetSharedSize", {{"function", function}, {"bytes", bytes}}, [&] { functionOf(function)->parts.shared = bytes; });
}
EMU_API cuParamSetSize(CUfunction function, unsigned bytes) {
  return call("cuParamSetSize", {{"function", function}, {"bytes", bytes}}, [&] {
    checkValue(bytes <= mostParameters);
    functionOf(function)->parts.arguments.resize(bytes);
  });
}
EMU_API cuParamSetv(CUfunction function, int offset, void* value, unsigned bytes) {
  return call("cuParamSetv", {{"function", function}, {"offset", offset}, {"bytes", bytes}}, [&] { putArgument(*functionOf(function), offset, value, bytes); });
}
EMU_API cuParamSeti(CUfunction function, int offset, unsigned value) {
  return call("cuParamSeti", {{"function", function}, {"offset", offset}, {"value", value}}, [&] { putArgument(*functionOf(function), offset, &value, sizeof value); });
}
EMU_API cuParamSetf(CUfunction function, int offset, float value) {
  return call("cuParamSetf", {{"function", function}, {"offset", offset}}, [&] { putArgument(*functionOf(function), offset, &value, sizeof value); });
}
EMU_API cuLaunch(CUfunction function) {
  return call("cuLaunch", {{"function", function}}, [&] { launchParts(function, 1, 1, nullptr); });
}
EMU_API cuLaunchGrid(CUfunction function, int width, int height) {
  return call("cuLaunchGrid", {{"function", function}, {"width", width}, {"height", height}}, [&] { launchParts(function, width, height, nullptr); });
}
EMU_API cuLaunchGridAsync(CUfunction function, int width, int height, CUstream stream) {
  return call("cuLaunchGridAsync", {{"function", function}, {"width", width}, {"height", height}, {"stream", stream}}, [&] { launchParts(function, width, height, stream); });
}
