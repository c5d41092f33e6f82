// 16 bytes at a time: what step 5 reads from shared memory by 16 instructions takes 4 here, and from device memory 2 in place of 8. A
// thread's 8 columns become two groups of 4 that lie 64 apart, and its rows likewise, so that neighbouring threads read neighbouring
// 16 bytes; and the rows of what is held of a lie 4 numbers further apart, so that writing down a column meets all banks.
// 16 bytes at a time need an address that is a multiple of 16, so matrices of other widths go the way of step 5.
// ptx: .version 7.0 .target sm_60
#include "ladder.cuh"

constexpr int OWN = 8;
constexpr int SIDE = 128;
constexpr int DEPTH = 8;
constexpr int GAP = 4;
static_assert(SIDE * DEPTH == 4 * THREADS, "every thread copies 4 numbers of each");

/// Four neighbours of a row.
__device__ inline float4 fourAt(const float* x, int64 row, int64 column, int64 rows, int64 columns) {
  if (columns % 4 == 0 && row < rows && column < columns) {
    return *reinterpret_cast<const float4*>(x + row * columns + column);
  }
  return {at(x, row, column, rows, columns), at(x, row, column + 1, rows, columns),
          at(x, row, column + 2, rows, columns), at(x, row, column + 3, rows, columns)};
}

/// A thread's 8 of a line of 128: 4 here, and 4 that lie 64 further.
__device__ inline void take(const float* line, float (&own)[OWN]) {
  float4 near = *reinterpret_cast<const float4*>(line);
  float4 far = *reinterpret_cast<const float4*>(line + SIDE / 2);
  own[0] = near.x, own[1] = near.y, own[2] = near.z, own[3] = near.w;
  own[4] = far.x, own[5] = far.y, own[6] = far.z, own[7] = far.w;
}

__device__ inline int placeOf(int own) {
  return own / 4 * (SIDE / 2) + own % 4;
}

ENTRY(ladder_vectors)(const float* a, const float* b, float* c, int64 m, int64 n, int64 k) {
  __shared__ __align__(16) float partOfA[DEPTH][SIDE + GAP];
  __shared__ __align__(16) float partOfB[DEPTH][SIDE];
  int down = threadIdx.x / (SIDE / OWN) * 4;
  int right = threadIdx.x % (SIDE / OWN) * 4;
  int lineOfA = threadIdx.x / 2;
  int firstOfA = threadIdx.x % 2 * 4;
  int lineOfB = threadIdx.x / 32;
  int firstOfB = threadIdx.x % 32 * 4;
  Corner corner(n, SIDE, SIDE);
  float sums[OWN][OWN] = {};
  #pragma unroll 1
  for (int64 t = 0; t < k; t += DEPTH) {
    float4 some = fourAt(a, corner.top + lineOfA, t + firstOfA, m, k);
    partOfA[firstOfA][lineOfA] = some.x;
    partOfA[firstOfA + 1][lineOfA] = some.y;
    partOfA[firstOfA + 2][lineOfA] = some.z;
    partOfA[firstOfA + 3][lineOfA] = some.w;
    *reinterpret_cast<float4*>(&partOfB[lineOfB][firstOfB]) = fourAt(b, t + lineOfB, corner.left + firstOfB, k, n);
    __syncthreads();
    for (int d = 0; d < DEPTH; d++) {
      float column[OWN];
      float row[OWN];
      take(&partOfA[d][down], column);
      take(&partOfB[d][right], row);
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
      put(c, corner.top + down + placeOf(i), corner.left + right + placeOf(j), m, n, sums[i][j]);
    }
  }
}
