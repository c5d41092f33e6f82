// Occupancy: how many blocks of a kernel a multiprocessor has room for, by NVIDIA's rules for each capability.
#include <algorithm>

#include "control/settings.h"
#include "driver/api.h"
#include "driver/jit.h"

namespace emu {
namespace {

constexpr uint64_t registerUnit = 256;  // registers are given to warps in such lots
constexpr uint64_t parts = 4;           // of a multiprocessor, each with its own registers

uint64_t up(uint64_t value, uint64_t step) { return (value + step - 1) / step * step; }
uint64_t sharedUnit() { return settings().major >= 8 ? 128 : 256; }

}  // namespace

int blocksPerMultiprocessor(const Program& p, int blockSize, size_t dynamicShared) {
  checkValue(blockSize > 0);
  uint64_t shared = p.sharedBytes + uint64_t(dynamicShared);
  if (blockSize > p.maxThreads || blockSize > deviceAttribute(1) || shared > uint64_t(deviceAttribute(97))) return 0;
  uint64_t warps = up(uint64_t(blockSize), lanes) / lanes;
  uint64_t byWarps = uint64_t(deviceAttribute(39)) / lanes / warps;
  uint64_t warpRegisters = up(uint64_t(registersOf(p)) * lanes, registerUnit);
  uint64_t byRegisters = uint64_t(deviceAttribute(82)) / parts / warpRegisters * parts / warps;
  uint64_t sharedOfBlock = up(shared + uint64_t(deviceAttribute(111)), sharedUnit());
  uint64_t byBlocks = uint64_t(deviceAttribute(106));
  uint64_t byShared = sharedOfBlock ? uint64_t(deviceAttribute(81)) / sharedOfBlock : byBlocks;
  return int(std::min({byWarps, byRegisters, byShared, byBlocks}));
}

}  // namespace emu

using namespace emu;

namespace {

constexpr unsigned knownFlags = 1;  // CU_OCCUPANCY_DISABLE_CACHING_OVERRIDE

CUresult maxActive(const char* name, int* result, CUfunction f, int blockSize, size_t shared, unsigned flags = 0) {
  return call(name, {{"result", result}, {"f", f}, {"blockSize", blockSize}, {"shared", shared}}, [&] {
    checkValue(result && (flags & ~knownFlags) == 0);
    current();
    auto function = state().functions.find(f);
    check(function != nullptr, CUDA_ERROR_INVALID_HANDLE);
    *result = blocksPerMultiprocessor(*function->program, blockSize, shared);
  });
}

CUresult potential(const char* name, int* grid, int* block, CUfunction f, CUoccupancyB2DSize shared, size_t fixed, int limit, unsigned flags = 0) {
  return call(name, {{"grid", grid}, {"block", block}, {"f", f}, {"shared", fixed}, {"limit", limit}}, [&] {
    checkValue(grid && block && limit >= 0 && (flags & ~knownFlags) == 0);
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
EMU_API cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* result, CUfunction f, int blockSize, size_t shared, unsigned flags) {
  return maxActive("cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags", result, f, blockSize, shared, flags);
}
EMU_API cuOccupancyMaxPotentialBlockSize(int* grid, int* block, CUfunction f, CUoccupancyB2DSize shared, size_t fixed, int limit) {
  return potential("cuOccupancyMaxPotentialBlockSize", grid, block, f, shared, fixed, limit);
}
EMU_API cuOccupancyMaxPotentialBlockSizeWithFlags(int* grid, int* block, CUfunction f, CUoccupancyB2DSize shared, size_t fixed, int limit, unsigned flags) {
  return potential("cuOccupancyMaxPotentialBlockSizeWithFlags", grid, block, f, shared, fixed, limit, flags);
}
EMU_API cuOccupancyAvailableDynamicSMemPerBlock(size_t* bytes, CUfunction f, int blocks, int blockSize) {
  return call("cuOccupancyAvailableDynamicSMemPerBlock", {{"bytes", bytes}, {"f", f}, {"blocks", blocks}, {"blockSize", blockSize}}, [&] {
    checkValue(bytes && blocks > 0 && blockSize > 0);
    auto function = state().functions.find(f);
    check(function != nullptr, CUDA_ERROR_INVALID_HANDLE);
    const Program& p = *function->program;
    checkValue(blocks <= blocksPerMultiprocessor(p, blockSize, 0));
    int64_t unit = int64_t(sharedUnit());
    int64_t each = deviceAttribute(81) / blocks / unit * unit - deviceAttribute(111) - int64_t(p.sharedBytes);
    int64_t most = p.maxDynamicShared ? p.maxDynamicShared : deviceAttribute(8) - int64_t(p.sharedBytes);
    *bytes = size_t(std::max<int64_t>(0, std::min(each, most)));
  });
}
