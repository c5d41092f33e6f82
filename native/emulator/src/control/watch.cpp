#include "control/watch.h"

#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <set>

#include "control/settings.h"
#include "control/unsupported.h"

namespace emu {

namespace {
constexpr size_t maxReports = 1000;
}

Watch& Watch::get() {
  static Watch& instance = *new Watch;
  return instance;
}

void Watch::report(const std::string& kind, const std::string& text) {
  count("reports");
  if (settings().echo) std::fprintf(stderr, "emulated CUDA device: %s: %s\n", kind.c_str(), text.c_str());
  if (reports_.size() < maxReports)
    reports_.push_back({kind, text});
  else
    dropped_++;
}

uint64_t Watch::counter(const std::string& name) const {
  auto found = counters_.find(name);
  return found == counters_.end() ? 0 : found->second;
}

void Watch::failAt(const std::string& call, uint64_t nth, int code) { failures_.push_back({call, nth, nth == 0, code}); }

int Watch::failureOf(const std::string& call) {
  for (auto f = failures_.begin(); f != failures_.end(); ++f) {
    if (f->call != call) continue;
    if (f->always) return f->code;
    if (--f->left == 0) {
      int code = f->code;
      failures_.erase(f);
      return code;
    }
  }
  return 0;
}

void Watch::trace(const std::string& call, int result) {
  const std::string& name = settings().trace;
  if (name != traceName_) {
    if (traceFile_) std::fclose(static_cast<FILE*>(traceFile_));
    traceName_ = name;
    traceFile_ = name.empty() ? nullptr : std::fopen(name.c_str(), "w");
    if (!name.empty() && !traceFile_) std::fprintf(stderr, "emulated CUDA device: cannot write the trace to %s\n", name.c_str());
  }
  if (!traceFile_) return;
  std::fprintf(static_cast<FILE*>(traceFile_), "{\"call\":\"%s\",\"result\":%d}\n", call.c_str(), result);
  std::fflush(static_cast<FILE*>(traceFile_));
}

std::string format(const char* pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  char buffer[1024];
  std::vsnprintf(buffer, sizeof buffer, pattern, arguments);
  va_end(arguments);
  return buffer;
}

}  // namespace emu

extern "C" int emu_unsupported(const char* name, int status) {
  static std::mutex& mutex = *new std::mutex;
  static std::set<std::string>& said = *new std::set<std::string>;
  std::lock_guard<std::mutex> lock(mutex);
  if (said.insert(name).second) std::fprintf(stderr, "emulated CUDA device: %s is not supported\n", name);
  return status;
}
