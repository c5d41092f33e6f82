// Loops over all elements, 16 bytes at a time where the addresses allow it.
#pragma once

#include "real.cuh"

/// Elements in 16 bytes.
constexpr int WIDE = 16 / sizeof(real);

/// Neighbouring elements, which move together.
template <int V>
struct alignas(V * sizeof(real)) Pack {
  real v[V];
};

template <int V>
struct Width {
  static constexpr int value = V;
};

/// CUDA's own vector types, of which the compiler makes one access.
template <class T, int V>
struct VectorOf;
template <>
struct VectorOf<float, 1> {
  using type = float;
};
template <>
struct VectorOf<float, 2> {
  using type = float2;
};
template <>
struct VectorOf<float, 4> {
  using type = float4;
};
template <>
struct VectorOf<double, 1> {
  using type = double;
};
template <>
struct VectorOf<double, 2> {
  using type = double2;
};

template <int V>
using Vector = typename VectorOf<real, V>::type;

template <int V>
__device__ inline Pack<V> packed(Vector<V> raw) {
  Pack<V> x;
  memcpy(&x, &raw, sizeof(x));
  return x;
}

template <int V>
__device__ inline Pack<V> load(const real* p) {
  return packed<V>(*reinterpret_cast<const Vector<V>*>(p));
}

/// What other blocks wrote, past the first cache.
template <int V>
__device__ inline Pack<V> loadFromOthers(const real* p) {
  return packed<V>(__ldcg(reinterpret_cast<const Vector<V>*>(p)));
}

/// To global memory. Said so, since the compiler makes several stores of a plain assignment when it likes its addresses better.
template <int V>
__device__ inline void store(real* p, const Pack<V>& x) {
  Vector<V> raw;
  memcpy(&raw, &x, sizeof(x));
  __stwb(reinterpret_cast<Vector<V>*>(p), raw);
}

template <int V>
__device__ inline void storeShared(real* p, const Pack<V>& x) {
  *reinterpret_cast<Pack<V>*>(p) = x;
}

/// An element of its own type at a time, where the address is no multiple of 16.
template <int V>
__device__ inline Pack<V> load(const real* p, bool aligned) {
  if (aligned) {
    return load<V>(p);
  }
  Pack<V> x;
  for (int e = 0; e < V; e++) {
    x.v[e] = p[e];
  }
  return x;
}

template <int V>
__device__ inline void store(real* p, const Pack<V>& x, bool aligned) {
  if (aligned) {
    store<V>(p, x);
    return;
  }
  for (int e = 0; e < V; e++) {
    p[e] = x.v[e];
  }
}

__device__ inline bool isAligned(const void* p) {
  return reinterpret_cast<unsigned long long>(p) % 16 == 0;
}

/// How many elements come before the first whose address is a multiple of 16.
__device__ inline int headOf(const void* p) {
  int phase = int(reinterpret_cast<unsigned long long>(p) / sizeof(real) % WIDE);
  return (WIDE - phase) % WIDE;
}

__device__ inline bool startsWith(const void* p, int head) {
  return headOf(p) == head;
}

__device__ inline int64 firstIndex() {
  return int64(blockIdx.x) * THREADS + threadIdx.x;
}

__device__ inline int64 strideOfGrid() {
  return int64(gridDim.x) * THREADS;
}

/// Calls body(i, Width<V>) so that every element i of n is met once: most in packs of 16 bytes if the arrays that begin at
/// the given pointers are all at the same place between two such addresses, else each alone.
template <class Body, class... Arrays>
__device__ inline void sweep(int64 n, Body body, const void* first, Arrays... rest) {
  int64 head = headOf(first);
  bool together = (... && startsWith(rest, head));
  head = together && head < n ? head : n;
  int64 packs = (n - head) / WIDE;
  int64 alone = n - packs * WIDE;
  #pragma unroll 1
  for (int64 k = firstIndex(); k < packs; k += strideOfGrid()) {
    body(head + k * WIDE, Width<WIDE>());
  }
  #pragma unroll 1
  for (int64 k = firstIndex(); k < alone; k += strideOfGrid()) {
    body(k < head ? k : k + packs * WIDE, Width<1>());
  }
}

/// into_i = f(x_i).
template <class F>
__device__ inline void map(const real* x, real* into, int64 n, F f) {
  sweep(
      n,
      [=](int64 i, auto width) {
        constexpr int V = decltype(width)::value;
        Pack<V> each = load<V>(x + i);
        for (int e = 0; e < V; e++) {
          each.v[e] = f(each.v[e]);
        }
        store<V>(into + i, each);
      },
      x, into);
}

/// into_i = f(a_i, b_i).
template <class F>
__device__ inline void map(const real* a, const real* b, real* into, int64 n, F f) {
  sweep(
      n,
      [=](int64 i, auto width) {
        constexpr int V = decltype(width)::value;
        Pack<V> left = load<V>(a + i);
        Pack<V> right = load<V>(b + i);
        for (int e = 0; e < V; e++) {
          left.v[e] = f(left.v[e], right.v[e]);
        }
        store<V>(into + i, left);
      },
      a, b, into);
}
