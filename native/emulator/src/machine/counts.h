// What a launch did, in numbers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace emu {

struct Launch;
struct Program;

enum class Access : uint8_t { Read, Write, Atomic };

// Which sectors of device memory were accessed, however often. A page is 64 of them.
class Footprint {
 public:
  void add(uint64_t sector) { pages_[sector >> 6] |= 1ull << (sector & 63); }
  void add(const Footprint& other);
  uint64_t sectors() const;

 private:
  std::unordered_map<uint64_t, uint64_t> pages_;
};

// What has to come one after another: from barrier to barrier the instructions of the warp that takes longest, how often it waits for
// device memory, and the barriers.
struct Way {
  static constexpr uint64_t asLong = 100;  // instructions, as a wait

  uint64_t instructions = 0, barriers = 0;
  uint64_t waits = 0;  // only where launches are logged

  uint64_t length() const { return instructions + asLong * waits; }
  void atLeast(const Way& other) {
    if (other.length() > length()) *this = other;
  }
};

struct Counts {
  // By Access. Device memory moves in sectors of 32 bytes: how many a warp's instruction touched, against what its lanes asked for.
  // Shared memory is served in wavefronts: one is enough where no two lanes want different words of one bank.
  struct Traffic {
    uint64_t requests = 0, bytes = 0, sectors = 0;
    uint64_t wavefronts = 0, conflicts = 0;
    Footprint footprint;  // only where launches are logged
  };
  std::vector<uint64_t> byKind;
  uint64_t launches = 1, warp = 0, lane = 0;
  Way ways;  // the longest of each block, all together
  Traffic traffic[3];

  explicit Counts(size_t kinds) : byKind(kinds) {}
  void add(const Counts& part);  // of the same launch
  Traffic& of(Access access) { return traffic[int(access)]; }
};

// Adds them to the counters that everybody can read, in all and for the kernel.
void publish(const Program& program, const Counts& counts);

// Writes them to the file that the setting `launches` names.
void log(const Launch& launch, const Counts& counts);

}  // namespace emu
