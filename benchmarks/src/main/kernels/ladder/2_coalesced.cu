// Step 1 with rows and columns exchanged: neighbouring threads take neighbouring columns. Now the 32 threads of a warp read one
// element of a, which is one access for all of them, and 32 neighbours of b: 128 bytes, all of which are used.
// ptx: .version 7.0 .target sm_60
#include "ladder.cuh"

ENTRY(ladder_coalesced)(const float* a, const float* b, float* c, int64 m, int64 n, int64 k) {
  int64 element = blockIdx.x * int64(THREADS) + threadIdx.x;
  int64 row = element / n;
  int64 column = element % n;
  if (row >= m) {
    return;
  }
  float sum = 0;
  #pragma unroll 1
  for (int64 t = 0; t < k; t++) {
    sum = fmaf(a[row * k + t], b[t * n + column], sum);
  }
  c[row * n + column] = sum;
}
