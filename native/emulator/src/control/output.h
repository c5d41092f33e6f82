// What kernels print. It is kept until the host waits for the device, as CUDA does, and then goes to the program's own streams.
#pragma once
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace emu {

class Output {
 public:
  static Output& get();
  void print(std::string text) { add(false, std::move(text)); }     // to standard output
  void complain(std::string text) { add(true, std::move(text)); }  // to standard error
  void flush();
  void clear();

 private:
  void add(bool isError, std::string text);
  std::mutex mutex_;
  std::vector<std::pair<bool, std::string>> pieces_;
};

}  // namespace emu
