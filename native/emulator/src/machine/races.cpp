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
  lastWork_ = {0, false};
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
  block_ = nullptr;
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

uint32_t Races::newActor() {
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
  actors_.push_back({work_, block_ ? block_->number : 0, block_ ? block_->clock : 0});
  return firstActor_ + uint32_t(actors_.size()) - 1;
}

bool Races::isOrdered(uint32_t actor) {
  if (actor < firstActor_) return true;
  const Actor& a = actors_[actor - firstActor_];
  if (a.work != work_) return isWorkOrdered(a.work);
  return !isKernel_ || a.block == block_->number || isReleased(a);
}

bool Races::isWorkOrdered(uint32_t work) {
  if (lastWork_.first != work) {
    const Work& w = works_[work - firstWork_];
    lastWork_ = {work, place_.follows(w.chain, w.sequence)};
  }
  return lastWork_.second;
}

bool Races::isReleased(const Actor& actor) const {
  for (auto& [flag, seen] : block_->known) {
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
    if (!a.shadow) a.shadow = std::make_shared<shadow::Shadow>(a.size);
    if (r_.block_) {
      if (!r_.block_->actor) r_.block_->actor = r_.newActor();
      me_ = r_.block_->actor;
      Warp& w = *access.warp;
      here_ = shadow::pack(uint32_t(w.now - w.block->program.code.data()), access.laneBytes, access.isStrong, w.index * lanes);
    } else {
      if (!r_.actor_) r_.actor_ = r_.newActor();
      me_ = r_.actor_;
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
          for (uint32_t i = 0; i < s.granules(); i++) visit(s.fine[i], offset + i * s.granule());
          a_.shadow->collapse(s);
          set(s.cell, offset);
        } else {
          a_.shadow->refine(s, (in | (next - offset)) % 4 ? 1 : 4);
          for (uint64_t i = in / s.granule(); i < (in + next - offset) / s.granule(); i++) visit(s.fine[i], segment * shadow::segmentBytes + i * s.granule());
        }
      }
      offset = next;
    }
  }

 private:
  uint32_t laneOf(uint64_t offset) const { return access_.laneBytes ? access_.firstLane + uint32_t((offset - start_) / access_.laneBytes) : 0; }
  uint32_t at(uint64_t offset) const { return here_ + laneOf(offset); }
  bool isBefore(uint32_t actor) const { return actor <= r_.orderedUpTo_ || actor == me_ || r_.isOrdered(actor); }
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

  void read(shadow::Cell& c, uint64_t offset) {
    int slot = c.reader[0] == me_ ? 0 : c.reader[1] == me_ ? 1 : isBefore(c.reader[0]) ? 0 : isBefore(c.reader[1]) ? 1 : -1;
    if (slot < 0 || (c.reader[slot] == me_ && access_.isStrong)) return;
    c.reader[slot] = me_;
    c.readerAt[slot] = at(offset);
  }

  void set(shadow::Cell& c, uint64_t offset) {
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
  uint32_t me_ = 0, here_ = 0;
};

void Races::access(Allocation& a, uint64_t offset, uint64_t bytes, const RaceAccess& access) { Visit(*this, a, offset, access).range(offset, bytes); }

void Races::access(Allocation& a, uint64_t offset, uint64_t bytes, bool isWrite, const char* what) {
  if (!isOpen_ || bytes == 0) return;
  name_ = what;
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
