// Strips of matrices on their way from global to shared memory, and what threads take of them there, for products of matrices.
#pragma once

#include "loops.cuh"
#include "stored.cuh"

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

/// So many bytes on: what is counted in elements is multiplied each time.
template <class X, class Bytes>
__device__ inline X* onBy(X* x, Bytes bytes) {
  return (X*)((char*)x + bytes);
}

/// How the threads share a strip in packs of V: EXTENT rows (of a) or columns (of b), D along k. ALONG_K says that neighbours in
/// memory are neighbours along k, of which some threads take a RUN. A thread's packs lie in equal steps.
template <int EXTENT, int D, bool ALONG_K, int RUN, int V>
struct Share {
  static constexpr int PACKS = EXTENT * D / THREADS / V;
  static constexpr int SIDE = ALONG_K ? RUN / V : EXTENT / V;
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
    return ALONG_K ? line / EXTENT * RUN + threadIdx.x % SIDE * V : line;
  }
  __device__ static constexpr int outerOf(int i) {
    return ALONG_K ? i % ABREAST * LINES : 0;
  }
  __device__ static constexpr int kOf(int i) {
    return ALONG_K ? i / ABREAST * (ABREAST * LINES / EXTENT) * RUN : i * LINES;
  }
};

/// A strip of an operand, D along k at a time. With longer RUNs than a sector global memory is read line by line; that what is then
/// written down a column lies in all banks, the rows of a tile are turned around, each its own way.
template <int EXTENT, int D, bool ALONG_K, int RUN = SECTOR>
struct Strip {
  using Packs = Share<EXTENT, D, ALONG_K, RUN, WIDE>;
  using Alone = Share<EXTENT, D, ALONG_K, RUN, 1>;
  static constexpr int SIZE = sizeof(real);
  static constexpr int ROW = EXTENT + GAP;
  static constexpr bool TURNED = ALONG_K && RUN > SECTOR;
  static_assert(!TURNED || (RUN == D && EXTENT % (8 * WIDE) == 0), "a thread's packs are in one row, and stay in it");
  static_assert(!TURNED || Packs::LINES % (8 * WIDE) == 0, "all of them are turned alike");
  static constexpr int64 NEVER = ~0ull >> 1;
  using Tile = real[D][ROW];

  const real* next;  // the thread's first pack
  int64 stride;
  int64 step;  // bytes from there to the next D, where these are lines
  int left;   // rows or columns from there on
  int ahead;  // k of it
  int spot;   // of it in a tile, in bytes; rows of packs are turned
  int64 enough;  // where so many are left along k, all packs of the thread are inside, if they are wide
  bool wide;
  Pack<WIDE> held[Packs::PACKS];

  /// What is put goes so many bytes behind the place given, where no row is turned.
  __device__ Strip(const real* x, int64 k, int64 extent, int64 first, int64 from, int behind = 0)
      : stride(ALONG_K ? k : extent) {
    wide = opaque(isAligned(x) && stride % WIDE == 0) != 0;
    int outer = wide ? Packs::outer() : Alone::outer();
    ahead = wide ? Packs::k() : Alone::k();
    left = (extent - first < EXTENT ? int(extent - first) : EXTENT) - outer;
    int place = wide ? outer ^ turn(ahead) : outer;
    spot = opaque((ahead * ROW + place) * SIZE + behind);
    int64 line = first + outer;
    int64 along = from + ahead;
    next = x + (ALONG_K ? line * stride + along : along * stride + line);
    step = opaque(D * stride * SIZE);
    enough = opaque(wide && left > Packs::outerOf(Packs::PACKS - 1) ? D : NEVER);
  }

  /// The next D of global memory to registers, where so many are left: beyond the matrix all is 0.
  __device__ void fetch(int64 rest) {
    if (rest >= enough) {
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
    next = ALONG_K ? next + D : onBy(next, step);
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

  /// How the row k of a tile is turned: its place p is at p ^ turn.
  __device__ static int turn(int k) {
    return TURNED ? k / WIDE % 8 * WIDE : 0;
  }

  /// Where the thread's pack i goes, in bytes.
  template <class Parts>
  __device__ int spotOf(int i) const {
    int at = spot + (Parts::kOf(i) * ROW + Parts::outerOf(i)) * SIZE;
    int line = ahead * ROW * SIZE;
    return Parts::PACKS == Packs::PACKS ? at : line + ((at - line) ^ turn(ahead) * SIZE);
  }

  /// Registers to shared memory, rounded where factors have 16 bits.
  __device__ void put(real* to) const {
    if (!wide) {
      for (int i = 0; i < Alone::PACKS; i++) {
        *onBy(to, spotOf<Alone>(i)) = asFactor(held[i / WIDE].v[i % WIDE]);
      }
      return;
    }
    for (int i = 0; i < Packs::PACKS; i++) {
      real* at = onBy(to, spotOf<Packs>(i));
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

/// Of a line that may be turned.
template <int EXTENT, int OWN>
__device__ inline void take(const real* line, int thread, real (&own)[OWN], int turn = 0) {
  constexpr int P = PIECE<OWN>;
  for (int i = 0; i < OWN; i += P) {
    Pack<P> piece = load<P>(line + (placeOf<EXTENT, OWN>(thread, i) ^ turn));
    for (int e = 0; e < P; e++) {
      own[i + e] = piece.v[e];
    }
  }
}

/// The sums of threads of which SHARERS teams each have a part of the same, two and two, until the first team has them all. Room is
/// for half of the teams' sums.
template <int SHARERS, int DOWN, int ACROSS>
__device__ inline void join(real* room, real (&sums)[DOWN][ACROSS]) {
  constexpr int TEAM = THREADS / SHARERS;
  int sharer = threadIdx.x / TEAM;
  #pragma unroll 1
  for (int half = SHARERS / 2; half > 0; half /= 2) {
    real* own = room + (sharer & (half - 1)) * (DOWN * ACROSS * TEAM) + threadIdx.x % TEAM;
    if (sharer >= half && sharer < 2 * half) {
      for (int i = 0; i < DOWN; i++) {
        for (int j = 0; j < ACROSS; j++) {
          own[(i * ACROSS + j) * TEAM] = sums[i][j];
        }
      }
    }
    __syncthreads();
    if (sharer < half) {
      for (int i = 0; i < DOWN; i++) {
        for (int j = 0; j < ACROSS; j++) {
          sums[i][j] += own[(i * ACROSS + j) * TEAM];
        }
      }
    }
    __syncthreads();
  }
}
