// The primitives without a formula of their own: launched with 256 threads, grid min(ceil(n / 1024), 1024).
// ptx: .version 7.0 .target sm_60
#include "columns.cuh"
#include "rows.cuh"

ENTRY(fill)(real* x, int64 n, double value) {
  real v = real(value);
  sweep(
      n,
      [=](int64 i, auto width) {
        constexpr int V = decltype(width)::value;
        Pack<V> all;
        for (int e = 0; e < V; e++) {
          all.v[e] = v;
        }
        store<V>(x + i, all);
      },
      x);
}

ENTRY(add)(const real* a, const real* b, real* into, int64 n) {
  map(a, b, into, n, [](real x, real y) { return x + y; });
}

ENTRY(subtract)(const real* a, const real* b, real* into, int64 n) {
  map(a, b, into, n, [](real x, real y) { return x - y; });
}

ENTRY(hadamard)(const real* a, const real* b, real* into, int64 n) {
  map(a, b, into, n, [](real x, real y) { return x * y; });
}

ENTRY(scale)(const real* x, real* into, int64 n, double alpha) {
  real factor = real(alpha);
  map(x, into, n, [=](real each) { return factor * each; });
}

ENTRY(add_scaled)(const real* x, real* y, int64 n, double alpha) {
  real factor = real(alpha);
  map(x, y, y, n, [=](real each, real sum) { return sum + factor * each; });
}

ENTRY(clamp)(const real* x, real* into, int64 n, double limit) {
  real most = real(limit);
  map(x, into, n, [=](real each) { return each > most ? most : atLeast(each, -most); });
}

/// Where the norm is within the limit nothing is read or written; where it is NaN all becomes NaN, which shows.
ENTRY(rescale)(real* x, int64 n, double limit, const double* sumSquares) {
  double factor = limit / sqrt(*sumSquares);
  if (factor >= 1) {
    return;
  }
  real rounded = real(factor);
  map(x, x, n, [=](real each) { return rounded * each; });
}

/// Grid by columns, see README.
ENTRY(add_row)(const real* x, const real* row, real* into, int64 m, int64 n) {
  bool aligned = isAligned(x) && isAligned(into);
  overColumns(m, n, [=](const auto& all, auto width) {
    constexpr int V = decltype(width)::value;
    walkColumns(
        all, [=](int64 column) { return load<V>(row + column, isAligned(row)); },
        [=](int64 i, int64 column) { return load<V>(x + i * n + column, aligned); },
        [=](const Pack<V>& kept, Pack<V> sum, int64 i, int64 column) {
          addTo(sum, kept);
          store<V>(into + i * n + column, sum, aligned);
        });
  });
}

/// A unit's part of a, which all its threads need, comes by way of shared memory.
template <int V>
__device__ inline void outerOf(const Columns<V>& all, const real* a, const real* b, real* into, real* lines) {
  bool aligned = isAligned(into);
  #pragma unroll 1
  for (int64 unit = blockIdx.x; unit < all.units(); unit += gridDim.x) {
    int64 first = all.beginRow(unit);
    fetch(lines, a + first, int(all.endRow(unit) - first));
    __syncthreads();
    int64 column = all.column(unit);
    if (all.has(column)) {
      Pack<V> factors = load<V>(b + column, isAligned(b));
      #pragma unroll 1
      for (int64 row = first + all.group(); row < all.endRow(unit); row += 1 << all.groups) {
        Pack<V> product;
        for (int e = 0; e < V; e++) {
          product.v[e] = lines[row - first] * factors.v[e];
        }
        store<V>(into + row * all.n + column, product, aligned);
      }
    }
    __syncthreads();
  }
}

/// Grid by columns, see README.
ENTRY(outer)(const real* a, const real* b, real* into, int64 m, int64 n) {
  __shared__ alignas(16) real lines[Columns<1>::MOST_ROWS];
  overColumns(m, n, [=](const auto& all, auto) { outerOf(all, a, b, into, lines); });
}

/// By tiles of 32 × 32: grid min(ceil(m / 32) · ceil(n / 32), 1024).
ENTRY(transpose)(const real* x, real* into, int64 m, int64 n) {
  constexpr int SIDE = 32;
  constexpr int HEIGHT = THREADS / SIDE;
  // One column more, so that a column of the tile lies in all banks.
  __shared__ real tile[SIDE][SIDE + 1];
  int column = threadIdx.x % SIDE;
  int row = threadIdx.x / SIDE;
  int64 across = (n + SIDE - 1) / SIDE;
  int64 tiles = across * ((m + SIDE - 1) / SIDE);
  #pragma unroll 1
  for (int64 t = blockIdx.x; t < tiles; t += gridDim.x) {
    int64 top = t / across * SIDE;
    int64 left = t % across * SIDE;
    #pragma unroll 1
    for (int i = row; i < SIDE && top + i < m; i += HEIGHT) {
      if (left + column < n) {
        tile[i][column] = x[(top + i) * n + left + column];
      }
    }
    __syncthreads();
    #pragma unroll 1
    for (int j = row; j < SIDE && left + j < n; j += HEIGHT) {
      if (top + column < m) {
        into[(left + j) * m + top + column] = tile[column][j];
      }
    }
    __syncthreads();
  }
}
