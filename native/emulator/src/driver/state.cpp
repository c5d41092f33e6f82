#include "driver/state.h"

#include "control/output.h"
#include "control/settings.h"
#include "control/watch.h"
#include "driver/graph.h"
#include "driver/link.h"

namespace emu {

namespace {

// The stack of current contexts of a thread. After a reset it is empty again.
struct Stack {
  uint64_t generation = 0;
  std::vector<std::shared_ptr<Context>> contexts;
};
thread_local Stack stackOfThread;

std::vector<std::shared_ptr<Context>>& graveyard() {
  static auto& all = *new std::vector<std::shared_ptr<Context>>;
  return all;
}

// Threads may still name a context that is gone, so it stays; what it owned does not.
void bury(const std::shared_ptr<Context>& c) {
  c->perThread.clear();
  c->streams.clear();
  c->peers.clear();
  c->limits.clear();
  c->orphans.clear();
  c->detachedOrphans.clear();
  c->legacy = Stream();
  c->legacy.context = c.get();
  graveyard().push_back(c);
}

}  // namespace

State& state() {
  static State& instance = *[] {
    auto* s = new State;
    s->random.seed(settings().seed);
    return s;
  }();
  return instance;
}

std::mutex& machineMutex() {
  static std::mutex& instance = *new std::mutex;
  return instance;
}

std::vector<std::shared_ptr<Context>>& contextStack() {
  if (stackOfThread.generation != state().generation) {
    stackOfThread.contexts.clear();
    stackOfThread.generation = state().generation;
  }
  return stackOfThread.contexts;
}

Context& current() {
  auto& stack = contextStack();
  if (stack.empty() || !stack.back()) throw ApiError{CUDA_ERROR_INVALID_CONTEXT};
  Context& c = *stack.back();
  if (c.destroyed) throw ApiError{CUDA_ERROR_CONTEXT_IS_DESTROYED};
  if (c.fault) throw ApiError{c.fault};
  return c;
}

std::shared_ptr<Stream> streamOf(CUstream handle) {
  uintptr_t number = reinterpret_cast<uintptr_t>(handle);
  if (number <= 1) return {std::shared_ptr<Stream>(), &current().legacy};
  if (number == 2) {
    Context& c = current();
    auto& stream = c.perThread[std::this_thread::get_id()];
    if (!stream) {
      stream = std::make_shared<Stream>();
      stream->context = &c;
      stream->handle = handle;
      stream->id = ++state().ids;
      c.streams.insert(stream.get());
    }
    return stream;
  }
  auto stream = state().streams.find(handle);
  if (!stream) throw ApiError{CUDA_ERROR_INVALID_HANDLE};
  if (stream->context->fault) throw ApiError{stream->context->fault};
  return stream;
}

std::vector<const void*> Context::reach() const {
  std::vector<const void*> result = {this};
  result.insert(result.end(), peers.begin(), peers.end());
  return result;
}

HostRange* State::hostRange(const void* p, uint64_t bytes) {
  auto* at = static_cast<uint8_t*>(const_cast<void*>(p));
  auto next = host.upper_bound(at);
  if (next == host.begin()) return nullptr;
  HostRange& r = std::prev(next)->second;
  return uint64_t(at - r.start) < r.size && r.size - uint64_t(at - r.start) >= bytes ? &r : nullptr;
}

template <class T, class H>
static void removeOf(Handles<T, H>& handles, Context& context) {
  std::vector<H> gone;
  for (auto& [handle, object] : handles.all())
    if (object->context == &context) gone.push_back(reinterpret_cast<H>(handle));
  for (H h : gone) handles.remove(h);
}

void destroyContext(Context& c) {
  State& s = state();
  if (!c.fault) Scheduler::get().waitFor(&c);
  if (settings().checkLeaks)
    for (Allocation* a : Memory::get().live(&c))
      if (a->origin == Origin::Device || a->origin == Origin::Pool || a->origin == Origin::Managed) Watch::get().report("leak", a->describe() + " was still there when its context was destroyed");
  if (settings().checkLeaks)
    for (auto& [start, range] : s.host)
      if (range.context == &c) Watch::get().report("leak", format("%s host memory of %llu bytes was still there when its context was destroyed", range.isRegistered ? "registered" : "pinned", (unsigned long long)range.size));
  c.destroyed = true;
  for (Stream* s : c.streams) leaveCapture(*s);
  std::vector<CUfunction> gone;
  for (auto& [handle, f] : s.functions.all())
    if (f->module->context == &c) gone.push_back(reinterpret_cast<CUfunction>(handle));
  for (CUfunction f : gone) s.functions.remove(f);
  removeOf(s.modules, c);
  removeOf(s.events, c);
  removeOf(s.streams, c);
  Memory::get().freeAll(&c);
  for (auto next = s.host.begin(); next != s.host.end();)
    next = next->second.context == &c ? s.host.erase(next) : std::next(next);
  for (auto& [handle, other] : s.contexts.all()) other->peers.erase(&c);
  for (auto& [handle, context] : s.contexts.all())
    if (context.get() == &c) bury(context);
  s.contexts.remove(c.handle);
}

void reportLeaks() {
  State& s = state();
  if (!settings().checkLeaks) return;
  Watch& w = Watch::get();
  for (Allocation* a : Memory::get().live())
    if (a->origin == Origin::Device || a->origin == Origin::Pool || a->origin == Origin::Managed) w.report("leak", a->describe() + " was never freed");
  for (auto& [start, range] : s.host)
    w.report("leak", format("%s host memory of %llu bytes was never %s", range.isRegistered ? "registered" : "pinned", (unsigned long long)range.size, range.isRegistered ? "unregistered" : "freed"));
  auto objects = [&](const char* what, size_t count) {
    if (count) w.report("leak", format("%zu %s never destroyed", count, what));
  };
  objects("streams", s.streams.all().size());
  objects("events", s.events.all().size());
  objects("modules", s.modules.all().size());
  size_t graphs = 0;
  for (auto& [handle, g] : s.graphs.all()) graphs += !g->isInside;
  objects("graphs", graphs);
  objects("executable graphs", s.execs.all().size());
  size_t pools = 0;
  for (auto& [handle, p] : s.pools.all()) pools += !p->isDestroyed && s.defaultPools[p->device] != p;
  objects("memory pools", pools);
  objects("linkers", s.links.all().size());
  size_t contexts = 0;
  for (auto& [handle, c] : s.contexts.all()) contexts += !c->isPrimary;
  objects("contexts", contexts);
  for (auto& [device, uses] : s.primaryUses)
    if (uses) w.report("leak", format("the primary context of device %d was retained %d times more than released", device, uses));
}

void resetAll() {
  State& s = state();
  for (auto& [handle, c] : s.contexts.all()) c->fault = c->fault ? c->fault : CUDA_ERROR_DEINITIALIZED;
  Scheduler::get().drain();
  Output::get().clear();
  for (auto& [handle, c] : s.contexts.all()) {
    c->destroyed = true;
    bury(c);
  }
  for (auto* f : s.resets) f();
  s.captures.clear();
  s.execs.clear();
  s.nodes.clear();
  s.graphs.clear();
  s.functions.clear();
  s.modules.clear();
  s.events.clear();
  s.streams.clear();
  s.pools.clear();
  s.defaultPools.clear();
  s.links.clear();
  s.frees.clear();
  s.advice.clear();
  s.synchronous.clear();
  s.contexts.clear();
  s.primaries.clear();
  s.primaryUses.clear();
  s.primaryFlags.clear();
  s.host.clear();
  Memory::get().reset();
  Order::get().reset();
  Races::get().reset();
  s.initialised = false;
  s.generation++;
  s.random.seed(settings().seed);
}

}  // namespace emu
