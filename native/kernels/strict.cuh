// A product in float32 or float64 exactly: rows, which lie in shared memory, times a matrix of weights, which passes through that in
// slices.
#pragma once

#include "narrow.cuh"
#include "strip.cuh"

/// Of each neuron its numbers in all rows are neighbours; so many numbers are from one row to the next, and from one neuron to the
/// next. Behind the last neuron all is 0 up to a multiple of D.
constexpr int BETWEEN_ROWS = 1;
constexpr int BETWEEN_NEURONS = ROWS + GAP;

/// Neighbours of a row that a warp has at a time: a sector of some rows is in different banks.
constexpr int NEIGHBOURS = SECTOR;

/// How a product is taken whose matrix of weights has at most N neurons: D of those before at a time. A thread has DOWN × ACROSS
/// sums, so many that it reads little of shared memory for each, and no more, for they are added up in the end; a team of threads has them
/// all, and others have their parts of the same sums, each from other neurons before.
template <int N>
struct Sharing {
  static constexpr int D = 32 * sizeof(float) / sizeof(real);
  static constexpr int DOWN = SINGLE ? 8 : 4;
  static constexpr int ACROSS = N / 32;
  static constexpr int SHARERS = THREADS * DOWN * ACROSS / (ROWS * N);
  static constexpr int TEAM = THREADS / SHARERS;
};

/// What a block has in shared memory.
struct Room {
  alignas(16) real held[MOST * BETWEEN_NEURONS];
  alignas(16) real slice[Sharing<MOST>::D * (MOST + GAP)];
};
static_assert(sizeof(Room::slice) >= Sharing<MOST>::SHARERS / 2 * ROWS * MOST * sizeof(real), "sums on their way fit too");

/// The rows times a matrix of weights, in their place: of k neurons before n neurons come, and zeros behind them, whatever the rows have.
/// FORWARD says that the matrix is [n, k], else it is [k, n].
template <int N, bool FORWARD>
__device__ inline void multiplyUpTo(real* held, real* slice, const real* w, int k, int n) {
  using S = Sharing<N>;
  using Weights = Strip<N, S::D, FORWARD, S::D>;
  constexpr int P = PIECE<S::DOWN>;
  typename Weights::Tile& tile = *reinterpret_cast<typename Weights::Tile*>(slice);
  int down = threadIdx.x % (ROWS / S::DOWN);
  int right = threadIdx.x % S::TEAM / (ROWS / S::DOWN);
  int sharer = threadIdx.x / S::TEAM;
  real sums[S::DOWN][S::ACROSS] = {};
  Weights weights(w, k, n, 0, 0);
  weights.fetch(k);
  #pragma unroll 1
  for (int done = 0; done < k; done += S::D) {
    weights.put(slice);
    __syncthreads();
    weights.fetch(k - done - S::D);
    #pragma unroll 4
    for (int d = sharer; d < S::D; d += S::SHARERS) {
      real column[S::DOWN];
      real row[S::ACROSS];
      take<ROWS>(held + (done + d) * BETWEEN_NEURONS, down, column);
      take<N>(tile[d], right, row, Weights::turn(d));
      for (int i = 0; i < S::DOWN; i++) {
        for (int j = 0; j < S::ACROSS; j++) {
          sums[i][j] = fma(column[i], row[j], sums[i][j]);
        }
      }
    }
    __syncthreads();
  }
  join<S::SHARERS>(slice, sums);
  if (sharer == 0) {
    for (int j = 0; j < S::ACROSS; j++) {
      int neuron = placeOf<N, S::ACROSS>(right, j);
      real* line = held + neuron * BETWEEN_NEURONS;
      for (int i = 0; i < S::DOWN; i += P) {
        Pack<P> piece;
        for (int e = 0; e < P; e++) {
          piece.v[e] = neuron < n ? sums[i + e][j] : 0;
        }
        storeShared<P>(line + placeOf<ROWS, S::DOWN>(down, i), piece);
      }
    }
  }
  __syncthreads();
}

template <bool FORWARD>
__device__ inline void multiply(Room& room, const real* w, int k, int n) {
  if (n <= 32) {
    multiplyUpTo<32, FORWARD>(room.held, room.slice, w, k, n);
  } else if (n <= 64) {
    multiplyUpTo<64, FORWARD>(room.held, room.slice, w, k, n);
  } else {
    multiplyUpTo<MOST, FORWARD>(room.held, room.slice, w, k, n);
  }
}
