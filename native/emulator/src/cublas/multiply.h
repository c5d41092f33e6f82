// The product of two matrices, in blocks that stay in the cache and tiles that stay in registers.
#pragma once
#include <cstdint>

namespace emu::blas {

// A matrix as the caller stored it, column after column; `transposed` says that its transpose is meant.
struct Operand {
  const void* at;
  int type;
  int64_t ld;
  bool transposed;
};

// What inputs are rounded to before they are multiplied.
enum class InputRounding { None, Tf32, Half, BFloat };

// result (m by n, no gaps) = op(a) op(b). Sums go up k in order, so the same product has the same bits always. With `halfSums`
// a sum becomes a float16 after every sixteen products, as it does in tensor cores that accumulate in float16.
void multiply(int64_t m, int64_t n, int64_t k, const Operand& a, const Operand& b, InputRounding rounding, bool halfSums, float* result);
void multiply(int64_t m, int64_t n, int64_t k, const Operand& a, const Operand& b, InputRounding rounding, bool halfSums, double* result);

}  // namespace emu::blas
