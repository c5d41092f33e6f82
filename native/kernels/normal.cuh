// The normal distribution in GELU. In float32 as io.nudge.cpu.FloatMath has it, where its reasons are told, and the same bits.
#pragma once

#include "exponential.cuh"

/// GELU and its derivative are made of one part at either side of 0.
struct Bell {
  /// |z|, beyond 20 of which the distribution is 0 or 1.
  float t;

  __device__ explicit Bell(float z) : t(abs(z) > 20 ? 20 : abs(z)) {}

  /// Φ(−t) exp(t²/2), with Φ the normal distribution.
  __device__ float tail() const {
    float x = 0.70710677f * t;
    float q = (x - 2) / (x + 2);
    float p = -0.00037322176f;
    p = p * q + -0.0011791773f;
    p = p * q + 0.0013119786f;
    p = p * q + 0.00858769f;
    p = p * q + -0.008071418f;
    p = p * q + -0.054192495f;
    p = p * q + 0.16405886f;
    p = p * q + -0.16603243f;
    p = p * q + -0.0927642f;
    return 0.5f * (p * q + 1.2769784f) / (1 + 2 * x);
  }

  /// exp(−t²/2) times a factor. The square is split into two parts, the first exact.
  __device__ float times(float factor) const {
    float high = __int_as_float(__float_as_int(t) & 0xfffff000);
    float low = t - high;
    float rest = exponentialLess1(-0.5f * (low * (t + high))) + 1;
    return powerOf(-0.5f * (high * high)).times(rest * factor);
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
