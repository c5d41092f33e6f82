// δ of a layer inside and its bias gradient in the same pass, and sums over the batch.
// ptx: .version 7.0 .target sm_60
#include "columns.cuh"
#include "functions.cuh"
#include "softmax.cuh"
#include "stored.cuh"
#include "tiles.cuh"

template <int V>
struct Factors {
  Pack<V> z;
  Pack<V> up;
};

template <class F>
__device__ inline void deltaOf(
    const real* z, const real* up, real* delta, real* db, int64 m, int64 n, real p, real scale, real* scratch,
    unsigned* counter, Stored copy) {
  bool aligned = isAligned(z) && isAligned(up) && isAligned(delta) && copy.aligned();
  overColumns(m, n, [=](const auto& all, auto width) {
    constexpr int V = decltype(width)::value;
    auto take = [=](int64 i, int64 column) {
      int64 at = i * n + column;
      return Factors<V>{load<V>(z + at, aligned), load<V>(up + at, aligned)};
    };
    sumColumns(all, db, scale, 0, scratch, counter, take, [=](const Factors<V>& taken, int64 i, int64 column) {
      int64 at = i * n + column;
      Pack<V> each = taken.up;
      for (int e = 0; e < V; e++) {
        each.v[e] *= F::prime(taken.z.v[e], p);
      }
      store<V>(delta + at, each, aligned);
      copy.template store<V>(at, each, aligned);
      return each;
    });
  });
}

/// Grid by columns, see README. δ = up ⊙ σ′(z), db_j = scale Σ_i δ_ij. delta may be up.
#define MAKE(name, F)                                                                                            \
  ENTRY(delta_##name)(const real* z, const real*, const real* up, real* delta, real* db, int64 m, int64 n,       \
                      double p, double scale, real* scratch, unsigned* counter AND_STORED) {                     \
    deltaOf<F>(z, up, delta, db, m, n, real(p), real(scale), scratch, counter, STORED_COPY);                     \
  }

FOR_EACH_ACTIVATION(MAKE)

/// By rows, see README.
ENTRY(delta_softmax)(const real*, const real* a, const real* up, real* delta, real* db, int64 m, int64 n, double,
                     double scale, real* scratch, unsigned* counter AND_STORED) {
  __shared__ alignas(16) real outputs[TILE];
  __shared__ alignas(16) real tile[TILE];
  Stored copy = STORED_COPY;
  Rows rows(m, n);
  #pragma unroll 1
  for (int64 unit = blockIdx.x; unit < rows.units; unit += gridDim.x) {
    int64 begin = rows.first(unit);
    int64 end = rows.end(unit);
    real* partial = scratch + unit * n;
    ColumnSums sums(n);
    #pragma unroll 1
    for (int64 first = begin; first < end; first += rows.inTile) {
      if (!rows.held) {
        softmaxChain(Block(), n, a + first * n, up + first * n, delta + first * n);
        storeRow(copy.from(first * n), delta + first * n, n);
        continue;
      }
      int here = int(end - first < rows.inTile ? end - first : rows.inTile);
      fetch<2>({outputs, tile}, {a + first * n, up + first * n}, here * int(n));
      __syncthreads();
      rows.inShared(here, [&](auto team, int r) {
        int at = r * int(n);
        softmaxChain(team, int(n), outputs + at, tile + at, tile + at);
      });
      __syncthreads();
      put(delta + first * n, tile, here * int(n), copy.from(first * n));
      sums.add(tile, here);
      __syncthreads();
    }
    if (rows.held) {
      sums.put([&](int j, real sum) { partial[j] = sum; });
    } else {
      __syncthreads();
      columnSums(
          end - begin, n, [&](int64 i, int64 j) { return delta[(begin + i) * n + j]; },
          [&](int64 j, real sum) { partial[j] = sum; });
    }
    if (isLast(counter, rows.units)) {
      columnSums(
          rows.units, n, [&](int64 i, int64 j) { return __ldcg(scratch + i * n + j); },
          [&](int64 j, real sum) { db[j] = real(scale) * sum; });
    }
  }
}

#ifndef STORED
/// Grid by columns, see README. into_j = scale Σ_i x_ij + beta into_j; beta 0 reads nothing.
ENTRY(sum_rows)(const real* x, real* into, int64 m, int64 n, double scale, double beta, real* scratch,
                unsigned* counter) {
  bool aligned = isAligned(x);
  real factor = real(scale);
  real kept = real(beta);
  overColumns(m, n, [=](const auto& all, auto width) {
    constexpr int V = decltype(width)::value;
    sumColumns(all, into, factor, kept, scratch, counter,
               [=](int64 i, int64 column) { return load<V>(x + i * n + column, aligned); },
               [](const Pack<V>& taken, int64, int64) { return taken; });
  });
}
#endif
