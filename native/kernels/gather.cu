// A batch from a data set on the device, by a shuffled order: batch_i = rows[order[(position[ROW] + i) mod orderSize]]. Launched
// with 256 threads, grid min(ceil(elements of the batch / 1024), 1024).
// ptx: .version 7.0 .target sm_60
#include "picker.cuh"
#include "stored.cuh"

/// Meets a part of a matrix [m, n] in packs of V, by visit(row, column): those whose number is first + a multiple of stride.
template <int V, class Visit>
__device__ inline void overPacks(int64 m, int64 n, int64 first, int64 stride, Visit visit) {
  int64 across = n / V;
  int64 row = first / across;
  int64 place = first % across;
  int64 down = stride / across;
  int64 aside = stride % across;
  while (row < m) {
    visit(row, place * V);
    row += down;
    place += aside;
    if (place >= across) {
      place -= across;
      row++;
    }
  }
}

/// Where there is no example the row becomes 0.
template <int V, class Copy>
__device__ inline void copyRows(
    const real* rows, const Picker& pick, real* batch, int64 m, int64 n, int64 first, Copy copy) {
  overPacks<V>(m, n, first, strideOfGrid(), [=](int64 i, int64 column) {
    int64 example = pick(i);
    Pack<V> nothing = {};
    Pack<V> values = example < 0 ? nothing : load<V>(rows + example * n + column);
    store<V>(batch + i * n + column, values);
    copy.template store<V>(i * n + column, values);
  });
}

template <class Copy>
__device__ inline void copyRows(const real* rows, const Picker& pick, real* batch, int64 m, int64 n, Copy copy) {
  if (n % WIDE == 0 && isAligned(rows) && isAligned(batch) && copy.aligned()) {
    copyRows<WIDE>(rows, pick, batch, m, n, firstIndex(), copy);
  } else {
    copyRows<1>(rows, pick, batch, m, n, firstIndex(), copy);
  }
}

/// 1 at the example's label, else 0. Begins with the threads at the other end of the grid, which have least to do with inputs.
template <int V>
__device__ inline void oneHot(const int64* labels, const Picker& pick, real* batch, int64 m, int64 n) {
  overPacks<V>(m, n, strideOfGrid() - 1 - firstIndex(), strideOfGrid(), [=](int64 i, int64 column) {
    int64 example = pick(i);
    int64 label = pick.label(labels, example, n);
    Pack<V> values;
    for (int e = 0; e < V; e++) {
      values.v[e] = column + e == label ? real(1) : real(0);
    }
    store<V>(batch + i * n + column, values);
  });
}

__device__ inline void oneHot(const int64* labels, const Picker& pick, real* batch, int64 m, int64 n) {
  if (n % WIDE == 0 && isAligned(batch)) {
    oneHot<WIDE>(labels, pick, batch, m, n);
  } else {
    oneHot<1>(labels, pick, batch, m, n);
  }
}

ENTRY(gather)(const real* rows, int64 examples, const int64* order, int64 orderSize, const int64* position, real* batch,
              int64 m, int64 n, int64* fault AND_STORED) {
  copyRows(rows, Picker(order, orderSize, position[ROW], examples, fault), batch, m, n, STORED_COPY);
}

#ifndef STORED
ENTRY(gather_one_hot)(const int64* labels, int64 examples, const int64* order, int64 orderSize, const int64* position,
                      real* batch, int64 m, int64 n, int64* fault) {
  oneHot(labels, Picker(order, orderSize, position[ROW], examples, fault), batch, m, n);
}
#endif

/// Inputs [m, n] and the targets [m, classes] of their labels.
ENTRY(gather_batch)(const real* rows, const int64* labels, int64 examples, const int64* order, int64 orderSize,
                    const int64* position, real* inputs, real* targets, int64 m, int64 n, int64 classes, int64* fault AND_STORED) {
  Picker pick(order, orderSize, position[ROW], examples, fault);
  copyRows(rows, pick, inputs, m, n, STORED_COPY);
  oneHot(labels, pick, targets, m, classes);
}

/// Inputs [m, n] and targets [m, outputs] that are numbers.
ENTRY(gather_pair)(const real* rows, const real* values, int64 examples, const int64* order, int64 orderSize,
                   const int64* position, real* inputs, real* targets, int64 m, int64 n, int64 outputs, int64* fault AND_STORED) {
  Picker pick(order, orderSize, position[ROW], examples, fault);
  copyRows(rows, pick, inputs, m, n, STORED_COPY);
  copyRows(values, pick, targets, m, outputs, Unstored{});
}
