// Sums over the threads of a block and over blocks, in an order that is always the same.
#pragma once

#include "loops.cuh"

template <int V>
__device__ inline void addTo(Pack<V>& sum, const Pack<V>& x) {
  for (int e = 0; e < V; e++) {
    sum.v[e] += x.v[e];
  }
}

__device__ inline void addTo(float& sum, float x) {
  sum += x;
}

__device__ inline void addTo(double& sum, double x) {
  sum += x;
}

/// Sum over the groups of threads, thread t being number t % width of group t / width; groups beyond the last add nothing.
/// The threads of group 0 get the result. All threads of the block call it; room has an element for each.
template <class T>
__device__ inline T treeSum(T* room, T sum, int group, int width, int groups) {
  int t = threadIdx.x;
  room[t] = sum;
  __syncthreads();
  int half = 1;
  while (2 * half < groups) {
    half *= 2;
  }
  #pragma unroll 1
  for (; groups > 1 && half > 0; half /= 2) {
    if (group < half && group + half < groups) {
      T other = room[t + half * width];
      addTo(sum, other);
      room[t] = sum;
    }
    __syncthreads();
  }
  return sum;
}

/// Whether this block is the last of so many to come here. What they wrote before is then visible, to loads that pass by the
/// first cache. The counter goes back to 0.
__device__ inline bool isLast(unsigned* counter, int64 parts) {
  __shared__ bool last;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    last = atomicInc(counter, unsigned(parts - 1)) == unsigned(parts - 1);
  }
  __syncthreads();
  if (last) {
    __threadfence();
  }
  return last;
}
