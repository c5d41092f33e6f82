#include "machine/blocks.h"

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>

#include "control/settings.h"
#include "control/watch.h"
#include "machine/interpreter.h"
#include "machine/pool.h"

namespace emu {
namespace {

// Instructions of warps. To wake a thread takes as long as some hundred.
constexpr uint64_t trial = 4096;       // after so many it is clear what a block takes
constexpr uint64_t worthwhile = 32768;  // so many have to be left
constexpr uint64_t ofPart = 8192;      // a thread takes about so many at a time

// Blocks go in an order of their own: a random start and a random odd stride walk through all of them, power of two by power.
class Sequence {
 public:
  explicit Sequence(Execution& e) : blocks_(uint64_t(e.launch.grid[0]) * e.launch.grid[1] * e.launch.grid[2]) {
    while (span < blocks_) span *= 2;
    start_ = e.random() & (span - 1);
    stride_ = e.random() | 1;
    seed_ = e.random();
  }

  uint64_t span = 1;
  uint64_t number(uint64_t n) const { return (start_ + n * stride_) & (span - 1); }
  bool has(uint64_t n) const { return number(n) < blocks_; }
  void begin(Block& block, uint64_t n) const { block.begin(number(n), Random(seed_, n)); }

 private:
  uint64_t blocks_, start_, stride_, seed_;
};

void complete(Interpreter& interpreter) {
  interpreter.begin();
  while (interpreter.round(true)) {
  }
}

// What the blocks of one part of the sequence did.
struct Part {
  Counts counts;
  std::vector<Told> told;
  std::exception_ptr fault;
};

// The rest of a sequence, over several threads. Each takes the next part when it has done one; parts are accepted in their order.
// After a fault nothing of later parts is accepted, and whoever is at work on one stops.
class Shared {
 public:
  Shared(Execution& e, const Sequence& sequence, uint64_t from, uint64_t eachPart) : e_(e), sequence_(sequence), from_(from), each_(eachPart) {
    if (!e.races) return;
    // Names for the blocks, in their order, so that it can be told from them.
    for (uint64_t n = from; n < sequence.span; n++) {
      uint32_t actor = e.races->actorOf(uint32_t(sequence.number(n)));
      if (n == from) firstActor_ = actor;
    }
  }

  void run(unsigned threads, const std::function<Room&(size_t)>& roomOf) {
    std::vector<Room*> rooms;
    for (unsigned i = 0; i < threads; i++) rooms.push_back(&roomOf(i));
    if (e_.races) e_.races->share(true);
    Pool::get().run(threads - 1, [&](unsigned thread) { work(*rooms[thread]); });
    if (e_.races) e_.races->share(false);
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  void work(Room& room) {
    try {
      Execution mine{e_.launch, e_.program, e_.id, e_.random, Counts(e_.program.kinds.size()), {}, std::vector<Allocation*>(e_.program.code.size()), e_.races, 0};
      mine.faulted = &faulted_;
      Block block(mine, room);
      Interpreter interpreter(block);
      while (take(mine.part)) {
        Part part{Counts(e_.program.kinds.size()), {}, nullptr};
        mine.aside = &part.told;
        try {
          runPart(block, interpreter, from_ + mine.part * each_);
        } catch (const Overtaken&) {
          return;
        } catch (...) {
          part.fault = std::current_exception();
          lower(mine.part);
        }
        std::swap(part.counts, mine.counts);
        mine.told.clear();
        accept(mine.part, std::move(part));
      }
    } catch (...) {  // no memory to begin with
      std::lock_guard<std::mutex> lock(mutex_);
      faulted_ = 0;
      if (!fault_) fault_ = std::current_exception();
    }
  }

  bool take(uint64_t& part) {
    part = next_++;
    return from_ + part * each_ < sequence_.span && part <= faulted_;
  }

  void runPart(Block& block, Interpreter& interpreter, uint64_t first) {
    for (uint64_t n = first; n < std::min(first + each_, sequence_.span); n++) {
      if (!sequence_.has(n)) continue;
      sequence_.begin(block, n);
      if (e_.races) block.order.actor = firstActor_ + uint32_t(n - from_);
      complete(interpreter);
    }
  }

  void lower(uint64_t part) {
    uint64_t before = faulted_;
    while (part < before && !faulted_.compare_exchange_weak(before, part)) {
    }
  }

  void accept(uint64_t number, Part part) {
    std::lock_guard<std::mutex> lock(mutex_);
    done_.emplace(number, std::move(part));
    for (auto next = done_.begin(); !fault_ && next != done_.end() && next->first == accepted_; next = done_.erase(next), accepted_++) {
      Part& p = next->second;
      e_.counts.add(p.counts);
      for (Told& t : p.told)
        if (t.isFault || e_.told.insert({t.kind, t.statement}).second) e_.tell(std::move(t));
      fault_ = p.fault;
    }
  }

  Execution& e_;
  const Sequence& sequence_;
  uint64_t from_, each_;
  uint32_t firstActor_ = 0;
  std::atomic<uint64_t> next_{0}, faulted_{~0ull};
  std::mutex mutex_;
  std::map<uint64_t, Part> done_;  // that wait for earlier ones
  uint64_t accepted_ = 0;
  std::exception_ptr fault_;
};

}  // namespace

void runBlocks(Execution& e, const std::function<Room&(size_t)>& roomOf) {
  Sequence sequence(e);
  bool mayShare = settings().threads > 1 && !e.program.meetsOtherBlocks;
  uint64_t n = 0, each = 0;
  {
    Block block(e, roomOf(0));
    Interpreter interpreter(block);
    for (; n < sequence.span; n++) {
      if (mayShare && e.counts.warp >= trial) {
        each = std::max<uint64_t>(e.counts.warp / n, 1);
        if (sequence.span - n >= 2 && (sequence.span - n) * each >= worthwhile) break;
        mayShare = false;
      }
      if (!sequence.has(n)) continue;
      sequence.begin(block, n);
      complete(interpreter);
    }
  }
  if (n == sequence.span) return;
  uint64_t left = sequence.span - n, threads = std::min<uint64_t>(settings().threads, left);
  uint64_t part = std::min(std::max<uint64_t>(ofPart / each, 1), std::max<uint64_t>(left / (threads * 4), 1));
  Shared(e, sequence, n, part).run(unsigned(threads), roomOf);
}

}  // namespace emu
