// c = a b, the way it is written on paper: a thread takes one element of c and adds up its k products. a is [m, k], b [k, n] and c
// [m, n], by rows. Neighbouring threads take neighbouring rows, which is the mistake that step 2 puts right: 32 threads read
// from 32 rows of a at once, and each such read fetches 32 bytes to use 4.
// ptx: .version 7.0 .target sm_60
#include "ladder.cuh"

ENTRY(ladder_naive)(const float* a, const float* b, float* c, int64 m, int64 n, int64 k) {
  int64 element = blockIdx.x * int64(THREADS) + threadIdx.x;
  int64 row = element % m;
  int64 column = element / m;
  if (column >= n) {
    return;
  }
  float sum = 0;
  #pragma unroll 1
  for (int64 t = 0; t < k; t++) {
    sum = fmaf(a[row * k + t], b[t * n + column], sum);
  }
  c[row * n + column] = sum;
}
