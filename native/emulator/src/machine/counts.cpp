#include "machine/counts.h"

#include "control/watch.h"
#include "machine/warp.h"

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

void Footprint::add(const Footprint& other) {
  for (auto& [page, sectors] : other.pages_) pages_[page] |= sectors;
}

uint64_t Footprint::sectors() const {
  uint64_t sum = 0;
  for (auto& [page, sectors] : pages_) sum += __builtin_popcountll(sectors);
  return sum;
}

void Counts::add(const Counts& part) {
  for (size_t i = 0; i < byKind.size(); i++) byKind[i] += part.byKind[i];
  warp += part.warp;
  lane += part.lane;
  ways.instructions += part.ways.instructions;
  ways.barriers += part.ways.barriers;
  ways.waits += part.ways.waits;
  for (int i = 0; i < 3; i++) {
    Traffic& to = traffic[i];
    const Traffic& from = part.traffic[i];
    to.requests += from.requests;
    to.bytes += from.bytes;
    to.sectors += from.sectors;
    to.wavefronts += from.wavefronts;
    to.conflicts += from.conflicts;
    to.footprint.add(from.footprint);
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

namespace {

// "name":{"a":1,"b":2}; what is 0 is left out.
class Members {
 public:
  void add(const std::string& name, uint64_t value) {
    if (value) text_ += (text_.empty() ? "\"" : ",\"") + name + "\":" + std::to_string(value);
  }
  std::string named(const char* name) const { return std::string("\"") + name + "\":{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string triple(const char* name, const uint32_t* n) { return format("\"%s\":[%u,%u,%u]", name, n[0], n[1], n[2]); }

}  // namespace

void log(const Launch& l, const Counts& c) {
  if (!Watch::get().isLogging()) return;
  Members members;
  members.add("instructions.warp", c.warp);
  members.add("instructions.lane", c.lane);
  members.add("way.instructions", c.ways.instructions);
  members.add("way.barriers", c.ways.barriers);
  members.add("way.waits", c.ways.waits);
  members.add("shared.bytes", l.program->sharedBytes + uint64_t(l.dynamicShared));
  for (int i = 0; i < 3; i++) {
    const Counts::Traffic& t = c.traffic[i];
    std::string access = accesses[i];
    members.add("requests." + access, t.requests);
    members.add("bytes." + access, t.bytes);
    members.add("sectors." + access, t.sectors);
    members.add("footprint." + access, t.footprint.sectors());
    members.add("wavefronts." + access, t.wavefronts);
    members.add("bank-conflicts." + access, t.conflicts);
  }
  Members kinds;
  for (size_t i = 0; i < c.byKind.size(); i++) kinds.add(l.program->kinds[i], c.byKind[i]);
  Watch::get().log("\"kernel\":\"" + l.program->name + "\"," + triple("grid", l.grid) + "," + triple("block", l.block) + "," + members.named("counters") + "," + kinds.named("kinds"));
}

}  // namespace emu
