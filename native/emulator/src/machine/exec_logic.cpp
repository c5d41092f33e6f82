// Bits: logic and shifts; and mov, which moves them.
#include "machine/decoder.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

struct And {
  template <class T>
  static T of(T a, T b) { return a & b; }
};
struct Or {
  template <class T>
  static T of(T a, T b) { return a | b; }
};
struct Xor {
  template <class T>
  static T of(T a, T b) { return a ^ b; }
};
struct Not {
  template <class T>
  static T of(T a) { return T(~a); }
};
struct CNot {
  template <class T>
  static T of(T a) { return a == 0; }
};
struct Same {
  template <class T>
  static T of(T a) { return a; }
};
// A shift by more than there are bits gives what shifting one by one would.
struct Shl {
  template <class T>
  static T of(T a, uint32_t n) { return n >= sizeof(T) * 8 ? T(0) : T(a << n); }
};
struct Shr {
  template <class T>
  static T of(T a, uint32_t n) {
    constexpr uint32_t bits = sizeof(T) * 8;
    if (n >= bits) return T(a < 0 ? -1 : 0);
    return T(a >> n);
  }
};
struct ShfLeft {
  static uint32_t of(uint32_t a, uint32_t b, uint32_t n) { return uint32_t((uint64_t(b) << 32 | a) << n >> 32); }
};
struct ShfRight {
  static uint32_t of(uint32_t a, uint32_t b, uint32_t n) { return uint32_t((uint64_t(b) << 32 | a) >> n); }
};
template <class F, bool wrap>
struct Funnel {
  static uint32_t of(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t n = wrap ? c & 31 : c < 32 ? c : 32;
    if (n == 32) return std::is_same_v<F, ShfLeft> ? a : b;
    return F::of(a, b, n);
  }
};
struct Popc {
  template <class T>
  static uint32_t of(T a) { return uint32_t(__builtin_popcountll(a)); }
};
struct Clz {
  template <class T>
  static uint32_t of(T a) { return a == 0 ? uint32_t(sizeof(T) * 8) : uint32_t(__builtin_clzll(a)) - (64 - uint32_t(sizeof(T)) * 8); }
};
struct Brev {
  template <class T>
  static T of(T a) {
    T r = 0;
    for (unsigned i = 0; i < sizeof(T) * 8; i++) r = T(r << 1 | (a >> i & 1));
    return r;
  }
};
template <class F>
void logic(Decoder& d) {
  Type t = d.type();
  d.expectOperands(3);
  if (t == Type::Pred) {
    d.in.d = d.resultPredicate(d.operand(0).name);
    d.in.a = d.predicate(d.operand(1));
    d.in.b = d.predicate(d.operand(2));
    d.in.run = [](Warp& w, const Instr& in) {
      uint32_t r = F::template of<uint32_t>(w.predicate(in.a), w.predicate(in.b));
      putPredicate(w, in.d, r);
    };
    return;
  }
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  switch (t) {
    case Type::B16: d.in.run = binary<F, uint16_t, uint16_t, uint16_t>; break;
    case Type::B32: d.in.run = binary<F, uint32_t, uint32_t, uint32_t>; break;
    case Type::B64: d.in.run = binary<F, uint64_t, uint64_t, uint64_t>; break;
    default: d.fail("for .pred and .b types");
  }
}

void movePredicate(Warp& w, const Instr& in) {
  uint32_t r = in.negated ? ~w.predicate(in.a) : w.predicate(in.a);
  putPredicate(w, in.d, r);
}

template <bool VALUE>
void setPredicate(Warp& w, const Instr& in) {
  w.predicate(in.d) = VALUE ? w.predicate(in.d) | w.mask : w.predicate(in.d) & ~w.mask;
}

template <class F>
Handler sameSize(Decoder& d, Type t) {
  switch (bytesOf(t)) {
    case 2: return unary<F, uint16_t, uint16_t>;
    case 4: return unary<F, uint32_t, uint32_t>;
    case 8: return unary<F, uint64_t, uint64_t>;
    default: d.fail("not for this type");
  }
}

void notRow(Decoder& d) {
  Type t = d.type();
  d.expectOperands(2);
  if (t == Type::Pred) {
    d.in.d = d.resultPredicate(d.operand(0).name);
    d.in.a = d.predicate(d.operand(1));
    d.in.negated = true;
    d.in.run = movePredicate;
    return;
  }
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.run = sameSize<Not>(d, t);
}

void cnot(Decoder& d) {
  Type t = d.type();
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.run = sameSize<CNot>(d, t);
}

// mov.b32 %r, {%h0, %h1} and the reverse.
template <class Whole, class Part>
void pack(Warp& w, const Instr& in) {
  eachLane<Whole>(w, in.d, [&](int i) {
    Whole r = 0;
    for (int k = 0; k < in.width; k++) r |= Whole(w.cell<Part>(in.v[k])[i]) << k * sizeof(Part) * 8;
    return r;
  });
}
template <class Whole, class Part>
void unpack(Warp& w, const Instr& in) {
  alignas(64) Whole whole[lanes];
  std::memcpy(whole, w.cell<Whole>(in.a), sizeof whole);
  for (int k = 0; k < in.width; k++) eachLane<Part>(w, in.v[k], [&](int i) { return Part(whole[i] >> k * sizeof(Part) * 8); });
}

void mov(Decoder& d) {
  Type t = d.type();
  d.expectOperands(2);
  auto& to = d.operand(0);
  auto& from = d.operand(1);
  if (to.kind == ptx::Operand::Vector || from.kind == ptx::Operand::Vector) {
    bool isPack = from.kind == ptx::Operand::Vector;
    auto& parts = isPack ? from.parts : to.parts;
    int bytes = bytesOf(t);
    if ((parts.size() != 2 && parts.size() != 4) || bytes / int(parts.size()) < 2 || to.kind == from.kind) d.fail("packs two or four parts of at least 16 bits");
    Type part = bytes / parts.size() == 2 ? Type::B16 : Type::B32;
    d.in.width = uint8_t(parts.size());
    for (size_t i = 0; i < parts.size(); i++) d.in.v[i] = isPack ? d.source(parts[i], part) : d.result(parts[i], part);
    if (isPack)
      d.in.d = d.result(0, t);
    else
      d.in.a = d.source(1, t);
    if (bytes == 4)
      d.in.run = isPack ? pack<uint32_t, uint16_t> : unpack<uint32_t, uint16_t>;
    else if (part == Type::B16)
      d.in.run = isPack ? pack<uint64_t, uint16_t> : unpack<uint64_t, uint16_t>;
    else
      d.in.run = isPack ? pack<uint64_t, uint32_t> : unpack<uint64_t, uint32_t>;
    return;
  }
  if (t == Type::Pred) {
    d.in.d = d.resultPredicate(to.name);
    if (from.kind == ptx::Operand::Integer) {
      d.in.run = from.value != 0 ? setPredicate<true> : setPredicate<false>;
      return;
    }
    d.in.a = d.predicate(from);
    d.in.run = movePredicate;
    return;
  }
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.run = sameSize<Same>(d, t);
}

template <class F>
void shift(Decoder& d) {
  Type t = d.type();
  d.expectOperands(3);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, Type::B32);
  switch (t) {
    case Type::B16: case Type::U16: d.in.run = binary<F, uint16_t, uint16_t, uint32_t>; break;
    case Type::B32: case Type::U32: d.in.run = binary<F, uint32_t, uint32_t, uint32_t>; break;
    case Type::B64: case Type::U64: d.in.run = binary<F, uint64_t, uint64_t, uint32_t>; break;
    case Type::S16: d.in.run = binary<F, int16_t, int16_t, uint32_t>; break;
    case Type::S32: d.in.run = binary<F, int32_t, int32_t, uint32_t>; break;
    case Type::S64: d.in.run = binary<F, int64_t, int64_t, uint32_t>; break;
    default: d.fail("not for this type");
  }
}

void shf(Decoder& d) {
  bool left = d.oneOf({"l", "r"}) == "l", wrap = d.oneOf({"wrap", "clamp"}) == "wrap";
  if (d.type() != Type::B32) d.fail("for b32");
  d.expectOperands(4);
  d.in.d = d.result(0, Type::B32);
  d.in.a = d.source(1, Type::B32);
  d.in.b = d.source(2, Type::B32);
  d.in.c = d.source(3, Type::U32);
  using U = uint32_t;
  d.in.run = left ? (wrap ? ternary<Funnel<ShfLeft, true>, U, U, U, U> : ternary<Funnel<ShfLeft, false>, U, U, U, U>)
                  : (wrap ? ternary<Funnel<ShfRight, true>, U, U, U, U> : ternary<Funnel<ShfRight, false>, U, U, U, U>);
}

template <class F>
void count(Decoder& d) {
  Type t = d.type();
  d.expectOperands(2);
  d.in.d = d.result(0, Type::U32);
  d.in.a = d.source(1, t);
  if (t == Type::B32 || t == Type::U32)
    d.in.run = unary<F, uint32_t, uint32_t>;
  else if (t == Type::B64 || t == Type::U64)
    d.in.run = unary<F, uint32_t, uint64_t>;
  else
    d.fail("for b32 and b64");
}

void brev(Decoder& d) {
  Type t = d.type();
  if (t != Type::B32 && t != Type::B64) d.fail("for b32 and b64");
  d.expectOperands(2);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.run = t == Type::B32 ? unary<Brev, uint32_t, uint32_t> : unary<Brev, uint64_t, uint64_t>;
}

void lop3(Decoder& d) {
  if (d.type() != Type::B32) d.fail("for b32");
  d.expectOperands(5);
  d.in.d = d.result(0, Type::B32);
  d.in.a = d.source(1, Type::B32);
  d.in.b = d.source(2, Type::B32);
  d.in.c = d.source(3, Type::B32);
  int64_t table = d.immediate(4);
  if (table < 0 || table > 255) d.fail("the table has 8 bits");
  d.in.mode = uint8_t(table);
  d.in.run = [](Warp& w, const Instr& in) {
    const uint32_t *a = w.cell<uint32_t>(in.a), *b = w.cell<uint32_t>(in.b), *c = w.cell<uint32_t>(in.c);
    eachLane<uint32_t>(w, in.d, [&](int i) {
      uint32_t r = 0;
      for (int k = 0; k < 8; k++)
        if (in.mode >> k & 1) r |= (k & 4 ? a[i] : ~a[i]) & (k & 2 ? b[i] : ~b[i]) & (k & 1 ? c[i] : ~c[i]);
      return r;
    });
  };
}

}  // namespace

void addLogicRows(Rows& rows) {
  rows["and"].push_back({anyType, logic<And>});
  rows["or"].push_back({anyType, logic<Or>});
  rows["xor"].push_back({anyType, logic<Xor>});
  rows["not"].push_back({anyType, notRow});
  rows["cnot"].push_back({integers, cnot});
  rows["mov"].push_back({anyType, mov});
  rows["shl"].push_back({integers, shift<Shl>});
  rows["shr"].push_back({integers, shift<Shr>});
  rows["shf"].push_back({integers, shf});
  rows["popc"].push_back({integers, count<Popc>});
  rows["clz"].push_back({integers, count<Clz>});
  rows["brev"].push_back({integers, brev});
  rows["lop3"].push_back({integers, lop3});
}

}  // namespace emu
