// What lives in device memory so that a recorded step stays valid: position, tally, and the record of faults.
#pragma once

#include "real.cuh"

/// In a position, int64: how many examples of the epoch's order have been used, the row of the schedule that the next step uses,
/// the number of the step in the whole run, k of the loss scale 2ᵏ, steps since that last changed, and whether this step moves
/// nothing.
enum Position { ROW, STEP, TOTAL, SCALE, GOOD, SKIP };

/// 2ᵏ, of k so small that it is a normal number.
__device__ inline real powerOfTwo(int64 k) {
  return SINGLE ? real(__int_as_float(int(127 + k) << 23)) : real(__longlong_as_double((1023 + k) << 52));
}

/// Moves a position on, when a step has used so many rows.
__device__ inline void moveOn(int64* position, int64 used) {
  position[ROW] += used;
  position[STEP]++;
  position[TOTAL]++;
}

/// In a tally, float64: Σ C₀, how many answers are right, and 1 + the step whose cost was the first not finite.
enum Tally { COST, CORRECT, FAULT };

/// Adds a batch to the tally, or notes that its cost is not finite; one thread does.
__device__ inline void enter(double cost, double right, const int64* position, double* tally) {
  if (tally[FAULT] != 0) {
    return;
  }
  if (!isfinite(cost)) {
    tally[FAULT] = 1.0 + double(position[TOTAL]);
    return;
  }
  tally[COST] += cost;
  tally[CORRECT] += right;
}

/// Bad data that a kernel can only find on the way.
enum FaultCode {
  /// The order names an example that there is not: the example, and how many there are.
  NO_EXAMPLE = 1,
  /// A label beyond the classes: the example, its label, and how many classes there are.
  NO_CLASS = 2,
  /// A step beyond the schedule: the step, and how many there are.
  NO_STEP = 3
};

/// Notes a fault {code, a, b, c}; the first one stays.
__device__ inline void note(int64* fault, FaultCode code, int64 a, int64 b, int64 c) {
  if (atomicCAS(reinterpret_cast<unsigned long long*>(fault), 0ull, static_cast<unsigned long long>(code)) == 0) {
    fault[1] = a;
    fault[2] = b;
    fault[3] = c;
  }
}
