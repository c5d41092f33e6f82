// Softmax of a row and its chain rule, by the formulas of io.nudge.math.Activation.
#pragma once

#include "exponential.cuh"
#include "rows.cuh"

/// Elements that lie so far apart.
struct Apart {
  real* at;
  int step;

  __device__ real& operator[](int j) const {
    return at[j * step];
  }
};

/// The largest element of a row and Σ e^(z_j − largest).
struct Powers {
  real largest;
  real sum;
};

template <class Team, class Row>
__device__ inline Powers powersOf(const Team& team, typename Team::Index n, Row z) {
  using Index = typename Team::Index;
  real largest = -INFINITE;
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    largest = most(largest, z[team.column(k)]);
  }
  largest = team.largest(largest);
  real sum = 0;
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    sum += exponential(z[team.column(k)] - largest);
  }
  return {largest, team.sum(sum)};
}

/// a_j = e^(z_j − m) / Σ_k e^(z_k − m); a may be z.
template <class Team, class From, class Into>
__device__ inline void softmaxOf(const Team& team, typename Team::Index n, From z, Into a) {
  using Index = typename Team::Index;
  Powers powers = powersOf(team, n, z);
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    Index j = team.column(k);
    a[j] = exponential(z[j] - powers.largest) / powers.sum;
  }
}

/// δ_j = a_j (up_j − Σ_k a_k up_k); delta may be up.
template <class Team>
__device__ inline void softmaxChain(
    const Team& team, typename Team::Index n, const real* a, const real* up, real* delta) {
  using Index = typename Team::Index;
  real mean = 0;
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    Index j = team.column(k);
    mean += a[j] * up[j];
  }
  mean = team.sum(mean);
  #pragma unroll 1
  for (Index k = team.first(); k < n; k += team.step()) {
    Index j = team.column(k);
    delta[j] = a[j] * (up[j] - mean);
  }
}
