// Barriers, and what concerns the thread itself: traps, sleep, hints about the next grid.
#include "control/settings.h"
#include "machine/decoder.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

void warpBarrier(Decoder& d) {
  d.oneOf({"sync"});
  d.expectOperands(1);
  d.in.b = d.source(0, Type::B32);
  d.in.run = [](Warp& w, const Instr& in) {
    partners(w, in.b);
    w.epoch++;
  };
}

// bar.red: the predicate is the last operand, the result the first.
uint8_t reduction(Decoder& d) {
  std::string op = d.oneOf({"popc", "and", "or"});
  Type t = d.type();
  if (t != (op == "popc" ? Type::U32 : Type::Pred)) d.fail("not for this type");
  d.in.d = op == "popc" ? d.result(0, t) : d.resultPredicate(d.operand(0).name);
  const ptx::Operand& p = d.operand(d.operands() - 1);
  d.in.c = d.predicate(p, true);
  d.in.negated = p.negated;
  return op == "popc" ? barrierPopc : op == "and" ? barrierAnd : barrierOr;
}

// bar.sync a{, b}; bar.arrive a, b; bar.red d, a{, b}, p. What they do, the interpreter does.
void bar(Decoder& d) {
  bool isBar = d.statement().opcode == "bar";
  if (isBar && d.has("warp")) return warpBarrier(d);
  d.has("cta");
  if (!isBar) d.has("aligned");
  std::string kind = d.oneOf({"sync", "arrive", "red"});
  bool red = kind == "red", arrive = kind == "arrive";
  size_t first = red ? 1 : 0, around = red ? 2 : 0;  // operands before the barrier's number, and around it and the count
  d.expectOperands(around + 1, around + 2);
  bool counted = d.operands() == around + 2;
  if (arrive && !counted) d.fail("has another number of operands");
  d.in.flow = Flow::Barrier;
  d.in.mode = uint8_t((counted ? barrierCounted : 0) | (arrive ? barrierArrives : 0));
  if (red) d.in.mode |= reduction(d);
  d.in.a = d.source(first, Type::U32);
  if (counted) d.in.b = d.source(first + 1, Type::U32);
}

void trap(Decoder& d) {
  d.expectOperands(0);
  d.in.run = [](Warp& w, const Instr&) { w.fault(CUDA_ERROR_LAUNCH_FAILED, "trap", firstLane(w.mask), "the kernel gave up"); };
}

void nothing(Warp&, const Instr&) {}

// No debugger is there to break into, no monitor to count events.
void brkpt(Decoder& d) {
  d.expectOperands(0);
  d.in.run = nothing;
}
void pmevent(Decoder& d) {
  int64_t most = d.has("mask") ? 0xffff : 15;
  d.expectOperands(1);
  if (d.immediate(0) < 0 || d.immediate(0) > most) d.fail("there are 16 events");
  d.in.run = nothing;
}

// Sleep may be of any length between nothing and twice what is asked for.
void nanosleep(Decoder& d) {
  if (d.type() != Type::U32) d.fail("for u32");
  d.expectOperands(1);
  d.source(0, Type::U32);
  d.in.run = nothing;
}

// No launch asks for an early start: whatever a grid depends on has ended before it starts, and nothing starts before it ends.
void griddepcontrol(Decoder& d) {
  d.oneOf({"launch_dependents", "wait"});
  d.expectOperands(0);
  d.in.run = nothing;
}

}  // namespace

void addBarrierRows(Rows& rows) {
  rows["bar"].push_back({anyType, bar});
  rows["barrier"].push_back({anyType, bar});
  rows["trap"].push_back({anyType, trap});
  rows["brkpt"].push_back({anyType, brkpt});
  rows["pmevent"].push_back({anyType, pmevent});
  rows["nanosleep"].push_back({anyType, nanosleep});
  rows["griddepcontrol"].push_back({anyType, griddepcontrol});
}

}  // namespace emu
