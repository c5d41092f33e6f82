// Whole-number arithmetic.
#include <type_traits>

#include "machine/carry.h"
#include "machine/decoder.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

template <class T>
using Unsigned = std::make_unsigned_t<T>;

// Overflow wraps: computed unsigned.
struct Add {
  template <class T>
  static T of(T a, T b) { return T(Unsigned<T>(a) + Unsigned<T>(b)); }
};
struct Sub {
  template <class T>
  static T of(T a, T b) { return T(Unsigned<T>(a) - Unsigned<T>(b)); }
};
struct MulLo {
  template <class T>
  static T of(T a, T b) { return T(uint64_t(a) * uint64_t(b)); }
};
struct MulHi {
  template <class T>
  static T of(T a, T b) {
    using Wide = std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>;
    return T(Wide(a) * Wide(b) >> sizeof(T) * 8);
  }
};
struct MadLo {
  template <class T>
  static T of(T a, T b, T c) { return Add::of<T>(MulLo::of<T>(a, b), c); }
};
struct MadHi {
  template <class T>
  static T of(T a, T b, T c) { return Add::of<T>(MulHi::of<T>(a, b), c); }
};
template <class W>
struct Wide {
  template <class T>
  static W of(T a, T b) { return W(a) * W(b); }
  template <class T>
  static W of(T a, T b, W c) { return Add::of<W>(W(a) * W(b), c); }
};
// By zero: all ones, as the hardware happens to do; PTX leaves it open.
struct Div {
  template <class T>
  static T of(T a, T b) {
    if (b == 0) return T(-1);
    if (std::is_signed_v<T> && b == T(-1)) return Sub::of<T>(0, a);
    return T(a / b);
  }
};
struct Rem {
  template <class T>
  static T of(T a, T b) {
    if (b == 0) return a;
    if (std::is_signed_v<T> && b == T(-1)) return 0;
    return T(a % b);
  }
};
struct Min {
  template <class T>
  static T of(T a, T b) { return a < b ? a : b; }
};
struct Max {
  template <class T>
  static T of(T a, T b) { return a > b ? a : b; }
};
struct MinRelu {
  template <class T>
  static T of(T a, T b) { return Max::of<T>(Min::of<T>(a, b), 0); }
};
struct MaxRelu {
  template <class T>
  static T of(T a, T b) { return Max::of<T>(Max::of<T>(a, b), 0); }
};
struct Abs {
  template <class T>
  static T of(T a) { return a < 0 ? Sub::of<T>(0, a) : a; }
};
struct Neg {
  template <class T>
  static T of(T a) { return Sub::of<T>(0, a); }
};
struct AddSat {
  static int32_t of(int32_t a, int32_t b) { return clamp(int64_t(a) + b); }
  static int32_t clamp(int64_t v) { return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : int32_t(v); }
};
struct SubSat {
  static int32_t of(int32_t a, int32_t b) { return AddSat::clamp(int64_t(a) - b); }
};
struct Sad {
  template <class T>
  static T of(T a, T b, T c) { return Add::of<T>(c, a < b ? Sub::of<T>(b, a) : Sub::of<T>(a, b)); }
};
struct MadHiSat {
  static int32_t of(int32_t a, int32_t b, int32_t c) { return AddSat::of(MulHi::of(a, b), c); }
};
// The lower 24 bits of each; of the product's 48 bits the lower or the upper 32.
template <bool high>
struct Mul24 {
  template <class T>
  static T of(T a, T b) { return T(int64_t(low(a)) * int64_t(low(b)) >> (high ? 16 : 0)); }
  template <class T>
  static T of(T a, T b, T c) { return Add::of<T>(of<T>(a, b), c); }
  static int32_t low(int32_t a) { return int32_t(uint32_t(a) << 8) >> 8; }
  static uint32_t low(uint32_t a) { return a & 0xffffff; }
};
struct Mad24HiSat {
  static int32_t of(int32_t a, int32_t b, int32_t c) { return AddSat::of(Mul24<true>::of(a, b), c); }
};
// Dot products of four bytes with four bytes, or of two halves with the lower or upper two bytes; c is added.
template <class A, class B>
struct Dot4 {
  static uint32_t of(uint32_t a, uint32_t b, uint32_t c) {
    for (int i = 0; i < 32; i += 8) c += uint32_t(int32_t(A(a >> i)) * int32_t(B(b >> i)));
    return c;
  }
};
template <class A, class B, bool high>
struct Dot2 {
  static uint32_t of(uint32_t a, uint32_t b, uint32_t c) {
    if (high) b >>= 16;
    for (int i = 0; i < 2; i++) c += uint32_t(int32_t(A(a >> 16 * i)) * int32_t(B(b >> 8 * i)));
    return c;
  }
};

template <class F>
Handler binaryFor(Decoder& d, Type t) {
  switch (t) {
    case Type::U16: return binary<F, uint16_t, uint16_t, uint16_t>;
    case Type::S16: return binary<F, int16_t, int16_t, int16_t>;
    case Type::U32: return binary<F, uint32_t, uint32_t, uint32_t>;
    case Type::S32: return binary<F, int32_t, int32_t, int32_t>;
    case Type::U64: return binary<F, uint64_t, uint64_t, uint64_t>;
    case Type::S64: return binary<F, int64_t, int64_t, int64_t>;
    default: d.fail("not for this type");
  }
}
template <class F>
Handler ternaryFor(Decoder& d, Type t) {
  switch (t) {
    case Type::U16: return ternary<F, uint16_t, uint16_t, uint16_t, uint16_t>;
    case Type::S16: return ternary<F, int16_t, int16_t, int16_t, int16_t>;
    case Type::U32: return ternary<F, uint32_t, uint32_t, uint32_t, uint32_t>;
    case Type::S32: return ternary<F, int32_t, int32_t, int32_t, int32_t>;
    case Type::U64: return ternary<F, uint64_t, uint64_t, uint64_t, uint64_t>;
    case Type::S64: return ternary<F, int64_t, int64_t, int64_t, int64_t>;
    default: d.fail("not for this type");
  }
}

Type twice(Decoder& d, Type t) {
  switch (t) {
    case Type::U16: return Type::U32;
    case Type::S16: return Type::S32;
    case Type::U32: return Type::U64;
    case Type::S32: return Type::S64;
    default: d.fail("wide is for 16 and 32 bits");
  }
}

void two(Decoder& d, Type t) {
  d.expectOperands(3);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
}
void three(Decoder& d, Type t) {
  d.expectOperands(4);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  d.in.c = d.source(3, t);
}

template <class F>
void plain(Decoder& d) {
  Type t = d.type();
  d.in.run = binaryFor<F>(d, t);
  two(d, t);
}

template <class F>
void pair(Decoder& d, Type t) {
  d.in.run = t == Type::S16x2 ? binaryPair<F, int16_t> : binaryPair<F, uint16_t>;
  two(d, t);
}

template <class F, class Saturating>
void sum(Decoder& d) {
  if (d.has("cc")) return sumWithCarry(d, std::is_same_v<F, Sub>);
  if (Type t = d.type(); t == Type::U16x2 || t == Type::S16x2) {
    if (!std::is_same_v<F, Add>) d.fail("not for this type");
    return pair<F>(d, t);
  }
  if (!d.has("sat")) return plain<F>(d);
  if (d.type() != Type::S32) d.fail("sat is for s32");
  d.in.run = binary<Saturating, int32_t, int32_t, int32_t>;
  two(d, Type::S32);
}

// The smaller or larger one; with relu not less than 0, which is for s32 and s16x2.
template <class F, class Relu>
void extreme(Decoder& d) {
  Type t = d.type();
  bool relu = d.has("relu");
  if (relu && t != Type::S32 && t != Type::S16x2) d.fail("relu is for s32 and s16x2");
  if (t == Type::U16x2 || t == Type::S16x2) return relu ? pair<Relu>(d, t) : pair<F>(d, t);
  d.in.run = relu ? binary<Relu, int32_t, int32_t, int32_t> : binaryFor<F>(d, t);
  two(d, t);
}

void mul(Decoder& d) {
  Type t = d.type();
  std::string mode = d.oneOf({"lo", "hi", "wide"});
  if (mode == "lo") {
    d.in.run = binaryFor<MulLo>(d, t);
    two(d, t);
  } else if (mode == "hi") {
    d.in.run = binaryFor<MulHi>(d, t);
    two(d, t);
  } else {
    Type w = twice(d, t);
    d.expectOperands(3);
    d.in.d = d.result(0, w);
    d.in.a = d.source(1, t);
    d.in.b = d.source(2, t);
    d.in.run = t == Type::U16   ? binary<Wide<uint32_t>, uint32_t, uint16_t, uint16_t>
               : t == Type::S16 ? binary<Wide<int32_t>, int32_t, int16_t, int16_t>
               : t == Type::U32 ? binary<Wide<uint64_t>, uint64_t, uint32_t, uint32_t>
                                : binary<Wide<int64_t>, int64_t, int32_t, int32_t>;
  }
}

void mad(Decoder& d) {
  if (d.has("cc")) return productWithCarry(d);
  Type t = d.type();
  std::string mode = d.oneOf({"lo", "hi", "wide"});
  if (mode != "wide") {
    bool sat = d.has("sat");
    if (sat && (mode != "hi" || t != Type::S32)) d.fail("sat is for hi and s32");
    d.in.run = sat ? ternary<MadHiSat, int32_t, int32_t, int32_t, int32_t> : mode == "lo" ? ternaryFor<MadLo>(d, t) : ternaryFor<MadHi>(d, t);
    three(d, t);
    return;
  }
  Type w = twice(d, t);
  d.expectOperands(4);
  d.in.d = d.result(0, w);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  d.in.c = d.source(3, w);
  d.in.run = t == Type::U16   ? ternary<Wide<uint32_t>, uint32_t, uint16_t, uint16_t, uint32_t>
             : t == Type::S16 ? ternary<Wide<int32_t>, int32_t, int16_t, int16_t, int32_t>
             : t == Type::U32 ? ternary<Wide<uint64_t>, uint64_t, uint32_t, uint32_t, uint64_t>
                              : ternary<Wide<int64_t>, int64_t, int32_t, int32_t, int64_t>;
}

template <class F>
void one(Decoder& d) {
  Type t = d.type();
  d.expectOperands(2);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  switch (t) {
    case Type::S16: d.in.run = unary<F, int16_t, int16_t>; break;
    case Type::S32: d.in.run = unary<F, int32_t, int32_t>; break;
    case Type::S64: d.in.run = unary<F, int64_t, int64_t>; break;
    default: d.fail("for signed types");
  }
}

void sad(Decoder& d) {
  Type t = d.type();
  d.in.run = ternaryFor<Sad>(d, t);
  three(d, t);
}

template <bool high>
void product24(Decoder& d, Type t) {
  d.in.run = t == Type::U32 ? binary<Mul24<high>, uint32_t, uint32_t, uint32_t> : binary<Mul24<high>, int32_t, int32_t, int32_t>;
  two(d, t);
}
template <bool high>
void sum24(Decoder& d, Type t) {
  bool sat = d.has("sat");
  if (sat && (!high || t != Type::S32)) d.fail("sat is for hi and s32");
  d.in.run = sat              ? ternary<Mad24HiSat, int32_t, int32_t, int32_t, int32_t>
             : t == Type::U32 ? ternary<Mul24<high>, uint32_t, uint32_t, uint32_t, uint32_t>
                              : ternary<Mul24<high>, int32_t, int32_t, int32_t, int32_t>;
  three(d, t);
}
void mul24(Decoder& d) {
  Type t = d.type();
  bool high = d.oneOf({"lo", "hi"}) == "hi", isMad = d.statement().opcode == "mad24";
  if (t != Type::U32 && t != Type::S32) d.fail("for 32 bits");
  if (isMad)
    high ? sum24<true>(d, t) : sum24<false>(d, t);
  else
    high ? product24<true>(d, t) : product24<false>(d, t);
}

template <class A, class B>
Handler dotOf(bool four, bool high) {
  using U = uint32_t;
  using Wide = std::conditional_t<std::is_signed_v<A>, int16_t, uint16_t>;
  return four ? ternary<Dot4<A, B>, U, U, U, U> : high ? ternary<Dot2<Wide, B, true>, U, U, U, U> : ternary<Dot2<Wide, B, false>, U, U, U, U>;
}
void dot(Decoder& d) {
  bool four = d.statement().opcode == "dp4a", high = !four && d.oneOf({"lo", "hi"}) == "hi";
  if (d.types() != 2) d.fail("needs two types");
  Type a = d.type(0), b = d.type(1);
  if ((a != Type::U32 && a != Type::S32) || (b != Type::U32 && b != Type::S32)) d.fail("for u32 and s32");
  bool sa = ptx::isSigned(a), sb = ptx::isSigned(b);
  d.in.run = sa ? (sb ? dotOf<int8_t, int8_t>(four, high) : dotOf<int8_t, uint8_t>(four, high)) : (sb ? dotOf<uint8_t, int8_t>(four, high) : dotOf<uint8_t, uint8_t>(four, high));
  three(d, Type::B32);
}

}  // namespace

void addIntegerRows(Rows& rows) {
  rows["add"].push_back({integers, sum<Add, AddSat>});
  rows["sub"].push_back({integers, sum<Sub, SubSat>});
  rows["mul"].push_back({integers, mul});
  rows["mad"].push_back({integers, mad});
  rows["div"].push_back({integers, plain<Div>});
  rows["rem"].push_back({integers, plain<Rem>});
  rows["min"].push_back({integers, extreme<Min, MinRelu>});
  rows["max"].push_back({integers, extreme<Max, MaxRelu>});
  rows["abs"].push_back({integers, one<Abs>});
  rows["neg"].push_back({integers, one<Neg>});
  rows["sad"].push_back({integers, sad});
  rows["mul24"].push_back({integers, mul24});
  rows["mad24"].push_back({integers, mul24});
  rows["dp4a"].push_back({integers, dot});
  rows["dp2a"].push_back({integers, dot});
}

}  // namespace emu
