// ld, st, cvta, isspacep.
#include "control/settings.h"
#include "control/watch.h"
#include "machine/decoder.h"
#include "machine/reach.h"

namespace emu {
namespace {

using ptx::Operand;
using ptx::Type;

constexpr int maxBytes = 16;  // of one access

template <class U, Space space>
void load(Warp& w, const Instr& in) {
  uint8_t* from[lanes];
  Layout layout = reach(w, in, space, sizeof(U) * in.width, Access::Read, from);
  alignas(64) U values[lanes] = {};
  if (layout == Layout::Run && in.width == 1) {
    int first = firstLane(w.mask), count = __builtin_popcount(w.mask);
    std::memcpy(values + first, from[first], count * sizeof(U));
    writeCell(w, in.v[0], in.cellBytes, values);
    return;
  }
  for (int k = 0; k < in.width; k++) {
    for (uint32_t m = w.mask; m; m &= m - 1) {
      int i = firstLane(m);
      std::memcpy(&values[i], from[i] + k * sizeof(U), sizeof(U));
    }
    writeCell(w, in.v[k], in.cellBytes, values);
  }
}

template <class U, Space space>
void store(Warp& w, const Instr& in) {
  alignas(16) uint8_t values[lanes][maxBytes];
  uint8_t* to[lanes];
  alignas(64) U part[lanes];
  for (int k = 0; k < in.width; k++) {
    readCell(w, in.v[k], in.cellBytes, part);
    for (int i = 0; i < lanes; i++) std::memcpy(values[i] + k * sizeof(U), &part[i], sizeof(U));
  }
  Layout layout = reach(w, in, space, sizeof(U) * in.width, Access::Write, to, values[0], maxBytes);
  if (layout == Layout::Done) return;
  if (layout == Layout::Run && in.width == 1) {
    int first = firstLane(w.mask), count = __builtin_popcount(w.mask);
    std::memcpy(to[first], part + first, count * sizeof(U));
    return;
  }
  for (uint32_t m = w.mask; m; m &= m - 1) std::memcpy(to[firstLane(m)], values[firstLane(m)], sizeof(U) * in.width);
}

// The parameters of a kernel: the same for all lanes.
template <class U>
void loadParameter(Warp& w, const Instr& in) {
  const std::vector<uint8_t>& parameters = w.block->launch.parameters;
  const uint64_t* base = w.cell<uint64_t>(in.a);
  alignas(64) U values[lanes];
  for (int k = 0; k < in.width; k++) {
    for (int i = 0; i < lanes; i++) {
      uint64_t at = base[i] + uint64_t(in.offset) + k * sizeof(U);
      values[i] = 0;
      if (!(w.mask >> i & 1)) continue;
      if (at > parameters.size() || parameters.size() - at < sizeof(U))
        w.fault(CUDA_ERROR_ILLEGAL_ADDRESS, "out-of-bounds", i, format("parameter byte %llu; the kernel has %zu", (unsigned long long)at, parameters.size()));
      std::memcpy(&values[i], parameters.data() + at, sizeof(U));
    }
    writeCell(w, in.v[k], in.cellBytes, values);
  }
}

template <class U>
Handler loadFrom(Space space) {
  switch (space) {
    case Space::Global: return load<U, Space::Global>;
    case Space::Shared: return load<U, Space::Shared>;
    case Space::Local: return load<U, Space::Local>;
    case Space::Param: return loadParameter<U>;
    default: return load<U, Space::Generic>;
  }
}
template <class U>
Handler storeTo(Decoder& d, Space space) {
  switch (space) {
    case Space::Global: return store<U, Space::Global>;
    case Space::Shared: return store<U, Space::Shared>;
    case Space::Local: return store<U, Space::Local>;
    case Space::Param: d.fail("the parameters of a kernel cannot be written");
    default: return store<U, Space::Generic>;
  }
}

Space spaceOf(Decoder& d) {
  if (d.has("global") || d.has("const")) return Space::Global;
  if (d.has("shared") || d.has("shared::cta") || d.has("shared::cluster")) return Space::Shared;
  if (d.has("local")) return Space::Local;
  if (d.has("param") || d.has("param::entry") || d.has("param::func")) return Space::Param;
  return Space::Generic;
}

// What concerns caches changes nothing here. All of memory is in one order too; but what the kernel says about the order of its
// accesses decides what is a race.
void hints(Decoder& d, Space space, size_t operands) {
  for (const char* m : {"volatile", "relaxed", "acquire", "release"})
    if (d.has(m)) d.in.order |= Strong;
  if (d.has("acquire")) d.in.order |= Acquire;
  if (d.has("release")) d.in.order |= Release;
  if (d.in.order && (space == Space::Global || space == Space::Generic)) d.meetsOtherBlocks();
  for (const char* m : {"weak", "cta", "gpu", "sys", "cluster", "ca", "cg", "cs", "lu", "cv", "wb", "wt", "nc", "L1::evict_normal", "L1::evict_unchanged",
                        "L1::evict_first", "L1::evict_last", "L1::no_allocate", "L2::64B", "L2::128B", "L2::256B"})
    d.has(m);
  bool policy = d.has("L2::cache_hint");
  d.expectOperands(operands + policy);
  if (policy) d.source(operands, Type::B64);
}

// The registers of a vector, or the one register; all of one width.
Type registers(Decoder& d, const Operand& o, bool isResult) {
  Type t = d.type();
  int width = d.has("v2") ? 2 : d.has("v4") ? 4 : 1;
  if ((width > 1) != (o.kind == Operand::Vector) || (width > 1 && int(o.parts.size()) != width)) d.fail("the vector has another length");
  if (bytesOf(t) * width > maxBytes || t == Type::Pred || bytesOf(t) > 8) d.fail("more than 16 bytes at once");
  d.in.width = uint8_t(width);
  for (int i = 0; i < width; i++) {
    uint8_t bytes;
    d.in.v[i] = d.wide(width > 1 ? o.parts[i] : o, t, bytes, isResult);
    bool isSink = isResult && d.in.v[i] == 0;
    if (isSink && i > 0) continue;
    if (i > 0 && bytes != d.in.cellBytes) d.fail("the registers of the vector have different widths");
    d.in.cellBytes = bytes;
  }
  return t;
}

void ld(Decoder& d) {
  Space space = spaceOf(d);
  hints(d, space, 2);
  Type t = registers(d, d.operand(0), true);
  d.address(d.operand(1), space);
  if (space == Space::Param && d.in.address32) d.fail("a parameter's address has 64 bits");
  bool isS = ptx::isSigned(t) && d.in.cellBytes > bytesOf(t);
  if (space == Space::Shared && bytesOf(t) < 4) d.sharedBytewise();
  switch (bytesOf(t)) {
    case 1: d.in.run = isS ? loadFrom<int8_t>(space) : loadFrom<uint8_t>(space); break;
    case 2: d.in.run = isS ? loadFrom<int16_t>(space) : loadFrom<uint16_t>(space); break;
    case 4: d.in.run = isS ? loadFrom<int32_t>(space) : loadFrom<uint32_t>(space); break;
    default: d.in.run = loadFrom<uint64_t>(space); break;
  }
}

void st(Decoder& d) {
  Space space = spaceOf(d);
  hints(d, space, 2);
  if (space == Space::Generic) d.meetsOtherBlocks();
  Type t = registers(d, d.operand(1), false);
  d.address(d.operand(0), space);
  if (space == Space::Shared && bytesOf(t) < 4) d.sharedBytewise();
  switch (bytesOf(t)) {
    case 1: d.in.run = storeTo<uint8_t>(d, space); break;
    case 2: d.in.run = storeTo<uint16_t>(d, space); break;
    case 4: d.in.run = storeTo<uint32_t>(d, space); break;
    default: d.in.run = storeTo<uint64_t>(d, space); break;
  }
}

// Between the addresses of a space and generic ones. Global ones are the same; shared and local ones lie in windows.
void cvta(Decoder& d) {
  bool to = d.has("to");
  Space space = spaceOf(d);
  if (space == Space::Generic || space == Space::Param) d.fail("only global, const, shared and local are known");
  Type t = d.type();
  if (t != Type::U64) d.fail("for u64");
  d.expectOperands(2);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  uint64_t window = space == Space::Shared ? Memory::get().sharedWindow() : space == Space::Local ? Memory::get().localWindow() : 0;
  d.in.offset = int64_t(to ? -window : window);
  d.in.run = [](Warp& w, const Instr& in) {
    const uint64_t* a = w.cell<uint64_t>(in.a);
    eachLane<uint64_t>(w, in.d, [&](int i) { return a[i] + uint64_t(in.offset); });
  };
}

// Without clusters a block's own shared memory is all of its cluster's. Constants lie in global memory here, but an address is in
// one space only.
void isspacep(Decoder& d) {
  bool isConst = d.has("const");
  Space space = isConst ? Space::Global : spaceOf(d);
  if (space == Space::Generic) d.fail("a space is missing");
  d.expectOperands(2);
  d.in.negated = isConst;
  d.in.d = d.resultPredicate(d.operand(0).name);
  d.in.a = d.source(1, Type::U64);
  d.in.mode = uint8_t(space);
  d.in.run = [](Warp& w, const Instr& in) {
    const uint64_t* a = w.cell<uint64_t>(in.a);
    uint32_t r = 0;
    Memory& m = Memory::get();
    for (int i = 0; i < lanes; i++) {
      Space s = a[i] - m.sharedWindow() < Memory::windowSpan ? Space::Shared : a[i] - m.localWindow() < Memory::windowSpan ? Space::Local : Space::Global;
      bool isIn = uint8_t(s) == in.mode;
      if (isIn && s == Space::Global) {
        const Allocation* held = m.find(a[i]);
        isIn = (held && held->origin == Origin::Constant) == in.negated;
      }
      r |= uint32_t(isIn) << i;
    }
    putPredicate(w, in.d, r);
  };
}

}  // namespace

void addMemoryRows(Rows& rows) {
  rows["ld"].push_back({anyType, ld});
  rows["ldu"].push_back({anyType, ld});
  rows["st"].push_back({anyType, st});
  rows["cvta"].push_back({integers, cvta});
  rows["isspacep"].push_back({anyType, isspacep});
}

}  // namespace emu
