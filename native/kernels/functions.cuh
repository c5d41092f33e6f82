// The activations and their derivatives, by the formulas of io.nudge.math.Activation. p is the slope of leaky_relu or the alpha
// of elu. NaN gives NaN, infinity the limit.
#pragma once

#include "real.cuh"

__device__ inline real logistic(real z) {
  real e = exp(-abs(z));
  return (z >= 0 ? real(1) : e) / (1 + e);
}

/// Exact in both tails, where a (1 − a) is not.
__device__ inline real logisticPrime(real z) {
  real e = exp(-abs(z));
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
    return z > 0 ? z : p * expm1(z);
  }
  __device__ static real prime(real z, real p) {
    return z > 0 ? real(1) : p * exp(z);
  }
};

struct Tanh {
  __device__ static real value(real z, real) {
    return tanh(z);
  }
  __device__ static real prime(real z, real) {
    real e = exp(-2 * abs(z));
    return 4 * e / ((1 + e) * (1 + e));
  }
};

struct Softplus {
  __device__ static real value(real z, real) {
    return most(z, 0) + log1p(exp(-abs(z)));
  }
  __device__ static real prime(real z, real) {
    return logistic(z);
  }
};

struct Silu {
  __device__ static real value(real z, real) {
    return atLeast(z, -LARGEST) * logistic(z);
  }
  __device__ static real prime(real z, real) {
    return logistic(z) + bounded(z) * logisticPrime(z);
  }
};

/// With Φ the normal distribution and 1/√(2π) its density at 0.
struct Gelu {
  __device__ static real value(real z, real) {
    return atLeast(z, -LARGEST) * normcdf(z);
  }
  __device__ static real prime(real z, real) {
    return normcdf(z) + bounded(z) * real(0.39894228040143267794) * exp(real(-0.5) * z * z);
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

/// σ(z) of the elementwise activation with this number.
__device__ inline real valueOf(int f, real z, real p) {
  switch (f) {
    case SIGMOID:
      return Sigmoid::value(z, p);
    case RELU:
      return Relu::value(z, p);
    case LEAKY_RELU:
      return LeakyRelu::value(z, p);
    case ELU:
      return Elu::value(z, p);
    case TANH:
      return Tanh::value(z, p);
    case SOFTPLUS:
      return Softplus::value(z, p);
    case SILU:
      return Silu::value(z, p);
    case GELU:
      return Gelu::value(z, p);
    default:
      return Identity::value(z, p);
  }
}

/// σ′(z) of the elementwise activation with this number.
__device__ inline real primeOf(int f, real z, real p) {
  switch (f) {
    case SIGMOID:
      return Sigmoid::prime(z, p);
    case RELU:
      return Relu::prime(z, p);
    case LEAKY_RELU:
      return LeakyRelu::prime(z, p);
    case ELU:
      return Elu::prime(z, p);
    case TANH:
      return Tanh::prime(z, p);
    case SOFTPLUS:
      return Softplus::prime(z, p);
    case SILU:
      return Silu::prime(z, p);
    case GELU:
      return Gelu::prime(z, p);
    default:
      return Identity::prime(z, p);
  }
}
