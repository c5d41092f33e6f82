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

// To a float of so many bits of exponent and mantissa, to the nearest (ties to even) or towards zero.
inline uint32_t narrow(double v, int exponentBits, int mantissaBits, bool nearest, bool infinite) {
  uint64_t b = bitsOf(v);
  uint32_t sign = uint32_t(b >> 63) << (exponentBits + mantissaBits);
  uint32_t top = ((1u << exponentBits) - 1) << mantissaBits;
  if (v != v) return (1u << (exponentBits + mantissaBits)) - 1;
  if (std::isinf(v)) return infinite ? sign | top : sign | (top - 1);
  if (v == 0) return sign;
  int exponent = std::ilogb(v), least = 2 - (1 << (exponentBits - 1));
  int unit = (exponent < least ? least : exponent) - mantissaBits;  // of the last place
  double scaled = std::ldexp(std::fabs(v), -unit);
  double whole = nearest ? std::nearbyint(scaled) : std::trunc(scaled);
  uint64_t field = uint64_t(whole) + (exponent < least ? 0 : (uint64_t(exponent - least) << mantissaBits));
  if (field >= top) return nearest && infinite ? sign | top : sign | (top - 1);
  return sign | uint32_t(field);
}
inline float wide(Half h) {
  int exponent = h.bits >> 10 & 31, mantissa = h.bits & 1023;
  float magnitude = exponent == 31 ? (mantissa ? floatOf(0x7fffffffu) : INFINITY) : exponent ? std::ldexp(float(1024 + mantissa), exponent - 25) : std::ldexp(float(mantissa), -24);
  return h.bits >> 15 ? -magnitude : magnitude;
}
inline float wide(BFloat h) { return floatOf(uint32_t(h.bits) << 16); }
inline float wide(float f) { return f; }
inline double wide(double f) { return f; }

}  // namespace emu
