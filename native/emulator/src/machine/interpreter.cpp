// Steps the warps of a block. Lanes of a warp may be at different places: those at the lowest one go first, which brings them
// together again after a branch. Warps take turns of random length, so that what depends on their order shows.
#include "machine/interpreter.h"

#include <algorithm>
#include <numeric>

#include "control/settings.h"
#include "control/watch.h"

namespace emu {
namespace {

constexpr uint32_t nowhere = ~0u;
constexpr uint64_t longTurn = 1 << 20;  // of a warp that has nobody to take turns with

std::string triple(const uint32_t* v) { return format("(%u,%u,%u)", v[0], v[1], v[2]); }

void park(Warp& w, uint32_t lanesOf, uint32_t pc) {
  for (uint32_t m = lanesOf; m; m &= m - 1) w.pc[firstLane(m)] = pc;
}

}  // namespace

Interpreter::Interpreter(Block& block) : block_(block), code_(block.program.code.data()), counts_(block.execution.counts), budget_(settings().budget), order_(block.warps.size()) { begin(); }

void Interpreter::begin() { std::iota(order_.begin(), order_.end(), 0u); }

bool Interpreter::round(bool isAlone) {
  const Execution& e = block_.execution;
  if (e.faulted && *e.faulted < e.part) throw Overtaken();
  bool single = order_.size() == 1;
  if (!single) std::shuffle(order_.begin(), order_.end(), block_.random);
  bool moved = false;
  for (uint32_t i : order_) {
    Warp& w = block_.warps[i];
    if ((w.live & ~w.waiting) == 0) continue;
    moved = true;
    turn(w, single && isAlone ? std::min(budget_ + 1, longTurn) : 64 + (block_.random() & 1023));
  }
  if (block_.exited == block_.threads) {
    end();
    return false;
  }
  if (!moved) stuck();
  return true;
}

// Of all warps the one that comes last.
void Interpreter::end() {
  Way longest;
  for (const Warp& w : block_.warps) longest.atLeast(w.way());
  counts_.ways.instructions += longest.instructions;
  counts_.ways.barriers += longest.barriers;
  counts_.ways.waits += longest.waits;
}

// The lanes that go next: the ones at the lowest place.
bool Interpreter::choose(Warp& w, uint32_t& pc, uint32_t& limit) {
  uint32_t ready = w.live & ~w.waiting;
  if (!ready) return false;
  pc = limit = nowhere;
  for (uint32_t m = ready; m; m &= m - 1) pc = std::min(pc, w.pc[firstLane(m)]);
  w.group = 0;
  for (uint32_t m = ready; m; m &= m - 1) {
    int i = firstLane(m);
    if (w.pc[i] == pc)
      w.group |= 1u << i;
    else
      limit = std::min(limit, w.pc[i]);
  }
  return true;
}

void Interpreter::turn(Warp& w, uint64_t steps) {
  uint32_t pc, limit;
  uint64_t done = 0, lane = 0, begun = w.steps;
  uint64_t* kinds = counts_.byKind.data();
  bool isLogged = block_.execution.keepsFootprint;
  while (done < steps && choose(w, pc, limit)) {
    uint32_t group = w.group;
    for (;;) {
      const Instr& in = code_[pc];
      w.now = &in;
      uint32_t mask = group;
      if (in.guard) mask &= in.guardNegated ? ~w.predicate(in.guard) : w.predicate(in.guard);
      w.mask = mask;
      done++;
      lane += __builtin_popcount(mask);
      kinds[in.kind]++;
      if (in.flow != Flow::Next && isLogged) w.waits.part();
      if (in.flow == Flow::Next) {
        if (mask && isLogged)
          w.waits.run(w, in);
        else if (mask)
          in.run(w, in);
        pc++;
      } else if (in.flow == Flow::Branch) {
        if (mask == group) {
          pc = in.target;
        } else if (mask == 0) {
          pc++;
        } else {
          park(w, mask, in.target);
          park(w, group & ~mask, pc + 1);
          break;
        }
      } else if (in.flow == Flow::Exit) {
        w.live &= ~mask;
        block_.exited += __builtin_popcount(mask);
        group &= ~mask;
        pc++;
        park(w, group, pc);
        if (mask) {
          releaseAll();
          break;
        }
      } else {
        park(w, group, pc + 1);
        w.steps = begun + done;
        if (mask) arrive(w, in, pc);
        if (mask) break;
        pc++;
      }
      if (pc >= limit || done >= steps) {
        park(w, group, pc);
        break;
      }
    }
  }
  counts_.warp += done;
  counts_.lane += lane;
  w.steps = begun + done;
  if (w.steps > budget_) w.fault(CUDA_ERROR_LAUNCH_TIMEOUT, "timeout", firstLane(w.live ? w.live : 1), format("the warp has run %llu instructions: an endless loop?", (unsigned long long)w.steps));
}

void Interpreter::arrive(Warp& w, const Instr& in, uint32_t pc) {
  int first = firstLane(w.mask);
  uint32_t id = w.cell<uint32_t>(in.a)[first];
  uint32_t count = in.mode & barrierCounted ? w.cell<uint32_t>(in.b)[first] : 0;
  if (id > 15 || count % lanes != 0) w.fault(CUDA_ERROR_ILLEGAL_INSTRUCTION, "barrier", first, "a barrier's number is 0 to 15, its count a multiple of 32");
  // Lanes of a warp may come one after another, as the code happens to lie, but to one barrier.
  uint32_t before = w.waiting ? w.pc[firstLane(w.waiting)] - 1 : pc;
  bool arrivesAlone = in.mode & barrierArrives && w.mask != w.live;
  if (settings().checkBarriers && (before != pc || arrivesAlone))
    w.report("divergent-barrier", first, format("only lanes 0x%08x of the warp's 0x%08x are at this barrier", w.mask, w.live) +
                                             (before == pc ? "" : format(", lanes 0x%08x wait at another (PTX line %d)", w.waiting, block_.program.statements[code_[before].statement].line)));
  Barrier& b = block_.barriers[id];
  if (b.arrived == 0) {
    b.at = pc;
    b.expected = count;
  } else if (settings().checkBarriers && count == 0 && b.at != pc) {
    w.report("divergent-barrier", first, format("other threads of the block wait at another barrier (PTX line %d)", block_.program.statements[code_[b.at].statement].line));
  }
  b.arrived += __builtin_popcount(w.mask);
  b.longest.atLeast(w.way());
  if (count && b.expected && count != b.expected) w.fault(CUDA_ERROR_ILLEGAL_INSTRUCTION, "barrier", first, "threads wait at one barrier with different counts");
  if (in.mode & barrierReduces) {
    uint32_t yes = __builtin_popcount((in.negated ? ~w.predicate(in.c) : w.predicate(in.c)) & w.mask);
    b.yes += yes;
    b.no += __builtin_popcount(w.mask) - yes;
  }
  if (!(in.mode & barrierArrives)) {  // bar.arrive does not wait
    w.waiting |= w.mask;
    w.barrier = id;
  }
  release(id);
}

void Interpreter::releaseAll() {
  for (uint32_t id = 0; id < 16; id++)
    if (block_.barriers[id].arrived) release(id);
}

void Interpreter::release(uint32_t id) {
  Barrier& b = block_.barriers[id];
  if (b.expected ? b.arrived < b.expected : b.arrived + block_.exited < block_.threads) return;
  if (b.expected == 0 && block_.exited && settings().checkBarriers) {
    for (Warp& w : block_.warps)
      if (w.waiting) {
        w.now = &code_[b.at];
        w.report("divergent-barrier", firstLane(w.waiting), format("%u threads of the block have left before this barrier, at which lanes 0x%08x of the warp are", block_.exited, w.waiting));
        break;
      }
  }
  Barrier done = b;
  b = Barrier();
  block_.epoch = ++block_.room.epoch;
  for (Warp& w : block_.warps) {
    if (w.waiting && w.barrier == id) {
      answer(w, done);
      w.waiting = 0;
      w.before = {done.longest.instructions - w.steps, done.longest.barriers + 1, done.longest.waits - w.waits.count()};
    }
    w.epoch++;
  }
}

// Gives lanes that wait at a bar.red, which is the instruction before the one they go on with, what all have told it.
void Interpreter::answer(Warp& w, const Barrier& b) {
  for (uint32_t m = w.waiting; m; m &= m - 1) {
    int i = firstLane(m);
    const Instr& in = code_[w.pc[i] - 1];
    if (!(in.mode & barrierReduces)) continue;
    bool r = in.mode & barrierAnd ? b.no == 0 : b.yes != 0;
    if (in.mode & barrierPopc)
      w.cell<uint32_t>(in.d)[i] = b.yes;
    else
      w.predicate(in.d) = (w.predicate(in.d) & ~(1u << i)) | uint32_t(r) << i;
  }
}

void Interpreter::stuck() {
  for (Warp& w : block_.warps)
    if (w.waiting) {
      uint32_t b = w.barrier;
      w.now = &code_[block_.barriers[b].at];
      w.fault(CUDA_ERROR_LAUNCH_TIMEOUT, "deadlock", firstLane(w.waiting), "threads of the block wait for each other at barriers for ever");
    }
  throw LaunchFault{CUDA_ERROR_LAUNCH_FAILED};
}

std::string Warp::where(int lane) const {
  const Launch& l = block->launch;
  uint32_t thread = index * lanes + lane;
  uint32_t id[3] = {thread % l.block[0], thread / l.block[0] % l.block[1], thread / l.block[0] / l.block[1]};
  const Statement& s = block->program.statements[now->statement];
  std::string source;
  if (s.sourceFile > 0 && s.sourceFile < int(l.files.size())) source = " (" + l.files[s.sourceFile] + ":" + std::to_string(s.sourceLine) + ")";
  return "kernel " + block->program.name + ", block " + triple(block->id) + ", thread " + triple(id) + ", PTX line " + std::to_string(s.line) + source + ": " + s.text;
}

void Warp::report(const char* kind, int lane, const std::string& text) {
  Execution& e = block->execution;
  if (e.told.insert({kind, now->statement}).second) e.tell({kind, now->statement, false, where(lane) + ": " + text});
}

void Execution::tell(Told t) {
  if (aside)
    aside->push_back(std::move(t));
  else
    Watch::get().report(t.kind, t.text);
}

void Warp::fault(CUresult code, const char* kind, int lane, const std::string& text) {
  block->execution.tell({kind, now->statement, true, where(lane) + ": " + text});
  throw LaunchFault{code};
}

}  // namespace emu
