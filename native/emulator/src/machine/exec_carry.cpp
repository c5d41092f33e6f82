// Extended precision: add.cc, addc, sub.cc, subc, mad.cc, madc. The carry is a predicate of its own, a bit a lane.
#include "machine/carry.h"

#include <type_traits>

#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

enum : uint8_t { Takes = 1, Leaves = 2 };

template <class U, bool subtract>
void sum(Warp& w, const Instr& in) {
  const U *a = w.cell<U>(in.a), *b = w.cell<U>(in.b);
  uint32_t carry = in.mode & Takes ? w.predicate(in.e) : 0, over = 0;
  alignas(64) U t[lanes];
  for (int i = 0; i < lanes; i++) {
    U c = carry >> i & 1, x = a[i], y = b[i];
    U r = subtract ? x - y - c : x + y + c;
    bool o = subtract ? (c ? x <= y : x < y) : (c ? r <= x : r < x);
    t[i] = r;
    over |= uint32_t(o) << i;
  }
  put(w, in.d, t);
  if (in.mode & Leaves) putPredicate(w, in.e, over);
}

// a * b + c + carry, of the product the lower or the upper half.
template <class T, bool high>
void product(Warp& w, const Instr& in) {
  using U = std::make_unsigned_t<T>;
  using Wide = std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>;
  const T *a = w.cell<T>(in.a), *b = w.cell<T>(in.b);
  const U* c = w.cell<U>(in.c);
  uint32_t carry = in.mode & Takes ? w.predicate(in.e) : 0, over = 0;
  alignas(64) U t[lanes];
  for (int i = 0; i < lanes; i++) {
    U p = U(Wide(a[i]) * Wide(b[i]) >> (high ? sizeof(T) * 8 : 0)), k = carry >> i & 1;
    t[i] = p + c[i] + k;
    over |= uint32_t(k ? t[i] <= p : t[i] < p) << i;
  }
  put(w, in.d, t);
  if (in.mode & Leaves) putPredicate(w, in.e, over);
}

void carries(Decoder& d) {
  bool takes = d.statement().opcode.back() == 'c';
  d.in.mode = uint8_t((takes ? Takes : 0) | (d.has("cc") ? Leaves : 0));
  d.in.e = d.carry();
}

void addc(Decoder& d) { sumWithCarry(d, false); }
void subc(Decoder& d) { sumWithCarry(d, true); }

}  // namespace

void sumWithCarry(Decoder& d, bool subtract) {
  Type t = d.type();
  d.expectOperands(3);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  carries(d);
  switch (t) {
    case Type::U32: case Type::S32: d.in.run = subtract ? sum<uint32_t, true> : sum<uint32_t, false>; break;
    case Type::U64: case Type::S64: d.in.run = subtract ? sum<uint64_t, true> : sum<uint64_t, false>; break;
    default: d.fail("carries are for 32 and 64 bits");
  }
}

void productWithCarry(Decoder& d) {
  Type t = d.type();
  bool high = d.oneOf({"lo", "hi"}) == "hi";
  d.expectOperands(4);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, t);
  d.in.c = d.source(3, t);
  carries(d);
  switch (t) {
    case Type::U32: d.in.run = high ? product<uint32_t, true> : product<uint32_t, false>; break;
    case Type::S32: d.in.run = high ? product<int32_t, true> : product<int32_t, false>; break;
    case Type::U64: d.in.run = high ? product<uint64_t, true> : product<uint64_t, false>; break;
    case Type::S64: d.in.run = high ? product<int64_t, true> : product<int64_t, false>; break;
    default: d.fail("carries are for 32 and 64 bits");
  }
}

void addCarryRows(Rows& rows) {
  rows["addc"].push_back({integers, addc});
  rows["subc"].push_back({integers, subc});
  rows["madc"].push_back({integers, productWithCarry});
}

}  // namespace emu
