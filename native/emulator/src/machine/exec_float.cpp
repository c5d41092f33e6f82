// Arithmetic of float32 and float64.
#include <cfenv>

#include "machine/decoder.h"
#include "machine/numbers.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

struct Add {
  template <class T>
  static T of(T a, T b) { return a + b; }
};
struct Sub {
  template <class T>
  static T of(T a, T b) { return a - b; }
};
struct Mul {
  template <class T>
  static T of(T a, T b) { return a * b; }
};
struct Div {
  template <class T>
  static T of(T a, T b) { return a / b; }
};
struct Fma {
  static float of(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
  static double of(double a, double b, double c) { return __builtin_fma(a, b, c); }
};
template <bool max, bool nan, bool xorSign>
struct Extreme {
  template <class T>
  static T of(T a, T b) { return extremeOf<max, nan, xorSign>(a, b); }
};
struct Rcp {
  template <class T>
  static T of(T a) { return T(1) / a; }
};
struct Sqrt {
  template <class T>
  static T of(T a) { return std::sqrt(a); }
};
struct Rsqrt {
  template <class T>
  static T of(T a) { return T(1.0 / std::sqrt(double(a))); }
};
// rcp.approx.ftz.f64 and the like read and write the upper 32 bits only; the lower ones count as zero.
template <class F>
struct Coarse {
  static double of(double a) { return upper(F::of(upper(a))); }
  static double upper(double f) {
    uint64_t b = bitsOf(f);
    bool subnormal = (b >> 52 & 0x7ff) == 0;
    return doubleOf(f != f ? 0x7fffffffull << 32 : subnormal ? b & 1ull << 63 : b & ~0xffffffffull);
  }
};
// The approximations are computed in double and rounded: nearer than the hardware's, which PTX allows.
struct Ex2 {
  static float of(float a) { return float(std::exp2(double(a))); }
};
struct Lg2 {
  static float of(float a) { return float(std::log2(double(a))); }
};
struct Sin {
  static float of(float a) { return float(std::sin(double(a))); }
};
struct Cos {
  static float of(float a) { return float(std::cos(double(a))); }
};
struct Tanh {
  static float of(float a) { return float(std::tanh(double(a))); }
};

// An operation with PTX's treatment of subnormals, NaN and saturation around it.
template <class F, bool ftz, bool sat>
struct Around {
  template <class T>
  static T of(T a) { return output<ftz, sat>(T(F::of(input<ftz>(a)))); }
  template <class T>
  static T of(T a, T b) { return output<ftz, sat>(T(F::of(input<ftz>(a), input<ftz>(b)))); }
  template <class T>
  static T of(T a, T b, T c) { return output<ftz, sat>(T(F::of(input<ftz>(a), input<ftz>(b), input<ftz>(c)))); }
};

template <int n, class F, class T>
constexpr Handler handler() {
  if constexpr (n == 1) return unary<F, T, T>;
  if constexpr (n == 2) return binary<F, T, T, T>;
  if constexpr (n == 3) return ternary<F, T, T, T, T>;
}

// Runs the same handler in another rounding mode. The call goes through memory, so that nothing moves out of it.
template <Handler handler>
void rounded(Warp& w, const Instr& in) {
  Handler volatile run = handler;
  static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  std::fesetround(modes[in.mode]);
  run(w, in);
  std::fesetround(FE_TONEAREST);
}

template <int n, class F, class T, bool ftz, bool sat>
Handler choose(bool nearest) {
  constexpr Handler h = handler<n, Around<F, ftz, sat>, T>();
  return nearest ? h : rounded<h>;
}

template <int n, class F>
void set(Decoder& d, Type t, bool ftz, bool sat, const std::string& rounding) {
  bool nearest = rounding == "rn";
  d.in.mode = rounding == "rz" ? 1 : rounding == "rm" ? 2 : rounding == "rp" ? 3 : 0;
  if (t == Type::F64) {
    if (ftz || sat) d.fail("ftz and sat are for f32");
    d.in.run = choose<n, F, double, false, false>(nearest);
  } else if (t == Type::F32) {
    d.in.run = ftz ? (sat ? choose<n, F, float, true, true>(nearest) : choose<n, F, float, true, false>(nearest))
                   : (sat ? choose<n, F, float, false, true>(nearest) : choose<n, F, float, false, false>(nearest));
  } else {
    d.fail("not for this type");
  }
}

void operands(Decoder& d, int n, Type t) {
  d.expectOperands(n + 1);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  if (n > 1) d.in.b = d.source(2, t);
  if (n > 2) d.in.c = d.source(3, t);
}

enum Rounding { Optional, Required, None };

template <int n, class F, int rounding, bool maySaturate>
void arithmetic(Decoder& d) {
  Type t = d.type();
  std::string mode = rounding == None ? "rn" : d.oneOf({"rn", "rz", "rm", "rp"}, rounding == Optional ? "rn" : nullptr);
  bool ftz = d.has("ftz"), sat = maySaturate && d.has("sat");
  set<n, F>(d, t, ftz, sat, mode);
  operands(d, n, t);
}

// approx, full or a rounding mode.
template <int n, class F>
void rough(Decoder& d) {
  Type t = d.type();
  std::string mode = d.oneOf({"approx", "full", "rn", "rz", "rm", "rp"});
  if (mode == "full" && (n != 2 || t != Type::F32)) d.fail("full is for div.f32");
  bool ftz = d.has("ftz");
  if (t == Type::F64 && mode == "approx") {
    if constexpr (n == 1) {
      if (!ftz || !std::is_same_v<F, Rcp>) d.fail("approx is for f32");
      d.in.run = unary<Coarse<F>, double, double>;
    } else {
      d.fail("approx is for f32");
    }
  } else {
    set<n, F>(d, t, ftz, false, mode == "approx" || mode == "full" ? "rn" : mode);
  }
  operands(d, n, t);
}

template <class F>
void approximate(Decoder& d) {
  if (!d.has("approx")) d.fail("only approx is known");
  if (d.type() != Type::F32) d.fail("for f32");
  set<1, F>(d, Type::F32, !std::is_same_v<F, Tanh> && d.has("ftz"), false, "rn");
  operands(d, 1, Type::F32);
}

void rsqrt(Decoder& d) {
  if (!d.has("approx")) d.fail("only approx is known");
  Type t = d.type();
  bool ftz = d.has("ftz");
  if (ftz && t == Type::F64)
    d.in.run = unary<Coarse<Rsqrt>, double, double>;
  else
    set<1, Rsqrt>(d, t, ftz, false, "rn");
  operands(d, 1, t);
}

template <bool max>
void extremeRow(Decoder& d) {
  Type t = d.type();
  bool ftz = d.has("ftz"), nan = d.has("NaN"), xorSign = d.has("xorsign");
  if (xorSign != d.has("abs")) d.fail("xorsign and abs go together");
  if (t == Type::F64 && (nan || xorSign)) d.fail("NaN and xorsign are for f32");
  if (nan)
    xorSign ? set<2, Extreme<max, true, true>>(d, t, ftz, false, "rn") : set<2, Extreme<max, true, false>>(d, t, ftz, false, "rn");
  else
    xorSign ? set<2, Extreme<max, false, true>>(d, t, ftz, false, "rn") : set<2, Extreme<max, false, false>>(d, t, ftz, false, "rn");
  operands(d, 2, t);
}

// These work on the bits: a NaN keeps its own.
template <class T, class B, B keep, B flip, bool ftz>
void sign(Warp& w, const Instr& in) {
  const T* a = w.cell<T>(in.a);
  eachLane<B>(w, in.d, [&](int i) { return B((bitsOf(input<ftz>(a[i])) & keep) ^ flip); });
}
template <bool negate>
void signRow(Decoder& d) {
  Type t = d.type();
  bool ftz = d.has("ftz");
  constexpr uint32_t top = 0x80000000u;
  constexpr uint64_t top64 = 1ull << 63;
  constexpr uint32_t k = negate ? ~0u : ~top, f = negate ? top : 0;
  constexpr uint64_t k64 = negate ? ~0ull : ~top64, f64 = negate ? top64 : 0;
  if (t == Type::F32)
    d.in.run = ftz ? sign<float, uint32_t, k, f, true> : sign<float, uint32_t, k, f, false>;
  else if (t == Type::F64 && !ftz)
    d.in.run = sign<double, uint64_t, k64, f64, false>;
  else
    d.fail("not for this type");
  operands(d, 1, t);
}

void copysign(Decoder& d) {
  Type t = d.type();
  operands(d, 2, t);
  if (t == Type::F32)
    d.in.run = [](Warp& w, const Instr& in) {
      const uint32_t *a = w.cell<uint32_t>(in.a), *b = w.cell<uint32_t>(in.b);
      eachLane<uint32_t>(w, in.d, [&](int i) { return (a[i] & 0x80000000u) | (b[i] & 0x7fffffffu); });
    };
  else
    d.in.run = [](Warp& w, const Instr& in) {
      const uint64_t *a = w.cell<uint64_t>(in.a), *b = w.cell<uint64_t>(in.b);
      eachLane<uint64_t>(w, in.d, [&](int i) { return (a[i] & 1ull << 63) | (b[i] & ~(1ull << 63)); });
    };
}

template <class T>
void testClass(Warp& w, const Instr& in) {
  const T* a = w.cell<T>(in.a);
  uint32_t r = 0;
  for (int i = 0; i < lanes; i++) {
    int c = std::fpclassify(a[i]);
    bool is[] = {c != FP_NAN && c != FP_INFINITE, c == FP_INFINITE, c != FP_NAN, c == FP_NAN, c == FP_NORMAL, c == FP_SUBNORMAL};
    r |= uint32_t(is[in.mode]) << i;
  }
  putPredicate(w, in.d, r);
}

void testp(Decoder& d) {
  static const char* names[] = {"finite", "infinite", "number", "notanumber", "normal", "subnormal"};
  Type t = d.type();
  std::string name = d.oneOf({"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
  for (int i = 0; i < 6; i++)
    if (name == names[i]) d.in.mode = uint8_t(i);
  d.expectOperands(2);
  d.in.d = d.resultPredicate(d.operand(0).name);
  d.in.a = d.source(1, t);
  d.in.run = t == Type::F32 ? testClass<float> : testClass<double>;
}

}  // namespace

void addFloatRows(Rows& rows) {
  rows["add"].push_back({floats, arithmetic<2, Add, Optional, true>});
  rows["sub"].push_back({floats, arithmetic<2, Sub, Optional, true>});
  rows["mul"].push_back({floats, arithmetic<2, Mul, Optional, true>});
  rows["fma"].push_back({floats, arithmetic<3, Fma, Required, true>});
  rows["mad"].push_back({floats, arithmetic<3, Fma, Required, true>});
  rows["div"].push_back({floats, rough<2, Div>});
  rows["rcp"].push_back({floats, rough<1, Rcp>});
  rows["sqrt"].push_back({floats, rough<1, Sqrt>});
  rows["rsqrt"].push_back({floats, rsqrt});
  rows["ex2"].push_back({floats, approximate<Ex2>});
  rows["lg2"].push_back({floats, approximate<Lg2>});
  rows["sin"].push_back({floats, approximate<Sin>});
  rows["cos"].push_back({floats, approximate<Cos>});
  rows["tanh"].push_back({floats, approximate<Tanh>});
  rows["min"].push_back({floats, extremeRow<false>});
  rows["max"].push_back({floats, extremeRow<true>});
  rows["abs"].push_back({floats, signRow<false>});
  rows["neg"].push_back({floats, signRow<true>});
  rows["copysign"].push_back({floats, copysign});
  rows["testp"].push_back({floats, testp});
}

}  // namespace emu
