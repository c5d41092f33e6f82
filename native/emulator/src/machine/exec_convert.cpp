// cvt: between all types of numbers, with its rounding and saturation.
#include <cfenv>
#include <limits>
#include <type_traits>

#include "machine/decoder.h"
#include "machine/numbers.h"
#include "machine/pack.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

// What the modifiers ask for, in Instr::mode.
enum : uint8_t { RoundingBits = 3, Flush = 4, Saturate = 8, ToInteger = 16, Rectify = 32 };

template <class T>
constexpr bool isReal = std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat>;

template <class T>
T wholeOf(T v, int mode) {
  switch (mode & RoundingBits) {
    case TowardsZero: return std::trunc(v);
    case Downwards: return std::floor(v);
    case Upwards: return std::ceil(v);
    default: return std::nearbyint(v);
  }
}

template <class D, class S>
D integerToInteger(S v, int mode) {
  if (!(mode & Saturate)) return D(v);
  using L = std::numeric_limits<D>;
  if (std::is_signed_v<S> && v < 0) return std::is_signed_v<D> ? (int64_t(v) < int64_t(L::min()) ? L::min() : D(v)) : D(0);
  return uint64_t(v) > uint64_t(L::max()) ? L::max() : D(v);
}

// Out of range: the nearest there is. No number: 0.
template <class D, class S>
D realToInteger(S v, int mode) {
  using L = std::numeric_limits<D>;
  if (v != v) return 0;
  double whole = wholeOf(double(v), mode);
  if (whole <= double(L::min())) return L::min();
  if (whole >= std::ldexp(1.0, int(sizeof(D) * 8 - std::is_signed_v<D>))) return L::max();
  return D(whole);
}

template <class D>
D fromReal(double v, int mode) {
  if constexpr (std::is_same_v<D, Half>) {
    return Half{uint16_t(narrow(v, 5, 10, Rounding(mode & RoundingBits)))};
  } else if constexpr (std::is_same_v<D, BFloat>) {
    return BFloat{uint16_t(narrow(v, 8, 7, Rounding(mode & RoundingBits)))};
  } else {
    return D(v);
  }
}

template <class D, class S>
D realToReal(S from, int mode) {
  auto v = wide(from);
  if (mode & Flush) v = flush(v);
  if (mode & ToInteger) v = wholeOf(v, mode);
  if (mode & Saturate) v = saturate(v);
  if (mode & Rectify) v = rectify(v);
  D result = fromReal<D>(double(v), mode);
  if constexpr (std::is_same_v<D, float>) result = canonical(mode & Flush ? flush(result) : result);
  return result;
}

// Of 64 bits there are more than a double holds: what is cut off leaves its mark in the last bit, which no shorter float keeps.
template <class S>
double oddDouble(S v) {
  double d = double(v);
  if (sizeof(S) < 8) return d;
  bool negative = std::is_signed_v<S> && v < 0;
  uint64_t magnitude = negative ? 0 - uint64_t(v) : uint64_t(v);
  int spare = magnitude ? 11 - __builtin_clzll(magnitude) : 0;
  if (spare <= 0) return d;
  uint64_t lost = magnitude & ((1ull << spare) - 1);
  double r = double(magnitude - lost);
  if (lost) r = doubleOf(bitsOf(r) | 1);
  return negative ? -r : r;
}

template <class D, class S>
D convertOne(S v, int mode) {
  if constexpr (isReal<D> && isReal<S>) {
    return realToReal<D>(v, mode);
  } else if constexpr (isReal<D>) {
    if constexpr (std::is_floating_point_v<D>) {
      D r = D(v);
      return mode & Saturate ? saturate(r) : r;
    } else {
      double r = oddDouble(v);
      return fromReal<D>(mode & Saturate ? saturate(r) : r, mode);
    }
  } else if constexpr (isReal<S>) {
    auto r = wide(v);
    return realToInteger<D>(mode & Flush ? flush(r) : r, mode);
  } else {
    return integerToInteger<D>(v, mode);
  }
}

template <class S>
void readSource(Warp& w, const Instr& in, S* to) {
  if constexpr (isReal<S>)
    std::memcpy(to, w.cell<S>(in.a), sizeof(S) * lanes);
  else
    readCell(w, in.a, in.width, to);
}

// The width of the source's cell is in Instr::width, the result's in Instr::cellBytes.
template <class D, class S>
void convert(Warp& w, const Instr& in) {
  alignas(64) S from[lanes];
  alignas(64) D to[lanes];
  readSource(w, in, from);
  for (int i = 0; i < lanes; i++) to[i] = convertOne<D>(from[i], in.mode);
  if constexpr (isReal<D>)
    eachLane<D>(w, in.d, [&](int i) { return to[i]; });
  else
    writeCell(w, in.d, in.cellBytes, to);
}

template <Handler handler>
void rounded(Warp& w, const Instr& in) {
  static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  Handler volatile run = handler;
  std::fesetround(modes[in.mode & RoundingBits]);
  run(w, in);
  std::fesetround(FE_TONEAREST);
}

// In a result of float32 or float64 the rounding is the machine's own.
template <class D, class S>
Handler of(const Instr& in) {
  bool machine = std::is_floating_point_v<D> && !(in.mode & ToInteger) && (in.mode & RoundingBits) != ToNearest;
  return machine ? rounded<convert<D, S>> : convert<D, S>;
}

template <class D>
Handler fromType(Decoder& d, Type t) {
  switch (t) {
    case Type::U8: return of<D, uint8_t>(d.in);
    case Type::U16: return of<D, uint16_t>(d.in);
    case Type::U32: return of<D, uint32_t>(d.in);
    case Type::U64: return of<D, uint64_t>(d.in);
    case Type::S8: return of<D, int8_t>(d.in);
    case Type::S16: return of<D, int16_t>(d.in);
    case Type::S32: return of<D, int32_t>(d.in);
    case Type::S64: return of<D, int64_t>(d.in);
    case Type::F16: return of<D, Half>(d.in);
    case Type::BF16: return of<D, BFloat>(d.in);
    case Type::F32: return of<D, float>(d.in);
    case Type::F64: return of<D, double>(d.in);
    default: d.fail("not from this type");
  }
}

Handler toType(Decoder& d, Type to, Type from) {
  switch (to) {
    case Type::U8: return fromType<uint8_t>(d, from);
    case Type::U16: return fromType<uint16_t>(d, from);
    case Type::U32: return fromType<uint32_t>(d, from);
    case Type::U64: return fromType<uint64_t>(d, from);
    case Type::S8: return fromType<int8_t>(d, from);
    case Type::S16: return fromType<int16_t>(d, from);
    case Type::S32: return fromType<int32_t>(d, from);
    case Type::S64: return fromType<int64_t>(d, from);
    case Type::F16: return fromType<Half>(d, from);
    case Type::BF16: return fromType<BFloat>(d, from);
    case Type::F32: return fromType<float>(d, from);
    case Type::F64: return fromType<double>(d, from);
    default: d.fail("not to this type");
  }
}

bool isBrief(Type t) { return t == Type::F16 || t == Type::BF16; }

// What rounding a conversion may have, and must have.
void checkRounding(Decoder& d, Type to, Type from, const std::string& rounding) {
  bool whole = rounding.size() == 3, none = rounding.empty();
  if (!isFloat(to)) {
    if (isFloat(from) && !whole) d.fail("needs a rounding mode to a whole number");
    if (!isFloat(from) && !none) d.fail("takes no rounding mode");
    return;
  }
  bool narrows = !isFloat(from) || bytesOf(to) < bytesOf(from);
  bool sideways = to != from && isBrief(to) && isBrief(from);  // between float16 and bfloat16 it may be said or not
  bool fromBFloat = from == Type::BF16 && floats(to);
  if (narrows && (none || whole)) d.fail("needs a rounding mode");
  if (whole && to != from) d.fail("rounds to a whole number only within a type");
  if (!whole && !none && !narrows && !sideways && !fromBFloat) d.fail("takes no rounding mode");
}

// Whether all numbers of one type of whole numbers are of the other too.
bool holds(Type to, Type from) {
  if (isFloat(to) || isFloat(from)) return false;
  bool signedTo = ptx::isSigned(to), signedFrom = ptx::isSigned(from);
  return signedTo == signedFrom ? bytesOf(to) >= bytesOf(from) : signedTo && bytesOf(to) > bytesOf(from);
}

void checkModifiers(Decoder& d, Type to, Type from, uint8_t mode, const std::string& rounding) {
  bool brain = to == Type::BF16 || from == Type::BF16, single = to == Type::F32 || from == Type::F32;
  if ((mode & Saturate) && brain) d.fail("sat is not for bf16");
  if ((mode & Saturate) && holds(to, from)) d.fail("sat has nothing to do");
  if ((mode & Flush) && !single) d.fail("ftz is for f32");
  if ((mode & Rectify) && (from != Type::F32 || !isBrief(to) || (rounding != "rn" && rounding != "rz"))) d.fail("relu is for f16 and bf16 from f32, with rn or rz");
  if ((mode & Rectify) && (mode & (Saturate | Flush))) d.fail("relu stands alone");
  if (brain && bytesOf(to) == 1) d.fail("not to this type");
  if (brain && bytesOf(from) == 1) d.fail("not from this type");
}

void cvt(Decoder& d) {
  if (d.has("pack")) return packWhole(d);
  if (d.types() != 2) d.fail("needs two types");
  Type to = d.type(0), from = d.type(1);
  if (to == Type::F16x2 || to == Type::BF16x2) return packReal(d);
  if (to == Type::TF32) return toTensorFloat(d);
  d.expectOperands(2);
  std::string rounding = d.oneOf({"rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi"}, "");
  checkRounding(d, to, from, rounding);
  d.in.mode = rounding.compare(0, 2, "rz") == 0 ? TowardsZero : rounding.compare(0, 2, "rm") == 0 ? Downwards : rounding.compare(0, 2, "rp") == 0 ? Upwards : ToNearest;
  if (rounding.size() == 3) d.in.mode |= ToInteger;
  if (d.has("ftz")) d.in.mode |= Flush;
  if (d.has("sat")) d.in.mode |= Saturate;
  if (d.has("relu")) d.in.mode |= Rectify;
  checkModifiers(d, to, from, d.in.mode, rounding);
  d.in.run = toType(d, to, from);
  d.in.d = d.wide(d.operand(0), to, d.in.cellBytes, true);
  d.in.a = d.wide(d.operand(1), from, d.in.width, false);
}

}  // namespace

void addConvertRows(Rows& rows) { rows["cvt"].push_back({anyType, cvt}); }

}  // namespace emu
