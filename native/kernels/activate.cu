// σ, σ′ and the chain rule, each in one pass.
// ptx: .version 7.0 .target sm_60
#include "functions.cuh"
#include "softmax.cuh"
#include "tiles.cuh"

/// Launched with 256 threads, grid min(ceil(n / 1024), 1024).
#define MAKE(name, F)                                                                                         \
  ENTRY(activate_##name)(const real* z, real* a, int64 n, double p) {                                         \
    map(z, a, n, [q = real(p)](real each) { return F::value(each, q); });                                     \
  }                                                                                                           \
  ENTRY(activate_prime_##name)(const real* z, real* into, int64 n, double p) {                                \
    map(z, into, n, [q = real(p)](real each) { return F::prime(each, q); });                                  \
  }                                                                                                           \
  ENTRY(chain_##name)(const real* z, const real*, const real* up, real* delta, int64 n, double p) {           \
    map(z, up, delta, n, [q = real(p)](real each, real upstream) { return upstream * F::prime(each, q); });   \
  }

FOR_EACH_ACTIVATION(MAKE)

/// By rows, see README.
ENTRY(activate_softmax)(const real* z, real* a, int64 m, int64 n) {
  __shared__ alignas(16) real tile[TILE];
  Spread spread(m, n);
  if (spread.fits) {
    spread.walk(blockIdx.x, gridDim.x, [&](const Lanes& team, int64, int64 at) {
      real output = 0;
      softmaxOf(team, int(n), Element{team.has ? z[at] : 0}, ElementInto{&output});
      if (team.has) {
        a[at] = output;
      }
    });
    return;
  }
  Rows rows(m, n);
  #pragma unroll 1
  for (int64 first = blockIdx.x * int64(rows.inTile); first < m; first += gridDim.x * int64(rows.inTile)) {
    if (!rows.held) {
      softmaxOf(Block(), n, z + first * n, a + first * n);
      continue;
    }
    int here = int(m - first < rows.inTile ? m - first : rows.inTile);
    fetch(tile, z + first * n, here * int(n));
    __syncthreads();
    rows.inShared(here, [&](auto team, int r) { softmaxOf(team, int(n), tile + r * int(n), tile + r * int(n)); });
    __syncthreads();
    put(a + first * n, tile, here * int(n));
    __syncthreads();
  }
}

/// By rows, see README.
ENTRY(chain_softmax)(const real*, const real* a, const real* up, real* delta, int64 m, int64 n) {
  __shared__ alignas(16) real outputs[TILE];
  __shared__ alignas(16) real tile[TILE];
  Rows rows(m, n);
  #pragma unroll 1
  for (int64 first = blockIdx.x * int64(rows.inTile); first < m; first += gridDim.x * int64(rows.inTile)) {
    if (!rows.held) {
      softmaxChain(Block(), n, a + first * n, up + first * n, delta + first * n);
      continue;
    }
    int here = int(m - first < rows.inTile ? m - first : rows.inTile);
    fetch<2>({outputs, tile}, {a + first * n, up + first * n}, here * int(n));
    __syncthreads();
    rows.inShared(here, [&](auto team, int r) {
      int at = r * int(n);
      softmaxChain(team, int(n), outputs + at, tile + at, tile + at);
    });
    __syncthreads();
    put(delta + first * n, tile, here * int(n));
    __syncthreads();
  }
}
