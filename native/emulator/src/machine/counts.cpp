#include "machine/counts.h"

#include "control/watch.h"
#include "machine/program.h"

namespace emu {
namespace {

constexpr const char* accesses[] = {"read", "write", "atomic"};

struct Pair {  // of counters: all kernels together, and this one
  uint64_t *all = nullptr, *kernel = nullptr;
  void add(uint64_t by) {
    *all += by;
    *kernel += by;
  }
};

Pair pairOf(const std::string& name, const Program& p) { return {&Watch::get().slot(name), &Watch::get().slot(name + "." + p.name)}; }

}  // namespace

// Where a kernel's counters are, so that a launch does not look for them.
struct CounterSlots {
  Pair launches, lanes, warps;
  std::vector<Pair> kinds;
  struct {
    Pair requests, bytes, sectors, wavefronts, conflicts;
  } traffic[3];

  explicit CounterSlots(const Program& p) : launches(pairOf("launches", p)), lanes(pairOf("instructions.lane", p)), warps(pairOf("instructions.warp", p)) {
    for (auto& kind : p.kinds) kinds.push_back(pairOf("instructions.kind." + kind, p));
    for (int i = 0; i < 3; i++) {
      std::string access = accesses[i];
      traffic[i] = {pairOf("requests." + access, p), pairOf("bytes." + access, p), pairOf("sectors." + access, p), pairOf("wavefronts." + access, p), pairOf("bank-conflicts." + access, p)};
    }
  }
};

void Counts::add(const Counts& part) {
  for (size_t i = 0; i < byKind.size(); i++) byKind[i] += part.byKind[i];
  warp += part.warp;
  lane += part.lane;
  for (int i = 0; i < 3; i++) {
    Traffic& to = traffic[i];
    const Traffic& from = part.traffic[i];
    to.requests += from.requests;
    to.bytes += from.bytes;
    to.sectors += from.sectors;
    to.wavefronts += from.wavefronts;
    to.conflicts += from.conflicts;
  }
}

void publish(const Program& p, const Counts& c) {
  if (!p.slots) p.slots = std::make_shared<CounterSlots>(p);
  CounterSlots& s = *p.slots;
  s.launches.add(c.launches);
  s.lanes.add(c.lane);
  s.warps.add(c.warp);
  for (size_t i = 0; i < c.byKind.size(); i++) s.kinds[i].add(c.byKind[i]);
  for (int i = 0; i < 3; i++) {
    s.traffic[i].requests.add(c.traffic[i].requests);
    s.traffic[i].bytes.add(c.traffic[i].bytes);
    s.traffic[i].sectors.add(c.traffic[i].sectors);
    s.traffic[i].wavefronts.add(c.traffic[i].wavefronts);
    s.traffic[i].conflicts.add(c.traffic[i].conflicts);
  }
}

}  // namespace emu
