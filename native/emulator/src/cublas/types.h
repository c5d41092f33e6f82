// The types of elements: what each is in memory, and how it becomes a number to compute with, and back.
#pragma once
#include <cstdint>
#include <type_traits>

#include "machine/numbers.h"

namespace emu::blas {

enum Type : int { F32 = 0, F64 = 1, F16 = 2, BF16 = 14 };

inline bool isHalf(int type) { return type == F16 || type == BF16; }
inline int64_t sizeOf(int type) { return type == F32 ? 4 : type == F64 ? 8 : 2; }

// Calls f with an element of the type that the number names.
template <class F>
auto withType(int type, F f) {
  switch (type) {
    case F32: return f(float());
    case F64: return f(double());
    case F16: return f(Half());
    default: return f(BFloat());
  }
}

// float16 by whole-number arithmetic, which compilers make vectors of: the exponent is moved, and a product with a power of two
// sets subnormal numbers right.
inline float number(Half h) {
  uint32_t magnitude = uint32_t(h.bits & 0x7fff) << 13, sign = uint32_t(h.bits & 0x8000) << 16;
  uint32_t finite = bitsOf(floatOf(magnitude) * 0x1p112f), special = magnitude | 0x7f800000;
  return floatOf(sign | (magnitude >= 0x0f800000 ? special : finite));
}
inline float number(BFloat h) { return floatOf(uint32_t(h.bits) << 16); }
inline float number(float f) { return f; }
inline double number(double f) { return f; }

// To the nearest, ties to even; what is no number becomes the same NaN always. Products of float16 and bfloat16 are computed in
// float32, so nothing is rounded twice.
inline Half toHalf(float f) {
  uint32_t b = bitsOf(f), magnitude = b & 0x7fffffff, sign = b >> 16 & 0x8000;
  uint32_t subnormal = bitsOf(floatOf(magnitude) + 0.5f) - 0x3f000000;  // the sum rounds to multiples of 2^-24
  uint32_t normal = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
  uint32_t large = magnitude > 0x7f800000 ? 0x7fff - sign : 0x7c00;
  return {uint16_t(sign + (magnitude < 0x38800000 ? subnormal : magnitude < 0x47800000 ? normal : large))};
}
inline BFloat toBFloat(float f) {
  uint32_t b = bitsOf(f);
  return {uint16_t(f != f ? 0x7fff : (b + 0x7fff + (b >> 16 & 1)) >> 16)};
}
template <class Stored, class T>
Stored stored(T v) {
  if constexpr (std::is_same_v<Stored, Half>)
    return toHalf(float(v));
  else if constexpr (std::is_same_v<Stored, BFloat>)
    return toBFloat(float(v));
  else
    return Stored(v);
}

// What tensor cores make of a float32 input: TF32, to the nearest with ties away from zero as cvt.rna does.
inline float toTf32(float f) {
  uint32_t b = bitsOf(f);
  return floatOf((b & 0x7f800000) == 0x7f800000 ? b : (b + 0x1000) & ~0x1fffu);
}

}  // namespace emu::blas
