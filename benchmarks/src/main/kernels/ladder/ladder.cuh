// What all steps of the ladder share.
#pragma once

using int64 = long long;

/// Of a block.
constexpr int THREADS = 256;

#define ENTRY(name) extern "C" __global__ void __launch_bounds__(THREADS) name

/// Where the tile of c that a block makes begins.
struct Corner {
  int64 top;
  int64 left;

  __device__ Corner(int64 n, int tall, int broad) {
    int64 across = (n + broad - 1) / broad;
    top = blockIdx.x / across * tall;
    left = blockIdx.x % across * broad;
  }
};

/// A number in shared memory, by an instruction of its own: the compiler would join neighbours, which is what step 6 does.
__device__ inline float one(const float& x) {
  return *static_cast<const volatile float*>(&x);
}

/// An element of a matrix; beyond it all is 0.
__device__ inline float at(const float* x, int64 row, int64 column, int64 rows, int64 columns) {
  return row < rows && column < columns ? x[row * columns + column] : 0.0f;
}

__device__ inline void put(float* x, int64 row, int64 column, int64 rows, int64 columns, float value) {
  if (row < rows && column < columns) {
    x[row * columns + column] = value;
  }
}
