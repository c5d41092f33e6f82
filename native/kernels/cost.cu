// All that happens at the output layer: C₀, δ, the bias gradient and the tally, together in one launch or each by itself. By
// rows, see README.
// ptx: .version 7.0 .target sm_60
#include "costs.cuh"
#include "device.cuh"
#include "stored.cuh"
#include "tiles.cuh"

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

/// What a row adds to the tally; its first thread has it, the others nothing.
struct Score {
  real cost;
  int right;
};

template <bool COSTS, bool DELTA, bool TALLY, class Copy = Unstored>
struct Outputs {
  Output output;
  Arrays global;
  int64 m;
  int64 n;
  real factor;
  Copy copy;

  /// One row and its cost, wherever they are.
  template <class Team, class Z, class A, class Y, class Into>
  __device__ Score row(const Team& team, real* place, Z z, A a, Y y, Into delta) const {
    using Index = typename Team::Index;
    Index n = Index(this->n);
    real cost = 0;
    if (COSTS) {
      cost = costOf(output, team, n, z, a, y);
      if (team.leads()) {
        *place = cost;
      }
    } else if (TALLY && team.leads()) {
      cost = *place;
    }
    bool right = TALLY && rightOf(team, n, a, y);
    if (DELTA) {
      outputDeltaOf(output, team, n, z, a, y, delta, factor);
    }
    return team.leads() ? Score{cost, right} : Score{};
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

  /// Rows of a unit, each element in a lane of its own.
  __device__ Sums unit(const Spread& spread, int unit) const {
    Sums sums = {};
    spread.walk(unit, spread.units(), [&](const Lanes& team, int64 number, int64 at) {
      Element z = {team.has && needsZ() ? global.z[at] : 0};
      Element a = {team.has && needsA() ? global.a[at] : 0};
      Element y = {team.has ? global.y[at] : 0};
      real delta = 0;
      Score score = row(team, global.costs + number, z, a, y, ElementInto{&delta});
      if (DELTA && team.has) {
        global.delta[at] = delta;
        copy.template store<1>(at, {delta});
      }
      sums.column += team.has ? delta : 0;
      sums.cost += double(score.cost);
      sums.right += score.right;
    });
    return sums;
  }

  /// Rows of a unit; gives how many answers of this thread's rows are right. Sums of the columns of δ go to partial.
  __device__ int unit(const Rows& rows, int64 unit, real* partial) const {
    __shared__ alignas(16) real sums[TILE];
    __shared__ alignas(16) real outputs[TILE];
    __shared__ alignas(16) real targets[TILE];
    __shared__ real costs[THREADS];  // where lanes share rows, a warp would write few at a time
    int64 begin = rows.first(unit);
    int64 end = rows.end(unit);
    ColumnSums columns(n);
    int right = 0;
    #pragma unroll 1
    for (int64 first = begin; first < end; first += rows.inTile) {
      Arrays at = from(first * n);
      if (!rows.held) {
        right += row(Block(), global.costs + first, at.z, at.a, at.y, at.delta).right;
        storeRow(copy.from(first * n), at.delta, n);
        continue;
      }
      int here = int(end - first < rows.inTile ? end - first : rows.inTile);
      int count = here * int(n);
      fetch<3>({sums, outputs, targets}, {needsZ() ? at.z : nullptr, needsA() ? at.a : nullptr, at.y}, count);
      __syncthreads();
      const real* z = needsZ() ? sums : outputs;
      rows.inShared(here, [&](auto team, int r) {
        int e = r * int(n);
        right += row(team, COSTS ? costs + r : global.costs + first + r, z + e, outputs + e, targets + e, sums + e).right;
      });
      __syncthreads();
      if (COSTS && threadIdx.x < here) {
        global.costs[first + threadIdx.x] = costs[threadIdx.x];
      }
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
    Spread spread(m, n);
    if (spread.fits) {
      #pragma unroll 1
      for (int u = blockIdx.x; u < spread.units(); u += gridDim.x) {
        unit(spread, u);
      }
      return;
    }
    Rows rows(m, n);
    #pragma unroll 1
    for (int64 u = blockIdx.x; u < rows.units; u += gridDim.x) {
      unit(rows, u, nullptr);
    }
  }

  __device__ void run(const Totals& totals) const {
    Spread spread(m, n);
    if (spread.fits) {
      #pragma unroll 1
      for (int u = blockIdx.x; u < spread.units(); u += gridDim.x) {
        countIn(spread, u, totals);
      }
      return;
    }
    Rows rows(m, n);
    #pragma unroll 1
    for (int64 u = blockIdx.x; u < rows.units; u += gridDim.x) {
      countIn(rows, u, totals);
    }
  }

  /// scratch has units · (n + 1) elements: the sums of the columns, unit by unit, then each unit's right answers.
  __device__ void countIn(const Spread& spread, int u, const Totals& totals) const {
    Sums sums = unit(spread, u);
    int units = spread.units();
    if (units > 1) {
      sums = sumOfBlock(sums, spread.lanes());
      if (DELTA && threadIdx.x < n) {
        totals.scratch[u * n + threadIdx.x] = sums.column;
      }
      if (threadIdx.x == 0) {
        totals.scratch[units * n + u] = real(sums.right);
      }
      if (!isLast(totals.counter, units)) {
        return;
      }
      sums = ofAllUnits(spread, totals);
    }
    sums = sumOfBlock(sums, spread.lanes());
    if (DELTA && threadIdx.x < n) {
      totals.db[threadIdx.x] = totals.scale * sums.column;
    }
    if (threadIdx.x == 0) {
      enter(sums.cost, sums.right, totals.position, totals.tally);
    }
  }

  /// This thread's share of what all units came to. Its loads, some of them at a time, wait for each other as little as can be.
  __device__ Sums ofAllUnits(const Spread& spread, const Totals& totals) const {
    constexpr int TOGETHER = 4;
    int units = spread.units();
    const real* counts = totals.scratch + units * n;
    int j = threadIdx.x & (spread.lanes() - 1);
    int u = threadIdx.x >> spread.shift;
    Sums sums = {};
    #pragma unroll 1
    for (int i = threadIdx.x; i < m || u < units; i += TOGETHER * THREADS, u += TOGETHER * spread.rows) {
      real column[TOGETHER];
      real cost[TOGETHER];
      real right[TOGETHER];
      for (int e = 0; e < TOGETHER; e++) {
        int row = i + e * THREADS;
        int unit = u + e * spread.rows;
        column[e] = DELTA && j < n && unit < units ? __ldcg(totals.scratch + unit * n + j) : 0;
        cost[e] = row < m ? __ldcg(global.costs + row) : 0;
        right[e] = row < units ? __ldcg(counts + row) : 0;
      }
      for (int e = 0; e < TOGETHER; e++) {
        sums.column += column[e];
        sums.cost += double(cost[e]);
        sums.right += int(right[e]);
      }
    }
    return sums;
  }

  __device__ void countIn(const Rows& rows, int64 u, const Totals& totals) const {
    real* counts = totals.scratch + rows.units * n;
    Sums sums = sumOfBlock({0, 0, unit(rows, u, totals.scratch + u * n)}, 32);
    if (threadIdx.x == 0) {
      counts[u] = real(sums.right);
    }
    if (rows.haveEnded(totals.counter)) {
      finish(rows, totals, counts);
    }
  }

  __device__ void finish(const Rows& rows, const Totals& totals, const real* counts) const {
    if (DELTA) {
      columnSums(
          rows.units, n, [&](int64 i, int64 j) { return __ldcg(totals.scratch + i * n + j); },
          [&](int64 j, real sum) { totals.db[j] = totals.scale * sum; });
    }
    Sums sums = {};
    #pragma unroll 8  // so many are waited for together
    for (int64 i = threadIdx.x; i < m; i += THREADS) {
      sums.cost += double(__ldcg(global.costs + i));
    }
    #pragma unroll 1
    for (int64 u = threadIdx.x; u < rows.units; u += THREADS) {
      sums.right += int(__ldcg(counts + u));
    }
    sums = sumOfBlock(sums, 32);
    if (threadIdx.x == 0) {
      enter(sums.cost, sums.right, totals.position, totals.tally);
    }
  }
};

#ifndef STORED
ENTRY(costs)(int64 cost, int64 f, double p, const real* z, const real* a, const real* y, real* costs, int64 m, int64 n) {
  Output output = {int(cost), int(f), real(p)};
  Outputs<true, false, false>{output, {z, a, y, costs, nullptr}, m, n, 1, {}}.run();
}

ENTRY(cost_delta)(int64 cost, int64 f, double p, const real* z, const real* a, const real* y, real* delta, int64 m,
                  int64 n) {
  Output output = {int(cost), int(f), real(p)};
  Outputs<false, true, false>{output, {z, a, y, nullptr, delta}, m, n, 1, {}}.run();
}

ENTRY(tally)(real* costs, const real* a, const real* y, int64 m, int64 n, const int64* position, double* tally,
             real* scratch, unsigned* counter) {
  Totals totals = {nullptr, 0, position, tally, scratch, counter};
  Outputs<false, false, true>{{}, {nullptr, a, y, costs, nullptr}, m, n, 1, {}}.run(totals);
}
#endif

/// δ and the bias gradient come out times the loss scale.
ENTRY(output_delta)(int64 cost, int64 f, double p, const real* z, const real* a, const real* y, real* costs,
                    real* delta, real* db, int64 m, int64 n, double scale, const int64* position, double* tally,
                    real* scratch, unsigned* counter AND_STORED) {
  Output output = {int(cost), int(f), real(p)};
  Totals totals = {db, real(scale), position, tally, scratch, counter};
  Outputs<true, true, true, Stored>{
      output, {z, a, y, costs, delta}, m, n, powerOfTwo(position[SCALE]), STORED_COPY}
      .run(totals);
}
