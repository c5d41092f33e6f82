// Products of matrices: what is the same for all their forms.
#pragma once
#include "cublas/blas.h"
#include "cublas/multiply.h"

namespace emu::blas {

enum Compute : int {
  C16F = 64, C16FPedantic = 65, C32F = 68, C32FPedantic = 69, C64F = 70, C64FPedantic = 71,
  C32I = 72, C32IPedantic = 73, C32FFast16F = 74, C32FFast16BF = 75, C32FFastTF32 = 77
};

struct Shape {
  const char* name;
  int opA, opB;
  int64_t m, n, k;
  int typeA, typeB, typeC;
  int64_t lda, ldb, ldc;
  InputRounding rounding = InputRounding::None;
  bool halfSums = false;
  uint64_t workspace = 0, workspaceBytes = 0;

  void checkArguments() const;
  bool isEmpty() const { return m == 0 || n == 0; }
};

// How a product computes: the type of its factors and sums, from the compute type and the handle's math mode.
InputRounding roundingOf(const Handle& h, int compute, int typeA);
// Throws NotSupported for what cuBLAS has no kernel for.
void checkTypes(const char* name, int compute, int typeA, int typeB, int typeC);

// One product after another: each has its three matrices.
struct Places {
  uint64_t a, b, c;
};
using Batch = std::function<Places(int64_t)>;
void runProducts(Handle& h, Shape shape, int compute, const void* alpha, const void* beta, int64_t count, const std::function<Batch()>& places);

}  // namespace emu::blas
