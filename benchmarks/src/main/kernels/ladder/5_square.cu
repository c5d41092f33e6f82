// A thread makes 8 × 8 elements of c: 8 numbers of a and 8 of b, once in registers, are enough for 64 multiplications. The tile of a
// block grows to 128 × 128, so that less comes from device memory too. Two things are not right yet, and bank conflicts tell of
// them: threads read b 8 numbers apart, so that 16 of them want the same 4 banks, and a is written down its columns.
// ptx: .version 7.0 .target sm_60
#include "ladder.cuh"

constexpr int OWN = 8;
constexpr int SIDE = 128;
constexpr int DEPTH = 8;
static_assert(SIDE / OWN * (SIDE / OWN) == THREADS, "every thread has as many elements");

ENTRY(ladder_square)(const float* a, const float* b, float* c, int64 m, int64 n, int64 k) {
  __shared__ float partOfA[DEPTH][SIDE];
  __shared__ float partOfB[DEPTH][SIDE];
  int down = threadIdx.x / (SIDE / OWN) * OWN;
  int right = threadIdx.x % (SIDE / OWN) * OWN;
  Corner corner(n, SIDE, SIDE);
  float sums[OWN][OWN] = {};
  #pragma unroll 1
  for (int64 t = 0; t < k; t += DEPTH) {
    for (int e = threadIdx.x; e < SIDE * DEPTH; e += THREADS) {
      partOfA[e % DEPTH][e / DEPTH] = at(a, corner.top + e / DEPTH, t + e % DEPTH, m, k);
      partOfB[e / SIDE][e % SIDE] = at(b, t + e / SIDE, corner.left + e % SIDE, k, n);
    }
    __syncthreads();
    for (int d = 0; d < DEPTH; d++) {
      float column[OWN];
      float row[OWN];
      for (int i = 0; i < OWN; i++) {
        column[i] = one(partOfA[d][down + i]);
        row[i] = one(partOfB[d][right + i]);
      }
      for (int i = 0; i < OWN; i++) {
        for (int j = 0; j < OWN; j++) {
          sums[i][j] = fmaf(column[i], row[j], sums[i][j]);
        }
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < OWN; i++) {
    for (int j = 0; j < OWN; j++) {
      put(c, corner.top + down + i, corner.left + right + j, m, n, sums[i][j]);
    }
  }
}
