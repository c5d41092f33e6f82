#include "machine/races.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "control/watch.h"
#include "machine/shadow.h"
#include "machine/warp.h"

namespace emu {
namespace {

constexpr size_t mostFine = 256 << 20;     // bytes of cells; beyond that the past is forgotten
constexpr uint32_t mostActors = 3u << 30;  // likewise
constexpr size_t mostFlags = 4096;         // of one launch; what is released by more is not followed

}  // namespace

Races& Races::get() {
  static Races& instance = *new Races;
  return instance;
}

void Races::begin(const Place& place) {
  place_ = place;
  isOpen_ = true;
  isKernel_ = reported_ = false;
  name_ = nullptr;
  work_ = actor_ = 0;
  // Mostly all that was there before comes before this.
  bool all = true;
  for (uint32_t chain = 0; chain < reached_.size(); chain++) all = all && (reached_[chain] == 0 || place.follows(chain, reached_[chain]));
  orderedUpTo_ = all ? firstActor_ + uint32_t(actors_.size()) - 1 : firstActor_ - 1;
}

void Races::kernel(const Launch& launch) {
  isKernel_ = true;
  launch_ = &launch;
  flagAt_.clear();
  flags_.clear();
}

void Races::end() {
  isOpen_ = isKernel_ = false;
  launch_ = nullptr;
}

void Races::reset() {
  works_.clear();
  actors_.clear();
  reached_.clear();
  firstWork_ = firstActor_ = 1;
  shadow::fineBytes() = 0;
}

// What the host has waited for comes before all that it does from now on.
void Races::prune() {
  while (!works_.empty() && Order::get().isKnown(works_.front().chain, works_.front().sequence)) {
    works_.pop_front();
    firstWork_++;
  }
  while (!actors_.empty() && actors_.front().work < firstWork_) {
    actors_.pop_front();
    firstActor_++;
  }
  if (shadow::fineBytes() > mostFine || firstActor_ > mostActors) forget();
}

void Races::forget() {
  for (Allocation* a : Memory::get().live()) a->shadow.reset();
  reset();
}

uint32_t Races::newActor(uint32_t block, uint32_t clock) {
  if (!work_) {
    Work w{place_.chain, place_.sequence, name_ ? name_ : "", nullptr, {}, {}};
    if (isKernel_) {
      w.program = launch_->program;
      std::copy(launch_->grid, launch_->grid + 3, w.grid);
      std::copy(launch_->block, launch_->block + 3, w.block);
    }
    works_.push_back(std::move(w));
    work_ = firstWork_ + uint32_t(works_.size()) - 1;
    if (reached_.size() <= place_.chain) reached_.resize(place_.chain + 1);
    reached_[place_.chain] = std::max(reached_[place_.chain], place_.sequence);
  }
  actors_.push_back({work_, block, clock});
  return firstActor_ + uint32_t(actors_.size()) - 1;
}

uint32_t Races::actorOf(uint32_t block) { return newActor(block, BlockOrder().clock); }

void Races::prepare(Allocation& a) {
  std::lock_guard<std::mutex> lock(preparing_);
  if (!a.shadow) a.shadow = std::make_shared<shadow::Shadow>(a.size);
}

bool Races::isOrdered(uint32_t actor, const BlockOrder* block) const {
  if (actor < firstActor_) return true;
  const Actor& a = actors_[actor - firstActor_];
  if (a.work == work_) return !block || a.block == block->number || isReleased(a, *block);
  const Work& w = works_[a.work - firstWork_];
  return place_.follows(w.chain, w.sequence);
}

bool Races::isReleased(const Actor& actor, const BlockOrder& block) const {
  for (auto& [flag, seen] : block.known) {
    auto found = flags_[flag].releases.find(actor.block);
    if (found == flags_[flag].releases.end()) continue;
    for (auto r = found->second.rbegin(); r != found->second.rend(); ++r)
      if (r->position < seen) {
        if (r->clock >= actor.clock) return true;
        break;
      }
  }
  return flags_.size() >= mostFlags;
}

namespace {

void raise(std::vector<std::pair<uint32_t, uint32_t>>& to, uint32_t flag, uint32_t length) {
  for (auto& [f, l] : to)
    if (f == flag) {
      l = std::max(l, length);
      return;
    }
  to.push_back({flag, length});
}

}  // namespace

void Races::release(BlockOrder& b, uint64_t address) {
  if (!b.fenced || flags_.size() >= mostFlags) return;
  auto [entry, isNew] = flagAt_.try_emplace(address, uint32_t(flags_.size()));
  if (isNew) flags_.emplace_back();
  Flag& flag = flags_[entry->second];
  auto& mine = flag.releases[b.number];
  for (auto& [f, length] : b.known)
    if (f != entry->second) raise(flag.sources, f, length);
  if (mine.empty() || mine.back().clock < b.fenced) mine.push_back({flag.length++, b.fenced});
}

void Races::acquire(BlockOrder& b, uint64_t address) {
  auto found = flagAt_.find(address);
  if (found == flagAt_.end()) return;
  const Flag& flag = flags_[found->second];
  raise(b.known, found->second, flag.length);
  for (auto& [f, length] : flag.sources) raise(b.known, f, length);
}

std::string Races::threadOf(const Work& w, uint32_t block, uint32_t thread) const {
  const uint32_t *g = w.grid, *n = w.block;
  return format("block (%u,%u,%u), thread (%u,%u,%u)", block % g[0], block / g[0] % g[1], block / g[0] / g[1], thread % n[0], thread / n[0] % n[1], thread / n[0] / n[1]);
}

std::string Races::describe(uint32_t actor, uint32_t at) const {
  const Actor& a = actors_[actor - firstActor_];
  const Work& w = works_[a.work - firstWork_];
  if (!w.program) return w.name;
  const Statement& s = w.program->statements[w.program->code[shadow::instructionOf(at)].statement];
  return "kernel " + w.program->name + ", " + threadOf(w, a.block, shadow::threadOf(at)) + format(", PTX line %d: ", s.line) + s.text;
}

// Walks over the cells of one access.
class Races::Visit {
 public:
  Visit(Races& races, Allocation& a, uint64_t offset, const RaceAccess& access) : r_(races), a_(a), start_(offset), access_(access) {
    if (access.warp) {
      Warp& w = *access.warp;
      block_ = &w.block->order;
      if (!block_->actor) block_->actor = r_.newActor(block_->number, block_->clock);
      me_ = block_->actor;
      here_ = shadow::pack(uint32_t(w.now - w.block->program.code.data()), access.laneBytes, access.isStrong, w.index * lanes);
    } else {
      if (!r_.actor_) r_.actor_ = r_.newActor(0, 0);
      me_ = r_.actor_;
    }
  }

  // Of two blocks that write the same value at the same time, the second has to see what the first has written: looking and
  // writing are one.
  void shared(uint64_t offset, uint64_t bytes) {
    for (uint64_t end = offset + bytes; offset < end;) {
      uint64_t piece = (a_.base + offset) / lockBytes, next = std::min(end, (piece + 1) * lockBytes - a_.base);
      std::lock_guard<std::mutex> lock(r_.locks_[piece % locks].mutex);
      range(offset, next - offset);
      if (access_.isWrite) write(offset, next);
      offset = next;
    }
  }

  void range(uint64_t offset, uint64_t bytes) {
    uint64_t end = offset + bytes;
    while (offset < end) {
      uint64_t segment = offset / shadow::segmentBytes, next = std::min(end, (segment + 1) * shadow::segmentBytes);
      shadow::Segment& s = a_.shadow->segments[segment];
      bool isWhole = next - offset == shadow::segmentBytes;
      if (!s.fine && isWhole) {
        visit(s.cell, offset);
      } else {
        uint64_t in = offset % shadow::segmentBytes;
        if (isWhole && access_.isWrite) {
          bool isMine = true;
          for (uint32_t i = 0; i < s.granules(); i++) {
            visit(s.fine[i], offset + i * s.granule());
            isMine = isMine && s.fine[i].writer == me_;
          }
          if (isMine) {
            a_.shadow->collapse(s);
            set(s.cell, offset);
          }
        } else {
          a_.shadow->refine(s, (in | (next - offset)) % 4 ? 1 : 4);
          for (uint64_t i = in / s.granule(); i < (in + next - offset) / s.granule(); i++) visit(s.fine[i], segment * shadow::segmentBytes + i * s.granule());
        }
      }
      offset = next;
    }
  }

 private:
  void write(uint64_t offset, uint64_t end) {
    const uint8_t* from = access_.values + size_t(laneOf(offset)) * access_.stride;
    for (; offset < end; offset += access_.laneBytes, from += access_.stride) {
      if (access_.laneBytes == 4)
        std::memcpy(a_.data + offset, from, 4);
      else
        std::memcpy(a_.data + offset, from, access_.laneBytes);
    }
  }

  uint32_t laneOf(uint64_t offset) const { return access_.laneBytes ? access_.firstLane + uint32_t((offset - start_) / access_.laneBytes) : 0; }
  uint32_t at(uint64_t offset) const { return here_ + laneOf(offset); }
  bool isBefore(uint32_t actor) const { return actor <= r_.orderedUpTo_ || actor == me_ || r_.isOrdered(actor, block_); }
  bool areStrong(uint32_t other) const { return access_.isStrong && shadow::isStrong(other); }
  // A loop of compare-and-swap begins with a plain read of what others change by atomics.
  bool mayBeginLoop() const { return access_.warp && access_.warp->block->program.comparesAndSwaps; }

  void visit(shadow::Cell& c, uint64_t offset) {
    bool afterWrite = isBefore(c.writer) || areStrong(c.writerAt);
    if (!access_.isWrite) {
      if (!afterWrite && !(shadow::isStrong(c.writerAt) && mayBeginLoop())) race(offset, c.writer, c.writerAt, "written");
      read(c, offset);
      return;
    }
    if (!afterWrite && !isSame(offset)) race(offset, c.writer, c.writerAt, "written");
    for (int i = 0; i < 2; i++)
      if (!isBefore(c.reader[i]) && !areStrong(c.readerAt[i]) && !(access_.isStrong && mayBeginLoop())) race(offset, c.reader[i], c.readerAt[i], "read");
    set(c, offset);
  }

  // Of the blocks of a launch the first two in their order stay, whoever came first.
  bool mayReplace(uint32_t reader) const { return reader > me_ || isBefore(reader); }

  void read(shadow::Cell& c, uint64_t offset) {
    int slot = c.reader[0] == me_ ? 0 : c.reader[1] == me_ ? 1 : mayReplace(c.reader[0]) ? 0 : mayReplace(c.reader[1]) ? 1 : -1;
    if (slot == 0 && c.reader[0] > me_ && mayReplace(c.reader[1])) {
      c.reader[1] = c.reader[0];
      c.readerAt[1] = c.readerAt[0];
    }
    if (slot < 0 || (c.reader[slot] == me_ && access_.isStrong)) return;
    c.reader[slot] = me_;
    c.readerAt[slot] = at(offset);
  }

  void set(shadow::Cell& c, uint64_t offset) {
    if (c.writer > me_) return;  // a block that comes later has written the same already
    bool staysWeak = c.writer == me_ && !shadow::isStrong(c.writerAt);
    uint32_t before = c.writerAt;
    c = shadow::Cell();
    c.writer = me_;
    c.writerAt = staysWeak ? before : at(offset);
  }

  bool isSame(uint64_t offset) const {
    if (!access_.values) return false;
    uint32_t lane = laneOf(offset), size = access_.laneBytes;
    return std::memcmp(access_.values + size_t(lane) * access_.stride, a_.data + start_ + (lane - access_.firstLane) * size, size) == 0;
  }

  void race(uint64_t offset, uint32_t other, uint32_t otherAt, const char* did) {
    std::string what = access_.isFree ? "frees " : format("%s byte %llu of ", access_.isWrite ? "writes" : "reads", (unsigned long long)offset);
    std::string text = what + a_.describe() + ", which " + r_.describe(other, otherAt) + format(" has %s; nothing puts the two in order", did);
    if (access_.warp) {
      access_.warp->report("global-race", int(laneOf(offset)), text);
    } else if (!r_.reported_) {
      r_.reported_ = true;
      Watch::get().report(access_.isFree ? "use-after-free" : "global-race", std::string(r_.name_) + " " + text);
    }
  }

  Races& r_;
  Allocation& a_;
  uint64_t start_;
  const RaceAccess& access_;
  BlockOrder* block_ = nullptr;
  uint32_t me_ = 0, here_ = 0;
};

void Races::access(Allocation& a, uint64_t offset, uint64_t bytes, const RaceAccess& access) {
  Visit visit(*this, a, offset, access);
  if (isShared_)
    visit.shared(offset, bytes);
  else
    visit.range(offset, bytes);
}

void Races::access(Allocation& a, uint64_t offset, uint64_t bytes, bool isWrite, const char* what) {
  if (!isOpen_ || bytes == 0) return;
  name_ = what;
  prepare(a);
  RaceAccess access;
  access.isWrite = isWrite;
  Visit(*this, a, offset, access).range(offset, bytes);
}

void Races::free(Allocation& a, const char* what) {
  if (!isOpen_ || !a.shadow) return;
  name_ = what;
  RaceAccess access;
  access.isWrite = access.isFree = true;
  Visit(*this, a, 0, access).range(0, a.size);
}

}  // namespace emu
