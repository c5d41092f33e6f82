// The activations and their derivatives, by the formulas of io.nudge.math.Activation. p is the slope of leaky_relu or the alpha
// of elu. NaN gives NaN, infinity the limit. In float32 they have the bits of io.nudge.cpu.FloatMath.
#pragma once

#include "normal.cuh"

__device__ inline real logistic(real z) {
  real e = exponential(-abs(z));
  return (z >= 0 ? real(1) : e) / (1 + e);
}

/// Exact in both tails, where a (1 − a) is not.
__device__ inline real logisticPrime(real z) {
  real e = exponential(-abs(z));
  return e / ((1 + e) * (1 + e));
}

/// 1 above 0, else the slope.
__device__ inline real step(real z, real slope) {
  return z > 0 ? real(1) : z <= 0 ? slope : z;
}

struct Sigmoid {
  __device__ static real value(real z, real) {
    return logistic(z);
  }
  __device__ static real prime(real z, real) {
    return logisticPrime(z);
  }
};

struct Relu {
  __device__ static real value(real z, real) {
    return most(z, 0);
  }
  __device__ static real prime(real z, real) {
    return step(z, 0);
  }
};

struct LeakyRelu {
  __device__ static real value(real z, real p) {
    return z > 0 ? z : p * z;
  }
  __device__ static real prime(real z, real p) {
    return step(z, p);
  }
};

struct Elu {
  __device__ static real value(real z, real p) {
    return z > 0 ? z : p * exponentialBelow(z);
  }
  __device__ static real prime(real z, real p) {
    return z > 0 ? real(1) : p * exponential(z);
  }
};

struct Tanh {
  __device__ static real value(real z, real) {
    return hyperbolicTangent(z);
  }
  __device__ static real prime(real z, real) {
    real e = exponential(-2 * abs(z));
    return 4 * e / ((1 + e) * (1 + e));
  }
};

struct Softplus {
  __device__ static real value(real z, real) {
    return most(z, 0) + logarithmOf1And(-abs(z));
  }
  __device__ static real prime(real z, real) {
    return logistic(z);
  }
};

/// z s and s (1 + z (1 − s)) with s = 1 / (1 + e) from 0 on, e / (1 + e) below, where e comes in last, and e = exp(−|z|).
struct Silu {
  __device__ static real value(real z, real) {
    auto e = powerOf(-abs(z));
    real part = atLeast(z, -VANISHED) / (1 + e.value());
    return z >= 0 ? part : e.times(part);
  }
  __device__ static real prime(real z, real) {
    auto e = powerOf(-abs(z));
    real d = 1 + e.value();
    real size = z >= 0 ? atMost(z, VANISHED) * e.value() : atLeast(z, -VANISHED);
    real part = (1 + size / d) / d;
    return z >= 0 ? part : e.times(part);
  }
};

struct Gelu {
  __device__ static real value(real z, real) {
    return normalShare(z);
  }
  __device__ static real prime(real z, real) {
    return normalSharePrime(z);
  }
};

struct Identity {
  __device__ static real value(real z, real) {
    return z;
  }
  __device__ static real prime(real z, real) {
    return step(z, 1);
  }
};

/// Makes an entry for each elementwise activation, by a macro that takes its name and its struct.
#define FOR_EACH_ACTIVATION(make) \
  make(sigmoid, Sigmoid)          \
  make(relu, Relu)                \
  make(leaky_relu, LeakyRelu)     \
  make(elu, Elu)                  \
  make(tanh, Tanh)                \
  make(softplus, Softplus)        \
  make(silu, Silu)                \
  make(gelu, Gelu)                \
  make(identity, Identity)

/// The number by which a kernel is told an activation when it has no entry for each.
enum ActivationCode { SIGMOID, RELU, LEAKY_RELU, ELU, TANH, SOFTPLUS, SILU, GELU, IDENTITY, SOFTMAX };

/// What visit makes of the elementwise activation with this number.
template <class Visit>
__device__ inline auto with(int f, Visit visit) {
  switch (f) {
    case SIGMOID:
      return visit(Sigmoid());
    case RELU:
      return visit(Relu());
    case LEAKY_RELU:
      return visit(LeakyRelu());
    case ELU:
      return visit(Elu());
    case TANH:
      return visit(Tanh());
    case SOFTPLUS:
      return visit(Softplus());
    case SILU:
      return visit(Silu());
    case GELU:
      return visit(Gelu());
    default:
      return visit(Identity());
  }
}

/// σ(z) of the elementwise activation with this number.
__device__ inline real valueOf(int f, real z, real p) {
  return with(f, [=](auto activation) { return activation.value(z, p); });
}

/// σ′(z) of the elementwise activation with this number.
__device__ inline real primeOf(int f, real z, real p) {
  return with(f, [=](auto activation) { return activation.prime(z, p); });
}
