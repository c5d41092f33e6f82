// Arithmetic of float16 and bfloat16, one number a register or two. It is computed in float32 or float64 so that the one rounding
// at the end is the only one: sums are exact enough in float32 (24 bits are more than twice 11), products in float64, and what is
// longer still is rounded to odd on the way.
#include "machine/decoder.h"
#include "machine/numbers.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

bool halves(Type t) { return t >= Type::F16 && t <= Type::BF16x2; }
bool isBFloat(Type t) { return t == Type::BF16 || t == Type::BF16x2; }
bool isPair(Type t) { return t == Type::F16x2 || t == Type::BF16x2; }

template <class H>
H narrowed(float f) {
  if constexpr (std::is_same_v<H, Half>)
    return halfOf(f);
  else
    return bfloatOf(f);
}

struct Add {
  static float of(float a, float b) { return a + b; }
};
struct Sub {
  static float of(float a, float b) { return a - b; }
};
struct Mul {
  static float of(float a, float b) { return oddFloat(double(a) * double(b)); }
};
struct Fma {
  static float of(float a, float b, float c) { return oddFloat(oddSum(double(a) * double(b), double(c))); }
};
template <bool max, bool nan, bool xorSign>
struct Extreme {
  static float of(float a, float b) { return extremeOf<max, nan, xorSign>(a, b); }
};
struct Ex2 {
  static float of(float a) { return float(std::exp2(double(a))); }
};
struct Tanh {
  static float of(float a) { return float(std::tanh(double(a))); }
};

// An operation with the treatment of subnormals, what comes after it, and the rounding around it.
enum After { Plain, Saturate, Rectify };
template <class F, bool ftz, int after>
struct Around {
  template <class H, class... More>
  static H of(H a, More... more) {
    float f = F::of(input(a), input(more)...);
    f = after == Saturate ? saturate(f) : after == Rectify ? rectify(f) : f;
    H h = narrowed<H>(f);
    return ftz ? flush(h) : h;
  }
  template <class H>
  static float input(H h) {
    return wide(ftz ? flush(h) : h);
  }
};
// These work on the bits: what is no number keeps its own.
template <bool negate, bool ftz>
struct Sign {
  template <class H>
  static H of(H h) {
    uint16_t bits = (ftz ? flush(h) : h).bits;
    return H{uint16_t(negate ? bits ^ 0x8000 : bits & 0x7fff)};
  }
};

template <int n, class F, class H>
Handler handler(bool pair) {
  if constexpr (n == 1) return pair ? unaryPair<F, H> : unary<F, H, H>;
  if constexpr (n == 2) return pair ? binaryPair<F, H> : binary<F, H, H, H>;
  if constexpr (n == 3) return pair ? ternaryPair<F, H> : ternary<F, H, H, H, H>;
}

void operands(Decoder& d, int n, Type t) {
  d.expectOperands(n + 1);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  if (n > 1) d.in.b = d.source(2, t);
  if (n > 2) d.in.c = d.source(3, t);
}

template <int n, class F>
Handler forHalf(bool pair, bool ftz, int after) {
  switch (after) {
    case Saturate: return ftz ? handler<n, Around<F, true, Saturate>, Half>(pair) : handler<n, Around<F, false, Saturate>, Half>(pair);
    case Rectify: return ftz ? handler<n, Around<F, true, Rectify>, Half>(pair) : handler<n, Around<F, false, Rectify>, Half>(pair);
    default: return ftz ? handler<n, Around<F, true, Plain>, Half>(pair) : handler<n, Around<F, false, Plain>, Half>(pair);
  }
}

// Rounds to the nearest, which `fma` has to say. float16 may be flushed and saturated; both may be rectified by `fma`.
template <int n, class F>
void arithmetic(Decoder& d) {
  Type t = d.type();
  d.oneOf({"rn"}, n == 3 ? nullptr : "rn");
  bool relu = n == 3 && d.has("relu");
  if (isBFloat(t)) {
    d.in.run = relu ? handler<n, Around<F, false, Rectify>, BFloat>(isPair(t)) : handler<n, Around<F, false, Plain>, BFloat>(isPair(t));
  } else {
    bool ftz = d.has("ftz"), sat = d.has("sat");
    if (sat && relu) d.fail("sat and relu exclude each other");
    d.in.run = forHalf<n, F>(isPair(t), ftz, sat ? Saturate : relu ? Rectify : Plain);
  }
  operands(d, n, t);
}

template <class F>
Handler plainOrFlushed(Decoder& d, Type t) {
  if (isBFloat(t)) return handler<2, Around<F, false, Plain>, BFloat>(isPair(t));
  return d.has("ftz") ? handler<2, Around<F, true, Plain>, Half>(isPair(t)) : handler<2, Around<F, false, Plain>, Half>(isPair(t));
}

template <bool max>
void extremeRow(Decoder& d) {
  Type t = d.type();
  bool nan = d.has("NaN"), xorSign = d.has("xorsign");
  if (xorSign != d.has("abs")) d.fail("xorsign and abs go together");
  d.in.run = nan ? (xorSign ? plainOrFlushed<Extreme<max, true, true>>(d, t) : plainOrFlushed<Extreme<max, true, false>>(d, t))
                 : (xorSign ? plainOrFlushed<Extreme<max, false, true>>(d, t) : plainOrFlushed<Extreme<max, false, false>>(d, t));
  operands(d, 2, t);
}

template <bool negate>
void sign(Decoder& d) {
  Type t = d.type();
  if (isBFloat(t))
    d.in.run = handler<1, Sign<negate, false>, BFloat>(isPair(t));
  else
    d.in.run = d.has("ftz") ? handler<1, Sign<negate, true>, Half>(isPair(t)) : handler<1, Sign<negate, false>, Half>(isPair(t));
  operands(d, 1, t);
}

// ex2 flushes bfloat16, and has to say so.
template <class F, bool flushes>
void approximate(Decoder& d) {
  Type t = d.type();
  d.oneOf({"approx"});
  if (isBFloat(t)) {
    if (flushes) d.oneOf({"ftz"});
    d.in.run = handler<1, Around<F, flushes, Plain>, BFloat>(isPair(t));
  } else {
    d.in.run = handler<1, Around<F, false, Plain>, Half>(isPair(t));
  }
  operands(d, 1, t);
}

}  // namespace

void addHalfRows(Rows& rows) {
  rows["add"].push_back({halves, arithmetic<2, Add>});
  rows["sub"].push_back({halves, arithmetic<2, Sub>});
  rows["mul"].push_back({halves, arithmetic<2, Mul>});
  rows["fma"].push_back({halves, arithmetic<3, Fma>});
  rows["min"].push_back({halves, extremeRow<false>});
  rows["max"].push_back({halves, extremeRow<true>});
  rows["neg"].push_back({halves, sign<true>});
  rows["abs"].push_back({halves, sign<false>});
  rows["ex2"].push_back({halves, approximate<Ex2, true>});
  rows["tanh"].push_back({halves, approximate<Tanh, false>});
}

}  // namespace emu
