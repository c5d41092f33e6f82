// Races in device memory: two accesses to the same bytes, one of them a write, that nothing puts in order.
//
// Work is put in order by streams, events, graphs and the host's waiting (order.h); blocks of one launch by a fence and an access
// of a flag that others read: what a block did before its fence comes before what another does after it has read the flag.
// Two strong accesses (atomic, volatile, relaxed and so on) race with each other never.
//
// Each piece of memory remembers who wrote it last and two of those who have read it since. Pieces are segments of 64 bytes where
// all of one is accessed at once, else cells of 4 bytes or of one.
#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "machine/order.h"
#include "machine/program.h"

namespace emu {

struct Allocation;
struct Launch;
struct Warp;

// What a block of a launch has done and knows.
struct BlockOrder {
  uint32_t number = 0;  // of the block
  uint32_t clock = 1;   // goes on with every fence
  uint32_t fenced = 0;  // all up to this clock is before its last fence
  uint32_t actor = 0;   // the name of the block at this clock; 0: it has none yet
  std::vector<std::pair<uint32_t, uint32_t>> known;  // flags, and how much of what was released there it has seen

  void fence() {
    fenced = clock++;
    actor = 0;
  }
};

// An access of one warp, or of work that is no kernel.
struct RaceAccess {
  Warp* warp = nullptr;
  bool isWrite = false, isStrong = false;
  int firstLane = 0;
  uint32_t laneBytes = 0;
  const uint8_t* values = nullptr;  // what will be written, lane by lane: the same value written twice is no race
  uint32_t stride = 0;
  bool isFree = false;  // a write as well: what was there is gone
};

class Races {
 public:
  static Races& get();

  // A piece of work begins; what it is called is told when it is known.
  void begin(const Place& place);
  void name(const char* what) { name_ = what; }
  void kernel(const Launch& launch);
  void end();
  void reset();
  void prune();  // forgets what comes before all that can still run

  // Beforehand, the name of a block that is going to run: those who come later have greater ones.
  uint32_t actorOf(uint32_t block);
  // From now on several threads make accesses, of blocks that have names; or no longer. What is remembered in the end does not
  // depend on which of two blocks was faster, unless they race.
  void share(bool isShared) { isShared_ = isShared; }
  bool isShared() const { return isShared_; }
  void prepare(Allocation& a);  // for accesses
  // Where threads share the launch, a write is made as well.
  void access(Allocation& a, uint64_t offset, uint64_t bytes, const RaceAccess& access);
  // By work that is no kernel.
  void access(Allocation& a, uint64_t offset, uint64_t bytes, bool isWrite, const char* what);
  // By work that frees it.
  void free(Allocation& a, const char* what);
  // A strong write to an address, and a strong read of one.
  void release(BlockOrder& block, uint64_t address);
  void acquire(BlockOrder& block, uint64_t address);
  bool hasFlags() const { return !flags_.empty(); }

 private:
  struct Work {
    uint32_t chain, sequence;
    std::string name;
    std::shared_ptr<const Program> program;
    uint32_t grid[3], block[3];
  };
  struct Actor {
    uint32_t work, block, clock;
  };
  struct Flag {
    struct Release {
      uint32_t position, clock;
    };
    uint32_t length = 0;  // how often something was released here
    std::unordered_map<uint32_t, std::vector<Release>> releases;  // by block
    std::vector<std::pair<uint32_t, uint32_t>> sources;           // what those who released knew themselves
  };
  class Visit;

  uint32_t newActor(uint32_t block, uint32_t clock);
  bool isOrdered(uint32_t actor, const BlockOrder* block) const;
  bool isReleased(const Actor& actor, const BlockOrder& block) const;
  void forget();
  std::string describe(uint32_t actor, uint32_t at) const;
  std::string threadOf(const Work& work, uint32_t block, uint32_t thread) const;

  Place place_;
  bool isOpen_ = false, isKernel_ = false, isShared_ = false;
  const char* name_ = nullptr;
  const Launch* launch_ = nullptr;
  uint32_t work_ = 0;             // of what runs now; 0: not written down yet
  uint32_t actor_ = 0;            // of work that is no kernel
  uint32_t orderedUpTo_ = 0;      // actors up to this one come before what runs now
  uint32_t firstWork_ = 1, firstActor_ = 1;
  std::deque<Work> works_;
  std::deque<Actor> actors_;
  std::vector<uint32_t> reached_;  // by chain: the last work that is written down
  std::unordered_map<uint64_t, uint32_t> flagAt_;
  std::vector<Flag> flags_;
  std::mutex preparing_;
  // Where threads share a launch, one for each piece of memory, or rather for many.
  struct alignas(64) Lock {
    std::mutex mutex;
  };
  static constexpr uint64_t lockBytes = 1024, locks = 1024;
  std::vector<Lock> locks_ = std::vector<Lock>(locks);
  bool reported_ = false;  // of work that is no kernel: one report is enough
};

}  // namespace emu
