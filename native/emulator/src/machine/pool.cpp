#include "machine/pool.h"

#include <pthread.h>

#include <system_error>
#include <thread>

namespace emu {

Pool& Pool::get() {
  static Pool& instance = *new Pool;  // its threads live as long as the process
  return instance;
}

void Pool::run(unsigned helpers, const std::function<void(unsigned)>& work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    try {
      for (; threads_ < helpers; threads_++) std::thread([this] { serve(); }).detach();
    } catch (const std::system_error&) {
      // No more threads are to be had: those that are there have to do.
    }
    work_ = &work;
    most_ = helpers;
    begun_ = 0;
  }
  wanted_.notify_all();
  work(0);
  std::unique_lock<std::mutex> lock(mutex_);
  work_ = nullptr;
  ended_.wait(lock, [this] { return running_ == 0; });
}

void Pool::serve() {
  pthread_setname_np(pthread_self(), "emulator-blocks");
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return work_ && begun_ < most_; });
    const auto& work = *work_;
    unsigned number = ++begun_;
    running_++;
    lock.unlock();
    work(number);
    lock.lock();
    if (--running_ == 0) ended_.notify_one();
  }
}

}  // namespace emu
