// Which examples a batch has, by a shuffled order that begins again after its end.
#pragma once

#include "device.cuh"

/// Finds the example of each row of a batch that begins at a row of the order. One that there is not is noted as a fault, and
/// gives -1.
struct Picker {
  const int64* order;
  int64 size;
  int64 first;
  int64 examples;
  int64* fault;

  __device__ Picker(const int64* order, int64 size, int64 row, int64 examples, int64* fault)
      : order(order), size(size), examples(examples), fault(fault) {
    first = row % size;
    first = first < 0 ? first + size : first;
  }

  __device__ int64 operator()(int64 i) const {
    int64 example = order[(first + i) % size];
    if (example < 0 || example >= examples) {
      note(fault, NO_EXAMPLE, example, examples, 0);
      return -1;
    }
    return example;
  }

  /// The label of an example, -1 where there is no example. One beyond the classes is noted.
  __device__ int64 label(const int64* labels, int64 example, int64 classes) const {
    int64 label = example < 0 ? -1 : labels[example];
    if (example >= 0 && (label < 0 || label >= classes)) {
      note(fault, NO_CLASS, example, label, classes);
    }
    return label;
  }
};
