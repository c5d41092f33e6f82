// Rows of a matrix in shared memory, so many at a time as a tile holds.
#pragma once

#include "lanes.cuh"

/// How a matrix [m, n] is divided: a block's unit of work is some rows, of which as many as a tile holds are taken at a time.
/// It all follows from m and n alone.
struct Rows {
  int64 m;
  int64 n;
  bool held;
  int inTile;
  int64 inUnit;
  int64 units;

  /// Blocks that short rows of more than one tile come to, as long as each has LEAST of them.
  static constexpr int64 WANTED = 128;
  static constexpr int LEAST = 32;

  __device__ Rows(int64 m, int64 n) : m(m), n(n) {
    held = n <= TILE;
    int fit = held ? TILE / int(n) : 1;
    fit = fit < THREADS ? fit : THREADS;
    // Multiples of 8 begin at a sector of 32 bytes.
    inTile = fit >= 8 ? fit - fit % 8 : fit;
    if (n <= 32 && m > inTile) {
      int64 share = (m + 8 * WANTED - 1) / (8 * WANTED) * 8;
      inTile = share < LEAST ? LEAST : share < inTile ? int(share) : inTile;
    }
    inUnit = inTile < 32 ? (32 + inTile - 1) / inTile * inTile : inTile;
    units = (m + inUnit - 1) / inUnit;
  }

  __device__ int64 first(int64 unit) const {
    return unit * inUnit;
  }
  __device__ int64 end(int64 unit) const {
    return first(unit) + inUnit < m ? first(unit) + inUnit : m;
  }

  /// Whether the block has done the last unit of all; what all blocks wrote is then visible to loads that pass by the first
  /// cache. There is no other block to hear of where there is one unit.
  __device__ bool haveEnded(unsigned* counter) const {
    if (units > 1) {
      return isLast(counter, units);
    }
    __syncthreads();
    return true;
  }

  /// Calls visit(team, r) for the team of each of so many rows in a tile. A thread alone has a short row, but where rows are few it takes less
  /// time to share each among lanes.
  template <class Visit>
  __device__ void inShared(int rows, Visit visit) const {
    Spread few(rows, n);
    if (n <= 32 && rows <= 4 * few.rows) {
      few.walk(0, 1, [&](const Lanes& team, int64 row, int64) { visit(LanesOf(team), int(row)); });
    } else if (n <= 32) {
      if (threadIdx.x < rows) {
        visit(Alone(threadIdx.x, int(n), int(n)), int(threadIdx.x));
      }
    } else {
      #pragma unroll 1
      for (int r = threadIdx.x / 32; r < rows; r += THREADS / 32) {
        visit(Warp(), r);
      }
    }
  }
};
