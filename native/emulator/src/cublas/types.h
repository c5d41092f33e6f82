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

inline float number(Half h) { return wide(h); }
inline float number(BFloat h) { return wide(h); }
inline float number(float f) { return f; }
inline double number(double f) { return f; }

// Rounded to the nearest. Products of float16 and bfloat16 are computed in float32, so nothing is rounded twice.
template <class Stored, class T>
Stored stored(T v) {
  if constexpr (std::is_same_v<Stored, Half>)
    return halfOf(float(v));
  else if constexpr (std::is_same_v<Stored, BFloat>)
    return bfloatOf(float(v));
  else
    return Stored(v);
}

// What tensor cores make of a float32 input: TF32, to the nearest with ties away from zero as cvt.rna does.
inline float toTf32(float f) {
  uint32_t b = bitsOf(f);
  return floatOf((b & 0x7f800000) == 0x7f800000 ? b : (b + 0x1000) & ~0x1fffu);
}

}  // namespace emu::blas
