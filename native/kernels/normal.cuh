// The normal distribution in GELU. In float32 as io.nudge.cpu.FloatMath has it, where its reasons are told, and the same bits.
#pragma once

#include "exponential.cuh"

/// GELU and its derivative are made of one part at either side of 0.
struct Bell {
  /// |z|, beyond 15 of which the distribution is 0 or 1.
  float t;

  __device__ explicit Bell(float z) : t(abs(z) > 15 ? 15 : abs(z)) {}

  /// Φ(−t) exp(t²/2), with Φ the normal distribution.
  __device__ float tail() const {
    float u = 1 / (t + 2);
    float q = (t - 2) * u;
    float s = q * q;
    float even = -7.659436e-05f;
    even = even * s + 0.0007266881f;
    even = even * s + -0.0018939001f;
    even = even * s + -0.0004818954f;
    even = even * s + 0.028798284f;
    even = even * s + 0.672408f;
    float odd = 3.4774606e-05f;
    odd = odd * s + 0.00087620836f;
    odd = odd * s + -0.006745983f;
    odd = odd * s + 0.036720008f;
    odd = odd * s + -0.33140442f;
    return (even + odd * q) * u;
  }

  /// exp(−t²/2) times a factor. The square is split into two parts, the first exact.
  __device__ float times(float factor) const {
    float high = __int_as_float(__float_as_int(t) & 0xfffff000);
    float low = (t - high) * (t + high);
    float shifted = t * t * -0.7213475f + ROUNDER;
    float whole = shifted - ROUNDER;
    float left = (-0.5f * (high * high) - whole * LN2_HIGH) - (whole * LN2_LOW + 0.5f * low);
    return powerOf(Reduced{left, __float_as_int(shifted) << 23}).times(factor);
  }
};

/// With Φ the normal distribution, z Φ(z).
__device__ inline float normalShare(float z) {
  Bell bell(z);
  float tail = bell.tail();
  float part = bell.times(z >= 0 ? tail : -bell.t * tail);
  return z >= 0 ? z * (1 - part) : part;
}

__device__ inline double normalShare(double z) {
  return (z < -LARGEST ? -LARGEST : z) * normcdf(z);
}

/// Φ(z) + z times the density, 1/√(2π) at 0.
__device__ inline float normalSharePrime(float z) {
  Bell bell(z);
  float part = bell.times(bell.tail() - 0.3989423f * bell.t);
  return z >= 0 ? 1 - part : part;
}

__device__ inline double normalSharePrime(double z) {
  return normcdf(z) + bounded(z) * 0.39894228040143267794 * exp(-0.5 * z * z);
}
