// Work on whole rows, for what a row shares: the sum of a softmax, the cost of an example, the answer that it gives. A row
// belongs to a team of threads; the code of a row is written once, for any kind of team.
#pragma once

#include "loops.cuh"
#include "stored.cuh"
#include "sums.cuh"

/// Where the largest element of a row is: the first of equals. As when it is sought from the first one on, a NaN is never
/// larger, and nothing is larger than a NaN that is the first.
struct Largest {
  real value;
  int64 place;

  __device__ static Largest none() {
    return {-INFINITE, 0x7fffffffffffffffLL};
  }

  __device__ void meet(real x, int64 at) {
    if (x != x) {
      x = at == 0 ? INFINITE : -INFINITE;
    }
    meet({x, at});
  }

  __device__ void meet(Largest other) {
    if (other.value > value || (other.value == value && other.place < place)) {
      *this = other;
    }
  }
};

/// One thread has the row. Rows lie in shared memory, each so many elements after the one before; that all threads read different
/// banks each thread begins at a column of its own choice and goes round.
struct Alone {
  using Index = int;
  int turn;
  int n;

  __device__ Alone(int row, int n, int apart) : n(n) {
    constexpr int BANKS = 128 / sizeof(real);
    int common = apart & -apart;
    int alike = BANKS / (common < BANKS ? common : BANKS);
    turn = row % BANKS / alike;
  }
  __device__ int first() const {
    return 0;
  }
  __device__ int step() const {
    return 1;
  }
  __device__ int column(int k) const {
    return k + turn < n ? k + turn : k + turn - n;
  }
  __device__ real sum(real x) const {
    return x;
  }
  __device__ real largest(real x) const {
    return x;
  }
  __device__ Largest largest(Largest x) const {
    return x;
  }
  __device__ bool leads() const {
    return true;
  }
};

/// The lanes of a warp have the row.
struct Warp {
  using Index = int;

  __device__ int first() const {
    return threadIdx.x % 32;
  }
  __device__ int step() const {
    return 32;
  }
  __device__ int column(int k) const {
    return k;
  }
  __device__ real sum(real x) const {
    for (int far = 16; far > 0; far /= 2) {
      x += __shfl_xor_sync(~0u, x, far);
    }
    return x;
  }
  __device__ real largest(real x) const {
    for (int far = 16; far > 0; far /= 2) {
      x = most(x, __shfl_xor_sync(~0u, x, far));
    }
    return x;
  }
  __device__ Largest largest(Largest x) const {
    for (int far = 16; far > 0; far /= 2) {
      x.meet({__shfl_xor_sync(~0u, x.value, far), __shfl_xor_sync(~0u, x.place, far)});
    }
    return x;
  }
  __device__ bool leads() const {
    return threadIdx.x % 32 == 0;
  }
};

/// The block has the row, which lies in global memory.
struct Block {
  using Index = int64;

  __device__ int64 first() const {
    return threadIdx.x;
  }
  __device__ int64 step() const {
    return THREADS;
  }
  __device__ int64 column(int64 k) const {
    return k;
  }
  template <class T, class Join>
  __device__ T join(T x, Join two) const {
    __shared__ T room[THREADS];
    int t = threadIdx.x;
    room[t] = x;
    __syncthreads();
    #pragma unroll 1
    for (int half = THREADS / 2; half > 0; half /= 2) {
      if (t < half) {
        room[t] = two(room[t], room[t + half]);
      }
      __syncthreads();
    }
    T all = room[0];
    __syncthreads();
    return all;
  }
  __device__ real sum(real x) const {
    return join(x, [](real a, real b) { return a + b; });
  }
  __device__ real largest(real x) const {
    return join(x, [](real a, real b) { return most(a, b); });
  }
  __device__ Largest largest(Largest x) const {
    return join(x, [](Largest a, Largest b) {
      a.meet(b);
      return a;
    });
  }
  __device__ bool leads() const {
    return threadIdx.x == 0;
  }
};

/// Elements that a block holds of one matrix in shared memory: 8 KiB. A longer row is not held.
constexpr int TILE = 8192 / sizeof(real);

/// Copies as many elements from each of some arrays in global memory to its tile in shared memory, or none where it is null. Packs of
/// all arrays are waited for together; where one array has none that are aligned, elements of all go one by one. The block does.
template <int ARRAYS>
__device__ inline void fetch(real* const (&tiles)[ARRAYS], const real* const (&from)[ARRAYS], int count) {
  int packs = count / WIDE;
  for (const real* array : from) {
    packs = isAligned(array) ? packs : 0;
  }
  #pragma unroll 1
  for (int k = threadIdx.x; k < packs; k += THREADS) {
    Pack<WIDE> x[ARRAYS];
    for (int i = 0; i < ARRAYS; i++) {
      x[i] = from[i] == nullptr ? Pack<WIDE>{} : load<WIDE>(from[i] + k * WIDE);
    }
    for (int i = 0; i < ARRAYS; i++) {
      if (from[i] != nullptr) {
        storeShared<WIDE>(tiles[i] + k * WIDE, x[i]);
      }
    }
  }
  #pragma unroll 1
  for (int k = packs * WIDE + threadIdx.x; k < count; k += THREADS) {
    for (int i = 0; i < ARRAYS; i++) {
      if (from[i] != nullptr) {
        tiles[i][k] = from[i][k];
      }
    }
  }
}

__device__ inline void fetch(real* tile, const real* from, int count) {
  fetch<1>({tile}, {from}, count);
}

/// Copies elements from shared to global memory; the block does.
template <class Copy = Unstored>
__device__ inline void put(real* to, const real* tile, int count, Copy copy = Copy()) {
  int packs = isAligned(to) && copy.aligned() ? count / WIDE : 0;
  #pragma unroll 1
  for (int k = threadIdx.x; k < packs; k += THREADS) {
    Pack<WIDE> values = load<WIDE>(tile + k * WIDE);
    store<WIDE>(to + k * WIDE, values);
    copy.template store<WIDE>(k * WIDE, values);
  }
  #pragma unroll 1
  for (int i = packs * WIDE + threadIdx.x; i < count; i += THREADS) {
    to[i] = tile[i];
    copy.template store<1>(i, {tile[i]});
  }
}

/// The sums of the columns of a matrix [rows, n]: term(i, j) gives an element, put(j, sum) takes the sum. The block does.
template <class Term, class Put>
__device__ inline void columnSums(int64 rows, int64 n, Term term, Put put) {
  __shared__ real room[THREADS];
  #pragma unroll 1
  for (int64 left = 0; left < n; left += THREADS) {
    int width = int(n - left < THREADS ? n - left : THREADS);
    int groups = THREADS / width;
    int group = threadIdx.x / width;
    int64 column = left + threadIdx.x % width;
    real sum = 0;
    #pragma unroll 4  // so many are waited for together
    for (int64 row = group; group < groups && row < rows; row += groups) {
      sum += term(row, column);
    }
    sum = treeSum(room, sum, group, width, groups);
    if (threadIdx.x < width) {
      put(column, sum);
    }
  }
}

/// The sums of the columns of a tile, and of the next tiles of the same rows, in registers until they are put down.
struct ColumnSums {
  int n;
  int width;
  int groups;
  int group;
  real own[TILE / THREADS];

  __device__ explicit ColumnSums(int64 columns) : n(int(columns)), own() {
    width = n < THREADS ? n : THREADS;
    groups = THREADS / width;
    group = threadIdx.x / width;
  }

  __device__ void add(const real* tile, int rows) {
    int column = threadIdx.x % width;
    for (int c = 0; c < TILE / THREADS; c++, column += THREADS) {
      #pragma unroll 1
      for (int row = group; row < rows && group < groups && column < n; row += groups) {
        own[c] += tile[row * n + column];
      }
    }
  }

  /// put(j, sum) takes the sum of a column. The block does.
  template <class Put>
  __device__ void put(Put put) {
    __shared__ real room[THREADS];
    own[0] = treeSum(room, own[0], group, width, groups);
    for (int c = 0; c < TILE / THREADS; c++) {
      int column = threadIdx.x + c * THREADS;
      if (threadIdx.x < width && column < n) {
        put(column, own[c]);
      }
    }
  }
};
