// All that happens at the output layer: C₀, δ, the bias gradient and the tally, together in one launch or each by itself. By
// rows, see README.
// ptx: .version 7.0 .target sm_60
#include "costs.cuh"
#include "device.cuh"
#include "stored.cuh"

/// The matrices [m, n] and costs [m] that a pass reads and writes; those that it does not need are null.
struct Arrays {
  const real* z;
  const real* a;
  const real* y;
  real* costs;
  real* delta;
};

/// What is left of a batch when all its rows are done.
struct Totals {
  real* db;
  real scale;
  const int64* position;
  double* tally;
  real* scratch;
  unsigned* counter;
};

__device__ inline double sumOfBlock(double x) {
  __shared__ double room[THREADS];
  return treeSum(room, x, threadIdx.x, 1, THREADS);
}

template <bool COSTS, bool DELTA, bool TALLY, class Copy = Unstored>
struct Outputs {
  Output output;
  Arrays global;
  Rows rows;
  real factor;
  Copy copy;

  /// One row, wherever its arrays are; whether its answer is right is given to the team's first thread.
  template <class Team>
  __device__ bool row(const Team& team, int64 number, const Arrays& at) const {
    using Index = typename Team::Index;
    Index n = Index(rows.n);
    if (COSTS) {
      real cost = costOf(output, team, n, at.z, at.a, at.y);
      if (team.leads()) {
        global.costs[number] = cost;
      }
    }
    bool right = TALLY && rightOf(team, n, at.a, at.y);
    if (DELTA) {
      outputDeltaOf(output, team, n, at.z, at.a, at.y, at.delta, factor);
    }
    return right && team.leads();
  }

  __device__ bool needsZ() const {
    bool prime = !output.fused() && output.activation != SOFTMAX && output.activation != IDENTITY;
    return (COSTS && output.fused()) || (DELTA && prime);
  }

  __device__ bool needsA() const {
    return DELTA || TALLY || !output.fused();
  }

  /// The arrays from an element on. With identity a is z.
  __device__ Arrays from(int64 at) const {
    return {(output.activation == IDENTITY ? global.a : global.z) + at, global.a + at, global.y + at, nullptr,
            global.delta + at};
  }

  /// Rows of a unit; gives how many answers of this thread's rows are right. Sums of the columns of δ go to partial.
  __device__ int unit(int64 unit, real* partial) const {
    __shared__ alignas(16) real sums[TILE];
    __shared__ alignas(16) real outputs[TILE];
    __shared__ alignas(16) real targets[TILE];
    int64 n = rows.n;
    int64 begin = rows.first(unit);
    int64 end = rows.end(unit);
    ColumnSums columns(n);
    int right = 0;
    #pragma unroll 1
    for (int64 first = begin; first < end; first += rows.inTile) {
      Arrays at = from(first * n);
      if (!rows.held) {
        right += row(Block(), first, at);
        storeRow(copy.from(first * n), at.delta, n);
        continue;
      }
      int here = int(end - first < rows.inTile ? end - first : rows.inTile);
      int count = here * int(n);
      if (needsZ()) {
        fetch(sums, at.z, count);
      }
      if (needsA()) {
        fetch(outputs, at.a, count);
      }
      fetch(targets, at.y, count);
      __syncthreads();
      const real* z = needsZ() ? sums : outputs;
      rows.inShared(here, [&](auto team, int r) {
        int e = r * int(n);
        right += row(team, first + r, {z + e, outputs + e, targets + e, nullptr, sums + e});
      });
      __syncthreads();
      if (DELTA) {
        put(global.delta + first * n, sums, count, copy.from(first * n));
      }
      if (DELTA && TALLY) {
        columns.add(sums, here);
      }
      __syncthreads();
    }
    if (DELTA && TALLY && rows.held) {
      columns.put([&](int j, real sum) { partial[j] = sum; });
    } else if (DELTA && TALLY) {
      __syncthreads();
      columnSums(
          end - begin, n, [&](int64 i, int64 j) { return global.delta[(begin + i) * n + j]; },
          [&](int64 j, real sum) { partial[j] = sum; });
    }
    return right;
  }

  __device__ void run() const {
    #pragma unroll 1
    for (int64 u = blockIdx.x; u < rows.units; u += gridDim.x) {
      unit(u, nullptr);
    }
  }

  /// scratch has units · (n + 1) elements: the sums of the columns, unit by unit, then each unit's right answers.
  __device__ void run(const Totals& totals) const {
    int64 n = rows.n;
    real* counts = totals.scratch + rows.units * n;
    #pragma unroll 1
    for (int64 u = blockIdx.x; u < rows.units; u += gridDim.x) {
      double right = sumOfBlock(unit(u, totals.scratch + u * n));
      if (threadIdx.x == 0) {
        counts[u] = real(right);
      }
      if (isLast(totals.counter, rows.units)) {
        finish(totals, counts);
      }
    }
  }

  __device__ void finish(const Totals& totals, const real* counts) const {
    int64 n = rows.n;
    if (DELTA) {
      columnSums(
          rows.units, n, [&](int64 i, int64 j) { return __ldcg(totals.scratch + i * n + j); },
          [&](int64 j, real sum) { totals.db[j] = totals.scale * sum; });
    }
    double cost = 0;
    #pragma unroll 1
    for (int64 i = threadIdx.x; i < rows.m; i += THREADS) {
      cost += double(__ldcg(global.costs + i));
    }
    cost = sumOfBlock(cost);
    double right = 0;
    #pragma unroll 1
    for (int64 u = threadIdx.x; u < rows.units; u += THREADS) {
      right += double(__ldcg(counts + u));
    }
    right = sumOfBlock(right);
    if (threadIdx.x == 0) {
      enter(cost, right, totals.position, totals.tally);
    }
  }
};

#ifndef STORED
ENTRY(costs)(int64 cost, int64 f, double p, const real* z, const real* a, const real* y, real* costs, int64 m, int64 n) {
  Output output = {int(cost), int(f), real(p)};
  Outputs<true, false, false>{output, {z, a, y, costs, nullptr}, Rows(m, n), 1, {}}.run();
}

ENTRY(cost_delta)(int64 cost, int64 f, double p, const real* z, const real* a, const real* y, real* delta, int64 m,
                  int64 n) {
  Output output = {int(cost), int(f), real(p)};
  Outputs<false, true, false>{output, {z, a, y, nullptr, delta}, Rows(m, n), 1, {}}.run();
}

ENTRY(tally)(real* costs, const real* a, const real* y, int64 m, int64 n, const int64* position, double* tally,
             real* scratch, unsigned* counter) {
  Totals totals = {nullptr, 0, position, tally, scratch, counter};
  Outputs<false, false, true>{{}, {nullptr, a, y, costs, nullptr}, Rows(m, n), 1, {}}.run(totals);
}
#endif

/// δ and the bias gradient come out times the loss scale.
ENTRY(output_delta)(int64 cost, int64 f, double p, const real* z, const real* a, const real* y, real* costs,
                    real* delta, real* db, int64 m, int64 n, double scale, const int64* position, double* tally,
                    real* scratch, unsigned* counter AND_STORED) {
  Output output = {int(cost), int(f), real(p)};
  Totals totals = {db, real(scale), position, tally, scratch, counter};
  Outputs<true, true, true, Stored>{
      output, {z, a, y, costs, delta}, Rows(m, n), powerOfTwo(position[SCALE]), STORED_COPY}
      .run(totals);
}
