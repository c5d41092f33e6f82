#include "control/output.h"

#include <cstdio>

namespace emu {

Output& Output::get() {
  static Output& instance = *new Output;
  return instance;
}

void Output::add(bool isError, std::string text) {
  std::lock_guard<std::mutex> lock(mutex_);
  pieces_.push_back({isError, std::move(text)});
}

void Output::clear() {
  std::lock_guard<std::mutex> lock(mutex_);
  pieces_.clear();
}

void Output::flush() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [isError, text] : pieces_) {
    FILE* to = isError ? stderr : stdout;
    std::fwrite(text.data(), 1, text.size(), to);
    std::fflush(to);
  }
  pieces_.clear();
}

}  // namespace emu
