// Fields of bits and bytes.
#include <type_traits>

#include "machine/decoder.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

// Where the first bit is that differs from the sign; .shiftamt: by how much to shift it to the top.
template <bool shift>
struct Bfind {
  template <class T>
  static uint32_t of(T a) {
    using U = std::make_unsigned_t<T>;
    U v = a < 0 ? U(~a) : U(a);
    if (v == 0) return 0xffffffffu;
    uint32_t at = 63 - uint32_t(__builtin_clzll(v));
    return shift ? uint32_t(sizeof(T) * 8) - 1 - at : at;
  }
};
struct Bfe {
  template <class T>
  static T of(T a, uint32_t start, uint32_t length) {
    constexpr uint32_t bits = sizeof(T) * 8;
    start &= 255, length &= 255;
    if (length == 0) return 0;
    T sign = start + length <= bits ? T(a >> (start + length - 1) & 1) : T(a >> (bits - 1) & 1);
    T field = start >= bits ? 0 : T(std::make_unsigned_t<T>(a) >> start);
    uint32_t held = start >= bits ? 0 : bits - start;
    if (length < held) held = length;
    using U = std::make_unsigned_t<T>;
    U mask = held == 0 ? 0 : held >= bits ? U(~U(0)) : U((U(1) << held) - 1);
    U r = U(field) & mask;
    if (std::is_signed_v<T> && sign) r |= U(~mask);
    return T(r);
  }
};
// Which byte of b:a goes where, by the mode: place i of the result, n of the selector's lower bits.
struct Prmt {
  static uint32_t of(uint32_t a, uint32_t b, uint32_t c) {
    uint64_t bytes = uint64_t(b) << 32 | a;
    uint32_t r = 0;
    for (int i = 0; i < 4; i++) {
      uint32_t select = c >> i * 4 & 15;
      uint8_t byte = uint8_t(bytes >> (select & 7) * 8);
      if (select & 8) byte = byte & 0x80 ? 0xff : 0;
      r |= uint32_t(byte) << i * 8;
    }
    return r;
  }
};
struct Forward {
  static uint32_t from(uint32_t i, uint32_t n) { return n + i; }
};
struct Backward {
  static uint32_t from(uint32_t i, uint32_t n) { return (n - i) & 7; }
};
struct Replicate8 {
  static uint32_t from(uint32_t, uint32_t n) { return n; }
};
struct EdgeLeft {
  static uint32_t from(uint32_t i, uint32_t n) { return i > n ? i : n; }
};
struct EdgeRight {
  static uint32_t from(uint32_t i, uint32_t n) { return i < n ? i : n; }
};
struct Replicate16 {
  static uint32_t from(uint32_t i, uint32_t n) { return (n & 1) * 2 + (i & 1); }
};
template <class Mode>
struct Permute {
  static uint32_t of(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t selector = 0;
    for (uint32_t i = 0; i < 4; i++) selector |= Mode::from(i, c & 3) << i * 4;
    return Prmt::of(a, b, selector);
  }
};

// The position of the n-th set bit from the base on, up or down; with n = 0 the base itself, if it is set.
struct Fns {
  static uint32_t of(uint32_t mask, uint32_t base, uint32_t offset) {
    int n = int(offset), at = int(base);
    if (n == 0) return at >= 0 && at < 32 && mask >> at & 1 ? base : ~0u;
    int64_t left = n > 0 ? int64_t(n) : -int64_t(n);
    for (; at >= 0 && at < 32; at += n > 0 ? 1 : -1)
      if (mask >> at & 1 && --left == 0) return uint32_t(at);
    return ~0u;
  }
};

// The lower b bits of a, extended to 32. More than there are bits: clamped, that is all; or wrapped.
template <bool clamp, bool isSigned>
struct Extend {
  static uint32_t of(uint32_t a, uint32_t b) {
    if (clamp && b >= 32) return a;
    uint32_t n = b & 31, mask = n == 0 ? 0 : ~0u >> (32 - n);
    bool sign = isSigned && n != 0 && (a >> (n - 1) & 1);
    return sign ? a | ~mask : a & mask;
  }
};
// b ones from bit a on.
template <bool clamp>
struct Mask {
  static uint32_t of(uint32_t a, uint32_t b) {
    if (clamp && a >= 32) return 0;
    uint32_t from = a & 31, n = b & 31;
    uint32_t above = (clamp && b >= 32) || from + n >= 32 ? 0 : ~0u << (from + n);
    return ~0u << from & ~above;
  }
};

template <bool shift>
Handler bfindFor(Decoder& d, Type t) {
  switch (t) {
    case Type::U32: return unary<Bfind<shift>, uint32_t, uint32_t>;
    case Type::S32: return unary<Bfind<shift>, uint32_t, int32_t>;
    case Type::U64: return unary<Bfind<shift>, uint32_t, uint64_t>;
    case Type::S64: return unary<Bfind<shift>, uint32_t, int64_t>;
    default: d.fail("not for this type");
  }
}
void bfind(Decoder& d) {
  Type t = d.type();
  d.expectOperands(2);
  d.in.d = d.result(0, Type::U32);
  d.in.a = d.source(1, t);
  d.in.run = d.has("shiftamt") ? bfindFor<true>(d, t) : bfindFor<false>(d, t);
}

void bfe(Decoder& d) {
  Type t = d.type();
  d.expectOperands(4);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, Type::U32);
  d.in.c = d.source(3, Type::U32);
  using U = uint32_t;
  switch (t) {
    case Type::U32: d.in.run = ternary<Bfe, uint32_t, uint32_t, U, U>; break;
    case Type::S32: d.in.run = ternary<Bfe, int32_t, int32_t, U, U>; break;
    case Type::U64: d.in.run = ternary<Bfe, uint64_t, uint64_t, U, U>; break;
    case Type::S64: d.in.run = ternary<Bfe, int64_t, int64_t, U, U>; break;
    default: d.fail("not for this type");
  }
}

template <class T>
void insertField(Warp& w, const Instr& in) {
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  const uint32_t *start = w.cell<uint32_t>(in.c), *length = w.cell<uint32_t>(in.e);
  constexpr uint32_t bits = sizeof(T) * 8;
  eachLane<T>(w, in.d, [&](int i) {
    uint32_t at = start[i] & 255, n = length[i] & 255;
    if (at >= bits || n == 0) return b[i];
    T mask = T((n >= bits ? T(~T(0)) : T((T(1) << n) - 1)) << at);
    return T((b[i] & ~mask) | (T(a[i] << at) & mask));
  });
}

void bfi(Decoder& d) {
  Type t = d.type();
  if (t != Type::B32 && t != Type::B64) d.fail("for b32 and b64");
  d.expectOperands(5);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  d.in.c = d.source(3, Type::U32);
  d.in.e = d.source(4, Type::U32);
  d.in.run = t == Type::B32 ? insertField<uint32_t> : insertField<uint64_t>;
}

template <class Mode>
constexpr Handler permute = ternary<Permute<Mode>, uint32_t, uint32_t, uint32_t, uint32_t>;

void prmt(Decoder& d) {
  if (d.type() != Type::B32) d.fail("for b32");
  d.expectOperands(4);
  d.in.d = d.result(0, Type::B32);
  d.in.a = d.source(1, Type::B32);
  d.in.b = d.source(2, Type::B32);
  d.in.c = d.source(3, Type::B32);
  std::string mode = d.oneOf({"f4e", "b4e", "rc8", "ecl", "ecr", "rc16"}, "");
  d.in.run = mode == "f4e"    ? permute<Forward>
             : mode == "b4e"  ? permute<Backward>
             : mode == "rc8"  ? permute<Replicate8>
             : mode == "ecl"  ? permute<EdgeLeft>
             : mode == "ecr"  ? permute<EdgeRight>
             : mode == "rc16" ? permute<Replicate16>
                              : ternary<Prmt, uint32_t, uint32_t, uint32_t, uint32_t>;
}

void fns(Decoder& d) {
  if (d.type() != Type::B32) d.fail("for b32");
  d.expectOperands(4);
  d.in.d = d.result(0, Type::B32);
  d.in.a = d.source(1, Type::B32);
  d.in.b = d.source(2, Type::B32);
  d.in.c = d.source(3, Type::B32);
  d.in.run = ternary<Fns, uint32_t, uint32_t, uint32_t, uint32_t>;
}

void two(Decoder& d, Type t, Handler handler) {
  d.expectOperands(3);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, Type::B32);
  d.in.run = handler;
}
template <bool clamp, bool isSigned>
constexpr Handler extend = binary<Extend<clamp, isSigned>, uint32_t, uint32_t, uint32_t>;

void szext(Decoder& d) {
  bool clamp = d.oneOf({"clamp", "wrap"}) == "clamp";
  Type t = d.type();
  if (t != Type::U32 && t != Type::S32) d.fail("for u32 and s32");
  bool isSigned = t == Type::S32;
  two(d, t, clamp ? (isSigned ? extend<true, true> : extend<true, false>) : (isSigned ? extend<false, true> : extend<false, false>));
}

void bmsk(Decoder& d) {
  bool clamp = d.oneOf({"clamp", "wrap"}) == "clamp";
  if (d.type() != Type::B32) d.fail("for b32");
  two(d, Type::B32, clamp ? binary<Mask<true>, uint32_t, uint32_t, uint32_t> : binary<Mask<false>, uint32_t, uint32_t, uint32_t>);
}

}  // namespace

void addFieldRows(Rows& rows) {
  rows["bfind"].push_back({integers, bfind});
  rows["bfe"].push_back({integers, bfe});
  rows["bfi"].push_back({integers, bfi});
  rows["prmt"].push_back({integers, prmt});
  rows["fns"].push_back({integers, fns});
  rows["szext"].push_back({integers, szext});
  rows["bmsk"].push_back({integers, bmsk});
}

}  // namespace emu
