// cvt with two numbers in a result, and to TF32.
#include "machine/numbers.h"
#include "machine/pack.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

template <class H>
H nearest(float f) {
  if constexpr (std::is_same_v<H, Half>)
    return halfOf(f);
  else
    return bfloatOf(f);
}
template <class H>
H truncated(float f) {
  return H{uint16_t(std::is_same_v<H, Half> ? narrow(double(f), 5, 10, TowardsZero) : narrow(double(f), 8, 7, TowardsZero))};
}

template <class H, bool toNearest, bool relu>
struct Pair {
  static uint32_t of(float upper, float lower) { return uint32_t(one(upper).bits) << 16 | one(lower).bits; }
  static H one(float f) {
    if (relu) f = rectify(f);
    return toNearest ? nearest<H>(f) : truncated<H>(f);
  }
};
template <class H>
Handler pairOf(bool nearest, bool relu) {
  using U = uint32_t;
  return nearest ? (relu ? binary<Pair<H, true, true>, U, float, float> : binary<Pair<H, true, false>, U, float, float>)
                 : (relu ? binary<Pair<H, false, true>, U, float, float> : binary<Pair<H, false, false>, U, float, float>);
}

// The 13 last bits of a float32 go: to the nearest (ties to even, or away from zero) or cut off.
enum class Cut { Even, Away, Off };
template <Cut cut, bool relu>
struct Shorten {
  static uint32_t of(float f) {
    if (relu) f = rectify(f);
    uint32_t b = bitsOf(f);
    if ((b & 0x7fffffff) > 0x7f800000) return 0x7fffffff;
    if ((b & 0x7fffffff) == 0x7f800000) return b;
    uint32_t add = cut == Cut::Even ? 0xfff + (b >> 13 & 1) : cut == Cut::Away ? 0x1000 : 0;
    return (b + add) & ~0x1fffu;
  }
};

// a to the upper part of `bits` bits, b to the lower one; above them what the lower part of c holds.
struct Limits {
  const char* name;
  int bits;
  int32_t least, most;
};
const Limits limits[] = {{"u16", 16, 0, 65535}, {"s16", 16, -32768, 32767}, {"u8", 8, 0, 255}, {"s8", 8, -128, 127}, {"u4", 4, 0, 15}, {"s4", 4, -8, 7}, {"u2", 2, 0, 3}, {"s2", 2, -2, 1}};

void pack(Warp& w, const Instr& in) {
  const Limits& l = limits[in.mode];
  const int32_t *a = w.cell<int32_t>(in.a), *b = w.cell<int32_t>(in.b);
  const uint32_t* c = w.cell<uint32_t>(in.c);
  uint32_t field = (1u << l.bits) - 1;
  auto clamp = [&](int32_t v) { return uint32_t(v < l.least ? l.least : v > l.most ? l.most : v) & field; };
  eachLane<uint32_t>(w, in.d, [&](int i) {
    uint32_t pair = clamp(a[i]) << l.bits | clamp(b[i]);
    return l.bits == 16 ? pair : pair | c[i] << 2 * l.bits;
  });
}

}  // namespace

void packReal(Decoder& d) {
  Type to = d.type(0), from = d.type(1);
  if (from != Type::F32) d.fail("not from this type");
  bool nearest = d.oneOf({"rn", "rz"}) == "rn", relu = d.has("relu");
  d.expectOperands(3);
  d.in.d = d.result(0, to);
  d.in.a = d.source(1, from);
  d.in.b = d.source(2, from);
  d.in.run = to == Type::F16x2 ? pairOf<Half>(nearest, relu) : pairOf<BFloat>(nearest, relu);
}

void toTensorFloat(Decoder& d) {
  if (d.type(1) != Type::F32) d.fail("not from this type");
  d.type(0);
  std::string mode = d.oneOf({"rna", "rn", "rz"});
  bool relu = mode != "rna" && d.has("relu");
  d.expectOperands(2);
  d.in.d = d.result(0, Type::B32);
  d.in.a = d.source(1, Type::F32);
  using U = uint32_t;
  d.in.run = mode == "rna" ? unary<Shorten<Cut::Away, false>, U, float>
             : mode == "rn" ? (relu ? unary<Shorten<Cut::Even, true>, U, float> : unary<Shorten<Cut::Even, false>, U, float>)
                            : (relu ? unary<Shorten<Cut::Off, true>, U, float> : unary<Shorten<Cut::Off, false>, U, float>);
}

void packWhole(Decoder& d) {
  d.oneOf({"sat"});
  std::string name = d.statement().modifiers.size() > 2 ? d.statement().modifiers[2] : "";
  int which = -1;
  for (int i = 0; i < int(sizeof limits / sizeof *limits); i++)
    if (name == limits[i].name) which = i;
  if (which < 0) d.fail("not to this type");
  d.has(limits[which].name);
  bool extends = limits[which].bits < 16;
  if (!d.has("s32") || d.has("b32") != extends) d.fail("packs s32, with b32 to what is shorter than 16 bits");
  d.expectOperands(extends ? 4 : 3);
  d.in.mode = uint8_t(which);
  d.in.d = d.result(0, Type::B32);
  d.in.a = d.source(1, Type::S32);
  d.in.b = d.source(2, Type::S32);
  if (extends) d.in.c = d.source(3, Type::B32);
  d.in.run = pack;
}

}  // namespace emu
