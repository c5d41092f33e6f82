// What follows a layer's product: z += bias and a = σ(z), in one pass. a may be z, which then is not written itself.
// ptx: .version 7.0 .target sm_60
#include "columns.cuh"
#include "functions.cuh"
#include "softmax.cuh"
#include "stored.cuh"
#include "tiles.cuh"

template <class F>
__device__ inline void biasActivate(real* z, const real* bias, real* a, int64 m, int64 n, real p, Stored copy) {
  bool aligned = isAligned(z) && isAligned(a) && copy.aligned();
  overColumns(m, n, [=](const auto& all, auto width) {
    constexpr int V = decltype(width)::value;
    walkColumns(
        all, [=](int64 column) { return load<V>(bias + column, isAligned(bias)); },
        [=](int64 i, int64 column) { return load<V>(z + i * n + column, aligned); },
        [=](const Pack<V>& kept, Pack<V> sum, int64 i, int64 column) {
          int64 at = i * n + column;
          addTo(sum, kept);
          if (a != z) {
            store<V>(z + at, sum, aligned);
          }
          for (int e = 0; e < V; e++) {
            sum.v[e] = F::value(sum.v[e], p);
          }
          store<V>(a + at, sum, aligned);
          copy.template store<V>(at, sum, aligned);
        });
  });
}

/// Grid by columns, see README.
#define MAKE(name, F)                                                                                        \
  ENTRY(bias_activate_##name)(real* z, const real* bias, real* a, int64 m, int64 n, double p AND_STORED) {   \
    biasActivate<F>(z, bias, a, m, n, real(p), STORED_COPY);                                                 \
  }

FOR_EACH_ACTIVATION(MAKE)

/// A row that no tile can hold: the block takes it alone.
__device__ inline void longRow(real* z, const real* bias, real* a, int64 n) {
  // a holds z until the power of each element is taken.
  #pragma unroll 1
  for (int64 j = threadIdx.x; j < n; j += THREADS) {
    real sum = z[j] + bias[j];
    z[j] = sum;
    a[j] = sum;
  }
  softmaxOf(Block(), n, a, a);
}

/// Each element in a lane of its own.
__device__ inline void shortRows(
    const Spread& spread, real* z, const real* bias, real* a, const Stored& copy) {
  spread.walk(blockIdx.x, gridDim.x, [&](const Lanes& team, int64, int64 at) {
    real sum = team.has ? z[at] + bias[team.at] : 0;
    real output = 0;
    softmaxOf(team, int(spread.n), Element{sum}, ElementInto{&output});
    if (!team.has) {
      return;
    }
    if (a != z) {
      z[at] = sum;
    }
    a[at] = output;
    copy.template store<1>(at, {output});
  });
}

/// By rows, see README.
ENTRY(bias_activate_softmax)(real* z, const real* bias, real* a, int64 m, int64 n, double AND_STORED) {
  __shared__ alignas(16) real sums[TILE];
  __shared__ alignas(16) real outputs[TILE];
  __shared__ alignas(16) real shift[TILE];
  Stored copy = STORED_COPY;
  Spread spread(m, n);
  if (spread.fits) {
    shortRows(spread, z, bias, a, copy);
    return;
  }
  Rows rows(m, n);
  if (rows.held) {
    fetch(shift, bias, int(n));
  }
  #pragma unroll 1
  for (int64 first = blockIdx.x * int64(rows.inTile); first < m; first += gridDim.x * int64(rows.inTile)) {
    if (!rows.held) {
      longRow(z + first * n, bias, a + first * n, n);
      storeRow(copy.from(first * n), a + first * n, n);
      continue;
    }
    int here = int(m - first < rows.inTile ? m - first : rows.inTile);
    fetch(sums, z + first * n, here * int(n));
    __syncthreads();
    rows.inShared(here, [&](auto team, int r) {
      int at = r * int(n);
      #pragma unroll 1
      for (int k = team.first(); k < int(n); k += team.step()) {
        sums[at + team.column(k)] += shift[team.column(k)];
      }
      softmaxOf(team, int(n), sums + at, outputs + at);
    });
    __syncthreads();
    if (a != z) {
      put(z + first * n, sums, here * int(n));
    }
    put(a + first * n, outputs, here * int(n), copy.from(first * n));
    __syncthreads();
  }
}
