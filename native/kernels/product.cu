// c = alpha op(a) op(b) + beta c of row-major matrices, for machines without cuBLAS. A block makes a tile of c, going along k in
// steps: while it multiplies one step in shared memory, the next is on its way into registers. What a step takes beside its
// multiplications decides how near to a device's rate it comes (docs/device-model.md), so addresses are found once. Where c has few tiles and k is
// long, several blocks share a tile, each with a part of k, and the last of them adds up the parts in order. Where alpha is 0, a
// and b are not read. Where there are factors in memory, {alpha, beta}, they take the place of those given.
// ptx: .version 7.0 .target sm_60
#include "strip.cuh"
#include "sums.cuh"

/// A tile is M × N elements, taken D along k at a time; each of the 256 threads has DOWN × ACROSS of them. So many BLOCKS have
/// to fit on a multiprocessor.
template <int TILE_M, int TILE_N, int DEPTH, int DOWN_, int ACROSS_, int BLOCKS_>
struct Tiling {
  static constexpr int M = TILE_M;
  static constexpr int N = TILE_N;
  static constexpr int D = DEPTH;
  static constexpr int DOWN = DOWN_;
  static constexpr int ACROSS = ACROSS_;
  static constexpr int BLOCKS = BLOCKS_;
  static_assert((M / DOWN) * (N / ACROSS) == THREADS, "every thread has as many elements");
};

using Large = Tiling<128, SINGLE ? 128 : 64, SINGLE ? 16 : 8, 8, SINGLE ? 8 : 4, 1>;
using Medium = Tiling<64, 64, 16, 4, 4, 2>;
using Small = Tiling<32, 32, 32, 2, 2, 2>;

/// The matrix c, and what it is made of.
struct Target {
  real* c;
  int64 m;
  int64 n;
  int64 k;
  const volatile real* scalars;  // in shared memory, where they take no registers while sums are made
  real* scratch;
  unsigned* counter;

  __device__ real alpha() const {
    return scalars[0];
  }
  __device__ real beta() const {
    return scalars[1];
  }
};

/// How the work is divided; it all follows from the shape alone.
template <class T>
struct Division {
  int64 across;
  int64 tiles;
  int64 depth;
  int64 parts;

  __device__ explicit Division(const Target& to) {
    across = (to.n + T::N - 1) / T::N;
    tiles = across * ((to.m + T::M - 1) / T::M);
    constexpr int64 ENOUGH = 128;
    constexpr int64 LEAST = 4 * T::D;
    int64 most = (to.k + LEAST - 1) / LEAST;
    int64 wanted = tiles < ENOUGH ? ENOUGH / tiles : 1;
    int64 about = wanted < most ? wanted : most;
    depth = ((to.k + about - 1) / about + T::D - 1) / T::D * T::D;
    parts = (to.k + depth - 1) / depth;
  }
};

template <class T, bool FLIP_A, bool FLIP_B>
struct Product {
  // Numbers become factors on the way into a tile, by asFactor.
  using StripA = Strip<T::M, T::D, !FLIP_A>;
  using StripB = Strip<T::N, T::D, FLIP_B>;

  struct Room {
    alignas(16) typename StripA::Tile a;
    alignas(16) typename StripB::Tile b;
  };

  const Target& to;
  Division<T> division;
  int down;
  int right;
  real sums[T::DOWN][T::ACROSS];

  __device__ explicit Product(const Target& to)
      : to(to), division(to), down(threadIdx.x / (T::N / T::ACROSS)), right(threadIdx.x % (T::N / T::ACROSS)) {}

  __device__ void multiply(const Room& room) {
    #pragma unroll 16
    for (int d = 0; d < T::D; d++) {
      real column[T::DOWN];
      real row[T::ACROSS];
      take<T::M>(room.a[d], down, column);
      take<T::N>(room.b[d], right, row);
      for (int i = 0; i < T::DOWN; i++) {
        for (int j = 0; j < T::ACROSS; j++) {
          sums[i][j] = fma(column[i], row[j], sums[i][j]);
        }
      }
    }
  }

  /// The sums over a part of k.
  __device__ void sum(const real* a, const real* b, int64 top, int64 left, int64 k, int64 endK) {
    __shared__ Room rooms[2];
    StripA strip(a, to.k, to.m, top, k);
    StripB other(b, to.k, to.n, left, k);
    for (int i = 0; i < T::DOWN; i++) {
      for (int j = 0; j < T::ACROSS; j++) {
        sums[i][j] = 0;
      }
    }
    strip.fetch(endK - k);
    other.fetch(endK - k);
    int now = 0;
    #pragma unroll 1
    for (int64 rest = endK - k; rest > 0; rest -= T::D) {
      Room& room = rooms[now];
      strip.put(room.a);
      other.put(room.b);
      __syncthreads();
      strip.fetch(rest - T::D);
      other.fetch(rest - T::D);
      multiply(room);
      now = 1 - now;
    }
    __syncthreads();
  }

  /// into = scale · the sums + kept · into, in this thread's places of a matrix of c's shape.
  __device__ void emit(real* into, int64 top, int64 left, real scale, real kept) const {
    constexpr int V = PIECE<T::ACROSS>;
    bool wide = reinterpret_cast<unsigned long long>(into) % (V * sizeof(real)) == 0 && to.n % V == 0;
    for (int i = 0; i < T::DOWN; i++) {
      int64 row = top + placeOf<T::M, T::DOWN>(down, i);
      if (row >= to.m) {
        break;
      }
      for (int j = 0; j < T::ACROSS; j += V) {
        int64 column = left + placeOf<T::N, T::ACROSS>(right, j);
        real* at = into + row * to.n + column;
        if (wide) {
          if (column < to.n) {
            Pack<V> piece = kept == 0 ? Pack<V>{} : load<V>(at);
            for (int e = 0; e < V; e++) {
              piece.v[e] = joined(scale, sums[i][j + e], kept, piece.v[e]);
            }
            store<V>(at, piece);
          }
          continue;
        }
        for (int e = 0; e < V && column + e < to.n; e++) {
          at[e] = joined(scale, sums[i][j + e], kept, kept == 0 ? 0 : at[e]);
        }
      }
    }
  }

  __device__ static real joined(real scale, real sum, real kept, real old) {
    real scaled = scale * sum;
    return kept == 0 ? scaled : scaled + kept * old;
  }

  /// A tile of c from the sums of all parts, in order.
  __device__ void join(int64 top, int64 left) const {
    int64 size = to.m * to.n;
    real alpha = to.alpha();
    real beta = to.beta();
    #pragma unroll 1
    for (int e = threadIdx.x; e < T::M * T::N; e += THREADS) {
      int64 row = top + e / T::N;
      int64 column = left + e % T::N;
      if (row >= to.m || column >= to.n) {
        continue;
      }
      int64 at = row * to.n + column;
      real sum = 0;
      #pragma unroll 1
      for (int64 part = 0; part < division.parts; part++) {
        sum += __ldcg(to.scratch + part * size + at);
      }
      to.c[at] = joined(alpha, sum, beta, beta == 0 ? 0 : to.c[at]);
    }
  }

  __device__ void run(const real* a, const real* b) {
    #pragma unroll 1
    for (int64 unit = blockIdx.x; unit < division.tiles * division.parts; unit += gridDim.x) {
      int64 tile = unit % division.tiles;
      int64 part = unit / division.tiles;
      int64 top = tile / division.across * T::M;
      int64 left = tile % division.across * T::N;
      int64 first = part * division.depth;
      int64 end = first + division.depth < to.k ? first + division.depth : to.k;
      sum(a, b, top, left, first, to.alpha() == 0 ? first : end);
      bool shared = division.parts > 1;
      real* into = shared ? to.scratch + part * to.m * to.n : to.c;
      emit(into, top, left, shared ? 1 : to.alpha(), shared ? 0 : to.beta());
      if (shared && isLast(to.counter + tile, division.parts)) {
        join(top, left);
      }
    }
  }
};

template <class T, bool FLIP_A, bool FLIP_B>
__device__ inline void product(
    double alpha, const real* a, const real* b, double beta, real* c, int64 m, int64 n, int64 k, const real* factors,
    real* scratch, unsigned* counter) {
  __shared__ real scalars[2];
  if (threadIdx.x == 0) {
    scalars[0] = factors == nullptr ? real(alpha) : factors[0];
    scalars[1] = factors == nullptr ? real(beta) : factors[1];
  }
  __syncthreads();
  Target to = {c, m, n, k, scalars, scratch, counter};
  Product<T, FLIP_A, FLIP_B>(to).run(a, b);
}

#define MAKE_ONE(name, T, FLIP_A, FLIP_B)                                                                            \
  ENTRY_FOR(T::BLOCKS, name)(double alpha, const real* a, const real* b, double beta, real* c, int64 m, int64 n,     \
                             int64 k, const real* factors, real* scratch, unsigned* counter) {                       \
    product<T, FLIP_A, FLIP_B>(alpha, a, b, beta, c, m, n, k, factors, scratch, counter);                            \
  }

/// The letters say whether a and b are transposed.
#define MAKE(name, T)                   \
  MAKE_ONE(name##_nn, T, false, false)  \
  MAKE_ONE(name##_nt, T, false, true)   \
  MAKE_ONE(name##_tn, T, true, false)   \
  MAKE_ONE(name##_tt, T, true, true)

MAKE(product_large, Large)
MAKE(product_medium, Medium)
MAKE(product_small, Small)
