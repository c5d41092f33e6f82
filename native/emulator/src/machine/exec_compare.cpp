// setp, set, selp, slct.
#include <type_traits>

#include "machine/decoder.h"
#include "machine/numbers.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

// In the order of `comparisons` below. The u ones are true where either side is no number.
enum Comparison : uint8_t { Eq, Ne, Lt, Le, Gt, Ge, Equ, Neu, Ltu, Leu, Gtu, Geu, Num, Nan };
const char* const comparisons[] = {"eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};

template <Comparison c, class T>
bool compare(T a, T b) {
  bool unordered = a != a || b != b;
  switch (c) {
    case Eq: return a == b;
    case Ne: return !unordered && a != b;
    case Lt: return a < b;
    case Le: return a <= b;
    case Gt: return a > b;
    case Ge: return a >= b;
    case Equ: return unordered || a == b;
    case Neu: return unordered || a != b;
    case Ltu: return unordered || a < b;
    case Leu: return unordered || a <= b;
    case Gtu: return unordered || a > b;
    case Geu: return unordered || a >= b;
    case Num: return !unordered;
    case Nan: return unordered;
  }
  return false;
}

template <Comparison c, class T, bool ftz>
uint32_t compared(Warp& w, const Instr& in) {
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  uint32_t r = 0;
  for (int i = 0; i < lanes; i++) {
    if constexpr (ftz)
      r |= uint32_t(compare<c>(flush(a[i]), flush(b[i]))) << i;
    else
      r |= uint32_t(compare<c>(a[i], b[i])) << i;
  }
  return r;
}

// How the outcome is joined with a third predicate; and for a second result, its contrary.
enum Join : uint8_t { Alone, JoinAnd, JoinOr, JoinXor };

template <Comparison c, class T, bool ftz>
void setp(Warp& w, const Instr& in) {
  uint32_t r = compared<c, T, ftz>(w, in), contrary = ~r;
  if (in.mode != Alone) {
    uint32_t p = in.negated ? ~w.predicate(in.c) : w.predicate(in.c);
    auto join = [&](uint32_t x) { return in.mode == JoinAnd ? x & p : in.mode == JoinOr ? x | p : x ^ p; };
    r = join(r);
    contrary = join(contrary);
  }
  w.predicate(in.d) = (w.predicate(in.d) & ~w.mask) | (r & w.mask);
  w.predicate(in.e) = (w.predicate(in.e) & ~w.mask) | (contrary & w.mask);
}

// To a register: all ones or 1.0.
template <Comparison c, class T, bool ftz>
void setRegister(Warp& w, const Instr& in) {
  uint32_t r = compared<c, T, ftz>(w, in);
  uint32_t yes = in.cellBytes ? 0x3f800000u : ~0u;
  eachLane<uint32_t>(w, in.d, [&](int i) { return r >> i & 1 ? yes : 0u; });
}

template <Comparison c, class T, bool ftz>
Handler pick(bool toRegister) {
  return toRegister ? setRegister<c, T, ftz> : setp<c, T, ftz>;
}

template <class T, bool ftz>
Handler forType(Decoder& d, int c, bool toRegister) {
  if constexpr (!std::is_floating_point_v<T>) {
    if (c >= Equ) d.fail("this comparison is for floating-point numbers");
  }
  switch (c) {
    case Eq: return pick<Eq, T, ftz>(toRegister);
    case Ne: return pick<Ne, T, ftz>(toRegister);
    case Lt: return pick<Lt, T, ftz>(toRegister);
    case Le: return pick<Le, T, ftz>(toRegister);
    case Gt: return pick<Gt, T, ftz>(toRegister);
    case Ge: return pick<Ge, T, ftz>(toRegister);
  }
  if constexpr (std::is_floating_point_v<T>) {
    switch (c) {
      case Equ: return pick<Equ, T, ftz>(toRegister);
      case Neu: return pick<Neu, T, ftz>(toRegister);
      case Ltu: return pick<Ltu, T, ftz>(toRegister);
      case Leu: return pick<Leu, T, ftz>(toRegister);
      case Gtu: return pick<Gtu, T, ftz>(toRegister);
      case Geu: return pick<Geu, T, ftz>(toRegister);
      case Num: return pick<Num, T, ftz>(toRegister);
      case Nan: return pick<Nan, T, ftz>(toRegister);
    }
  }
  d.fail("a comparison is missing");
}

// lo, ls, hi, hs are lt, le, gt, ge of unsigned numbers.
int comparison(Decoder& d, Type t) {
  for (int c = 0; c < int(sizeof comparisons / sizeof *comparisons); c++)
    if (d.has(comparisons[c])) return c;
  static const std::pair<const char*, Comparison> others[] = {{"lo", Lt}, {"ls", Le}, {"hi", Gt}, {"hs", Ge}};
  for (auto& [name, c] : others)
    if (d.has(name)) {
      if (ptx::isSigned(t) || isFloat(t)) d.fail("this comparison is for unsigned numbers");
      return c;
    }
  d.fail("a comparison is missing");
}

Handler comparing(Decoder& d, Type t, bool toRegister) {
  int c = comparison(d, t);
  bool ftz = d.has("ftz");
  if (ftz && t != Type::F32) d.fail("ftz is for f32");
  switch (t) {
    case Type::B16: case Type::U16: return forType<uint16_t, false>(d, c, toRegister);
    case Type::B32: case Type::U32: return forType<uint32_t, false>(d, c, toRegister);
    case Type::B64: case Type::U64: return forType<uint64_t, false>(d, c, toRegister);
    case Type::S16: return forType<int16_t, false>(d, c, toRegister);
    case Type::S32: return forType<int32_t, false>(d, c, toRegister);
    case Type::S64: return forType<int64_t, false>(d, c, toRegister);
    case Type::F32: return ftz ? forType<float, true>(d, c, toRegister) : forType<float, false>(d, c, toRegister);
    case Type::F64: return forType<double, false>(d, c, toRegister);
    default: d.fail("not for this type");
  }
}

void setpRow(Decoder& d) {
  Type t = d.type();
  d.expectOperands(3, 4);
  d.in.run = comparing(d, t, false);
  std::string join = d.oneOf({"and", "or", "xor"}, "");
  d.in.mode = join == "and" ? JoinAnd : join == "or" ? JoinOr : join == "xor" ? JoinXor : Alone;
  auto& to = d.operand(0);
  d.in.d = d.resultPredicate(to.name);
  if (!to.second.empty()) d.in.e = d.resultPredicate(to.second);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  if ((d.in.mode != Alone) != (d.operands() == 4)) d.fail("has another number of operands");
  if (d.in.mode != Alone) {
    d.in.c = d.predicate(d.operand(3), true);
    d.in.negated = d.operand(3).negated;
  }
}

void setRow(Decoder& d) {
  Type to = d.type(0), t = d.type(1);
  d.expectOperands(3);
  if (to != Type::U32 && to != Type::S32 && to != Type::F32) d.fail("the result is u32, s32 or f32");
  d.in.run = comparing(d, t, true);
  d.in.cellBytes = to == Type::F32;
  d.in.d = d.result(0, to);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
}

template <class T>
void select(Warp& w, const Instr& in) {
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  uint32_t p = w.predicate(in.c);
  eachLane<T>(w, in.d, [&](int i) { return p >> i & 1 ? a[i] : b[i]; });
}

void selp(Decoder& d) {
  Type t = d.type();
  d.expectOperands(4);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  d.in.c = d.predicate(d.operand(3));
  switch (bytesOf(t)) {
    case 2: d.in.run = select<uint16_t>; break;
    case 4: d.in.run = select<uint32_t>; break;
    case 8: d.in.run = select<uint64_t>; break;
    default: d.fail("not for this type");
  }
}

template <class T, class C>
void selectBySign(Warp& w, const Instr& in) {
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  const C* c = w.cell<C>(in.c);
  eachLane<T>(w, in.d, [&](int i) { return c[i] >= 0 ? a[i] : b[i]; });
}

void slct(Decoder& d) {
  Type t = d.type(0), by = d.type(1);
  d.expectOperands(4);
  d.has("ftz");
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  d.in.c = d.source(3, by);
  if (by != Type::S32 && by != Type::F32) d.fail("selects by s32 or f32");
  if (bytesOf(t) == 4)
    d.in.run = by == Type::S32 ? selectBySign<uint32_t, int32_t> : selectBySign<uint32_t, float>;
  else if (bytesOf(t) == 8)
    d.in.run = by == Type::S32 ? selectBySign<uint64_t, int32_t> : selectBySign<uint64_t, float>;
  else
    d.fail("not for this type");
}

}  // namespace

void addCompareRows(Rows& rows) {
  rows["setp"].push_back({anyType, setpRow});
  rows["set"].push_back({anyType, setRow});
  rows["selp"].push_back({anyType, selp});
  rows["slct"].push_back({anyType, slct});
}

}  // namespace emu
