// The row of the schedule that a step uses.
#pragma once

#include "device.cuh"
#include "loops.cuh"

/// The rate and the two bias corrections.
struct Row {
  bool moves;
  double rate;
  double first;
  double second;
};

/// Whether this step is to move anything. One that is beyond the schedule is noted, and is not.
__device__ inline bool movesAt(int64 number, int64 steps, const int64* position, const double* tally, int64* fault) {
  bool moves = tally[FAULT] == 0 && position[SKIP] == 0;
  bool there = number >= 0 && number < steps;
  if (moves && !there && firstIndex() == 0) {
    note(fault, NO_STEP, number, steps, 0);
  }
  return moves && there;
}

/// The row of the schedule for this step; where nothing is to move, it counts for no element.
__device__ inline Row rowOf(
    const double* schedule, int64 steps, const int64* position, const double* tally, int64* fault) {
  int64 number = position[STEP];
  if (!movesAt(number, steps, position, tally, fault)) {
    return {false, 0, 1, 1};
  }
  const double* row = schedule + 3 * number;
  return {true, row[0], row[1], row[2]};
}
