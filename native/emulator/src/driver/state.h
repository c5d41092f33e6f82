// What the driver knows: devices, contexts, streams, events, modules, graphs; and the handles by which callers name them.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "abi/cuda_abi.h"
#include "driver/scheduler.h"
#include "machine/memory.h"
#include "machine/warp.h"

namespace emu {

struct ApiError {
  CUresult code;
};

// Handles are numbers that are given out once; what they name may be gone, which `find` tells by null.
template <class T, class H>
class Handles {
 public:
  explicit Handles(uintptr_t first) : next_(first) {}
  H add(std::shared_ptr<T> object) {
    next_ += 16;
    all_[next_] = std::move(object);
    return reinterpret_cast<H>(next_);
  }
  std::shared_ptr<T> find(H handle) const {
    auto found = all_.find(reinterpret_cast<uintptr_t>(handle));
    return found == all_.end() ? nullptr : found->second;
  }
  void remove(H handle) { all_.erase(reinterpret_cast<uintptr_t>(handle)); }
  void clear() { all_.clear(); }
  const std::map<uintptr_t, std::shared_ptr<T>>& all() const { return all_; }

 private:
  uintptr_t next_;
  std::map<uintptr_t, std::shared_ptr<T>> all_;
};

struct Module;
struct Graph;
struct Node;
struct Pool;

struct Context;

struct Function {
  CUfunction handle = nullptr;
  Module* module = nullptr;
  Context* context = nullptr;
  std::shared_ptr<Program> program;
  bool isUnloaded = false;
  struct {
    unsigned block[3] = {1, 1, 1}, shared = 0;
    std::vector<uint8_t> arguments;
  } parts;  // of a launch that is put together call by call
  int carveout = -1;  // per cent of shared memory that is asked for
};

struct Module {
  CUmodule handle = nullptr;
  Context* context = nullptr;
  ptx::Module syntax;
  std::map<std::string, Allocation*> variables;
  std::map<std::string, std::shared_ptr<Function>> functions;
  std::vector<std::string> files;
};

struct Capture;

// Hints about caches and waiting; they are kept, and change nothing here.
struct StreamAttributes {
  CUaccessPolicyWindow window = {};
  int waiting = 1;  // CU_SYNC_POLICY_AUTO
};

struct Stream {
  CUstream handle = nullptr;
  Context* context = nullptr;
  bool isLegacy = false, isBlocking = true;
  unsigned flags = 0;
  int priority = 0;
  uint64_t id = 0;
  OpRef last;
  std::shared_ptr<Capture> capture;
  std::vector<Node*> tail;  // what the next captured node comes after
  StreamAttributes attributes;
};

struct Event {
  CUevent handle = nullptr;
  Context* context = nullptr;
  unsigned flags = 0;
  OpRef op;                    // of the last record
  std::shared_ptr<double> at;  // when it ran, in milliseconds
  std::shared_ptr<Capture> capture;
  std::vector<Node*> nodes;
};

struct Context {
  CUcontext handle = nullptr;
  int device = 0;
  bool isPrimary = false;
  int attached = 1;  // uses, as cuCtxAttach counts them
  unsigned flags = 0;
  CUresult fault = CUDA_SUCCESS;  // once it is set, the context is lost
  bool destroyed = false;
  uint64_t id = 0;
  Stream legacy;
  std::map<std::thread::id, std::shared_ptr<Stream>> perThread;
  std::set<Stream*> streams;
  std::set<Context*> peers;
  std::map<int, size_t> limits;
  std::vector<OpRef> orphans;          // the last work of blocking streams that are gone
  std::vector<OpRef> detachedOrphans;  // and of others, which the legacy stream does not wait for
  int cacheConfig = 0, sharedConfig = 1;

  // The contexts whose memory its kernels can reach: itself and its peers.
  std::vector<const void*> reach() const;
};

// Host memory that the driver knows: allocated by it, or registered.
struct HostRange {
  uint8_t* start;
  uint64_t size;
  bool isRegistered;
  unsigned flags;
  const Context* context;
  Allocation* mapped;
  std::unique_ptr<uint8_t[]> own;
};

// What was said about managed memory; -1 is the host, -2 no device.
struct Advice {
  bool isReadMostly = false;
  int preferred = -2, prefetched = -2;
  std::set<int> accessedBy;
};

struct State {
  bool initialised = false;
  std::map<int, std::shared_ptr<Context>> primaries;
  std::map<int, int> primaryUses;
  std::map<int, unsigned> primaryFlags;
  Handles<Context, CUcontext> contexts{0x1000000};
  Handles<Stream, CUstream> streams{0x2000000};
  Handles<Event, CUevent> events{0x3000000};
  Handles<Module, CUmodule> modules{0x4000000};
  Handles<Function, CUfunction> functions{0x5000000};
  Handles<Graph, CUgraph> graphs{0x6000000};
  Handles<struct GraphExec, CUgraphExec> execs{0x7000000};
  Handles<Node, CUgraphNode> nodes{0x8000000};
  Handles<struct Pool, CUmemoryPool> pools{0x9000000};
  Handles<struct Link, CUlinkState> links{0xa000000};
  std::map<int, std::shared_ptr<Pool>> defaultPools;
  std::vector<OpRef> frees;              // of streams, that may not have been done
  std::map<uint64_t, Advice> advice;     // by the start of an allocation
  std::set<uint64_t> synchronous;        // allocations whose copies wait
  std::map<uint8_t*, HostRange> host;
  std::set<std::shared_ptr<Capture>> captures;
  std::mt19937_64 random;
  uint64_t ids = 0;
  uint64_t generation = 0;  // of resets: what a thread remembers from before is void
  // Called by a reset, for the libraries built on this one.
  std::vector<void (*)()> resets;

  HostRange* hostRange(const void* p, uint64_t bytes);
};

struct Pool {
  CUmemoryPool handle = nullptr;
  int device = 0;
  uint64_t used = 0, most = 0;  // bytes; a most of 0: as much as there is
  bool isDestroyed = false;     // it goes when the last of its memory is freed
};

State& state();
std::mutex& machineMutex();

// The current context of this thread; fails without one, or with the code of the fault that the context is lost by.
Context& current();
std::vector<std::shared_ptr<Context>>& contextStack();  // of this thread
// Null, 1 and 2 name the default streams.
std::shared_ptr<Stream> streamOf(CUstream handle);
// Forgets everything: contexts, memory, work that waits.
void resetAll();
// Reports what was never freed.
void reportLeaks();
void destroyContext(Context& context);

}  // namespace emu
