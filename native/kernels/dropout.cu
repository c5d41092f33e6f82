// Dropout by a counter-based generator, so that every backend and the backward pass keep the same elements. Launched with 256
// threads, grid min(ceil(n / 1024), 1024).
// ptx: .version 7.0 .target sm_60
#include "device.cuh"
#include "stored.cuh"

/// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw, SC11); io.nudge.math.Philox.
struct Philox {
  unsigned words[4];

  __device__ Philox(unsigned long long key, unsigned long long low, unsigned long long high) {
    unsigned c0 = unsigned(low);
    unsigned c1 = unsigned(low >> 32);
    unsigned c2 = unsigned(high);
    unsigned c3 = unsigned(high >> 32);
    unsigned k0 = unsigned(key);
    unsigned k1 = unsigned(key >> 32);
    for (int round = 0; round < 10; round++) {
      unsigned long long product0 = 0xD2511F53ull * c0;
      unsigned long long product1 = 0xCD9E8D57ull * c2;
      c0 = unsigned(product1 >> 32) ^ c1 ^ k0;
      c1 = unsigned(product1);
      c2 = unsigned(product0 >> 32) ^ c3 ^ k1;
      c3 = unsigned(product0);
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }
};

/// into_i = x_i / (1 − rate), or 0 where the element's word is below ⌊rate · 2³²⌋. A thread has a pack of elements, which share a
/// block of four words.
ENTRY(dropout)(const real* x, real* into, int64 n, const int64* position, double rate, int64 seed, int64 stream AND_STORED) {
  Stored copy = STORED_COPY;
  unsigned long long step = static_cast<unsigned long long>(position[TOTAL]) << 32;
  unsigned least = unsigned(rate * 4294967296.0);
  real factor = real(1 / (1 - rate));
  bool aligned = isAligned(x) && isAligned(into) && copy.aligned();
  #pragma unroll 1
  for (int64 first = firstIndex() * WIDE; first < n; first += strideOfGrid() * WIDE) {
    Philox random(seed, step + static_cast<unsigned long long>(first / 4), stream);
    unsigned words[WIDE];
    for (int e = 0; e < WIDE; e++) {
      words[e] = first % 4 == 0 ? random.words[e] : random.words[4 - WIDE + e];
    }
    auto kept = [&](int e, real each) { return words[e] >= least ? factor * each : real(0); };
    if (first + WIDE <= n) {
      Pack<WIDE> each = load<WIDE>(x + first, aligned);
      for (int e = 0; e < WIDE; e++) {
        each.v[e] = kept(e, each.v[e]);
      }
      store<WIDE>(into + first, each, aligned);
      copy.store<WIDE>(first, each, aligned);
      continue;
    }
    for (int e = 0; e < WIDE; e++) {
      if (first + e < n) {
        into[first + e] = kept(e, x[first + e]);
        copy.store<1>(first + e, {into[first + e]});
      }
    }
  }
}
