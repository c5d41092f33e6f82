// Step 3 reads two numbers from shared memory for each multiplication. Here a thread makes 8 elements of c, one below the other: it
// reads one number of b, keeps it in a register, and multiplies it with 8 of a. Nine reads for eight multiplications.
// ptx: .version 7.0 .target sm_60
#include "ladder.cuh"

constexpr int OWN = 8;
constexpr int TALL = 64;
constexpr int BROAD = 32;
constexpr int DEPTH = 16;
static_assert(TALL / OWN * BROAD == THREADS, "every thread has as many elements");

ENTRY(ladder_column)(const float* a, const float* b, float* c, int64 m, int64 n, int64 k) {
  __shared__ float partOfA[TALL][DEPTH];
  __shared__ float partOfB[DEPTH][BROAD];
  int down = threadIdx.x / BROAD * OWN;
  int right = threadIdx.x % BROAD;
  Corner corner(n, TALL, BROAD);
  float sums[OWN] = {};
  #pragma unroll 1
  for (int64 t = 0; t < k; t += DEPTH) {
    for (int e = threadIdx.x; e < TALL * DEPTH; e += THREADS) {
      partOfA[e / DEPTH][e % DEPTH] = at(a, corner.top + e / DEPTH, t + e % DEPTH, m, k);
    }
    for (int e = threadIdx.x; e < DEPTH * BROAD; e += THREADS) {
      partOfB[e / BROAD][e % BROAD] = at(b, t + e / BROAD, corner.left + e % BROAD, k, n);
    }
    __syncthreads();
    for (int d = 0; d < DEPTH; d++) {
      float factor = one(partOfB[d][right]);
      for (int i = 0; i < OWN; i++) {
        sums[i] = fmaf(one(partOfA[down + i][d]), factor, sums[i]);
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < OWN; i++) {
    put(c, corner.top + down + i, corner.left + right, m, n, sums[i]);
  }
}
