// The costs and their gradients, by the formulas of io.nudge.math.Cost.
#pragma once

#include "functions.cuh"
#include "softmax.cuh"

/// The number by which a kernel is told a cost.
enum CostCode { QUADRATIC, HALF_QUADRATIC, MEAN_SQUARED_ERROR, BINARY_CROSS_ENTROPY, CATEGORICAL_CROSS_ENTROPY };

/// A cross-entropy that is not fused with its activation takes a below this as this.
constexpr real SMALLEST = real(1.17549435082228750797e-38);

/// A cost together with the activation of the output layer.
struct Output {
  int cost;
  int activation;
  real p;

  /// Computed from z, and δ = a − y.
  __device__ bool fused() const {
    return fusedLogistic() || fusedSoftmax();
  }
  __device__ bool fusedLogistic() const {
    return cost == BINARY_CROSS_ENTROPY && activation == SIGMOID;
  }
  __device__ bool fusedSoftmax() const {
    return cost == CATEGORICAL_CROSS_ENTROPY && activation == SOFTMAX;
  }

  /// What an output adds to C₀, not fused.
  __device__ real term(real a, real y, real outputs) const {
    real off = a - y;
    switch (cost) {
      case QUADRATIC:
        return off * off;
      case HALF_QUADRATIC:
        return real(0.5) * off * off;
      case MEAN_SQUARED_ERROR:
        return off * off / outputs;
      case BINARY_CROSS_ENTROPY:
        return -y * log(atLeast(a, SMALLEST)) - (1 - y) * log(atLeast(1 - a, SMALLEST));
      default:
        return -y * log(atLeast(a, SMALLEST));
    }
  }

  /// ∂C₀/∂a_j.
  __device__ real gradient(real a, real y, real outputs) const {
    switch (cost) {
      case QUADRATIC:
        return 2 * (a - y);
      case HALF_QUADRATIC:
        return a - y;
      case MEAN_SQUARED_ERROR:
        return 2 * (a - y) / outputs;
      case BINARY_CROSS_ENTROPY:
        return (1 - y) / atLeast(1 - a, SMALLEST) - y / atLeast(a, SMALLEST);
      default:
        return -y / atLeast(a, SMALLEST);
    }
  }
};

/// C₀ of a row.
template <class Team, class Z, class Row, class Y>
__device__ inline real costOf(const Output& output, const Team& team, typename Team::Index n, Z z, Row a, Y y) {
  using Index = typename Team::Index;
  real sum = 0;
  if (output.fusedSoftmax()) {
    Powers powers = powersOf(team, n, z);
    real logarithm = log(powers.sum);
    #pragma unroll 1
    for (Index k = team.first(); k < n; k += team.step()) {
      Index j = team.column(k);
      sum += y[j] * (logarithm - (z[j] - powers.largest));
    }
  } else if (output.fusedLogistic()) {
    #pragma unroll 1
    for (Index k = team.first(); k < n; k += team.step()) {
      Index j = team.column(k);
      sum += most(z[j], 0) - z[j] * y[j] + logarithmOf1And(-abs(z[j]));
    }
  } else {
    #pragma unroll 1
    for (Index k = team.first(); k < n; k += team.step()) {
      Index j = team.column(k);
      sum += output.term(a[j], y[j], real(n));
    }
  }
  return team.sum(sum);
}

/// δ of a row times a factor; it may stand in the place of z.
template <class Team, class Z, class Row, class Y, class Into>
__device__ inline void outputDeltaOf(
    const Output& output, const Team& team, typename Team::Index n, Z z, Row a, Y y, Into delta, real factor) {
  using Index = typename Team::Index;
  if (output.activation != SOFTMAX) {
    bool fused = output.fusedLogistic();
    #pragma unroll 1
    for (Index k = team.first(); k < n; k += team.step()) {
      Index j = team.column(k);
      delta[j] = factor
          * (fused ? a[j] - y[j]
                   : output.gradient(a[j], y[j], real(n)) * primeOf(output.activation, z[j], output.p));
    }
    return;
  }
  bool fused = output.fusedSoftmax();
  real sum = 0;
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    Index j = team.column(k);
    sum += fused ? y[j] : a[j] * output.gradient(a[j], y[j], real(n));
  }
  sum = team.sum(sum);
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    Index j = team.column(k);
    delta[j] = factor * (fused ? a[j] * sum - y[j] : a[j] * (output.gradient(a[j], y[j], real(n)) - sum));
  }
}

/// Whether a row's answer is right: the largest output, the first of equals, is where the largest target is; a single output
/// is on the same side of ½ as its target.
template <class Team, class Row, class Y>
__device__ inline bool rightOf(const Team& team, typename Team::Index n, Row a, Y y) {
  using Index = typename Team::Index;
  if (n == 1) {
    return (a[0] > real(0.5)) == (y[0] > real(0.5));
  }
  Largest answer = Largest::none();
  Largest target = Largest::none();
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    Index j = team.column(k);
    answer.meet(a[j], j);
    target.meet(y[j], j);
  }
  return team.largest(answer).place == team.largest(target).place;
}
