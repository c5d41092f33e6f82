// Products of matrices that a block holds in shared memory: rows of whole packs of 16 bytes, an odd number of them, so that threads
// which read the same place of neighbouring rows, or neighbouring places of a row, read different banks. What a row has behind its
// last column is 0 in weights and activations.
#pragma once

#include "loops.cuh"

/// Where something is in shared memory. Loops count addresses themselves, since the compiler makes each anew out of all its parts;
/// and accesses are written down, since it makes several of one when it has chosen some of the elements.
__device__ inline unsigned addressOf(const real* p) {
  return unsigned(__cvta_generic_to_shared(p));
}

__device__ inline void loadShared(unsigned address, float4& x) {
  asm volatile("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(x.x), "=f"(x.y), "=f"(x.z), "=f"(x.w) : "r"(address) : "memory");
}

__device__ inline void loadShared(unsigned address, float2& x) {
  asm volatile("ld.shared.v2.f32 {%0, %1}, [%2];" : "=f"(x.x), "=f"(x.y) : "r"(address) : "memory");
}

__device__ inline void loadShared(unsigned address, double2& x) {
  asm volatile("ld.shared.v2.f64 {%0, %1}, [%2];" : "=d"(x.x), "=d"(x.y) : "r"(address) : "memory");
}

__device__ inline void storeShared(unsigned address, const float4& x) {
  asm volatile("st.shared.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(address), "f"(x.x), "f"(x.y), "f"(x.z), "f"(x.w)
               : "memory");
}

__device__ inline void storeShared(unsigned address, const double2& x) {
  asm volatile("st.shared.v2.f64 [%0], {%1, %2};" ::"r"(address), "d"(x.x), "d"(x.y) : "memory");
}

template <int V = WIDE>
__device__ inline Pack<V> packAt(unsigned address) {
  Vector<V> raw;
  loadShared(address, raw);
  Pack<V> x;
  memcpy(&x, &raw, sizeof(x));
  return x;
}

extern __shared__ __align__(16) unsigned char room[];

/// An element of the dynamic shared memory.
__device__ inline real* at(int element) {
  return reinterpret_cast<real*>(room) + element;
}

/// A matrix in shared memory, from an element on.
struct Held {
  int begin;
  int stride;

  __device__ real& operator()(int row, int column) const {
    return *at(begin + row * stride + column);
  }
  __device__ Pack<WIDE> pack(int row, int k) const {
    return packAt(addressOf(at(begin + row * stride + k * WIDE)));
  }
  __device__ void put(int row, int k, const Pack<WIDE>& x) const {
    Vector<WIDE> raw;
    memcpy(&raw, &x, sizeof(raw));
    storeShared(addressOf(at(begin + row * stride + k * WIDE)), raw);
  }
};

constexpr unsigned PACK_BYTES = WIDE * sizeof(real);

__device__ inline int packsOf(int columns) {
  return (columns + WIDE - 1) / WIDE;
}

/// Threads that compute: as many as there are registers for. What a warp waits for, others hide.
constexpr int COMPUTING = SINGLE ? 512 : 256;

/// Adds up sums begin to end, at most N, over so many lanes (a power of two), neighbours of which are so far apart, and calls put(e,
/// sum) once for each. Of two lanes each takes half of the sums from the other, and gives it the other half, until one is left.
template <int N, class Put>
__device__ inline void addUpOver(int lanes, int far, int begin, int end, const real* sums, Put put) {
  if constexpr (N == 1) {
    real sum = sums[0];
    bool first = (threadIdx.x & (lanes - 1) * far) == 0;
    #pragma unroll 1
    for (; lanes > 1; lanes /= 2, far *= 2) {
      sum += __shfl_xor_sync(~0u, sum, far);
    }
    if (first && begin < end) {
      put(begin, sum);
    }
  } else if (lanes == 1) {
    #pragma unroll
    for (int e = 0; e < N; e++) {
      if (begin + e < end) {
        put(begin + e, sums[e]);
      }
    }
  } else {
    constexpr int HALF = (N + 1) / 2;
    bool upper = threadIdx.x & far;
    real kept[HALF];
    for (int e = 0; e < HALF; e++) {
      real low = sums[e];
      real high = e + HALF < N ? sums[e + HALF] : real(0);
      kept[e] = (upper ? high : low) + __shfl_xor_sync(~0u, upper ? low : high, far);
    }
    int middle = min(begin + HALF, end);
    addUpOver<HALF>(lanes / 2, 2 * far, upper ? middle : begin, upper ? end : middle, kept, put);
  }
}

/// z = x wᵀ + b, of so many rows and n columns. So many lanes (a power of two) share the sums of a tile of DOWN × ACROSS, whose rows
/// lie far apart, so that neighbouring lanes have neighbouring tiles; each adds up every so many packs, then they add up theirs.
/// Behind the last row of x there are others, up to a whole number of DOWN.
template <int DOWN, int ACROSS>
__device__ inline void weightedSums(
    const Held& x, const Held& w, int bias, const Held& z, int rows, int n, int packs, int lanes) {
  unsigned thread = threadIdx.x;
  int lane = int(thread & unsigned(lanes - 1));
  int shift = 31 - __clz(lanes);
  int down = (rows + DOWN - 1) / DOWN;
  int across = (n + ACROSS - 1) / ACROSS;
  int tiles = down * across;
  #pragma unroll 1
  for (int first = 0; first < tiles; first += COMPUTING >> shift) {
    int tile = first + int(thread >> shift);
    bool there = tile < tiles;
    int top = there ? int(unsigned(tile) / unsigned(across)) : 0;
    int left = there ? tile - top * across : 0;
    unsigned rowOfInputs = addressOf(&x(top, lane * WIDE));
    unsigned apart = down * x.stride * unsigned(sizeof(real));
    unsigned ws[ACROSS];
    for (int c = 0; c < ACROSS; c++) {
      ws[c] = addressOf(&w(min(left + c * across, n - 1), lane * WIDE));
    }
    real sums[DOWN][ACROSS] = {};
    #pragma unroll 1
    for (int k = lane; k < packs; k += lanes) {
      Pack<WIDE> weights[ACROSS];
      for (int c = 0; c < ACROSS; c++) {
        weights[c] = packAt(ws[c]);
        ws[c] += lanes * PACK_BYTES;
      }
      unsigned here = rowOfInputs;
      rowOfInputs += lanes * PACK_BYTES;
      for (int r = 0; r < DOWN; r++) {
        Pack<WIDE> inputs = packAt(here);
        here += apart;
        for (int c = 0; c < ACROSS; c++) {
          for (int e = 0; e < WIDE; e++) {
            sums[r][c] = fma(inputs.v[e], weights[c].v[e], sums[r][c]);
          }
        }
      }
    }
    int count = there ? DOWN * ACROSS : 0;
    addUpOver<DOWN * ACROSS>(lanes, 1, 0, count, &sums[0][0], [=](int e, real sum) {
      int i = top + e / ACROSS * down;
      int j = left + e % ACROSS * across;
      if (i < rows && j < n) {
        z(i, j) = sum + *at(bias + j);
      }
    });
  }
}

/// δ = (δ' w) ⊙ σ′(z), which stands where δ is to be: of the layer before that of δ', which has n neurons. A thread has a pack of
/// DOWN rows; the first threads come last.
template <int DOWN>
__device__ inline void deltaBefore(const Held& after, const Held& w, const Held& delta, int rows, int n, int packs) {
  int down = (rows + DOWN - 1) / DOWN;
  #pragma unroll 1
  for (int item = COMPUTING - 1 - threadIdx.x; item < down * packs; item += COMPUTING) {
    int top = int(unsigned(item) / unsigned(packs));
    int k = item - top * packs;
    const real* from[DOWN];
    for (int r = 0; r < DOWN; r++) {
      from[r] = &after(min(top + r * down, rows - 1), 0);
    }
    Pack<WIDE> sums[DOWN] = {};
    #pragma unroll 2
    for (int j = 0; j < n; j++) {
      Pack<WIDE> weights = w.pack(j, k);
      for (int r = 0; r < DOWN; r++) {
        for (int e = 0; e < WIDE; e++) {
          sums[r].v[e] = fma(from[r][j], weights.v[e], sums[r].v[e]);
        }
      }
    }
    for (int r = 0; r < DOWN; r++) {
      int i = top + r * down;
      if (i < rows) {
        Pack<WIDE> primes = delta.pack(i, k);
        for (int e = 0; e < WIDE; e++) {
          primes.v[e] *= sums[r].v[e];
        }
        delta.put(i, k, primes);
      }
    }
  }
}

/// The factors of a step, rounded to the type once.
struct Pace {
  bool moves;
  /// −η/rows, of the sum of the gradients.
  real share;
  /// 1 − η l2, of the weights.
  real kept;
  /// η, and 1/rows.
  real rate;
  real mean;
};

/// Moves a pack of weights by the sum of its gradients; what is behind the last column stays 0.
template <bool WHOLE>
__device__ inline void move(const Held& w, int row, int k, const Pack<WIDE>& sum, int columns, const Pace& pace) {
  Pack<WIDE> weights = w.pack(row, k);
  for (int e = 0; e < WIDE; e++) {
    bool there = WHOLE || k * WIDE + e < columns;
    weights.v[e] = there ? fma(pace.share, sum.v[e], pace.kept * weights.v[e]) : 0;
  }
  w.put(row, k, weights);
}

/// Rows of weights that a thread moves together; rows of δ are whole pairs of so many.
constexpr int TALL = 6;

/// w = kept w + share δᵀ x, of n rows and so many columns, and b = b − η mean Σ δ. A thread has a tile of one pack, of TALL rows. The
/// first threads have the most to do, or where `last` the last ones.
__device__ inline void descend(
    const Held& delta, const Held& x, const Held& w, int bias, int rows, int n, int columns, const Pace& pace, bool last) {
  int packs = packsOf(columns);
  int items = packs * ((n + TALL - 1) / TALL);
  int fromEnd = COMPUTING - 1 - int(threadIdx.x);
  #pragma unroll 1
  for (int item = last ? fromEnd : int(threadIdx.x); item < items; item += COMPUTING) {
    int group = int(unsigned(item) / unsigned(packs));
    int top = group * TALL;
    int k = item - group * packs;
    unsigned rowOfDelta = addressOf(&delta(0, top));
    unsigned rowOfInputs = addressOf(&x(0, k * WIDE));
    Pack<WIDE> sums[TALL] = {};
    #pragma unroll 2
    for (int i = 0; i < rows; i++) {
      Pack<WIDE> inputs = packAt(rowOfInputs);
      for (int r = 0; r < TALL; r += 2) {
        Pack<2> deltas = packAt<2>(rowOfDelta + r * sizeof(real));
        for (int e = 0; e < WIDE; e++) {
          sums[r].v[e] = fma(deltas.v[0], inputs.v[e], sums[r].v[e]);
          sums[r + 1].v[e] = fma(deltas.v[1], inputs.v[e], sums[r + 1].v[e]);
        }
      }
      rowOfInputs += x.stride * sizeof(real);
      rowOfDelta += delta.stride * sizeof(real);
    }
    bool whole = (k + 1) * WIDE <= columns;
    for (int r = 0; r < TALL && top + r < n; r++) {
      if (whole) {
        move<true>(w, top + r, k, sums[r], columns, pace);
      } else {
        move<false>(w, top + r, k, sums[r], columns, pace);
      }
    }
  }
  #pragma unroll 1
  for (int j = fromEnd; j < n; j += COMPUTING) {
    real sum = 0;
    #pragma unroll 4
    for (int i = 0; i < rows; i++) {
      sum += delta(i, j);
    }
    *at(bias + j) += -pace.rate * (pace.mean * sum);
  }
}
