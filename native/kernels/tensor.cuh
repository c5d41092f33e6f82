// A product on the tensor cores of devices of 8.0 and newer: sixteen rows, which lie in shared memory, times a matrix of weights. Factors
// are rounded as they are taken, to TF32 or, where STORED says so, to 16 bits; sums are in float32.
#pragma once

#include "narrow.cuh"
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

/// Neurons before, that are a step along k. In which order they stand for k is free, as long as both factors have the same: a lane has
/// four neighbours.
constexpr int STEP = 16;

/// Four factors of a lane in the words that the cores take, of 16 bits in pairs.
template <class F>
struct Words {
  static constexpr int COUNT = 2;

  __device__ static unsigned of(const real (&x)[4], int word) {
    return pair(F(), x[2 * word], x[2 * word + 1]);
  }

  /// sums += a step of two rows, eight apart, times one of weights: for eight neurons in sixteen rows.
  __device__ static void multiply(float (&sums)[4], const unsigned (&a)[2][2], const unsigned (&b)[2]) {
    unsigned rows[4] = {a[0][0], a[1][0], a[0][1], a[1][1]};
    multiplyPairs(F(), sums, rows, b);
  }
};

template <>
struct Words<Tf32> {
  static constexpr int COUNT = 4;

  __device__ static unsigned of(const real (&x)[4], int word) {
    return Tf32::bits(x[word]);
  }

  __device__ static void multiply(float (&sums)[4], const unsigned (&a)[2][4], const unsigned (&b)[4]) {
    for (int i = 0; i < 4; i += 2) {
      unsigned rows[4] = {a[0][i], a[1][i], a[0][i + 1], a[1][i + 1]};
      unsigned weights[2] = {b[i], b[i + 1]};
      MULTIPLY("m16n8k8", "tf32", sums, rows, weights);
    }
  }
};

constexpr int WORDS = Words<Factor>::COUNT;

/// Of each row its neurons are neighbours; so many numbers are from one row to the next, so that a quarter of a warp takes packs of two
/// rows from different banks. Behind the last neuron all is 0 up to a whole step.
constexpr int BETWEEN_ROWS = MOST + 16;
constexpr int BETWEEN_NEURONS = 1;

/// Neighbours of a row that a warp has at a time: of two rows they are in different banks.
constexpr int NEIGHBOURS = 16;

constexpr int WARPS = THREADS / 32;

/// Neurons of a layer that a warp has: four to a lane, in as many products of eight. The same in all rows are a line of its sums.
constexpr int SPAN = 32;
constexpr int PRODUCTS = 4;
constexpr int SUMS_LINE = SPAN + 4;

static_assert(ROWS == 16 && MOST <= 4 * SPAN, "what the cores take at a time, and what warps have together");

/// What a block has in shared memory: its rows, and the sums of each warp.
struct Room {
  alignas(16) real held[ROWS * BETWEEN_ROWS];
  alignas(16) real sums[WARPS][ROWS * SUMS_LINE];
};

/// A warp's weights of a product, which no other has, right from global memory: of a step each lane loads four times four neighbours.
/// FORWARD says that the matrix is [n, k], else it is [k, n].
template <bool FORWARD>
struct Weights {
  const real* from;  // the lane's first
  int line;
  int place;
  int lines;
  int width;
  bool wide;

  __device__ Weights(const real* w, int k, int n, int span) : lines(FORWARD ? n : k), width(FORWARD ? k : n) {
    int lane = threadIdx.x % 32;
    line = FORWARD ? span * SPAN + lane / 4 * 4 : lane / 8 * 4;
    place = FORWARD ? lane % 4 * 4 : span * SPAN + lane % 8 * 4;
    from = w + line * width + place;
    wide = isAligned(w) && width % WIDE == 0;
  }

  /// Those of some steps so far apart, of as many as there are; outside of the matrix they are 0.
  template <int STEPS>
  __device__ void fetch(Pack<4> (&w)[STEPS][4], int step, int apart) const {
    if (wide) {
      overSteps(w, step, apart, [&](Pack<4>& pack, const real* at, int left) {
        pack = left > 0 ? load<4>(at) : Pack<4>{};
      });
    } else {
      overSteps(w, step, apart, [&](Pack<4>& pack, const real* at, int left) {
        for (int e = 0; e < 4; e++) {
          pack.v[e] = e < left ? at[e] : 0;
        }
      });
    }
  }

  /// Calls visit(pack, at, left): where it is in memory, and how many numbers are left from there to the end of the line.
  template <int STEPS, class Visit>
  __device__ void overSteps(Pack<4> (&w)[STEPS][4], int step, int apart, Visit visit) const {
    #pragma unroll
    for (int s = 0; s < STEPS; s++, step += apart) {
      if (step * STEP >= (FORWARD ? width : lines)) {
        break;
      }
      int down = FORWARD ? 0 : step * STEP;
      int right = FORWARD ? step * STEP : 0;
      for (int i = 0; i < 4; i++) {
        visit(w[s][i], from + (down + i) * width + right, line + down + i < lines ? width - place - right : 0);
      }
    }
  }

  /// Those of a step that the lane multiplies, of four neurons of the layer. Forward they are those that it loaded; back, where it loads
  /// so that a warp reads whole lines, it has them from other lanes, by way of a room of the warp's own.
  __device__ static void choose(unsigned (&factors)[PRODUCTS][WORDS], const Pack<4> (&w)[4], real* room) {
    if (FORWARD) {
      for (int t = 0; t < PRODUCTS; t++) {
        for (int i = 0; i < WORDS; i++) {
          factors[t][i] = Words<Factor>::of(w[t].v, i);
        }
      }
      return;
    }
    int lane = threadIdx.x % 32;
    __syncwarp();
    for (int i = 0; i < WORDS; i++) {
      Pack<4> words;
      for (int e = 0; e < 4; e++) {
        words.v[e] = __uint_as_float(Words<Factor>::of({w[0].v[e], w[1].v[e], w[2].v[e], w[3].v[e]}, i));
      }
      storeShared<4>(room + (lane / 8 * WORDS + i) * SUMS_LINE + lane % 8 * 4, words);
    }
    __syncwarp();
    for (int i = 0; i < WORDS; i++) {
      Pack<4> words = load<4>(room + (lane % 4 * WORDS + i) * SUMS_LINE + lane / 4 * 4);
      for (int t = 0; t < PRODUCTS; t++) {
        factors[t][i] = __float_as_uint(words.v[t]);
      }
    }
  }
};

/// The sums of a warp over every so manieth step.
template <bool FORWARD, int APART>
__device__ inline void sumSteps(const real* held, const Weights<FORWARD>& weights, int k, int first, real* into) {
  constexpr int AHEAD = 4;  // steps whose weights are fetched before the first of them are used
  int row = threadIdx.x % 32 / 4;
  int quarter = threadIdx.x % 4;
  const real* own = held + row * BETWEEN_ROWS + quarter * 4;
  int steps = (k + STEP - 1) / STEP;
  real sums[PRODUCTS][4] = {};
  #pragma unroll 1
  for (int step = first; step < steps; step += AHEAD * APART) {
    Pack<4> w[AHEAD][4];
    weights.fetch(w, step, APART);
    #pragma unroll
    for (int s = 0; s < AHEAD; s++) {
      int now = step + s * APART;
      if (now < steps) {
        unsigned rows[2][WORDS];
        for (int h = 0; h < 2; h++) {
          Pack<4> x = load<4>(own + h * 8 * BETWEEN_ROWS + now * STEP);
          for (int i = 0; i < WORDS; i++) {
            rows[h][i] = Words<Factor>::of(x.v, i);
          }
        }
        unsigned factors[PRODUCTS][WORDS];
        Weights<FORWARD>::choose(factors, w[s], into);
        for (int t = 0; t < PRODUCTS; t++) {
          Words<Factor>::multiply(sums[t], rows, factors[t]);
        }
      }
    }
  }
  __syncwarp();
  real* to = into + row * SUMS_LINE + quarter * 8;
  for (int h = 0; h < 2; h++) {
    for (int j = 0; j < 2; j++) {
      Pack<4> piece;
      for (int t = 0; t < PRODUCTS; t++) {
        piece.v[t] = sums[t][2 * h + j];
      }
      storeShared<4>(to + h * 8 * SUMS_LINE + j * 4, piece);
    }
  }
}

/// The rows times a matrix of weights, in their place: of k neurons before n neurons come, at most SPANS · SPAN, and zeros behind them,
/// whatever the rows have. As many warps as there are spans have all sums; others have their parts of the same, from other steps.
template <int SPANS, bool FORWARD>
__device__ inline void multiplyUpTo(Room& room, const real* w, int k, int n) {
  constexpr int SHARERS = WARPS / SPANS;
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  sumSteps<FORWARD, SHARERS>(room.held, Weights<FORWARD>(w, k, n, warp % SPANS), k, warp / SPANS, room.sums[warp]);
  __syncthreads();
  const real* sums = room.sums[warp % SPANS] + warp / SPANS * SUMS_LINE + lane;
  int neuron = warp % SPANS * SPAN + lane;
  #pragma unroll
  for (int row = 0; row < ROWS; row += SHARERS) {
    real sum = 0;
    #pragma unroll
    for (int sharer = 0; sharer < SHARERS; sharer++) {
      sum += sums[sharer * SPANS * ROWS * SUMS_LINE + row * SUMS_LINE];
    }
    room.held[(warp / SPANS + row) * BETWEEN_ROWS + neuron] = neuron < n ? sum : 0;
  }
  __syncthreads();
}

template <bool FORWARD>
__device__ inline void multiply(Room& room, const real* w, int k, int n) {
  if (n <= SPAN) {
    multiplyUpTo<1, FORWARD>(room, w, k, n);
  } else if (n <= 2 * SPAN) {
    multiplyUpTo<2, FORWARD>(room, w, k, n);
  } else {
    multiplyUpTo<4, FORWARD>(room, w, k, n);
  }
}
