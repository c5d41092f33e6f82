// Floating-point as PTX has it where that is not what C++ does by itself.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

namespace emu {

inline uint32_t bitsOf(float f) {
  uint32_t b;
  std::memcpy(&b, &f, 4);
  return b;
}
inline uint64_t bitsOf(double f) {
  uint64_t b;
  std::memcpy(&b, &f, 8);
  return b;
}
inline float floatOf(uint32_t b) {
  float f;
  std::memcpy(&f, &b, 4);
  return f;
}
inline double doubleOf(uint64_t b) {
  double f;
  std::memcpy(&f, &b, 8);
  return f;
}

// .ftz: subnormal numbers are zeros of their sign.
inline float flush(float f) {
  uint32_t b = bitsOf(f);
  return floatOf((b & 0x7f800000) == 0 ? b & 0x80000000 : b);
}
inline double flush(double f) { return f; }

// A float32 result that is no number is always this one; float64 keeps what came in.
inline float canonical(float f) { return floatOf(f != f ? 0x7fffffffu : bitsOf(f)); }
inline double canonical(double f) { return f; }

// .sat: to [0, 1]; what is no number becomes 0.
template <class T>
inline T saturate(T f) {
  return f >= T(1) ? T(1) : f > T(0) ? f : T(0);
}

// .relu: what is negative becomes 0, what is no number stays none.
template <class T>
inline T rectify(T f) {
  return f > 0 || f != f ? f : T(0);
}
// min and max: what is no number gives way to a number; -0 is less than +0.
template <bool max, class T>
inline T extreme(T a, T b) {
  bool first = a == b ? (std::signbit(a) != max) : max ? a > b : a < b;
  T r = first ? a : b;
  r = a != a ? b : r;
  return b != b ? a : r;
}
// .NaN: what is no number wins. .xorsign.abs: magnitudes are compared, and the signs multiplied.
template <bool max, bool nan, bool xorSign, class T>
inline T extremeOf(T a, T b) {
  T r = xorSign ? extreme<max>(std::fabs(a), std::fabs(b)) : extreme<max>(a, b);
  if (nan) r = a != a ? a : b != b ? b : r;
  if (xorSign) r = std::signbit(a) != std::signbit(b) ? -std::fabs(r) : std::fabs(r);
  return r;
}

template <bool ftz, class T>
inline T input(T f) {
  return ftz ? flush(f) : f;
}
template <bool ftz, bool sat, class T>
inline T output(T f) {
  if (ftz) f = flush(f);
  return sat ? saturate(f) : canonical(f);
}

// The numbers that have no type in C++: by their bits.
struct Half {
  uint16_t bits;
};
struct BFloat {
  uint16_t bits;
};

// The modes of rounding, as PTX has them: rn, rz, rm, rp.
enum Rounding : uint8_t { ToNearest = 0, TowardsZero = 1, Downwards = 2, Upwards = 3 };

// To a float of so many bits of exponent and mantissa, to the nearest (ties to even) or in a direction.
inline uint32_t narrow(double v, int exponentBits, int mantissaBits, Rounding rounding) {
  bool negative = bitsOf(v) >> 63;
  uint32_t sign = uint32_t(negative) << (exponentBits + mantissaBits);
  uint32_t infinity = ((1u << exponentBits) - 1) << mantissaBits;
  if (v != v) return (1u << (exponentBits + mantissaBits)) - 1;
  if (std::isinf(v)) return sign | infinity;
  if (v == 0) return sign;
  bool away = rounding == Upwards ? !negative : rounding == Downwards && negative;
  int exponent = std::ilogb(v), least = 2 - (1 << (exponentBits - 1));
  int unit = (exponent < least ? least : exponent) - mantissaBits;  // of the last place
  double scaled = std::ldexp(std::fabs(v), -unit);
  double whole = rounding == ToNearest ? std::nearbyint(scaled) : away ? std::ceil(scaled) : std::trunc(scaled);
  uint64_t field = uint64_t(whole) + (exponent < least ? 0 : (uint64_t(exponent - least) << mantissaBits));
  if (field >= infinity) return rounding == ToNearest || away ? sign | infinity : sign | (infinity - 1);
  return sign | uint32_t(field);
}

// The four below have no branches: the compiler makes vectors of a loop of them.
inline float wide(Half h) {
  uint32_t magnitude = h.bits & 0x7fff, sign = uint32_t(h.bits >> 15) << 31;
  uint32_t finite = bitsOf(floatOf(magnitude << 13) * 0x1p112f);
  return floatOf(sign | (magnitude > 0x7c00 ? 0x7fffffffu : magnitude == 0x7c00 ? 0x7f800000u : finite));
}
// To the nearest float16 or bfloat16, ties to even; what is no number becomes 0x7fff.
inline Half halfOf(float f) {
  uint32_t b = bitsOf(f), sign = b >> 16 & 0x8000;
  b &= 0x7fffffff;
  uint32_t normal = (b - (112u << 23) + 0xfff + (b >> 13 & 1)) >> 13;
  uint32_t subnormal = bitsOf(floatOf(b) + 0.5f) - bitsOf(0.5f);  // the last place of 0.5 is that of a subnormal float16
  uint32_t r = b < 113u << 23 ? subnormal : b < 143u << 23 ? normal : 0x7c00u;
  return Half{uint16_t(b > 0x7f800000 ? 0x7fffu : r | sign)};
}
inline BFloat bfloatOf(float f) {
  uint32_t b = bitsOf(f);
  return BFloat{uint16_t((b & 0x7fffffff) > 0x7f800000 ? 0x7fffu : (b + 0x7fff + (b >> 16 & 1)) >> 16)};
}
// To float32 by rounding to odd: rounding what comes out of it to a shorter float is as good as rounding once.
inline float oddFloat(double v) {
  float f = float(v);
  uint32_t b = bitsOf(f);
  double back = double(f);
  bool inexact = back < v || back > v;
  bool shorter = v < 0 ? back > v : back < v;  // the magnitude of f is the smaller
  uint32_t other = shorter ? b + 1 : b - 1;
  bool fix = inexact && (b & 1) == 0;
  return floatOf(fix ? other : b);
}

// The sum, rounded to odd.
inline double oddSum(double a, double b) {
  double s = a + b, part = s - a;
  double lost = (a - (s - part)) + (b - part);  // what the rounding took away, exactly
  uint64_t bits = bitsOf(s);
  bool longer = s < 0 ? lost < 0 : lost > 0;  // the magnitude of the exact sum is the larger
  bool inexact = (lost < 0) | (lost > 0);
  bool fix = inexact & ((bits & 1) == 0);
  return doubleOf(fix ? (longer ? bits + 1 : bits - 1) : bits);
}
inline Half flush(Half h) { return Half{uint16_t(h.bits & 0x7c00 ? h.bits : h.bits & 0x8000)}; }
inline BFloat flush(BFloat h) { return BFloat{uint16_t(h.bits & 0x7f80 ? h.bits : h.bits & 0x8000)}; }
inline float wide(BFloat h) { return floatOf(uint32_t(h.bits) << 16); }
inline float wide(float f) { return f; }
inline double wide(double f) { return f; }

}  // namespace emu
