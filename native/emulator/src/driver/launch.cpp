// Kernel launches.
#include <algorithm>
#include <cstring>

#include "control/settings.h"
#include "driver/api.h"

using namespace emu;

namespace emu {

namespace {

std::shared_ptr<emu::Function> functionOf(CUfunction handle) {
  auto f = state().functions.find(handle);
  check(f != nullptr, CUDA_ERROR_INVALID_HANDLE);
  return f;
}

// The values of the parameters: from an array of pointers, or from one buffer whose size is told.
std::vector<uint8_t> values(const Program& p, void** params, void** extra) {
  std::vector<uint8_t> result(p.parameterBytes);
  checkValue(!(params && extra));
  if (extra) {
    const void* buffer = nullptr;
    size_t size = 0;
    for (void** e = extra; *e != nullptr; e += 2) {
      if (*e == reinterpret_cast<void*>(1)) buffer = e[1];
      else if (*e == reinterpret_cast<void*>(2)) size = *static_cast<size_t*>(e[1]);
      else throw ApiError{CUDA_ERROR_INVALID_VALUE};
    }
    if (size != p.parameterBytes) {
      Watch::get().report("parameters", "launch of " + p.name + format(": its parameters have %u bytes, %zu were given", p.parameterBytes, size));
      throw ApiError{CUDA_ERROR_INVALID_VALUE};
    }
    if (size) std::memcpy(result.data(), buffer, size);
    return result;
  }
  if (!params && !p.parameters.empty()) {
    Watch::get().report("parameters", "launch of " + p.name + format(": it has %zu parameters, none were given", p.parameters.size()));
    throw ApiError{CUDA_ERROR_INVALID_VALUE};
  }
  for (size_t i = 0; i < p.parameters.size(); i++) {
    if (!params[i]) {
      Watch::get().report("parameters", "launch of " + p.name + format(": parameter %zu is missing", i));
      throw ApiError{CUDA_ERROR_INVALID_VALUE};
    }
    std::memcpy(result.data() + p.parameters[i].offset, params[i], p.parameters[i].bytes);
  }
  return result;
}

}  // namespace

LaunchSpec launchSpec(CUfunction handle, const unsigned* grid, const unsigned* block, unsigned shared, void** params, void** extra) {
  auto f = functionOf(handle);
  const Program& p = *f->program;
  static const unsigned mostGrid[] = {2147483647, 65535, 65535}, mostBlock[] = {1024, 1024, 64};
  uint64_t threads = 1;
  for (int i = 0; i < 3; i++) {
    checkValue(grid[i] >= 1 && grid[i] <= mostGrid[i] && block[i] >= 1 && block[i] <= mostBlock[i]);
    threads *= block[i];
    checkValue(!p.requiredThreads[i] || p.requiredThreads[i] == int(block[i]));
  }
  checkValue(threads <= 1024);
  check(threads <= uint64_t(p.maxThreads), CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
  uint64_t most = p.maxDynamicShared ? uint64_t(p.maxDynamicShared) + p.sharedBytes : 48 << 10;
  checkValue(uint64_t(shared) + p.sharedBytes <= most);
  LaunchSpec spec;
  spec.function = f;
  spec.launch.program = f->program;
  spec.launch.files = f->module->files;
  std::copy(grid, grid + 3, spec.launch.grid);
  std::copy(block, block + 3, spec.launch.block);
  spec.launch.dynamicShared = shared;
  spec.launch.device = f->module->context->device;
  spec.launch.parameters = values(p, params, extra);
  return spec;
}

// All blocks of a cooperative launch have to be on the device at once.
void checkFits(const Launch& l) {
  uint64_t blocks = uint64_t(l.grid[0]) * l.grid[1] * l.grid[2];
  int each = blocksPerMultiprocessor(*l.program, int(l.block[0] * l.block[1] * l.block[2]), l.dynamicShared);
  check(blocks <= uint64_t(each) * uint64_t(deviceAttribute(16)), CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
}

Work kernelWork(LaunchSpec spec) {
  Work w;
  w.type = CU_NODE_KERNEL;
  w.name = "kernel " + spec.function->program->name;
  w.spec = spec;
  w.run = [launch = std::make_shared<const Launch>(std::move(spec.launch)), function = spec.function] {
    if (function->isUnloaded) {
      Watch::get().report("unloaded-module", "kernel " + function->program->name + " is launched by a graph, but its module has been unloaded");
      throw LaunchFault{CUDA_ERROR_LAUNCH_FAILED};
    }
    Memory::View view(function->context->reach());
    emu::run(*launch, ++state().ids, state().random);
  };
  return w;
}

}  // namespace emu

namespace {

CUresult launch(const char* name, bool isCooperative, CUfunction f, const unsigned* grid, const unsigned* block, unsigned shared, CUstream stream, void** params, void** extra) {
  Arguments arguments = {{"kernel", f}, {"gridX", grid[0]}, {"gridY", grid[1]}, {"gridZ", grid[2]}, {"blockX", block[0]}, {"blockY", block[1]}, {"blockZ", block[2]}, {"shared", shared}, {"stream", stream}};
  return call(name, arguments, [&] {
    auto s = streamOf(stream);
    LaunchSpec spec = launchSpec(f, grid, block, shared, params, extra);
    check(spec.function->context == s->context && s->context == &current(), CUDA_ERROR_INVALID_HANDLE);
    spec.launch.isCooperative = isCooperative;
    if (isCooperative) checkFits(spec.launch);
    enqueue(*s, kernelWork(std::move(spec)));
  });
}

}  // namespace

EMU_API cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, CUstream stream, void** params, void** extra) {
  unsigned grid[] = {gx, gy, gz}, block[] = {bx, by, bz};
  return launch("cuLaunchKernel", false, f, grid, block, shared, stream, params, extra);
}
EMU_API cuLaunchCooperativeKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, CUstream stream, void** params) {
  unsigned grid[] = {gx, gy, gz}, block[] = {bx, by, bz};
  return launch("cuLaunchCooperativeKernel", true, f, grid, block, shared, stream, params, nullptr);
}
