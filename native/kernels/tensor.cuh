// A product on the tensor cores of devices of 8.0 and newer: sixteen rows, which lie in shared memory, times a matrix of weights. Factors
// are rounded as they are taken, to TF32 or, where STORED says so, to 16 bits; sums are in float32.
#pragma once

#include "stored.cuh"

/// To the nearest, ties away from zero. What is no number stays so, whatever a device makes of its bits: rounding them upwards would
/// make zero of some.
struct Tf32 {
  __device__ static unsigned bits(float x) {
    unsigned bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
    return x != x ? 0x7fc00000 : bits;
  }
};

#ifdef STORED
using Factor = STORED;
#else
using Factor = Tf32;
#endif

/// Factors of two neighbours, the first in the lower half.
__device__ inline unsigned pair(Bfloat16, float first, float second) {
  unsigned both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
  return both;
}
__device__ inline unsigned pair(Float16, float first, float second) {
  unsigned both;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
  return both;
}

/// sums += a b for a warp: what a lane has of a, b and the sums is said in the PTX manual.
#define MULTIPLY(shape, type, sums, a, b)                                                                          \
  asm volatile("mma.sync.aligned." shape ".row.col.f32." type "." type                                             \
               ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                              \
               : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])                                        \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))

__device__ inline void multiplyPairs(Bfloat16, float (&sums)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  MULTIPLY("m16n8k16", "bf16", sums, a, b);
}
__device__ inline void multiplyPairs(Float16, float (&sums)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  MULTIPLY("m16n8k16", "f16", sums, a, b);
}

/// What a lane has of sixteen neurons before, which are a step along k: four of them, in two rows or for one neuron of the layer. In
/// which order a lane's neurons stand for k is free, as long as both factors have the same: so TF32, of which the cores take eight
/// neurons at a time, needs no other loads.
constexpr int STEP = 16;

/// Of the four, how far each is from the lane's first.
__device__ constexpr int along(int e) {
  return e / 2 * 8 + e % 2;
}

/// Factors of 16 bits: a step of them, as the cores take it.
template <class F>
struct Step {
  unsigned rows[4];

  __device__ explicit Step(const real (&x)[2][4])
      : rows{pair(F(), x[0][0], x[0][1]), pair(F(), x[1][0], x[1][1]), pair(F(), x[0][2], x[0][3]),
             pair(F(), x[1][2], x[1][3])} {}

  /// Sums of eight neurons in sixteen rows, this step further.
  __device__ void advance(float (&sums)[4], const real (&weights)[4]) const {
    unsigned w[2] = {pair(F(), weights[0], weights[1]), pair(F(), weights[2], weights[3])};
    multiplyPairs(F(), sums, rows, w);
  }
};

template <>
struct Step<Tf32> {
  unsigned rows[2][4];

  __device__ explicit Step(const real (&x)[2][4])
      : rows{{Tf32::bits(x[0][0]), Tf32::bits(x[1][0]), Tf32::bits(x[0][1]), Tf32::bits(x[1][1])},
             {Tf32::bits(x[0][2]), Tf32::bits(x[1][2]), Tf32::bits(x[0][3]), Tf32::bits(x[1][3])}} {}

  __device__ void advance(float (&sums)[4], const real (&weights)[4]) const {
    for (int half = 0; half < 2; half++) {
      unsigned w[2] = {Tf32::bits(weights[2 * half]), Tf32::bits(weights[2 * half + 1])};
      MULTIPLY("m16n8k8", "tf32", sums, rows[half], w);
    }
  }
};

/// What a warp has of a product: eight neurons, and with TILES 2 eight more, which lie as far on as all warps reach. Each lane loads the
/// weights that it multiplies, which no other has, right from global memory, those of some steps before the first of these is used.
template <int TILES>
struct Products {
  static constexpr int WARPS = THREADS / 32;
  static constexpr int AHEAD = 4;  // steps

  float sums[TILES][4] = {};
  int row = threadIdx.x % 32 / 4;
  int first = threadIdx.x % 4 * 2;
  int neuron = threadIdx.x / 32 * 8;

  /// FORWARD says that weights are [n, k], else they are [k, n]. A neuron of the k has its rows at line · its number.
  template <bool FORWARD>
  __device__ void take(const real* held, int line, const real* weights, int k, int n) {
    int hop = FORWARD ? 1 : n;
    const real* own[TILES];
    for (int t = 0; t < TILES; t++) {
      // Lanes behind the last neuron take its weights too; their sums are not put down.
      int to = min(neuron + t * WARPS * 8 + row, n - 1);
      own[t] = weights + (FORWARD ? to * k + first : first * n + to);
    }
    held += first * line + row;
    #pragma unroll 1
    for (int left = k; left > 0; left -= AHEAD * STEP) {
      real w[AHEAD][TILES][4];
      #pragma unroll
      for (int s = 0; s < AHEAD; s++) {
        for (int t = 0; t < TILES; t++) {
          fetch(w[s][t], own[t] + s * STEP * hop, hop, left - s * STEP);
        }
      }
      #pragma unroll
      for (int s = 0; s < AHEAD; s++) {
        if (left > s * STEP) {
          real x[2][4];
          for (int e = 0; e < 4; e++) {
            for (int h = 0; h < 2; h++) {
              x[h][e] = held[(s * STEP + along(e)) * line + 8 * h];
            }
          }
          Step<Factor> step(x);
          for (int t = 0; t < TILES; t++) {
            step.advance(sums[t], w[s][t]);
          }
        }
      }
      held += AHEAD * STEP * line;
      for (int t = 0; t < TILES; t++) {
        own[t] += AHEAD * STEP * hop;
      }
    }
  }

  /// A lane's weights of a step; behind the last neuron before they are 0.
  __device__ void fetch(real (&w)[4], const real* from, int hop, int left) const {
    if (left >= STEP) {
      for (int e = 0; e < 4; e++) {
        w[e] = from[along(e) * hop];
      }
    } else {
      for (int e = 0; e < 4; e++) {
        w[e] = first + along(e) < left ? from[along(e) * hop] : 0;
      }
    }
  }

  /// Into the place of the rows; behind the last neuron zeros, whatever the rows have, up to a whole step.
  __device__ void put(real* held, int line, int n) const {
    for (int t = 0; t < TILES; t++) {
      int from = neuron + t * WARPS * 8;
      if (from < (n + STEP - 1) / STEP * STEP) {
        for (int e = 0; e < 4; e++) {
          int to = from + first + e % 2;
          held[to * line + row + e / 2 * 8] = to < n ? sums[t][e] : 0;
        }
      }
    }
  }
};

/// Sixteen rows times a matrix of weights, in their place: of k neurons before n come, at most 128. All is 0 behind the k, up to a step.
template <int TILES, bool FORWARD>
__device__ inline void multiplyRows(real* held, int line, const real* weights, int k, int n) {
  Products<TILES> products;
  if (products.neuron < n) {
    products.template take<FORWARD>(held, line, weights, k, n);
  }
  __syncthreads();
  products.put(held, line, n);
  __syncthreads();
}
