// Rows of a few elements in registers: each lane of a warp has an element, each row as many lanes as the power of two that holds
// it. Nothing passes through shared memory but the sums of a block.
#pragma once

#include "rows.cuh"

/// The lanes of a row that shares a warp with others. All lanes of the warp take the same way, also those that have no element, of
/// which nothing counts: so no lane comes to a shuffle before the others do.
struct Lanes {
  using Index = int;
  int lanes;
  int at;
  bool has;

  __device__ Lanes(int lanes, bool here, int64 n) : lanes(lanes), at(threadIdx.x & (lanes - 1)), has(here && at < n) {}

  __device__ int first() const {
    return 0;
  }
  __device__ int step() const {
    return 32;
  }
  __device__ int column(int) const {
    return at;
  }
  __device__ real sum(real x) const {
    __syncwarp(); // a logarithm may have taken lanes different ways
    x = has ? x : 0;
    for (int far = 1; far < 32; far *= 2) {
      real other = __shfl_xor_sync(~0u, x, far);
      x = far < lanes ? x + other : x;
    }
    return x;
  }
  __device__ real largest(real x) const {
    __syncwarp();
    x = has ? x : -INFINITE;
    for (int far = 1; far < 32; far *= 2) {
      real other = __shfl_xor_sync(~0u, x, far);
      x = far < lanes ? most(x, other) : x;
    }
    return x;
  }
  /// A lane has one element, so the first lane that has the largest value has the place.
  __device__ Largest largest(Largest x) const {
    real value = largest(x.value);
    unsigned alike = __ballot_sync(~0u, has && x.value == value) >> (threadIdx.x % 32 & -lanes);
    return {value, __ffs(alike) - 1};
  }
  __device__ bool leads() const {
    return has && at == 0;
  }
};

/// The same for rows in memory: a lane that has no element comes to none. It is no Lanes to a function that takes one.
struct LanesOf : Lanes {
  __device__ explicit LanesOf(const Lanes& team) : Lanes(team) {}

  __device__ int first() const {
    return has ? at : 32;
  }
  __device__ int column(int k) const {
    return k;
  }
};

/// How a matrix [m, n] of short rows is spread over lanes, if it is: where rows are many it takes fewer instructions to give each a
/// thread. A block's unit of work is as many rows as it has lanes for. It all follows from m and n alone.
struct Spread {
  static constexpr int MOST_UNITS = 64;

  int64 m;
  int64 n;
  /// The lanes of a row are 2 to the power of this.
  int shift;
  int rows;
  bool fits;
  /// All that fits into two units is one: the block is done with its second rows before another would be heard of.
  bool alone;

  __device__ Spread(int64 m, int64 n) : m(m), n(n) {
    shift = n <= 32 ? 32 - __clz(int(n) - 1) : 5;
    rows = THREADS >> shift;
    fits = n <= 32 && m <= MOST_UNITS * rows;
    alone = m <= 2 * rows;
  }

  __device__ int lanes() const {
    return 1 << shift;
  }
  __device__ int units() const {
    return alone ? 1 : int(m + rows - 1) >> (8 - shift);
  }

  /// Calls visit(team, row, at) for this thread's element of each of its rows, if the team has it, so many blocks taking turns: at
  /// is where it stands in the matrix.
  template <class Visit>
  __device__ void walk(int first, int blocks, Visit visit) const {
    #pragma unroll 1
    for (int64 begin = int64(first) * rows; begin < m; begin += int64(blocks) * rows) {
      int64 row = begin + (threadIdx.x >> shift);
      Lanes team(lanes(), row < m, n);
      visit(team, row, row * n + team.at);
    }
  }
};

/// The element that a lane has of its row, as if it were the row.
struct Element {
  real x;

  __device__ real operator[](int) const {
    return x;
  }
};

struct ElementInto {
  real* x;

  __device__ real& operator[](int) const {
    return *x;
  }
};

/// What a thread has added up: of its column, and of costs and right answers.
struct Sums {
  real column;
  double cost;
  int right;
};

/// Sums over a block: of the columns over the rows, each for the thread whose number is that of the column; of the others for
/// thread 0. All threads call it, and meet before they call it again.
__device__ inline Sums sumOfBlock(Sums own, int lanes) {
  constexpr int WARPS = THREADS / 32;
  __shared__ real columns[WARPS][32];
  __shared__ double costs[WARPS];
  __shared__ int rights[WARPS];
  for (int far = 16; far > 0; far /= 2) {
    real column = __shfl_xor_sync(~0u, own.column, far);
    own.column = far < lanes ? own.column : own.column + column;
    own.cost += __shfl_xor_sync(~0u, own.cost, far);
    own.right += __shfl_xor_sync(~0u, own.right, far);
  }
  int warp = threadIdx.x / 32;
  columns[warp][threadIdx.x % 32] = own.column;
  if (threadIdx.x % 32 == 0) {
    costs[warp] = own.cost;
    rights[warp] = own.right;
  }
  __syncthreads();
  Sums all = {};
  if (threadIdx.x < lanes) {
    for (int w = 0; w < WARPS; w++) {
      all.column += columns[w][threadIdx.x];
      all.cost += costs[w];
      all.right += rights[w];
    }
  }
  return all;
}
