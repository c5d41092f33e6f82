// Threads of the host that help with a launch. They are made when they are first wanted, and sleep until they are wanted again.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>

namespace emu {

class Pool {
 public:
  static Pool& get();

  // Calls work(0) here and work(1), work(2), ... on up to so many other threads; returns when all of these have ended. A helper
  // that has not begun when work(0) ends is not waited for. Only one caller at a time.
  void run(unsigned helpers, const std::function<void(unsigned)>& work);

 private:
  void serve();
  std::mutex mutex_;
  std::condition_variable wanted_, ended_;
  const std::function<void(unsigned)>* work_ = nullptr;
  unsigned threads_ = 0, most_ = 0, begun_ = 0, running_ = 0;
};

}  // namespace emu
