// Walks over a matrix in which each thread keeps to its columns, so that what belongs to a column is read once, and sums over
// the batch stay in registers.
#pragma once

#include "loops.cuh"
#include "sums.cuh"

/// How a matrix [m, n] is divided: tiles of at most 32 packs of columns, chunks of rows; a tile in a chunk is a block's unit
/// of work. Inside, a thread has a pack of columns and every groups-th row. It all follows from m and n alone, so the order
/// of a sum does not depend on the grid, nor on addresses.
template <int V>
struct Columns {
  /// Rows of a chunk for each group of threads: many save reading what belongs to columns, few keep a small matrix on many
  /// processors.
  static constexpr int FEW = 4;
  static constexpr int MANY = 16;
  static constexpr int MOST_ROWS = MANY * THREADS;

  int64 m;
  int64 n;
  int64 tiles;
  int64 chunks;
  int64 rows;
  int width;
  int groups;
  int lane;
  int group;

  __device__ Columns(int64 m, int64 n) : m(m), n(n) {
    int64 packs = n / V;
    tiles = (packs + 31) / 32;
    width = int((packs + tiles - 1) / tiles);
    // A whole sector of 32 bytes, so that tiles do not share one.
    constexpr int SECTOR = V == 1 ? 8 : 2;
    if (tiles > 1) {
      width = (width + SECTOR - 1) / SECTOR * SECTOR;
    }
    groups = THREADS / width;
    if (tiles == 1 && groups >= 8) {
      groups -= groups % 8;
    }
    rows = int64(groups) * (m * n < (int64(1) << 20) ? FEW : MANY);
    chunks = (m + rows - 1) / rows;
    lane = threadIdx.x % width;
    group = threadIdx.x / width;
  }

  __device__ int64 units() const {
    return tiles * chunks;
  }

  /// The first of this thread's columns.
  __device__ int64 column(int64 unit) const {
    return (unit % tiles * width + lane) * V;
  }

  /// Whether there is such a column for this thread.
  __device__ bool has(int64 column) const {
    return group < groups && column < n;
  }

  __device__ int64 firstRow(int64 unit) const {
    return unit / tiles * rows + group;
  }

  __device__ int64 endRow(int64 unit) const {
    int64 end = (unit / tiles + 1) * rows;
    return end < m ? end : m;
  }
};

/// Calls walk(Columns<V>) with packs if rows are whole numbers of them.
template <class Walk>
__device__ inline void overColumns(int64 m, int64 n, Walk walk) {
  if (n % WIDE == 0) {
    walk(Columns<WIDE>(m, n), Width<WIDE>());
  } else {
    walk(Columns<1>(m, n), Width<1>());
  }
}

/// Meets every element once: begin(column) is called where a thread comes to a column and gives what is kept of it;
/// visit(kept, row, column) handles a pack.
template <int V, class Begin, class Visit>
__device__ inline void walkColumns(const Columns<V>& all, Begin begin, Visit visit) {
  #pragma unroll 1
  for (int64 unit = blockIdx.x; unit < all.units(); unit += gridDim.x) {
    int64 column = all.column(unit);
    if (!all.has(column)) {
      continue;
    }
    auto kept = begin(column);
    #pragma unroll 1
    for (int64 row = all.firstRow(unit); row < all.endRow(unit); row += all.groups) {
      visit(kept, row, column);
    }
  }
}

/// The sum of the groups' packs of one column, for the threads of the first group. All threads of the block call it.
template <int V>
__device__ inline Pack<V> sumOfGroups(const Columns<V>& all, Pack<V> sum) {
  __shared__ Pack<V> room[THREADS];
  return treeSum(room, sum, all.group, all.width, all.groups);
}

/// into_j = scale Σ_i visit(i, j) + beta into_j, where visit gives a pack of the terms; beta 0 reads nothing. scratch has
/// chunks · n elements, counter a number for each tile, which is 0 before and after.
template <int V, class Visit>
__device__ inline void sumColumns(
    const Columns<V>& all, real* into, real scale, real beta, real* scratch, unsigned* counter, Visit visit) {
  auto put = [&](int64 column, const Pack<V>& sum) {
    for (int e = 0; e < V; e++) {
      real value = scale * sum.v[e];
      into[column + e] = beta == 0 ? value : value + beta * into[column + e];
    }
  };
  #pragma unroll 1
  for (int64 unit = blockIdx.x; unit < all.units(); unit += gridDim.x) {
    int64 column = all.column(unit);
    bool here = all.has(column);
    Pack<V> sum = {};
    if (here) {
      #pragma unroll 1
      for (int64 row = all.firstRow(unit); row < all.endRow(unit); row += all.groups) {
        addTo(sum, visit(row, column));
      }
    }
    sum = sumOfGroups(all, sum);
    bool first = here && all.group == 0;
    if (all.chunks == 1) {
      if (first) {
        put(column, sum);
      }
      continue;
    }
    if (first) {
      for (int e = 0; e < V; e++) {
        scratch[unit / all.tiles * all.n + column + e] = sum.v[e];
      }
    }
    if (!isLast(counter + unit % all.tiles, all.chunks)) {
      continue;
    }
    sum = {};
    if (here) {
      #pragma unroll 1
      for (int64 chunk = all.group; chunk < all.chunks; chunk += all.groups) {
        for (int e = 0; e < V; e++) {
          sum.v[e] += __ldcg(scratch + chunk * all.n + column + e);
        }
      }
    }
    sum = sumOfGroups(all, sum);
    if (first) {
      put(column, sum);
    }
  }
}
