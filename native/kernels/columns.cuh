// Walks over a matrix in which each thread keeps to its columns, so that what belongs to a column is read once, and sums over
// the batch stay in registers.
#pragma once

#include "loops.cuh"
#include "sums.cuh"

/// How a matrix [m, n] is divided: tiles of a few packs of columns, 2 to some power, and chunks of rows; a tile in a chunk is a
/// block's unit of work. Inside, a thread has a pack of columns and the rows of its group, which are as many rows apart as there are
/// groups. It all follows from m and n alone, so the order of a sum does not depend on the grid, nor on addresses.
template <int V>
struct Columns {
  /// Rows of a chunk for each group of threads: many save reading what belongs to columns, few keep a small matrix on many
  /// processors.
  static constexpr int FEW = 2;
  static constexpr int MANY = 4;
  static constexpr int MOST_ROWS = THREADS << MANY;
  /// A matrix of fewer elements has tiles as narrow as a sector of 32 bytes, so that it comes to many processors, and its rows to
  /// many groups: then a sum is one chunk. In others a warp reads what lies together.
  static constexpr int64 LARGE = int64(1) << 22;
  static constexpr int SECTOR = V == 1 ? 3 : 1;

  int64 m;
  int64 n;
  unsigned tiles;
  unsigned chunks;
  /// Packs in a row of a tile, groups of threads, and rows of a chunk are 2 to the power of these.
  int width;
  int groups;
  int rows;

  __device__ Columns(int64 m, int64 n) : m(m), n(n) {
    int64 packs = n / V;
    int least = packs < 1 << SECTOR ? 32 - __clz(int(packs) - 1) : SECTOR;
    width = m * n < LARGE ? least : 5;
    // At most an eighth of the threads has no column.
    while (width > least && 8 * ((tilesOf(packs) << width) - packs) > packs) {
      width--;
    }
    tiles = unsigned(tilesOf(packs));
    groups = 8 - width;
    rows = groups + (m * n < int64(1) << 20 ? FEW : MANY);
    chunks = unsigned((m + (int64(1) << rows) - 1) >> rows);
  }

  __device__ int64 tilesOf(int64 packs) const {
    return (packs + (1 << width) - 1) >> width;
  }

  __device__ int64 units() const {
    return int64(tiles) * chunks;
  }
  __device__ unsigned tile(int64 unit) const {
    return unsigned(unit) % tiles;
  }
  __device__ unsigned chunk(int64 unit) const {
    return unsigned(unit) / tiles;
  }

  /// Which of a tile's packs of columns this thread has.
  __device__ int lane() const {
    return threadIdx.x & ((1 << width) - 1);
  }
  __device__ int group() const {
    return threadIdx.x >> width;
  }

  /// The first of this thread's columns.
  __device__ int64 column(int64 unit) const {
    return ((int64(tile(unit)) << width) + lane()) * V;
  }

  /// Whether there is such a column.
  __device__ bool has(int64 column) const {
    return column < n;
  }

  __device__ int64 beginRow(int64 unit) const {
    return int64(chunk(unit)) << rows;
  }
  __device__ int64 endRow(int64 unit) const {
    int64 end = int64(chunk(unit) + 1) << rows;
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

/// Meets what this thread has of a column: use(take(row), row) handles a pack. Two packs are on their way at a time.
template <int V, class Take, class Use>
__device__ inline void walkRows(const Columns<V>& all, int64 unit, Take take, Use use) {
  int apart = 1 << all.groups;
  int64 end = all.endRow(unit);
  #pragma unroll 1
  for (int64 row = all.beginRow(unit) + all.group(); row < end; row += 2 * apart) {
    bool two = row + apart < end;
    auto one = take(row);
    auto other = one;
    if (two) {
      other = take(row + apart);
    }
    use(one, row);
    if (two) {
      use(other, row + apart);
    }
  }
}

/// Meets every element once: begin(column) is called where a thread comes to a column and gives what is kept of it;
/// use(kept, take(row, column), row, column) handles a pack.
template <int V, class Begin, class Take, class Use>
__device__ inline void walkColumns(const Columns<V>& all, Begin begin, Take take, Use use) {
  #pragma unroll 1
  for (int64 unit = blockIdx.x; unit < all.units(); unit += gridDim.x) {
    int64 column = all.column(unit);
    if (!all.has(column)) {
      continue;
    }
    auto kept = begin(column);
    walkRows(
        all, unit, [&](int64 row) { return take(row, column); },
        [&](const auto& taken, int64 row) { use(kept, taken, row, column); });
  }
}

/// The sum of the groups' packs of one column, for the threads of the first group: over the groups of each warp, then over warps.
/// All threads of the block call it.
template <int V>
__device__ inline Pack<V> sumOfGroups(const Columns<V>& all, Pack<V> sum) {
  constexpr int WARPS = THREADS / 32;
  __shared__ Pack<V> room[WARPS][32];
  // For who reads there still, and for lanes that come later, as they had more rows.
  __syncthreads();
  for (int far = 16; far > 0; far /= 2) {
    for (int e = 0; e < V; e++) {
      real other = __shfl_xor_sync(~0u, sum.v[e], far);
      sum.v[e] = far >> all.width > 0 ? sum.v[e] + other : sum.v[e];
    }
  }
  room[threadIdx.x / 32][threadIdx.x % 32] = sum;
  __syncthreads();
  sum = {};
  if (all.group() == 0) {
    for (int warp = 0; warp < WARPS; warp++) {
      addTo(sum, room[warp][threadIdx.x]);
    }
  }
  return sum;
}

/// into_j = scale Σ_i use(take(i, j), i, j) + beta into_j, where use gives a pack of the terms; beta 0 reads nothing. scratch has
/// chunks · n elements, counter a number for each tile, which is 0 before and after.
template <int V, class Take, class Use>
__device__ inline void sumColumns(
    const Columns<V>& all, real* into, real scale, real beta, real* scratch, unsigned* counter, Take take, Use use) {
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
      walkRows(
          all, unit, [&](int64 row) { return take(row, column); },
          [&](const auto& taken, int64 row) { addTo(sum, use(taken, row, column)); });
    }
    sum = sumOfGroups(all, sum);
    bool first = here && all.group() == 0;
    if (all.chunks == 1) {
      if (first) {
        put(column, sum);
      }
      continue;
    }
    if (first) {
      for (int e = 0; e < V; e++) {
        scratch[all.chunk(unit) * all.n + column + e] = sum.v[e];
      }
    }
    if (!isLast(counter + all.tile(unit), all.chunks)) {
      continue;
    }
    sum = {};
    if (here) {
      #pragma unroll 1
      for (unsigned chunk = all.group(); chunk < all.chunks; chunk += 1 << all.groups) {
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
