// c = alpha op(a) op(b) + beta c of row-major matrices, for machines without cuBLAS. A block makes a tile of c, going along k in
// steps: while it multiplies one step in shared memory, the next is on its way into registers. What a step takes beside its
// multiplications decides how near to a device's rate it comes (docs/device-model.md), so addresses are found once. Where c has few tiles and k is
// long, several blocks share a tile, each with a part of k, and the last of them adds up the parts in order; how long a part is,
// and how many there are, the caller says. Where alpha is 0, a and b are not read. Where there are factors in memory,
// {alpha, beta}, they take the place of those given.
// ptx: .version 7.0 .target sm_60
#include "strip.cuh"
#include "sums.cuh"

/// A tile is M × N elements, taken D along k at a time. A TEAM of threads has them all, DOWN × ACROSS to a thread; so many SHARERS,
/// which are teams, each take their part of D. So many BLOCKS have to fit on a multiprocessor.
template <int TILE_M, int TILE_N, int DEPTH, int DOWN_, int ACROSS_, int SHARERS_, int BLOCKS_>
struct Tiling {
  static constexpr int M = TILE_M;
  static constexpr int N = TILE_N;
  static constexpr int D = DEPTH;
  static constexpr int DOWN = DOWN_;
  static constexpr int ACROSS = ACROSS_;
  static constexpr int SHARERS = SHARERS_;
  static constexpr int TEAM = THREADS / SHARERS;
  static constexpr int BLOCKS = BLOCKS_;
  static_assert((M / DOWN) * (N / ACROSS) == TEAM && D % SHARERS == 0, "every thread has as many elements");
};

using Large = Tiling<128, SINGLE ? 128 : 64, SINGLE ? 16 : 8, 8, SINGLE ? 8 : 4, 1, 1>;
using Medium = Tiling<64, 64, 16, 8, 4, 2, SINGLE ? 2 : 1>;
using Small = Tiling<32, 32, 32, 4, 4, 4, SINGLE ? 2 : 1>;

/// The matrix c, what it is made of, and the parts of k.
struct Target {
  real* c;
  int64 m;
  int64 n;
  int64 k;
  const volatile real* scalars;  // in shared memory, where they take no registers while sums are made
  real* scratch;
  unsigned* counter;
  int64 depth;
  unsigned parts;

  __device__ real alpha() const {
    return scalars[0];
  }
  __device__ real beta() const {
    return scalars[1];
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

  static constexpr int OWN = T::D / T::SHARERS;
  static constexpr int ABREAST = T::N / T::ACROSS;  // threads
  static constexpr int LANES = ABREAST < 8 ? ABREAST : 8;  // of a warp, side by side: a warp reads little of either factor

  const Target& to;
  int sharer;
  int down;
  int right;
  real sums[T::DOWN][T::ACROSS];

  __device__ explicit Product(const Target& to) : to(to), sharer(T::SHARERS == 1 ? 0 : threadIdx.x / T::TEAM) {
    int lane = threadIdx.x % 32;
    int warp = threadIdx.x % T::TEAM / 32;
    down = opaque(warp / (ABREAST / LANES) * (32 / LANES) + lane / LANES);
    right = opaque(warp % (ABREAST / LANES) * LANES + lane % LANES);
  }

  /// a and b begin with the thread's own.
  __device__ void multiply(const real* a, const real* b) {
    #pragma unroll
    for (int d = 0; d < OWN; d++) {
      real column[T::DOWN];
      real row[T::ACROSS];
      take<T::M>(a + d * StripA::ROW, 0, column);
      take<T::N>(b + d * StripB::ROW, 0, row);
      #pragma unroll
      for (int i = 0; i < T::DOWN; i++) {
        #pragma unroll
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
    constexpr int BEHIND = sizeof(rooms[0].a);  // is b
    static_assert(sizeof(Room) == BEHIND + sizeof(rooms[0].b), "nothing lies between them");
    StripB other(b, to.k, to.n, left, k, BEHIND);
    #pragma unroll
    for (int i = 0; i < T::DOWN; i++) {
      #pragma unroll
      for (int j = 0; j < T::ACROSS; j++) {
        sums[i][j] = 0;
      }
    }
    strip.fetch(endK - k);
    other.fetch(endK - k);
    int fromA = opaque((sharer * OWN * StripA::ROW + down * PIECE<T::DOWN>) * int(sizeof(real)));
    int fromB = opaque((sharer * OWN * StripB::ROW + right * PIECE<T::ACROSS>) * int(sizeof(real)) + BEHIND);
    int now = 0;
    #pragma unroll 1
    for (int64 rest = endK - k; rest > 0; rest -= T::D) {
      real* room = onBy(&rooms[0].a[0][0], now);
      strip.put(room);
      other.put(room);
      __syncthreads();
      strip.fetch(rest - T::D);
      other.fetch(rest - T::D);
      multiply(onBy(room, fromA), onBy(room, fromB));
      now = int(sizeof(Room)) - now;
    }
    __syncthreads();
    static_assert(T::SHARERS / 2 * T::TEAM * sizeof(sums) <= sizeof(rooms), "sums on their way fit too");
    join<T::SHARERS>(&rooms[0].a[0][0], sums);
  }

  /// into = scale · the sums + kept · into, in this thread's places of a matrix of c's shape.
  __device__ void emit(real* into, int64 top, int64 left, real scale, real kept) const {
    if (sharer > 0) {
      return;
    }
    constexpr int V = PIECE<T::ACROSS>;
    bool wide = reinterpret_cast<unsigned long long>(into) % (V * sizeof(real)) == 0 && to.n % V == 0;
    #pragma unroll
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
  template <int V>
  __device__ void addUp(int64 top, int64 left) const {
    int64 size = to.m * to.n;
    real alpha = to.alpha();
    real beta = to.beta();
    #pragma unroll 1
    for (int e = threadIdx.x * V; e < T::M * T::N; e += THREADS * V) {
      int64 row = top + e / T::N;
      int64 column = left + e % T::N;
      if (row >= to.m || column >= to.n) {
        continue;
      }
      real* at = to.c + row * to.n + column;
      const real* from = to.scratch + row * to.n + column;
      Pack<V> sum = {};
      #pragma unroll 4  // so many are waited for together
      for (unsigned part = 0; part < to.parts; part++) {
        addTo(sum, loadFromOthers<V>(from + part * size));
      }
      Pack<V> old = beta == 0 ? Pack<V>{} : load<V>(at);
      for (int i = 0; i < V; i++) {
        sum.v[i] = joined(alpha, sum.v[i], beta, old.v[i]);
      }
      store<V>(at, sum);
    }
  }

  /// 32 bits count the tiles of any matrix that memory holds, and are divided in a fraction of the time.
  __device__ void run(const real* a, const real* b) {
    unsigned across = unsigned((to.n + T::N - 1) / T::N);
    unsigned tiles = across * unsigned((to.m + T::M - 1) / T::M);
    bool wide = isAligned(to.c) && isAligned(to.scratch) && to.n % WIDE == 0;
    #pragma unroll 1
    for (unsigned unit = blockIdx.x; unit < tiles * to.parts; unit += gridDim.x) {
      unsigned part = to.parts == 1 ? 0 : unit / tiles;
      unsigned tile = unit - part * tiles;
      int64 top = int64(tile / across) * T::M;
      int64 left = int64(tile % across) * T::N;
      int64 first = part * to.depth;
      int64 end = first + to.depth < to.k ? first + to.depth : to.k;
      sum(a, b, top, left, first, to.alpha() == 0 ? first : end);
      bool shared = to.parts > 1;
      real* into = shared ? to.scratch + part * to.m * to.n : to.c;
      emit(into, top, left, shared ? 1 : to.alpha(), shared ? 0 : to.beta());
      if (shared && isLast(to.counter + tile, to.parts)) {
        wide ? addUp<WIDE>(top, left) : addUp<1>(top, left);
      }
    }
  }
};

template <class T, bool FLIP_A, bool FLIP_B>
__device__ inline void product(
    double alpha, const real* a, const real* b, double beta, real* c, int64 m, int64 n, int64 k, const real* factors,
    real* scratch, unsigned* counter, int64 depth, int64 parts) {
  __shared__ real scalars[2];
  if (threadIdx.x == 0) {
    scalars[0] = factors == nullptr ? real(alpha) : factors[0];
    scalars[1] = factors == nullptr ? real(beta) : factors[1];
  }
  __syncthreads();
  Target to = {c, m, n, k, scalars, scratch, counter, depth, unsigned(parts)};
  Product<T, FLIP_A, FLIP_B>(to).run(a, b);
}

#define MAKE_ONE(name, T, FLIP_A, FLIP_B)                                                                            \
  ENTRY_FOR(T::BLOCKS, name)(double alpha, const real* a, const real* b, double beta, real* c, int64 m, int64 n,     \
                             int64 k, const real* factors, real* scratch, unsigned* counter, int64 depth,            \
                             int64 parts) {                                                                          \
    product<T, FLIP_A, FLIP_B>(alpha, a, b, beta, c, m, n, k, factors, scratch, counter, depth, parts);              \
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
