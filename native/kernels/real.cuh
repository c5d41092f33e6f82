// The element type. Every kernel file is compiled twice, with REAL float and double; SUFFIX ends the names of its entries.
#pragma once

using real = REAL;
using int64 = long long;

#define GLUE_TWO(a, b) a##b
#define GLUE(a, b) GLUE_TWO(a, b)

/// Threads in every block.
constexpr int THREADS = 256;

/// An entry that the driver finds by its name; each of its parameters is 8 bytes. So many blocks have to fit on a multiprocessor,
/// else the assembler may choose to keep registers in memory for the sake of more.
#define ENTRY_FOR(blocks, name) extern "C" __global__ void __launch_bounds__(THREADS, blocks) GLUE(name, SUFFIX)
#define ENTRY(name) ENTRY_FOR(2, name)

constexpr bool SINGLE = sizeof(real) == 4;

/// The largest finite number.
constexpr real LARGEST = SINGLE ? real(3.402823466385288598e38) : real(1.7976931348623157081e308);

constexpr real INFINITE = real(__builtin_huge_val());

/// max that keeps NaN, and takes +0 of two zeros if b is +0.
__device__ inline real most(real a, real b) {
  return a > b ? a : a <= b ? b : a + b;
}

/// x, but not below a limit; NaN stays.
__device__ inline real atLeast(real x, real limit) {
  return x < limit ? limit : x;
}

/// x, but not above a limit; NaN stays.
__device__ inline real atMost(real x, real limit) {
  return x > limit ? limit : x;
}

/// x limited to the finite numbers, so that infinity times a vanishing factor gives its limit, zero; NaN stays.
__device__ inline real bounded(real x) {
  return atMost(atLeast(x, -LARGEST), LARGEST);
}
