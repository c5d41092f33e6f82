// What the lanes of a warp do together: shuffles, votes, matches, reductions.
#include "control/settings.h"
#include "control/watch.h"
#include "machine/decoder.h"
#include "machine/warp.h"

namespace emu {
namespace {

using ptx::Type;

}  // namespace

void partners(Warp& w, uint32_t cell) {
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
}

namespace {

enum ShuffleMode : uint8_t { Up, Down, Butterfly, Index };

void shuffle(Warp& w, const Instr& in) {
  partners(w, in.target);
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
  putPredicate(w, in.e, inRange);
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
  partners(w, in.b);
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
    putPredicate(w, in.d, bits);
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

// Which of the members have the same value; or whether all have.
template <class T, bool all>
void matchOf(Warp& w, const Instr& in) {
  partners(w, in.b);
  const T* a = w.cell<T>(in.a);
  const uint32_t* members = w.cell<uint32_t>(in.b);
  alignas(64) uint32_t r[lanes] = {};
  uint32_t agreed = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    int i = firstLane(m);
    uint32_t who = members[i] & w.mask, same = 0;
    for (uint32_t o = who; o; o &= o - 1) same |= uint32_t(a[firstLane(o)] == a[i]) << firstLane(o);
    r[i] = !all || same == who ? same : 0;
    agreed |= uint32_t(same == who) << i;
  }
  put(w, in.d, r);
  if (all) putPredicate(w, in.e, agreed);
}

void match(Decoder& d) {
  if (!d.has("sync")) d.fail("only match.sync is known");
  bool all = d.oneOf({"any", "all"}) == "all";
  Type t = d.type();
  if (t != Type::B32 && t != Type::B64) d.fail("for b32 and b64");
  d.expectOperands(3);
  d.in.d = d.result(0, Type::B32);
  if (!d.operand(0).second.empty()) {
    if (!all) d.fail("match.any has one result");
    d.in.e = d.resultPredicate(d.operand(0).second);
  }
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, Type::B32);
  d.in.run = t == Type::B32 ? (all ? matchOf<uint32_t, true> : matchOf<uint32_t, false>) : (all ? matchOf<uint64_t, true> : matchOf<uint64_t, false>);
}

struct Sum {
  template <class T>
  static T of(T a, T b) { return T(uint32_t(a) + uint32_t(b)); }
};
struct Least {
  template <class T>
  static T of(T a, T b) { return a < b ? a : b; }
};
struct Most {
  template <class T>
  static T of(T a, T b) { return a > b ? a : b; }
};
struct And {
  static uint32_t of(uint32_t a, uint32_t b) { return a & b; }
};
struct Or {
  static uint32_t of(uint32_t a, uint32_t b) { return a | b; }
};
struct Xor {
  static uint32_t of(uint32_t a, uint32_t b) { return a ^ b; }
};

template <class F, class T>
void reduce(Warp& w, const Instr& in) {
  partners(w, in.b);
  const T* a = w.cell<T>(in.a);
  const uint32_t* members = w.cell<uint32_t>(in.b);
  alignas(64) T r[lanes] = {};
  for (uint32_t m = w.mask; m; m &= m - 1) {
    int i = firstLane(m);
    uint32_t who = members[i] & w.mask;
    if (!who) continue;
    r[i] = a[firstLane(who)];
    for (uint32_t o = who & (who - 1); o; o &= o - 1) r[i] = F::of(r[i], a[firstLane(o)]);
  }
  put(w, in.d, r);
}

void redux(Decoder& d) {
  d.oneOf({"sync"});
  std::string op = d.oneOf({"add", "min", "max", "and", "or", "xor"});
  Type t = d.type();
  bool bits = op == "and" || op == "or" || op == "xor", isSigned = t == Type::S32;
  if (bits ? t != Type::B32 : t != Type::U32 && !isSigned) d.fail("not for this type");
  d.expectOperands(3);
  d.in.d = d.result(0, t);
  d.in.a = d.source(1, t);
  d.in.b = d.source(2, Type::B32);
  d.in.run = op == "add"   ? reduce<Sum, uint32_t>
             : op == "min" ? (isSigned ? reduce<Least, int32_t> : reduce<Least, uint32_t>)
             : op == "max" ? (isSigned ? reduce<Most, int32_t> : reduce<Most, uint32_t>)
             : op == "and" ? reduce<And, uint32_t>
             : op == "or"  ? reduce<Or, uint32_t>
                           : reduce<Xor, uint32_t>;
}

// The first of the members is elected.
void elect(Decoder& d) {
  d.oneOf({"sync"});
  d.expectOperands(2);
  if (d.operand(0).second.empty()) d.fail("a predicate is missing");
  d.in.d = d.result(0, Type::B32);
  d.in.e = d.resultPredicate(d.operand(0).second);
  d.in.b = d.source(1, Type::B32);
  d.in.run = [](Warp& w, const Instr& in) {
    partners(w, in.b);
    const uint32_t* members = w.cell<uint32_t>(in.b);
    alignas(64) uint32_t leader[lanes];
    uint32_t elected = 0;
    for (int i = 0; i < lanes; i++) {
      leader[i] = members[i] ? uint32_t(firstLane(members[i])) : uint32_t(i);
      elected |= uint32_t(leader[i] == uint32_t(i)) << i;
    }
    put(w, in.d, leader);
    putPredicate(w, in.e, elected);
  };
}

}  // namespace

void addWarpRows(Rows& rows) {
  rows["shfl"].push_back({anyType, shfl});
  rows["vote"].push_back({anyType, vote});
  rows["activemask"].push_back({anyType, activemask});
  rows["match"].push_back({anyType, match});
  rows["redux"].push_back({anyType, redux});
  rows["elect"].push_back({anyType, elect});
}

}  // namespace emu
