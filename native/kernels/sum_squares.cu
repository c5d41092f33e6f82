// Σ x² in float64. Launched with 256 threads, grid min(ceil(n / 4096), 1024).
// ptx: .version 7.0 .target sm_60
#include "loops.cuh"
#include "sums.cuh"

/// Elements of which a block makes one sum, whatever the grid.
constexpr int CHUNK = 16 * THREADS;

/// scratch has ceil(n / 4096) float64 numbers; counter is 0 before and after.
ENTRY(sum_squares)(const real* x, int64 n, double* into, double* scratch, unsigned* counter) {
  __shared__ double room[THREADS];
  auto total = [&](double sum) { return treeSum(room, sum, threadIdx.x, 1, THREADS); };
  int64 chunks = (n + CHUNK - 1) / CHUNK;
  bool aligned = isAligned(x);
  #pragma unroll 1
  for (int64 chunk = blockIdx.x; chunk < chunks; chunk += gridDim.x) {
    int64 first = chunk * CHUNK;
    double sum = 0;
    #pragma unroll 1
    for (int64 i = first + threadIdx.x * WIDE; i < first + CHUNK && i < n; i += THREADS * WIDE) {
      if (i + WIDE <= n) {
        Pack<WIDE> each = load<WIDE>(x + i, aligned);
        for (int e = 0; e < WIDE; e++) {
          sum += double(each.v[e]) * each.v[e];
        }
      } else {
        for (int e = 0; i + e < n; e++) {
          sum += double(x[i + e]) * x[i + e];
        }
      }
    }
    sum = total(sum);
    if (threadIdx.x == 0) {
      scratch[chunk] = sum;
    }
    if (isLast(counter, chunks)) {
      double all = 0;
      #pragma unroll 1
      for (int64 c = threadIdx.x; c < chunks; c += THREADS) {
        all += __ldcg(scratch + c);
      }
      all = total(all);
      if (threadIdx.x == 0) {
        *into = all;
      }
    }
  }
}
