// A copy of what a pass writes, rounded to 16 bits, for products that take such factors. Files with such passes are compiled once
// more for either format, with STORED Bfloat16 or Float16; else there is no copy, and what is here comes to nothing.
#pragma once

#include "loops.cuh"

using bits16 = unsigned short;

/// The upper half of a float32. To the nearest, ties to even; what is no number becomes the one NaN that the device's own
/// instruction gives, which only devices of 8.0 and newer have.
struct Bfloat16 {
  __device__ static bits16 bits(float x) {
    unsigned word = __float_as_uint(x);
    return x != x ? 0x7fff : bits16((word + 0x7fff + (word >> 16 & 1)) >> 16);
  }

  __device__ static float number(bits16 x) {
    return __uint_as_float(unsigned(x) << 16);
  }
};

/// To the nearest, ties to even; what is too large becomes infinity.
struct Float16 {
  __device__ static bits16 bits(float x) {
    bits16 bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
    return bits;
  }

  __device__ static float number(bits16 bits) {
    float x;
    asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
    return x;
  }
};

/// No copy.
struct Unstored {
  __device__ bool aligned() const {
    return true;
  }
  template <int V>
  __device__ void store(int64, const Pack<V>&, bool = true) const {}
  __device__ Unstored from(int64) const {
    return {};
  }
};

__device__ inline bool startsWith(const Unstored&, int) {
  return true;
}

#ifdef STORED

/// A copy that begins where the elements do.
struct Stored {
  bits16* to;

  /// Whether packs can be stored with one access each, at multiples of WIDE.
  __device__ bool aligned() const {
    return reinterpret_cast<unsigned long long>(to) % (WIDE * sizeof(bits16)) == 0;
  }

  /// Elements from number at on.
  template <int V>
  __device__ void store(int64 at, const Pack<V>& x, bool together = true) const {
    bits16 bits[V];
    for (int e = 0; e < V; e++) {
      bits[e] = STORED::bits(x.v[e]);
    }
    if (V == WIDE && together) {
      uint2 raw = {bits[0] | unsigned(bits[1 % V]) << 16, bits[2 % V] | unsigned(bits[3 % V]) << 16};
      __stwb(reinterpret_cast<uint2*>(to + at), raw);
      return;
    }
    for (int e = 0; e < V; e++) {
      to[at + e] = bits[e];
    }
  }

  __device__ Stored from(int64 at) const {
    return {to + at};
  }
};

/// Whether the first pack of the copy comes after so many elements.
__device__ inline bool startsWith(const Stored& stored, int head) {
  int phase = int(reinterpret_cast<unsigned long long>(stored.to) / sizeof(bits16) % WIDE);
  return (WIDE - phase) % WIDE == head;
}

#define AND_STORED , bits16* stored
#define STORED_COPY Stored{stored}

/// A factor of a product.
__device__ inline real asFactor(real x) {
  return STORED::number(STORED::bits(x));
}

#else

using Stored = Unstored;

#define AND_STORED
#define STORED_COPY Unstored{}

__device__ inline real asFactor(real x) {
  return x;
}

#endif

/// Copies a row that the block has written to global memory.
__device__ inline void storeRow(const Unstored&, const real*, int64) {}

template <class Copy>
__device__ inline void storeRow(const Copy& copy, const real* row, int64 n) {
  __syncthreads();
  #pragma unroll 1
  for (int64 j = threadIdx.x; j < n; j += THREADS) {
    copy.template store<1>(j, {row[j]});
  }
}
