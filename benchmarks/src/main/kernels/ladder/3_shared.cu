// A block makes a tile of 16 × 16 of c. It takes 16 terms at a time: each thread copies one element of a and one of b to shared memory,
// all wait until everything is there, and each then reads 16 of both from there. So an element is read from device memory by
// n / 16 blocks, where step 2 reads it for every element of c that needs it. What lies outside of a matrix is 0 in shared memory and
// changes no sum.
// ptx: .version 7.0 .target sm_60
#include "ladder.cuh"

constexpr int SIDE = 16;

ENTRY(ladder_shared)(const float* a, const float* b, float* c, int64 m, int64 n, int64 k) {
  __shared__ float partOfA[SIDE][SIDE];
  __shared__ float partOfB[SIDE][SIDE];
  int down = threadIdx.x / SIDE;
  int right = threadIdx.x % SIDE;
  Corner corner(n, SIDE, SIDE);
  float sum = 0;
  #pragma unroll 1
  for (int64 t = 0; t < k; t += SIDE) {
    partOfA[down][right] = at(a, corner.top + down, t + right, m, k);
    partOfB[down][right] = at(b, t + down, corner.left + right, k, n);
    __syncthreads();
    for (int d = 0; d < SIDE; d++) {
      sum = fmaf(one(partOfA[down][d]), one(partOfB[d][right]), sum);
    }
    __syncthreads();
  }
  put(c, corner.top + down, corner.left + right, m, n, sum);
}
