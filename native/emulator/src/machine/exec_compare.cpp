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

template <class T>
constexpr bool isReal = std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat>;

template <Comparison c, class T, bool ftz>
bool compareOne(T a, T b) {
  if constexpr (isReal<T>)
    return compare<c>(wide(ftz ? flush(a) : a), wide(ftz ? flush(b) : b));
  else
    return compare<c>(a, b);
}

// One number in a register, or two of them: then those in the upper halves are compared for a second result.
struct Outcome {
  uint32_t low, high;
};
template <Comparison c, class T, bool ftz, bool pair>
Outcome compared(Warp& w, const Instr& in) {
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  constexpr int step = pair ? 2 : 1;
  Outcome r = {0, 0};
  for (int i = 0; i < lanes; i++) {
    r.low |= uint32_t(compareOne<c, T, ftz>(a[i * step], b[i * step])) << i;
    if (pair) r.high |= uint32_t(compareOne<c, T, ftz>(a[i * step + 1], b[i * step + 1])) << i;
  }
  return r;
}

// How the outcome is joined with a third predicate.
enum Join : uint8_t { Alone, JoinAnd, JoinOr, JoinXor };

uint32_t joined(Warp& w, const Instr& in, uint32_t r) {
  if (in.mode == Alone) return r;
  uint32_t p = in.negated ? ~w.predicate(in.c) : w.predicate(in.c);
  return in.mode == JoinAnd ? r & p : in.mode == JoinOr ? r | p : r ^ p;
}

// The second result is the contrary's, or that of the upper halves.
template <Comparison c, class T, bool ftz, bool pair>
void setp(Warp& w, const Instr& in) {
  Outcome r = compared<c, T, ftz, pair>(w, in);
  uint32_t first = joined(w, in, r.low), second = joined(w, in, pair ? r.high : ~r.low);
  putPredicate(w, in.d, first);
  putPredicate(w, in.e, second);
}

// To a register of Instr::width bytes: all ones or 1.0, which is in Instr::offset.
template <Comparison c, class T, bool ftz, bool pair>
void setRegister(Warp& w, const Instr& in) {
  Outcome r = compared<c, T, ftz, pair>(w, in);
  uint32_t yes = uint32_t(in.offset), low = joined(w, in, r.low), high = joined(w, in, r.high);
  auto of = [&](uint32_t bits, int i) { return bits >> i & 1 ? yes : 0u; };
  if (pair)
    eachLane<uint32_t>(w, in.d, [&](int i) { return of(low, i) | of(high, i) << 16; });
  else if (in.width == 4)
    eachLane<uint32_t>(w, in.d, [&](int i) { return of(low, i); });
  else
    eachLane<uint16_t>(w, in.d, [&](int i) { return uint16_t(of(low, i)); });
}

template <class T, bool ftz, bool pair>
Handler forType(Decoder& d, int c, bool toRegister) {
  if (!isReal<T> && c >= Equ) d.fail("this comparison is for floating-point numbers");
#define EMU_COMPARISON(name) \
  case name: return toRegister ? setRegister<name, T, ftz, pair> : setp<name, T, ftz, pair>;
  switch (c) {
    EMU_COMPARISON(Eq)
    EMU_COMPARISON(Ne)
    EMU_COMPARISON(Lt)
    EMU_COMPARISON(Le)
    EMU_COMPARISON(Gt)
    EMU_COMPARISON(Ge)
  }
  if constexpr (isReal<T>) {
    switch (c) {
      EMU_COMPARISON(Equ)
      EMU_COMPARISON(Neu)
      EMU_COMPARISON(Ltu)
      EMU_COMPARISON(Leu)
      EMU_COMPARISON(Gtu)
      EMU_COMPARISON(Geu)
      EMU_COMPARISON(Num)
      EMU_COMPARISON(Nan)
    }
  }
#undef EMU_COMPARISON
  d.fail("a comparison is missing");
}

// lo, ls, hi, hs are lt, le, gt, ge of unsigned numbers.
int comparison(Decoder& d, Type t) {
  bool isBits = t >= Type::B8 && t <= Type::B128;
  for (int c = 0; c < int(sizeof comparisons / sizeof *comparisons); c++)
    if (d.has(comparisons[c])) {
      if (isBits && c > Ne) d.fail("bits are compared by eq and ne");
      return c;
    }
  static const std::pair<const char*, Comparison> others[] = {{"lo", Lt}, {"ls", Le}, {"hi", Gt}, {"hs", Ge}};
  for (auto& [name, c] : others)
    if (d.has(name)) {
      if (ptx::isSigned(t) || isFloat(t) || isBits) d.fail("this comparison is for unsigned numbers");
      return c;
    }
  d.fail("a comparison is missing");
}

Handler comparing(Decoder& d, Type t, bool toRegister) {
  int c = comparison(d, t);
  bool ftz = d.has("ftz");
  if (ftz && t != Type::F32 && t != Type::F16 && t != Type::F16x2) d.fail("ftz is for f32 and f16");
  switch (t) {
    case Type::B16: case Type::U16: return forType<uint16_t, false, false>(d, c, toRegister);
    case Type::B32: case Type::U32: return forType<uint32_t, false, false>(d, c, toRegister);
    case Type::B64: case Type::U64: return forType<uint64_t, false, false>(d, c, toRegister);
    case Type::S16: return forType<int16_t, false, false>(d, c, toRegister);
    case Type::S32: return forType<int32_t, false, false>(d, c, toRegister);
    case Type::S64: return forType<int64_t, false, false>(d, c, toRegister);
    case Type::F16: return ftz ? forType<Half, true, false>(d, c, toRegister) : forType<Half, false, false>(d, c, toRegister);
    case Type::F16x2: return ftz ? forType<Half, true, true>(d, c, toRegister) : forType<Half, false, true>(d, c, toRegister);
    case Type::BF16: return forType<BFloat, false, false>(d, c, toRegister);
    case Type::BF16x2: return forType<BFloat, false, true>(d, c, toRegister);
    case Type::F32: return ftz ? forType<float, true, false>(d, c, toRegister) : forType<float, false, false>(d, c, toRegister);
    case Type::F64: return forType<double, false, false>(d, c, toRegister);
    default: d.fail("not for this type");
  }
}

void operands(Decoder& d, Type t) {
  d.expectOperands(3, 4);
  std::string join = d.oneOf({"and", "or", "xor"}, "");
  d.in.mode = join == "and" ? JoinAnd : join == "or" ? JoinOr : join == "xor" ? JoinXor : Alone;
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  if ((d.in.mode != Alone) != (d.operands() == 4)) d.fail("has another number of operands");
  if (d.in.mode == Alone) return;
  d.in.c = d.predicate(d.operand(3), true);
  d.in.negated = d.operand(3).negated;
}

void setpRow(Decoder& d) {
  Type t = d.type();
  operands(d, t);
  d.in.run = comparing(d, t, false);
  auto& to = d.operand(0);
  d.in.d = d.resultPredicate(to.name);
  if (to.second.empty()) return;
  if (t == Type::F16 || t == Type::BF16) d.fail("has one result only");
  d.in.e = d.resultPredicate(to.second);
}

// What stands for true, by the result's type.
uint32_t truth(Decoder& d, Type to, Type t) {
  bool half = t == Type::F16 || t == Type::BF16, pair = t == Type::F16x2 || t == Type::BF16x2;
  bool isWord = to == Type::U32 || to == Type::S32, isShort = to == Type::U16 || to == Type::S16;
  if (pair && (to == t || isWord)) return isWord ? 0xffff : to == Type::F16x2 ? 0x3c00 : 0x3f80;
  if (!pair && isWord) return ~0u;
  if (half && isShort) return 0xffff;
  if (!pair && to == Type::F16 && t != Type::BF16) return 0x3c00;
  if (!pair && to == Type::BF16) return 0x3f80;
  if (!pair && !half && to == Type::F32) return 0x3f800000;
  d.fail("the result cannot be of this type");
}

void setRow(Decoder& d) {
  if (d.types() != 2) d.fail("needs two types");
  Type to = d.type(0), t = d.type(1);
  operands(d, t);
  d.in.run = comparing(d, t, true);
  d.in.offset = truth(d, to, t);
  d.in.width = uint8_t(bytesOf(to));
  d.in.d = d.result(0, to);
}

template <class T>
void select(Warp& w, const Instr& in) {
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  uint32_t p = w.predicate(in.c);
  eachLane<T>(w, in.d, [&](int i) { return p >> i & 1 ? a[i] : b[i]; });
}

// b, u and s of 16 bits and more, f32, f64.
void expectSelectable(Decoder& d, Type t) {
  if (!((integers(t) && t < Type::U16x2) || floats(t))) d.fail("not for this type");
}

void selp(Decoder& d) {
  Type t = d.type();
  expectSelectable(d, t);
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

// Subnormal selectors, where they are flushed, are not negative.
template <class T, class C, bool ftz>
void selectBySign(Warp& w, const Instr& in) {
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  const C* c = w.cell<C>(in.c);
  eachLane<T>(w, in.d, [&](int i) {
    if constexpr (ftz) return flush(c[i]) >= 0 ? a[i] : b[i];
    return c[i] >= 0 ? a[i] : b[i];
  });
}
template <class T>
Handler bySign(bool whole, bool ftz) {
  return whole ? selectBySign<T, int32_t, false> : ftz ? selectBySign<T, float, true> : selectBySign<T, float, false>;
}

void slct(Decoder& d) {
  if (d.types() != 2) d.fail("needs two types");
  Type t = d.type(0), by = d.type(1);
  expectSelectable(d, t);
  d.expectOperands(4);
  if (by != Type::S32 && by != Type::F32) d.fail("selects by s32 or f32");
  bool whole = by == Type::S32, ftz = !whole && d.has("ftz");
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  d.in.c = d.source(3, by);
  switch (bytesOf(t)) {
    case 2: d.in.run = bySign<uint16_t>(whole, ftz); break;
    case 4: d.in.run = bySign<uint32_t>(whole, ftz); break;
    case 8: d.in.run = bySign<uint64_t>(whole, ftz); break;
    default: d.fail("not for this type");
  }
}

}  // namespace

void addCompareRows(Rows& rows) {
  rows["setp"].push_back({anyType, setpRow});
  rows["set"].push_back({anyType, setRow});
  rows["selp"].push_back({anyType, selp});
  rows["slct"].push_back({anyType, slct});
}

}  // namespace emu
