// The loss scale, 2^position[SCALE]: δ times it, gradients divided by it, and how it moves. Launched with 256 threads, grid
// min(ceil(n / 1024), 1024).
// ptx: .version 7.0 .target sm_60
#include "device.cuh"
#include "loops.cuh"
#include "sums.cuh"

/// After so many good steps the scale is doubled, up to this power of two; io.nudge.math.LossScale.
constexpr int64 PERIOD = 2000;
constexpr int64 LARGEST_SCALE = 24;

ENTRY(scale_loss)(real* delta, int64 n, const int64* position) {
  real factor = powerOfTwo(position[SCALE]);
  map(delta, delta, n, [=](real each) { return factor * each; });
}

/// Notes whether a step with this scale went well.
__device__ inline void judge(int64* position, bool good) {
  position[SKIP] = good ? 0 : 1;
  position[GOOD] = good ? position[GOOD] + 1 : 0;
  if (!good && position[SCALE] > 0) {
    position[SCALE]--;
  }
  if (position[GOOD] == PERIOD) {
    position[GOOD] = 0;
    if (position[SCALE] < LARGEST_SCALE) {
      position[SCALE]++;
    }
  }
}

/// counters: of blocks that are through, and whether one of them met what is not finite. The last moves the scale, when all have
/// read it.
ENTRY(unscale)(real* gradients, int64 n, int64* position, unsigned* counter) {
  int64 scale = position[SCALE];
  real factor = powerOfTwo(-scale);
  bool good = true;
  bool* all = &good;
  sweep(
      n,
      [=](int64 i, auto width) {
        constexpr int V = decltype(width)::value;
        Pack<V> each = load<V>(gradients + i);
        for (int e = 0; e < V; e++) {
          *all = *all && isfinite(each.v[e]);
          each.v[e] *= factor;
        }
        if (scale != 0) {
          store<V>(gradients + i, each);
        }
      },
      gradients);
  bool bad = __syncthreads_or(!good);
  if (bad && threadIdx.x == 0) {
    atomicExch(counter + 1, 1u);
  }
  if (isLast(counter, gridDim.x) && threadIdx.x == 0) {
    judge(position, atomicExch(counter + 1, 0u) == 0);
  }
}
