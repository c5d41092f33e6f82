// The options with which a module is loaded or linked: where its messages go, for what device it is.
#pragma once
#include <string>

#include "abi/cuda_abi.h"
#include "machine/program.h"

namespace emu {

class JitOptions {
 public:
  JitOptions() = default;
  // Throws INVALID_VALUE at an option that CUDA does not have.
  JitOptions(unsigned n, const int* options, void** values);

  // Messages as NVIDIA's assembler words them.
  void error(int line, const std::string& what);
  void fatal(const std::string& what);
  void assembled(const Program& program, int device);
  // Fills in buffers, their used sizes and the time. The caller's memory is not touched before.
  void finish() const;
  int target() const { return target_; }  // 0: the context's device

 private:
  struct Log {
    char* buffer = nullptr;
    void** size = nullptr;  // in: of the buffer, out: how much of it is used
    std::string text;
    void finish() const;
  };
  Log info_, errors_;
  void** time_ = nullptr;
  bool isVerbose_ = false;
  int target_ = 0;
  double start_ = 0;
};

// How many registers a thread needs. It is counted from the PTX, so it is a guess at what an assembler would make of it.
int registersOf(const Program& program);

}  // namespace emu
