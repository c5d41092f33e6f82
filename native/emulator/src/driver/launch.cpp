// Kernel launches and occupancy.
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

Work kernelWork(LaunchSpec spec) {
  Work w;
  w.type = CU_NODE_KERNEL;
  w.name = "kernel " + spec.function->program->name;
  w.spec = spec;
  w.run = [launch = std::make_shared<const Launch>(std::move(spec.launch))] { emu::run(*launch, ++state().ids, state().random); };
  return w;
}

}  // namespace emu

namespace {

int blocksPerMultiprocessor(const Program& p, int blockSize, size_t dynamicShared) {
  checkValue(blockSize > 0);
  if (blockSize > p.maxThreads || blockSize > 1024) return 0;
  int threads = (blockSize + 31) / 32 * 32;
  int byThreads = deviceAttribute(39) / threads;
  uint64_t shared = p.sharedBytes + dynamicShared + uint64_t(deviceAttribute(111));
  if (p.sharedBytes + dynamicShared > uint64_t(deviceAttribute(97))) return 0;
  int byShared = shared ? int(uint64_t(deviceAttribute(81)) / shared) : 1024;
  int registers = std::max(16, int(std::min<uint32_t>(p.registers + 8, 255) / 8 * 8));
  int byRegisters = deviceAttribute(82) / (registers * threads);
  return std::min({byThreads, byShared, std::max(byRegisters, 1), deviceAttribute(106)});
}

// All blocks of a cooperative launch have to be on the device at once.
void checkFits(const Launch& l) {
  uint64_t blocks = uint64_t(l.grid[0]) * l.grid[1] * l.grid[2];
  int each = blocksPerMultiprocessor(*l.program, int(l.block[0] * l.block[1] * l.block[2]), l.dynamicShared);
  check(blocks <= uint64_t(each) * uint64_t(deviceAttribute(16)), CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
}

CUresult launch(const char* name, bool isCooperative, CUfunction f, const unsigned* grid, const unsigned* block, unsigned shared, CUstream stream, void** params, void** extra) {
  return call(name, [&] {
    auto s = streamOf(stream);
    LaunchSpec spec = launchSpec(f, grid, block, shared, params, extra);
    check(spec.function->module->context == s->context, CUDA_ERROR_INVALID_HANDLE);
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

namespace {

CUresult maxActive(const char* name, int* result, CUfunction f, int blockSize, size_t shared) {
  return call(name, [&] {
    checkValue(result);
    current();
    auto function = state().functions.find(f);
    check(function != nullptr, CUDA_ERROR_INVALID_HANDLE);
    *result = blocksPerMultiprocessor(*function->program, blockSize, shared);
  });
}

CUresult potential(const char* name, int* grid, int* block, CUfunction f, CUoccupancyB2DSize shared, size_t fixed, int limit) {
  return call(name, [&] {
    checkValue(grid && block);
    current();
    auto function = state().functions.find(f);
    check(function != nullptr, CUDA_ERROR_INVALID_HANDLE);
    int most = std::min(function->program->maxThreads, 1024);
    if (limit > 0) most = std::min(most, limit);
    int best = 0;
    for (int size = most / 32 * 32; size >= 32; size -= 32) {
      size_t need = shared ? shared(size) : fixed;
      int blocks = blocksPerMultiprocessor(*function->program, size, need);
      if (blocks * size > best) {
        best = blocks * size;
        *block = size;
        *grid = blocks * deviceAttribute(16);
      }
    }
    checkValue(best > 0);
  });
}

}  // namespace

EMU_API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* result, CUfunction f, int blockSize, size_t shared) {
  return maxActive("cuOccupancyMaxActiveBlocksPerMultiprocessor", result, f, blockSize, shared);
}
EMU_API cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* result, CUfunction f, int blockSize, size_t shared, unsigned) {
  return maxActive("cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags", result, f, blockSize, shared);
}
EMU_API cuOccupancyMaxPotentialBlockSize(int* grid, int* block, CUfunction f, CUoccupancyB2DSize shared, size_t fixed, int limit) {
  return potential("cuOccupancyMaxPotentialBlockSize", grid, block, f, shared, fixed, limit);
}
EMU_API cuOccupancyMaxPotentialBlockSizeWithFlags(int* grid, int* block, CUfunction f, CUoccupancyB2DSize shared, size_t fixed, int limit, unsigned) {
  return potential("cuOccupancyMaxPotentialBlockSizeWithFlags", grid, block, f, shared, fixed, limit);
}
EMU_API cuOccupancyAvailableDynamicSMemPerBlock(size_t* bytes, CUfunction f, int blocks, int) {
  return call("cuOccupancyAvailableDynamicSMemPerBlock", [&] {
    checkValue(bytes && blocks > 0);
    auto function = state().functions.find(f);
    check(function != nullptr, CUDA_ERROR_INVALID_HANDLE);
    int64_t each = deviceAttribute(81) / blocks - deviceAttribute(111) - int64_t(function->program->sharedBytes);
    int64_t most = function->program->maxDynamicShared ? function->program->maxDynamicShared : (48 << 10) - int64_t(function->program->sharedBytes);
    *bytes = size_t(std::max<int64_t>(0, std::min(each, most)));
  });
}
