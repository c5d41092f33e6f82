#include "driver/scheduler.h"

#include <chrono>
#include <deque>
#include <thread>

#include "control/output.h"
#include "control/settings.h"
#include "control/watch.h"
#include "driver/state.h"
#include "machine/races.h"

namespace emu {

thread_local std::unique_lock<std::mutex>* heldLock = nullptr;
thread_local bool insideHostFunction = false;

namespace {

constexpr size_t mostPending = 4096;                      // then some of it has to run
constexpr auto patience = std::chrono::milliseconds(20);  // of the background

// Runs the program's functions one by one, as CUDA does, on a thread that calls nothing else.
class HostThread {
 public:
  void call(const std::function<void()>& run) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!started_) {
      started_ = true;
      std::thread([this] { loop(); }).detach();
    }
    Job job{&run, false};
    jobs_.push_back(&job);
    changed_.notify_all();
    changed_.wait(lock, [&] { return job.done; });
  }

 private:
  struct Job {
    const std::function<void()>* run;
    bool done;
  };
  void loop() {
    insideHostFunction = true;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return !jobs_.empty(); });
      Job* job = jobs_.front();
      jobs_.pop_front();
      lock.unlock();
      (*job->run)();
      lock.lock();
      job->done = true;
      changed_.notify_all();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job*> jobs_;
  bool started_ = false;
};

// Work while it runs, for the detection of races.
struct Watched {
  explicit Watched(const Place& place) { Races::get().begin(place); }
  ~Watched() { Races::get().end(); }
};

}  // namespace

Scheduler& Scheduler::get() {
  static Scheduler& instance = *new Scheduler;
  return instance;
}

void Scheduler::touch() { touched_++; }

OpRef Scheduler::submit(Context* context, const std::vector<OpRef>& after, std::function<void()> run, bool isHost) {
  auto op = std::make_shared<Op>();
  op->context = context;
  op->run = std::move(run);
  op->isHost = isHost;
  // Nothing waits that was put here before the host knew what it knows now.
  if (pending_ == 0) Races::get().prune();
  std::vector<const Place*> places;
  for (auto& before : after)
    if (before) places.push_back(&before->place);
  op->place = Order::get().after(places);
  for (auto& before : after) {
    if (!before || before->done) continue;
    before->next.push_back(op);
    op->previous.push_back(before);
    op->unmet++;
  }
  pending_++;
  if (op->unmet == 0) ready_.push_back(op);
  if (!started_) {
    started_ = true;
    std::thread([this] { background(); }).detach();
  }
  if (!settings().lazy) bring(op);
  while (pending_ > mostPending && step(nullptr)) {
  }
  return op;
}

void Scheduler::finish(const OpRef& op) {
  op->done = true;
  op->running = false;
  op->run = nullptr;
  op->previous.clear();
  pending_--;
  for (auto& n : op->next)
    if (--n->unmet == 0 && !n->done) ready_.push_back(n);
  op->next.clear();
  changed_.notify_all();
}

void Scheduler::callHost(const std::function<void()>& run) {
  static HostThread& thread = *new HostThread;
  std::unique_lock<std::mutex>* lock = heldLock;
  lock->unlock();
  thread.call(run);
  lock->lock();
}

void Scheduler::runOne(size_t index) {
  OpRef op = ready_[index];
  ready_[index] = ready_.back();
  ready_.pop_back();
  op->running = true;
  if (op->run && op->context->fault == CUDA_SUCCESS) {
    try {
      if (op->isHost) {
        callHost(op->run);
        learn(op);  // it may have told the program
      } else {
        Watched watched(op->place);
        op->run();
      }
    } catch (const LaunchFault& fault) {
      op->context->fault = fault.code;
    } catch (const std::exception&) {  // out of memory on the host: work that never ends would be waited for for ever
      op->context->fault = CUDA_ERROR_UNKNOWN;
    }
  }
  finish(op);
}

void Scheduler::want(const OpRef& op) {
  std::vector<OpRef> open = {op};
  ticket_++;
  while (!open.empty()) {
    OpRef o = open.back();
    open.pop_back();
    if (!o || o->done || o->wanted == ticket_) continue;
    o->wanted = ticket_;
    for (auto& p : o->previous)
      if (auto before = p.lock()) open.push_back(before);
  }
}

// Three times in four only what is waited for runs, and everything else stays undone; else all that could run may.
void Scheduler::bring(const OpRef& op) {
  if (!op || op->done) return;
  bool strict = state().random() % 4 != 0;
  uint64_t ticket = 0;
  std::vector<size_t> choice;
  while (!op->done) {
    if (ticket != ticket_) {  // at first, and when another thread has wanted something else meanwhile
      want(op);
      ticket = ticket_;
    }
    choice.clear();
    for (size_t i = 0; i < ready_.size(); i++)
      if (!strict || ready_[i]->wanted == ticket) choice.push_back(i);
    if (choice.empty()) {
      changed_.wait(*heldLock);  // another thread is at it
      continue;
    }
    runOne(choice[state().random() % choice.size()]);
  }
}

void Scheduler::wait(const OpRef& op) {
  bring(op);
  learn(op);
  Output::get().flush();
}

void Scheduler::waitFor(Context* context) {
  bringAll(context);
  learn(context->legacy.last);
  for (Stream* s : context->streams) learn(s->last);
  for (auto* orphans : {&context->orphans, &context->detachedOrphans}) {
    for (auto& o : *orphans) learn(o);
    orphans->clear();
  }
  Output::get().flush();
}

void Scheduler::bringAll(Context* context) {
  for (;;) {
    std::vector<size_t> choice;
    for (size_t i = 0; i < ready_.size(); i++)
      if (ready_[i]->context == context) choice.push_back(i);
    if (!choice.empty()) {
      runOne(choice[state().random() % choice.size()]);
      continue;
    }
    // Nothing of its own is ready: it is finished, waits for another context, or runs on another thread.
    OpRef open;
    auto last = [&](const Stream& s) {
      if (s.last && !s.last->done) open = s.last;
    };
    last(context->legacy);
    for (Stream* s : context->streams) last(*s);
    for (auto* orphans : {&context->orphans, &context->detachedOrphans})
      for (auto& o : *orphans)
        if (!o->done) open = o;
    if (!open) return;
    bring(open);
  }
}

void Scheduler::drain() {
  while (pending_ > 0) {
    if (ready_.empty())
      changed_.wait(*heldLock);
    else
      runOne(state().random() % ready_.size());
  }
}

bool Scheduler::step(Context* context) {
  std::vector<size_t> choice;
  for (size_t i = 0; i < ready_.size(); i++)
    if (!context || ready_[i]->context == context) choice.push_back(i);
  if (choice.empty()) return false;
  runOne(choice[state().random() % choice.size()]);
  return true;
}

void Scheduler::background() {
  std::unique_lock<std::mutex> lock(machineMutex());
  heldLock = &lock;
  uint64_t seen = 0;
  for (;;) {
    if (pending_ == 0 || touched_ != seen || ready_.empty()) {
      seen = touched_;
      lock.unlock();
      std::this_thread::sleep_for(patience);
      lock.lock();
      continue;
    }
    runOne(state().random() % ready_.size());
  }
}

}  // namespace emu
