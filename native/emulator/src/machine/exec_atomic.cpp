// atom and red: one lane after the other.
#include <type_traits>

#include "machine/decoder.h"
#include "machine/numbers.h"
#include "machine/reach.h"

namespace emu {
namespace {

using ptx::Type;

enum Operation : uint8_t { Add, MinOf, MaxOf, And, Or, Xor, Exchange, Inc, Dec, CompareSwap };
const char* const names[] = {"add", "min", "max", "and", "or", "xor", "exch", "inc", "dec", "cas"};

struct HalfPair {
  Half low, high;
};
struct BFloatPair {
  BFloat low, high;
};
Half plus(Half a, Half b) { return halfOf(wide(a) + wide(b)); }
BFloat plus(BFloat a, BFloat b) { return bfloatOf(wide(a) + wide(b)); }
HalfPair plus(HalfPair a, HalfPair b) { return {plus(a.low, b.low), plus(a.high, b.high)}; }
BFloatPair plus(BFloatPair a, BFloatPair b) { return {plus(a.low, b.low), plus(a.high, b.high)}; }
float plus(float a, float b) { return canonical(a + b); }
double plus(double a, double b) { return a + b; }

// Numbers that are no whole ones are only added.
template <class T>
T combine(Operation op, T old, T b, T c) {
  if constexpr (!std::is_integral_v<T>) {
    return plus(old, b);
  } else {
    using U = std::make_unsigned_t<T>;
    switch (op) {
      case Add: return T(U(old) + U(b));
      case MinOf: return old < b ? old : b;
      case MaxOf: return old > b ? old : b;
      case And: return old & b;
      case Or: return old | b;
      case Xor: return old ^ b;
      case Exchange: return b;
      case Inc: return U(old) >= U(b) ? T(0) : T(U(old) + 1);
      case Dec: return old == 0 || U(old) > U(b) ? b : T(U(old) - 1);
      case CompareSwap: return old == b ? c : old;
    }
    return old;
  }
}

template <class T, Space space>
void atomic(Warp& w, const Instr& in) {
  uint8_t* at[lanes];
  reach(w, in, space, sizeof(T), Access::Atomic, at);
  alignas(64) T old[lanes] = {};
  const T *b = w.cell<T>(in.b), *c = w.cell<T>(in.c);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    int i = firstLane(m);
    std::memcpy(&old[i], at[i], sizeof(T));
    T result = combine<T>(Operation(in.mode), old[i], b[i], c[i]);
    std::memcpy(at[i], &result, sizeof(T));
  }
  eachLane<T>(w, in.d, [&](int i) { return old[i]; });
}

template <class T>
Handler in(Space space) {
  return space == Space::Global ? atomic<T, Space::Global> : space == Space::Shared ? atomic<T, Space::Shared> : atomic<T, Space::Generic>;
}

// What is done to what type.
bool fits(Operation op, Type t) {
  bool isUnsigned = t == Type::U32 || t == Type::U64, isSigned = t == Type::S32 || t == Type::S64, isBits = t == Type::B32 || t == Type::B64;
  switch (op) {
    case Add: return isUnsigned || t == Type::S32 || (isFloat(t) && t != Type::TF32);
    case MinOf: case MaxOf: return isUnsigned || isSigned;
    case Inc: case Dec: return t == Type::U32;
    case CompareSwap: return isBits || t == Type::B16;
    default: return isBits;
  }
}

Handler handlerFor(Type t, Space space) {
  switch (t) {
    case Type::B16: return in<uint16_t>(space);
    case Type::B32: case Type::U32: return in<uint32_t>(space);
    case Type::B64: case Type::U64: return in<uint64_t>(space);
    case Type::S32: return in<int32_t>(space);
    case Type::S64: return in<int64_t>(space);
    case Type::F16: return in<Half>(space);
    case Type::F16x2: return in<HalfPair>(space);
    case Type::BF16: return in<BFloat>(space);
    case Type::BF16x2: return in<BFloatPair>(space);
    case Type::F32: return in<float>(space);
    default: return in<double>(space);
  }
}

void row(Decoder& d) {
  bool isAtom = d.statement().opcode == "atom";
  Space space = d.has("global") ? Space::Global : d.has("shared") || d.has("shared::cta") ? Space::Shared : Space::Generic;
  for (const char* m : {"relaxed", "cta", "gpu", "sys", "cluster"}) d.has(m);
  if (isAtom && (d.has("acquire") || d.has("acq_rel"))) d.in.order |= Acquire;
  if (d.has("release") || (isAtom && d.has("acq_rel"))) d.in.order |= Release;
  if (space != Space::Shared) d.meetsOtherBlocks();
  Type t = d.type();
  int op = -1;
  for (int i = 0; i < 10; i++)
    if (d.has(names[i])) op = i;
  if (op < 0 || (!isAtom && (op == Exchange || op == CompareSwap))) d.fail("an operation is missing");
  if (!fits(Operation(op), t)) d.fail("not for this type");
  bool brief = t >= Type::F16 && t <= Type::BF16x2;
  if (d.has("noftz") != brief) d.fail("noftz is for f16 and bf16, which need it");
  size_t first = isAtom ? 1 : 0, count = first + (op == CompareSwap ? 3 : 2);
  bool hint = d.has("L2::cache_hint");
  d.expectOperands(count + hint);
  if (hint) d.source(count, Type::B64);
  d.in.mode = uint8_t(op);
  d.in.d = isAtom ? d.result(0, t) : 0;
  d.in.b = d.source(first + 1, t);
  if (op == CompareSwap) d.in.c = d.source(first + 2, t);
  d.address(d.operand(first), space);
  if (space == Space::Shared && bytesOf(t) < 4) d.sharedBytewise();
  d.in.run = handlerFor(t, space);
}

}  // namespace

void addAtomicRows(Rows& rows) {
  rows["atom"].push_back({anyType, row});
  rows["red"].push_back({anyType, row});
}

}  // namespace emu
