// Steps the warps of a block. Lanes of a warp may be at different places: those at the lowest one go first, which brings them
// together again after a branch. Warps take turns of random length, so that what depends on their order shows.
#include <algorithm>

#include "control/settings.h"
#include "control/watch.h"
#include "machine/warp.h"

namespace emu {
namespace {

constexpr uint32_t nowhere = ~0u;

std::string triple(const uint32_t* v) { return format("(%u,%u,%u)", v[0], v[1], v[2]); }

struct Counts {
  std::vector<uint64_t> byKind;
  uint64_t warp = 0, lane = 0;
};

class Interpreter {
 public:
  Interpreter(Block& block, Counts& counts) : block_(block), code_(block.program.code.data()), counts_(counts), budget_(settings().budget) {}

  void run() {
    std::vector<uint32_t> order(block_.warps.size());
    for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
    bool single = order.size() == 1;
    for (;;) {
      if (!single) std::shuffle(order.begin(), order.end(), block_.random);
      bool moved = false;
      for (uint32_t i : order) {
        Warp& w = block_.warps[i];
        if ((w.live & ~w.waiting) == 0) continue;
        moved = true;
        turn(w, single ? budget_ + 1 : 64 + (block_.random() & 1023));
      }
      if (moved) continue;
      if (block_.exited == block_.threads) return;
      stuck();
    }
  }

 private:
  // The lanes that go next: the ones at the lowest place.
  bool choose(Warp& w, uint32_t& pc, uint32_t& limit) {
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

  void park(Warp& w, uint32_t lanesOf, uint32_t pc) {
    for (uint32_t m = lanesOf; m; m &= m - 1) w.pc[firstLane(m)] = pc;
  }

  void turn(Warp& w, uint64_t steps) {
    uint32_t pc, limit;
    uint64_t done = 0, lane = 0;
    uint64_t* kinds = counts_.byKind.data();
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
        if (in.flow == Flow::Next) {
          if (mask) in.run(w, in);
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
    w.steps += done;
    if (w.steps > budget_) w.fault(CUDA_ERROR_LAUNCH_TIMEOUT, "timeout", firstLane(w.live ? w.live : 1), format("the warp has run %llu instructions: an endless loop?", (unsigned long long)w.steps));
  }

  void arrive(Warp& w, const Instr& in, uint32_t pc) {
    int first = firstLane(w.mask);
    uint32_t id = w.cell<uint32_t>(in.a)[first];
    uint32_t count = in.mode & 2 ? w.cell<uint32_t>(in.b)[first] : 0;
    if (id > 15 || count % lanes != 0) w.fault(CUDA_ERROR_ILLEGAL_INSTRUCTION, "barrier", first, "a barrier's number is 0 to 15, its count a multiple of 32");
    if (settings().checkBarriers && w.mask != w.live)
      w.report("divergent-barrier", first, format("only lanes 0x%08x of the warp's 0x%08x are at this barrier", w.mask, w.live));
    Barrier& b = block_.barriers[id];
    if (b.arrived == 0) {
      b.at = pc;
      b.expected = count;
    } else if (settings().checkBarriers && count == 0 && b.at != pc) {
      w.report("divergent-barrier", first, format("other threads of the block wait at another barrier (PTX line %d)", block_.program.statements[code_[b.at].statement].line));
    }
    b.arrived += __builtin_popcount(w.mask);
    if (count && b.expected && count != b.expected) w.fault(CUDA_ERROR_ILLEGAL_INSTRUCTION, "barrier", first, "threads wait at one barrier with different counts");
    if (!(in.mode & 4)) {  // bar.arrive does not wait
      w.waiting |= w.mask;
      w.barrier = id;
    }
    release(id);
  }

  void releaseAll() {
    for (uint32_t id = 0; id < 16; id++)
      if (block_.barriers[id].arrived) release(id);
  }

  void release(uint32_t id) {
    Barrier& b = block_.barriers[id];
    if (b.expected ? b.arrived < b.expected : b.arrived + block_.exited < block_.threads) return;
    if (b.expected == 0 && block_.exited && settings().checkBarriers) {
      for (Warp& w : block_.warps)
        if (w.waiting) {
          w.now = &code_[b.at];
          w.report("divergent-barrier", firstLane(w.waiting), format("%u threads of the block have left before this barrier", block_.exited));
          break;
        }
    }
    b = Barrier();
    block_.epoch++;
    for (Warp& w : block_.warps) {
      if (w.waiting && w.barrier == id) w.waiting = 0;
      w.epoch++;
    }
  }

  [[noreturn]] void stuck() {
    for (Warp& w : block_.warps)
      if (w.waiting) {
        uint32_t b = w.barrier;
        w.now = &code_[block_.barriers[b].at];
        w.fault(CUDA_ERROR_LAUNCH_TIMEOUT, "deadlock", firstLane(w.waiting), "threads of the block wait for each other at barriers for ever");
      }
    throw LaunchFault{CUDA_ERROR_LAUNCH_FAILED};
  }

  Block& block_;
  const Instr* code_;
  Counts& counts_;
  uint64_t budget_;
};

uint32_t specialOf(Special s, const Block& b, uint32_t warp, uint32_t lane) {
  const uint32_t* n = b.launch.block;
  uint32_t thread = warp * lanes + lane;
  switch (s) {
    case Special::TidX: return thread % n[0];
    case Special::TidY: return thread / n[0] % n[1];
    case Special::TidZ: return thread / n[0] / n[1];
    case Special::NtidX: case Special::NtidY: case Special::NtidZ: return n[int(s) - int(Special::NtidX)];
    case Special::CtaidX: case Special::CtaidY: case Special::CtaidZ: return b.id[int(s) - int(Special::CtaidX)];
    case Special::NctaidX: case Special::NctaidY: case Special::NctaidZ: return b.launch.grid[int(s) - int(Special::NctaidX)];
    case Special::LaneId: return lane;
    case Special::WarpId: return warp;
    case Special::NWarpId: return uint32_t(b.warps.size());
    case Special::MaskEq: return 1u << lane;
    case Special::MaskLt: return (1u << lane) - 1;
    case Special::MaskLe: return (2u << lane) - 1;
    case Special::MaskGt: return ~((2u << lane) - 1);
    case Special::MaskGe: return ~((1u << lane) - 1);
    case Special::DynamicShared: return b.launch.dynamicShared;
    case Special::TotalShared: return uint32_t(b.shared.size());
    case Special::SmId: return (b.id[0] + b.id[1] * 7 + b.id[2] * 13) % 16;
    case Special::NSmId: return 16;
    case Special::GridId: return uint32_t(b.launch.id);
  }
  return 0;
}

void fill(uint8_t* cells, uint32_t at, int bytes, int lane, uint64_t value) { std::memcpy(cells + at + lane * bytes, &value, bytes); }

// The cells of the constants and of all that stays the same from block to block.
void prepare(Warp& w, const Program& p) {
  for (auto& c : p.constants)
    for (int i = 0; i < lanes; i++) fill(w.cells, c.cell, c.bytes, i, c.bits);
}

void begin(Block& b, Warp& w, std::vector<uint8_t>& local) {
  uint32_t first = w.index * lanes;
  uint32_t count = std::min<uint32_t>(lanes, b.threads - first);
  w.live = count == lanes ? everyLane : (1u << count) - 1;
  w.waiting = w.group = w.mask = 0;
  w.epoch = 1;
  w.steps = 0;
  w.copies.clear();
  std::fill(w.groups, w.groups + lanes, 0u);
  w.local = local.data() + size_t(w.index) * lanes * b.program.localBytes;
  std::fill(w.pc, w.pc + lanes, 0u);
  for (auto& [special, at] : b.program.specials)
    for (int i = 0; i < lanes; i++) fill(w.cells, at, special == Special::GridId ? 8 : 4, i, specialOf(special, b, w.index, i));
}

}  // namespace

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
  if (block->told.insert({kind, now->statement}).second) Watch::get().report(kind, where(lane) + ": " + text);
}

void Warp::fault(CUresult code, const char* kind, int lane, const std::string& text) {
  Watch::get().report(kind, where(lane) + ": " + text);
  throw LaunchFault{code};
}

void run(Launch& launch, std::mt19937_64& random) {
  const Program& p = *launch.program;
  uint32_t threads = launch.block[0] * launch.block[1] * launch.block[2];
  uint32_t warps = (threads + lanes - 1) / lanes;
  size_t cellsSize = (p.cellsSize + 63) / 64 * 64;
  std::vector<uint8_t> memory(cellsSize * warps + 64), local(size_t(p.localBytes) * lanes * warps + 16);
  uint8_t* cells = memory.data() + (64 - uintptr_t(memory.data()) % 64) % 64;
  std::set<std::pair<std::string, uint32_t>> told;
  Block block{launch, p, {0, 0, 0}, threads, 0, {}, {}, p.sharedBytewise ? 0u : 2u, 1, {}, {}, told, random};
  uint32_t dynamicStart = launch.dynamicShared ? (p.sharedBytes + p.sharedAlign - 1) / p.sharedAlign * p.sharedAlign : p.sharedBytes;
  size_t sharedBytes = dynamicStart + launch.dynamicShared;
  block.warps.resize(warps);
  for (uint32_t i = 0; i < warps; i++) {
    Warp& w = block.warps[i];
    w.cells = cells + cellsSize * i;
    w.block = &block;
    w.index = i;
    prepare(w, p);
  }
  Counts counts;
  counts.byKind.resize(p.kinds.size());
  auto tell = [&] {
    Watch& watch = Watch::get();
    watch.count("instructions.warp", counts.warp);
    watch.count("instructions.lane", counts.lane);
    watch.count("instructions.lane." + p.name, counts.lane);
    for (size_t i = 0; i < p.kinds.size(); i++)
      if (counts.byKind[i]) watch.count("instructions.kind." + p.kinds[i], counts.byKind[i]);
  };
  // Blocks go in an order of their own: a random start and a random odd stride walk through all of them, power of two by power.
  uint64_t blocks = uint64_t(launch.grid[0]) * launch.grid[1] * launch.grid[2];
  uint64_t span = 1;
  while (span < blocks) span *= 2;
  uint64_t start = random() & (span - 1), stride = random() | 1;
  try {
    for (uint64_t n = 0; n < span; n++) {
      uint64_t number = (start + n * stride) & (span - 1);
      if (number >= blocks) continue;
      block.id[0] = uint32_t(number % launch.grid[0]);
      block.id[1] = uint32_t(number / launch.grid[0] % launch.grid[1]);
      block.id[2] = uint32_t(number / launch.grid[0] / launch.grid[1]);
      block.exited = 0;
      block.epoch = 1;
      std::fill(block.barriers, block.barriers + 16, Barrier());
      block.shared.assign(sharedBytes + 16, 0xff);
      block.shared.resize(sharedBytes);
      block.traces.assign((sharedBytes >> block.traceShift) + 1, SharedTrace());
      for (Warp& w : block.warps) begin(block, w, local);
      Interpreter(block, counts).run();
    }
  } catch (...) {
    tell();
    throw;
  }
  tell();
}

}  // namespace emu
