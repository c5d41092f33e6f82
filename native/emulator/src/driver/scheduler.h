// Work that waits. A piece of work knows what has to come before it; nothing runs until somebody waits for it, and what else runs
// meanwhile is drawn by the seed. A thread in the background goes on with it when the program leaves the driver alone for a while.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "machine/order.h"

namespace emu {

struct Context;
struct Op;
using OpRef = std::shared_ptr<Op>;

struct Op {
  Context* context = nullptr;
  std::function<void()> run;  // may throw LaunchFault
  bool isHost = false;        // a function of the program: runs on a thread of its own, outside the lock
  bool done = false, running = false;
  int unmet = 0;
  Place place;  // in the order of all work
  uint64_t wanted = 0;
  std::vector<OpRef> next;
  std::vector<std::weak_ptr<Op>> previous;
};

class Scheduler {
 public:
  static Scheduler& get();

  // Called with the machine's lock held, like all of these.
  OpRef submit(Context* context, const std::vector<OpRef>& after, std::function<void()> run, bool isHost = false);
  void wait(const OpRef& op);
  void bring(const OpRef& op);  // to its end, of which the program learns nothing
  void waitFor(Context* context);  // all of its work
  void drain();
  // Runs one piece of work that could run now, as a poll does now and then.
  bool step(Context* context);
  size_t pending() const { return pending_; }
  void touch();  // the program is at work: the background has to wait
  // The program knows that it has been done.
  void learn(const OpRef& op) {
    if (op) Order::get().learn(op->place);
  }

 private:
  void bringAll(Context* context);
  void runOne(size_t readyIndex);
  void finish(const OpRef& op);
  void want(const OpRef& op);
  void callHost(const std::function<void()>& run);
  void background();
  std::vector<OpRef> ready_;
  size_t pending_ = 0;
  uint64_t ticket_ = 0;
  uint64_t touched_ = 0;
  bool started_ = false;
  std::condition_variable changed_;
};

// The lock of the call at work on this thread, so that it can be let go while a function of the program runs.
extern thread_local std::unique_lock<std::mutex>* heldLock;
// True on the thread that runs the program's host functions: it may not call the driver.
extern thread_local bool insideHostFunction;

}  // namespace emu
