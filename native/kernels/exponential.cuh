// The exponential and what needs one. In float32 they are polynomials of our own: the operations of io.nudge.cpu.FloatMath, where
// their reasons are told, in the same order and each rounded, so that both backends have the same bits. No branches: lanes stay
// together. eˣ is within 0.982 ulp, where it is subnormal within 0.751, for all arguments. In float64 they are CUDA's.
#pragma once

#include "real.cuh"

/// eˣ as a product. The second factor is a power of 2 that may make it subnormal, and lose its last digits: what eˣ is multiplied
/// with comes in before.
template <class T>
struct Power {
  T most;
  T rest;

  __device__ T times(T factor) const {
    return most * factor * rest;
  }
  __device__ T value() const {
    return most * rest;
  }
};

/// e to the power of minus this is 0, even 100 times as much.
constexpr real VANISHED = SINGLE ? real(120) : LARGEST;

/// Added and subtracted, rounds to a whole number.
constexpr float ROUNDER = 0x1.8p23f + 190;
/// ln 2 in two parts.
constexpr float LN2_HIGH = 0x1.63p-1f;
constexpr float LN2_LOW = -0.00021219444f;

/// x without a multiple of ln 2, and 2 to the power of 63 more than that multiple.
struct Reduced {
  float left;
  int power;
};

__device__ inline Reduced reduced(float x) {
  float shifted = x * 1.442695f + ROUNDER;
  float whole = shifted - ROUNDER;
  return {(x - whole * LN2_HIGH) - whole * LN2_LOW, __float_as_int(shifted) << 23};
}

/// eʳ − 1 for |r| at most ½ ln 2.
__device__ inline float exponentialLess1(float r) {
  float p = 0.00019875691f;
  p = p * r + 0.0013981999f;
  p = p * r + 0.008333452f;
  p = p * r + 0.041665796f;
  p = p * r + 0.16666666f;
  p = p * r + 0.5f;
  return p * (r * r) + r;
}

__device__ inline Power<float> powerOf(Reduced x) {
  return {(exponentialLess1(x.left) + 1) * __int_as_float(x.power), 0x1p-63f};
}

/// eˣ for x at most 0, as all of these; above, a number that means nothing.
__device__ inline Power<float> powerOf(float x) {
  return powerOf(reduced(x < -120 ? -120 : x));
}

__device__ inline Power<double> powerOf(double x) {
  return {exp(x), 1};
}

/// eˣ.
__device__ inline real exponential(real x) {
  return powerOf(x).value();
}

/// eˣ − 1.
__device__ inline float exponentialBelow(float x) {
  Reduced parts = reduced(x < -80 ? -80 : x);
  float scale = __int_as_float(parts.power - (63 << 23));
  return (scale - 1) + scale * exponentialLess1(parts.left);
}

__device__ inline double exponentialBelow(double x) {
  return expm1(x);
}

/// ln(1 + eˣ).
__device__ inline float logarithmOf1And(float x) {
  float e = powerOf(x).value();
  float s = e / (2 + e);
  float q = s * s;
  float p = 0.28011987f;
  p = p * q + 0.28001806f;
  p = p * q + 0.40021527f;
  p = p * q + 0.6666642f;
  p = p * q;
  float half = 0.5f * (e * e);
  return e - (half - s * (half + p));
}

__device__ inline double logarithmOf1And(double x) {
  return log1p(exp(x));
}

__device__ inline float hyperbolicTangent(float z) {
  float e = powerOf(-2 * abs(z)).value();
  float large = (1 - e) / (1 + e);
  float s = z * z;
  float p = -0.0057049887f;
  p = p * s + 0.020639088f;
  p = p * s + -0.053739715f;
  p = p * s + 0.13331442f;
  p = p * s + -0.3333328f;
  float small = p * s * z + z;
  return abs(z) < 0.625f ? small : z < 0 ? -large : large;
}

__device__ inline double hyperbolicTangent(double z) {
  return tanh(z);
}
