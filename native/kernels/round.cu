// Rounds float32 to 16 bits: what products take, where the pass that wrote it has not done so. Launched with 256 threads, grid
// min(ceil(n / 1024), 1024).
// ptx: .version 7.0 .target sm_60
#include "stored.cuh"

ENTRY(round)(const real* x, bits16* stored, int64 n) {
  Stored copy = {stored};
  sweep(
      n,
      [=](int64 i, auto width) {
        constexpr int V = decltype(width)::value;
        copy.store<V>(i, load<V>(x + i));
      },
      x, copy);
}
