// A launch from its beginning to its end: room for its blocks, their order, and what stays the same from block to block.
#include <algorithm>
#include <memory>

#include "control/settings.h"
#include "control/watch.h"
#include "machine/blocks.h"
#include "machine/interpreter.h"

namespace emu {

// Of a program: what one of its blocks used is there for the next, in this launch or a later one.
struct Arena {
  std::vector<std::unique_ptr<Room>> rooms;
};

namespace {

constexpr uint32_t oldEpoch = 1u << 30;  // then traces of shared memory begin anew
constexpr size_t mostKept = 16 << 20;    // bytes of local memory that stay between launches

bool isOfBlock(Special s) { return s == Special::CtaidX || s == Special::CtaidY || s == Special::CtaidZ || s == Special::SmId; }

bool isOfLaunch(Special s) { return s == Special::GridId || s == Special::EnvReg1 || s == Special::EnvReg2; }

uint64_t specialOf(Special s, const Block& b, uint32_t warp, uint32_t lane) {
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
    case Special::NWarpId: return b.warps.size();
    case Special::MaskEq: return 1u << lane;
    case Special::MaskLt: return (1u << lane) - 1;
    case Special::MaskLe: return (2u << lane) - 1;
    case Special::MaskGt: return uint32_t(~((2u << lane) - 1));
    case Special::MaskGe: return uint32_t(~((1u << lane) - 1));
    case Special::DynamicShared: return b.launch.dynamicShared;
    case Special::TotalShared: return b.shared.size();
    case Special::SmId: return (b.id[0] + b.id[1] * 7 + b.id[2] * 13) % 16;
    case Special::NSmId: return 16;
    case Special::GridId: return b.execution.id;
    case Special::EnvReg1: return b.execution.gridBarrier >> 32;
    case Special::EnvReg2: return uint32_t(b.execution.gridBarrier);
  }
  return 0;
}

void fill(uint8_t* cells, uint32_t at, int bytes, int lane, uint64_t value) { std::memcpy(cells + at + lane * bytes, &value, bytes); }

template <class Which>
void fillSpecials(Block& b, Which which) {
  for (auto& [special, at] : b.program.specials)
    if (which(special))
      for (Warp& w : b.warps)
        for (int i = 0; i < lanes; i++) fill(w.cells, at, special == Special::GridId ? 8 : 4, i, specialOf(special, b, w.index, i));
}

// Cells for so many warps, with the constants in them.
void furnish(Room& r, const Program& p, uint32_t warps) {
  size_t size = (p.cellsSize + 63) / 64 * 64;
  r.warps.resize(warps);
  r.block[0] = 0;
  r.cellBytes.assign(size * warps + 64, 0);
  r.local.assign(size_t(p.localBytes) * lanes * warps + 16, 0);
  uint8_t* cells = r.cellBytes.data() + (64 - uintptr_t(r.cellBytes.data()) % 64) % 64;
  for (uint32_t i = 0; i < warps; i++) {
    Warp& w = r.warps[i];
    w.cells = cells + size * i;
    w.local = r.local.data() + size_t(i) * lanes * p.localBytes;
    w.index = i;
    for (auto& c : p.constants)
      for (int lane = 0; lane < lanes; lane++) fill(w.cells, c.cell, c.bytes, lane, c.bits);
  }
}

bool isShapedFor(const Room& r, const Launch& l) { return std::equal(r.grid, r.grid + 3, l.grid) && std::equal(r.block, r.block + 3, l.block) && r.dynamicShared == l.dynamicShared; }

uint32_t threadsOf(const Launch& l) { return l.block[0] * l.block[1] * l.block[2]; }

uint64_t blocksOf(const Launch& l) { return uint64_t(l.grid[0]) * l.grid[1] * l.grid[2]; }

size_t sharedBytes(const Launch& l) {
  const Program& p = *l.program;
  uint32_t start = l.dynamicShared ? (p.sharedBytes + p.sharedAlign - 1) / p.sharedAlign * p.sharedAlign : p.sharedBytes;
  return start + l.dynamicShared;
}

Room& roomOf(const Program& p, size_t index) {
  if (!p.arena) p.arena = std::make_shared<Arena>();
  auto& rooms = p.arena->rooms;
  while (rooms.size() <= index) rooms.push_back(std::make_unique<Room>());
  return *rooms[index];
}

// All blocks are there at once, and the one that goes on is drawn.
void runTogether(Execution& e) {
  std::vector<std::unique_ptr<Block>> blocks;
  std::vector<Interpreter> interpreters;
  uint64_t seed = e.random();
  for (uint64_t i = 0; i < blocksOf(e.launch); i++) {
    blocks.push_back(std::make_unique<Block>(e, roomOf(e.program, i)));
    blocks.back()->begin(i, Random(seed, i));
    interpreters.emplace_back(*blocks.back());
  }
  std::vector<size_t> open(blocks.size());
  for (size_t i = 0; i < open.size(); i++) open[i] = i;
  while (!open.empty()) {
    size_t at = e.random() % open.size();
    if (interpreters[open[at]].round(false)) continue;
    open[at] = open.back();
    open.pop_back();
  }
  e.program.arena->rooms.resize(1);
}

// The memory of a grid's barrier: the kernel finds its address in special registers.
class GridBarrier {
 public:
  explicit GridBarrier(Execution& e) {
    if (!e.launch.isCooperative) return;
    allocation_ = Memory::get().map(e.launch.device, nullptr, bytes_, sizeof bytes_);
    e.gridBarrier = allocation_->base;
  }
  ~GridBarrier() {
    if (allocation_) Memory::get().free(allocation_);
  }
  GridBarrier(const GridBarrier&) = delete;
  GridBarrier& operator=(const GridBarrier&) = delete;

 private:
  alignas(16) uint8_t bytes_[64] = {};
  Allocation* allocation_ = nullptr;
};

}  // namespace

Block::Block(Execution& e, Room& r)
    : execution(e), launch(e.launch), program(e.program), room(r), shared(r.shared), traces(r.traces), warps(r.warps), threads(threadsOf(e.launch)), traceShift(e.program.sharedBytewise ? 0 : 2) {
  uint32_t count = (threads + lanes - 1) / lanes;
  if (r.warps.size() != count) furnish(r, program, count);
  size_t bytes = sharedBytes(launch);
  shared.reserve(bytes + 16);
  shared.resize(bytes);
  if (r.epoch > oldEpoch) {
    traces.clear();
    r.epoch = 1;
    for (Warp& w : warps) w.epoch = 1;
  }
  if (traces.size() <= bytes >> traceShift) traces.resize((bytes >> traceShift) + 1);
  for (Warp& w : warps) w.block = this;
  bool isNew = !isShapedFor(r, launch);
  fillSpecials(*this, [&](Special s) { return !isOfBlock(s) && (isNew || isOfLaunch(s)); });
  std::copy(launch.grid, launch.grid + 3, r.grid);
  std::copy(launch.block, launch.block + 3, r.block);
  r.dynamicShared = launch.dynamicShared;
}

void Block::begin(uint64_t number, Random own) {
  random = own;
  id[0] = uint32_t(number % launch.grid[0]);
  id[1] = uint32_t(number / launch.grid[0] % launch.grid[1]);
  id[2] = uint32_t(number / launch.grid[0] / launch.grid[1]);
  order = BlockOrder();
  order.number = uint32_t(number);
  exited = 0;
  firstEpoch = epoch = ++room.epoch;
  std::fill(barriers, barriers + 16, Barrier());
  std::fill(shared.begin(), shared.end(), uint8_t(0xff));
  for (Warp& w : warps) {
    uint32_t count = std::min<uint32_t>(lanes, threads - w.index * lanes);
    w.live = count == lanes ? everyLane : (1u << count) - 1;
    w.waiting = w.group = w.mask = 0;
    w.epoch++;
    w.steps = 0;
    w.before = Way();
    w.waits.begin();
    w.copies.clear();
    std::fill(w.groups, w.groups + lanes, 0u);
    std::fill(w.pc, w.pc + lanes, 0u);
  }
  fillSpecials(*this, isOfBlock);
}

void run(const Launch& launch, uint64_t id, std::mt19937_64& random) {
  const Program& p = *launch.program;
  Execution e{launch, p, id, random, Counts(p.kinds.size()), {}, std::vector<Allocation*>(p.code.size()), settings().checkGlobalRaces ? &Races::get() : nullptr, 0};
  if (e.races) e.races->kernel(launch);
  GridBarrier barrier(e);
  auto finish = [&] {
    publish(p, e.counts);
    log(launch, e.counts);
    Memory::get().settle();
    size_t kept = 0;
    for (auto& room : p.arena->rooms) kept += room->local.size();
    if (kept > mostKept) p.arena.reset();
  };
  try {
    if (launch.isCooperative)
      runTogether(e);
    else
      runBlocks(e, [&](size_t n) -> Room& { return roomOf(p, n); });
  } catch (...) {
    finish();
    throw;
  }
  finish();
}

}  // namespace emu
