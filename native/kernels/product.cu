// c = alpha op(a) op(b) + beta c of row-major matrices, for machines without cuBLAS. A block makes a tile of c, going along k in
// steps: while it multiplies one step in shared memory, the next is on its way into registers. What a step takes beside its
// multiplications decides how near to a device's rate it comes (docs/device-model.md), so addresses are found once. Where c has few tiles and k is
// long, several blocks share a tile, each with a part of k, and the last of them adds up the parts in order. Where alpha is 0, a
// and b are not read. Where there are factors in memory, {alpha, beta}, they take the place of those given.
// ptx: .version 7.0 .target sm_60
#include "loops.cuh"
#include "stored.cuh"
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

/// Elements in a sector of 32 bytes.
constexpr int SECTOR = 32 / sizeof(real);

/// Behind each row of a tile in shared memory, so that what is written down a column lies in all banks.
constexpr int GAP = 4;

/// x, of which the compiler knows nothing: it is not computed again where it is used, but kept in a register; and what follows from it
/// is not computed ahead.
__device__ inline int opaque(int x) {
  asm volatile("" : "+r"(x));
  return x;
}
__device__ inline int64 opaque(int64 x) {
  asm volatile("" : "+l"(x));
  return x;
}

/// How the threads share a strip in packs of V: EXTENT rows (of a) or columns (of b), D along k. ALONG_K says that neighbours in
/// memory are neighbours along k, where two packs of 16 bytes are a sector. A thread's packs lie in equal steps.
template <int EXTENT, int D, bool ALONG_K, int V>
struct Share {
  static constexpr int PACKS = EXTENT * D / THREADS / V;
  static constexpr int SIDE = ALONG_K ? SECTOR / V : EXTENT / V;
  static constexpr int LINES = THREADS / SIDE;  // that all threads together take at a time
  static constexpr int ABREAST = ALONG_K && LINES < EXTENT ? EXTENT / LINES : 1;
  static_assert(!ALONG_K || ABREAST * LINES % EXTENT == 0, "packs lie in equal steps");

  /// Of the thread's first pack, and how far from it its pack i is.
  __device__ static int outer() {
    int line = threadIdx.x / SIDE;
    return ALONG_K ? line % EXTENT : threadIdx.x % SIDE * V;
  }
  __device__ static int k() {
    int line = threadIdx.x / SIDE;
    return ALONG_K ? line / EXTENT * SECTOR + threadIdx.x % SIDE * V : line;
  }
  __device__ static constexpr int outerOf(int i) {
    return ALONG_K ? i % ABREAST * LINES : 0;
  }
  __device__ static constexpr int kOf(int i) {
    return ALONG_K ? i / ABREAST * (ABREAST * LINES / EXTENT) * SECTOR : i * LINES;
  }
};

/// A strip of an operand, D along k at a time.
template <int EXTENT, int D, bool ALONG_K>
struct Strip {
  static constexpr int ROW = EXTENT + GAP;
  static constexpr int64 NEVER = ~0ull >> 1;
  using Tile = real[D][ROW];
  using Packs = Share<EXTENT, D, ALONG_K, WIDE>;
  using Alone = Share<EXTENT, D, ALONG_K, 1>;

  const real* next;  // the thread's first pack
  int64 stride;
  int left;   // rows or columns from there on
  int ahead;  // k of it
  int spot;   // of it in a tile
  int64 enough;  // where so many are left along k, all packs of the thread are inside
  bool wide;
  Pack<WIDE> held[Packs::PACKS];

  __device__ Strip(const real* x, int64 k, int64 extent, int64 first, int64 from) : stride(ALONG_K ? k : extent) {
    wide = opaque(isAligned(x) && stride % WIDE == 0) != 0;
    int outer = wide ? Packs::outer() : Alone::outer();
    ahead = wide ? Packs::k() : Alone::k();
    left = (extent - first < EXTENT ? int(extent - first) : EXTENT) - outer;
    spot = opaque(ahead * ROW + outer);
    int64 line = first + outer;
    int64 along = from + ahead;
    next = x + (ALONG_K ? line * stride + along : along * stride + line);
    enough = left > 0 ? D : NEVER;
  }

  /// The next D of global memory to registers, where so many are left: beyond the matrix all is 0.
  __device__ void fetch(int64 rest) {
    if (wide && rest >= enough) {
      for (int i = 0; i < Packs::PACKS; i++) {
        held[i] = load<WIDE>(next + offset<Packs>(i, stride));
      }
    } else if (wide) {
      for (int i = 0; i < Packs::PACKS; i++) {
        held[i] = take<Packs, WIDE>(i, rest, stride);
      }
    } else {
      int64 hop = opaque(stride);
      for (int i = 0; i < Alone::PACKS; i++) {
        held[i / WIDE].v[i % WIDE] = take<Alone, 1>(i, rest, hop).v[0];
      }
    }
    next += ALONG_K ? D : D * stride;
  }

  /// From the first pack to pack i.
  template <class Parts>
  __device__ static int64 offset(int i, int64 hop) {
    int outer = Parts::outerOf(i);
    int k = Parts::kOf(i);
    return ALONG_K ? outer * hop + k : k * hop + outer;
  }

  template <class Parts, int V>
  __device__ Pack<V> take(int i, int64 rest, int64 hop) const {
    bool inside = Parts::outerOf(i) < left && ahead + Parts::kOf(i) < rest;
    return inside ? load<V>(next + offset<Parts>(i, hop)) : Pack<V>{};
  }

  /// Registers to shared memory, rounded where factors have 16 bits.
  __device__ void put(Tile& tile) const {
    real* to = &tile[0][0] + spot;
    if (!wide) {
      for (int i = 0; i < Alone::PACKS; i++) {
        to[Alone::kOf(i) * ROW + Alone::outerOf(i)] = asFactor(held[i / WIDE].v[i % WIDE]);
      }
      return;
    }
    for (int i = 0; i < Packs::PACKS; i++) {
      real* at = to + Packs::kOf(i) * ROW + Packs::outerOf(i);
      Pack<WIDE> factors;
      for (int e = 0; e < WIDE; e++) {
        factors.v[e] = asFactor(held[i].v[e]);
      }
      if (ALONG_K) {
        for (int e = 0; e < WIDE; e++) {
          at[e * ROW] = factors.v[e];
        }
      } else {
        storeShared<WIDE>(at, factors);
      }
    }
  }
};

/// How many of a thread's elements are neighbours.
template <int OWN>
constexpr int PIECE = OWN < WIDE ? OWN : WIDE;

/// A thread's elements of one side of a tile: they come in pieces, which lie evenly over the side, so that a warp reads each
/// piece from neighbouring places.
template <int EXTENT, int OWN>
__device__ inline int placeOf(int thread, int own) {
  constexpr int P = PIECE<OWN>;
  return own / P * (EXTENT / (OWN / P)) + thread * P + own % P;
}

template <int EXTENT, int OWN>
__device__ inline void take(const real* line, int thread, real (&own)[OWN]) {
  constexpr int P = PIECE<OWN>;
  for (int i = 0; i < OWN; i += P) {
    Pack<P> piece = load<P>(line + placeOf<EXTENT, OWN>(thread, i));
    for (int e = 0; e < P; e++) {
      own[i + e] = piece.v[e];
    }
  }
}

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
