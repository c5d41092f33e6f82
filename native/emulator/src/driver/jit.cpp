#include "driver/jit.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "control/watch.h"
#include "driver/api.h"

namespace emu {
namespace {

enum Option { MaxRegisters = 0, WallTime = 2, InfoLog = 3, InfoLogSize = 4, ErrorLog = 5, ErrorLogSize = 6, TargetFromContext = 8, Target = 9, LogVerbose = 12, LastOption = 30 };

double milliseconds() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

JitOptions::JitOptions(unsigned n, const int* options, void** values) : start_(milliseconds()) {
  checkValue(n == 0 || (options && values));
  for (unsigned i = 0; i < n; i++) {
    checkValue(options[i] >= MaxRegisters && options[i] <= LastOption);
    switch (options[i]) {
      case WallTime: time_ = &values[i]; break;
      case InfoLog: info_.buffer = static_cast<char*>(values[i]); break;
      case InfoLogSize: info_.size = &values[i]; break;
      case ErrorLog: errors_.buffer = static_cast<char*>(values[i]); break;
      case ErrorLogSize: errors_.size = &values[i]; break;
      case TargetFromContext: target_ = 0; break;
      case Target: target_ = int(reinterpret_cast<intptr_t>(values[i])); break;
      case LogVerbose: isVerbose_ = reinterpret_cast<uintptr_t>(values[i]) & 0xffffffffu; break;
      default: break;  // how to optimise and to cache: nothing is compiled here
    }
  }
}

void JitOptions::error(int line, const std::string& what) {
  errors_.text += "ptxas application ptx input, line " + std::to_string(line) + "; error   : " + what + "\nptxas fatal   : Ptx assembly aborted due to errors\n";
}
void JitOptions::fatal(const std::string& what) { errors_.text += "ptxas fatal   : " + what + "\n"; }

void JitOptions::assembled(const Program& p, int device) {
  if (!isVerbose_) return;
  info_.text += "ptxas info    : Compiling entry function '" + p.name + "' for 'sm_" + std::to_string(device) + "'\n";
  info_.text += format("ptxas info    : Used %d registers, %u bytes stack frame, %u bytes smem\n", registersOf(p), p.localBytes, p.sharedBytes);
}

void JitOptions::Log::finish() const {
  if (!size) return;
  size_t room = uint32_t(reinterpret_cast<uintptr_t>(*size)), used = 0;
  if (buffer && room > 0) {
    used = std::min(room - 1, text.size());
    std::memcpy(buffer, text.data(), used);
    buffer[used] = 0;
  }
  *size = reinterpret_cast<void*>(used);
}

void JitOptions::finish() const {
  info_.finish();
  errors_.finish();
  if (!time_) return;
  float time = float(milliseconds() - start_);
  std::memcpy(time_, &time, sizeof time);
}

int registersOf(const Program& p) {
  constexpr uint32_t addresses = 8, most = 255;
  return int(std::min(p.registers + addresses, most));
}

}  // namespace emu
