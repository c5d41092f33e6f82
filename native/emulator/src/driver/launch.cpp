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
  spec.launch.parameters = values(p, params, extra);
  return spec;
}

Work kernelWork(LaunchSpec spec) {
  Work w;
  w.type = CU_NODE_KERNEL;
  w.name = "kernel " + spec.function->program->name;
  w.spec = spec;
  w.run = [spec] {
    Watch& watch = Watch::get();
    watch.count("launches");
    watch.count("launches." + spec.function->program->name);
    Launch launch = spec.launch;
    launch.id = ++state().ids;
    if (spec.function->isUnloaded) {
      watch.report("unloaded-module", "kernel " + spec.function->program->name + " is launched by a graph, but its module has been unloaded");
      throw LaunchFault{CUDA_ERROR_LAUNCH_FAILED};
    }
    Memory::View view(spec.function->context->reach());
    emu::run(launch, state().random);
    for (Allocation* a : Memory::get().live())
      if (!a->allWritten) a->settle();
  };
  return w;
}

}  // namespace emu

EMU_API cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, CUstream stream, void** params, void** extra) {
  return call("cuLaunchKernel", {{"kernel", f}, {"gridX", gx}, {"gridY", gy}, {"gridZ", gz}, {"blockX", bx}, {"blockY", by}, {"blockZ", bz}, {"shared", shared}, {"stream", stream}}, [&] {
    auto s = streamOf(stream);
    unsigned grid[] = {gx, gy, gz}, block[] = {bx, by, bz};
    LaunchSpec spec = launchSpec(f, grid, block, shared, params, extra);
    check(spec.function->context == s->context && s->context == &current(), CUDA_ERROR_INVALID_HANDLE);
    enqueue(*s, kernelWork(std::move(spec)));
  });
}
