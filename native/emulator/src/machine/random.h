// Random numbers of a block: a small state, so that every block can have its own and none depends on which ran before it.
#pragma once
#include <cstdint>

namespace emu {

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
 public:
  using result_type = uint64_t;
  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~0ull; }

  Random() = default;
  // The nth of many with the same seed.
  Random(uint64_t seed, uint64_t n) : state_(mix(seed ^ mix(n))) {}
  uint64_t operator()() { return mix(state_ += 0x9e3779b97f4a7c15ull); }

 private:
  static uint64_t mix(uint64_t z) {
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
  }
  uint64_t state_ = 0;
};

}  // namespace emu
