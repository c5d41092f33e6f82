// The factors of a step of plain gradient descent: of the sum of the gradients, and of the weights. One thread is enough: grid 1.
// ptx: .version 7.0 .target sm_60
#include "schedule.cuh"

/// −η scale and 1 − η l2; where nothing is to move, 0 and 1.
ENTRY(step_factors)(
    double scale, double l2, const double* schedule, int64 steps, const int64* position, const double* tally,
    int64* fault, real* factors) {
  if (firstIndex() != 0) {
    return;
  }
  Row row = rowOf(schedule, steps, position, tally, fault);
  factors[0] = row.moves ? real(-row.rate * scale) : 0;
  factors[1] = row.moves ? real(1 - row.rate * l2) : 1;
}
