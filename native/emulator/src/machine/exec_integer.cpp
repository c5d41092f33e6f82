// Whole-number arithmetic.
#include <type_traits>

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
struct Mul24 {
  template <class T>
  static T of(T a, T b) { return T(int64_t(low(a)) * int64_t(low(b))); }
  template <class T>
  static T of(T a, T b, T c) { return Add::of<T>(of<T>(a, b), c); }
  static int32_t low(int32_t a) { return int32_t(uint32_t(a) << 8) >> 8; }
  static uint32_t low(uint32_t a) { return a & 0xffffff; }
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

template <class F, class Saturating>
void sum(Decoder& d) {
  if (!d.has("sat")) return plain<F>(d);
  if (d.type() != Type::S32) d.fail("sat is for s32");
  d.in.run = binary<Saturating, int32_t, int32_t, int32_t>;
  two(d, Type::S32);
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
  Type t = d.type();
  std::string mode = d.oneOf({"lo", "hi", "wide"});
  if (mode != "wide") {
    d.in.run = mode == "lo" ? ternaryFor<MadLo>(d, t) : ternaryFor<MadHi>(d, t);
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

void mul24(Decoder& d) {
  Type t = d.type();
  d.oneOf({"lo"});
  if (t != Type::U32 && t != Type::S32) d.fail("for 32 bits");
  bool isMad = d.statement().opcode == "mad24";
  if (isMad) {
    d.in.run = t == Type::U32 ? ternary<Mul24, uint32_t, uint32_t, uint32_t, uint32_t> : ternary<Mul24, int32_t, int32_t, int32_t, int32_t>;
    three(d, t);
  } else {
    d.in.run = t == Type::U32 ? binary<Mul24, uint32_t, uint32_t, uint32_t> : binary<Mul24, int32_t, int32_t, int32_t>;
    two(d, t);
  }
}

}  // namespace

void addIntegerRows(Rows& rows) {
  rows["add"].push_back({integers, sum<Add, AddSat>});
  rows["sub"].push_back({integers, sum<Sub, SubSat>});
  rows["mul"].push_back({integers, mul});
  rows["mad"].push_back({integers, mad});
  rows["div"].push_back({integers, plain<Div>});
  rows["rem"].push_back({integers, plain<Rem>});
  rows["min"].push_back({integers, plain<Min>});
  rows["max"].push_back({integers, plain<Max>});
  rows["abs"].push_back({integers, one<Abs>});
  rows["neg"].push_back({integers, one<Neg>});
  rows["sad"].push_back({integers, sad});
  rows["mul24"].push_back({integers, mul24});
  rows["mad24"].push_back({integers, mul24});
}

}  // namespace emu
