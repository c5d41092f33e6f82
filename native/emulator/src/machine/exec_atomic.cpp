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

template <class T>
T combine(Operation op, T old, T b, T c) {
  if constexpr (std::is_floating_point_v<T>) {
    if (op == Add) return canonical(old + b);
    if (op == Exchange) return b;
    return old;
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

void row(Decoder& d) {
  bool isAtom = d.statement().opcode == "atom";
  Space space = d.has("global") ? Space::Global : d.has("shared") || d.has("shared::cta") ? Space::Shared : Space::Generic;
  for (const char* m : {"relaxed", "cta", "gpu", "sys", "cluster"}) d.has(m);
  for (const char* m : {"acquire", "acq_rel"})
    if (d.has(m)) d.in.order |= Acquire;
  for (const char* m : {"release", "acq_rel"})
    if (d.has(m)) d.in.order |= Release;
  if (space != Space::Shared) d.meetsOtherBlocks();
  Type t = d.type();
  int op = -1;
  for (int i = 0; i < 10; i++)
    if (d.has(names[i])) op = i;
  if (op < 0 || (!isAtom && (op == Exchange || op == CompareSwap))) d.fail("an operation is missing");
  bool isBits = t == Type::B32 || t == Type::B64, isUnsigned = t == Type::U32 || t == Type::U64, isSigned = t == Type::S32 || t == Type::S64;
  bool real = floats(t);
  bool fine = op == Add                                         ? isUnsigned || t == Type::S32 || real
              : op == MinOf || op == MaxOf                      ? isUnsigned || isSigned
              : op == Inc || op == Dec                          ? t == Type::U32
              : op == Exchange || op == CompareSwap || op >= And ? isBits
                                                                : false;
  if (!fine) d.fail("not for this type");
  size_t first = isAtom ? 1 : 0;
  d.expectOperands(first + (op == CompareSwap ? 3 : 2));
  d.in.mode = uint8_t(op);
  d.in.d = isAtom ? d.result(0, t) : 0;
  d.in.b = d.source(first + 1, t);
  if (op == CompareSwap) d.in.c = d.source(first + 2, t);
  d.address(d.operand(first), space);
  switch (t) {
    case Type::B32: case Type::U32: d.in.run = in<uint32_t>(space); break;
    case Type::B64: case Type::U64: d.in.run = in<uint64_t>(space); break;
    case Type::S32: d.in.run = in<int32_t>(space); break;
    case Type::S64: d.in.run = in<int64_t>(space); break;
    case Type::F32: d.in.run = in<float>(space); break;
    default: d.in.run = in<double>(space); break;
  }
}

}  // namespace

void addAtomicRows(Rows& rows) {
  rows["atom"].push_back({anyType, row});
  rows["red"].push_back({anyType, row});
}

}  // namespace emu
