// Barriers and what the lanes of a warp do together: shuffles, votes, matches.
#include "control/settings.h"
#include "control/watch.h"
#include "machine/decoder.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

// Everybody named in the member mask has to be there.
void partners(Warp& w, const Instr& in, uint32_t cell) {
  if (!settings().checkShuffles) return;
  const uint32_t* members = w.cell<uint32_t>(cell);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    int i = firstLane(m);
    if (!(members[i] >> i & 1)) {
      w.report("inactive-lane", i, format("the member mask 0x%08x leaves out the lane itself", members[i]));
    } else if (members[i] & ~w.mask) {
      w.report("inactive-lane", i, format("the member mask is 0x%08x, but only lanes 0x%08x are here", members[i], w.mask));
    }
  }
  (void)in;
}

enum ShuffleMode : uint8_t { Up, Down, Butterfly, Index };

void shuffle(Warp& w, const Instr& in) {
  partners(w, in, in.target);
  const uint32_t *a = w.cell<uint32_t>(in.a), *b = w.cell<uint32_t>(in.b), *c = w.cell<uint32_t>(in.c);
  uint32_t inRange = 0;
  int from[lanes];
  for (int i = 0; i < lanes; i++) {
    int bval = b[i] & 31, cval = c[i] & 31, segment = c[i] >> 8 & 31;
    int most = (i & segment) | (cval & ~segment), least = i & segment, j = i;
    bool fits = false;
    switch (in.mode) {
      case Up: j = i - bval; fits = j >= most; break;
      case Down: j = i + bval; fits = j <= most; break;
      case Butterfly: j = i ^ bval; fits = j <= most; break;
      case Index: j = least | (bval & ~segment); fits = j <= most; break;
    }
    if (!fits) j = i;
    from[i] = j & 31;
    inRange |= uint32_t(fits) << i;
    if ((w.mask >> i & 1) && !(w.mask >> from[i] & 1) && settings().checkShuffles) w.report("inactive-lane", i, format("reads from lane %d, which is not here", from[i]));
  }
  eachLane<uint32_t>(w, in.d, [&](int i) { return a[from[i]]; });
  w.predicate(in.e) = (w.predicate(in.e) & ~w.mask) | (inRange & w.mask);
}

void shfl(Decoder& d) {
  if (!d.has("sync")) d.fail("only shfl.sync is known");
  static const char* modes[] = {"up", "down", "bfly", "idx"};
  std::string mode = d.oneOf({"up", "down", "bfly", "idx"});
  for (int i = 0; i < 4; i++)
    if (mode == modes[i]) d.in.mode = uint8_t(i);
  if (d.type() != Type::B32) d.fail("for b32");
  d.expectOperands(5);
  d.in.d = d.result(0, Type::B32);
  if (!d.operand(0).second.empty()) d.in.e = d.resultPredicate(d.operand(0).second);
  d.in.a = d.source(1, Type::B32);
  d.in.b = d.source(2, Type::B32);
  d.in.c = d.source(3, Type::B32);
  d.in.target = d.source(4, Type::B32);
  d.in.run = shuffle;
}

enum VoteMode : uint8_t { All, Any, Uniform, Ballot };

void voteOf(Warp& w, const Instr& in) {
  partners(w, in, in.b);
  uint32_t p = in.negated ? ~w.predicate(in.a) : w.predicate(in.a);
  const uint32_t* members = w.cell<uint32_t>(in.b);
  alignas(64) uint32_t r[lanes] = {};
  uint32_t bits = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    int i = firstLane(m);
    uint32_t who = members[i] & w.mask, yes = p & who;
    r[i] = yes;
    bool outcome = in.mode == All ? yes == who : in.mode == Any ? yes != 0 : yes == 0 || yes == who;
    bits |= uint32_t(outcome) << i;
  }
  if (in.mode == Ballot)
    eachLane<uint32_t>(w, in.d, [&](int i) { return r[i]; });
  else
    w.predicate(in.d) = (w.predicate(in.d) & ~w.mask) | (bits & w.mask);
}

void vote(Decoder& d) {
  if (!d.has("sync")) d.fail("only vote.sync is known");
  std::string mode = d.oneOf({"all", "any", "uni", "ballot"});
  Type t = d.type();
  d.expectOperands(3);
  d.in.mode = mode == "all" ? All : mode == "any" ? Any : mode == "uni" ? Uniform : Ballot;
  if ((d.in.mode == Ballot) != (t == Type::B32) || (d.in.mode != Ballot && t != Type::Pred)) d.fail("not for this type");
  d.in.d = d.in.mode == Ballot ? d.result(0, t) : d.resultPredicate(d.operand(0).name);
  d.in.a = d.predicate(d.operand(1), true);
  d.in.negated = d.operand(1).negated;
  d.in.b = d.source(2, Type::B32);
  d.in.run = voteOf;
}

void activemask(Decoder& d) {
  if (d.type() != Type::B32) d.fail("for b32");
  d.expectOperands(1);
  d.in.d = d.result(0, Type::B32);
  d.in.run = [](Warp& w, const Instr& in) { eachLane<uint32_t>(w, in.d, [&](int) { return w.mask; }); };
}

// bar.sync a{, b}; barrier.sync; bar.arrive a, b. What they do, the interpreter does. bar.warp.sync orders the lanes of a warp.
void bar(Decoder& d) {
  if (d.has("warp")) {
    d.has("sync");
    d.expectOperands(1);
    d.in.b = d.source(0, Type::B32);
    d.in.run = [](Warp& w, const Instr& in) {
      partners(w, in, in.b);
      w.epoch++;
    };
    return;
  }
  d.has("cta");
  d.has("aligned");
  bool arrive = d.oneOf({"sync", "arrive"}) == "arrive";
  d.expectOperands(1, 2);
  if (arrive && d.operands() != 2) d.fail("has another number of operands");
  d.in.flow = Flow::Barrier;
  d.in.a = d.source(0, Type::U32);
  if (d.operands() == 2) d.in.b = d.source(1, Type::U32);
  d.in.mode = uint8_t((d.operands() == 2 ? 2 : 0) | (arrive ? 4 : 0));
}

void trap(Decoder& d) {
  d.expectOperands(0);
  d.in.run = [](Warp& w, const Instr&) { w.fault(CUDA_ERROR_LAUNCH_FAILED, "trap", firstLane(w.mask), "the kernel gave up"); };
}

void ignored(Decoder& d) {
  for (size_t i = 0; i < d.statement().modifiers.size(); i++) d.has(d.statement().modifiers[i].c_str());
  d.in.run = [](Warp&, const Instr&) {};
}

}  // namespace

void addWarpRows(Rows& rows) {
  rows["shfl"].push_back({anyType, shfl});
  rows["vote"].push_back({anyType, vote});
  rows["activemask"].push_back({anyType, activemask});
  rows["bar"].push_back({anyType, bar});
  rows["barrier"].push_back({anyType, bar});
  rows["trap"].push_back({anyType, trap});
  rows["brkpt"].push_back({anyType, ignored});
  rows["nanosleep"].push_back({anyType, ignored});
}

}  // namespace emu
