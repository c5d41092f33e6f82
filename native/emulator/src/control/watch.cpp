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
  static Watch& instance = *[] {
    auto* w = new Watch;
    w->clearFailures();  // those that the environment asks for are there from the start
    return w;
  }();
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

void Watch::clearFailures() {
  failures_.clear();
  for (auto& f : settings().failures) failAt(f.call, f.nth, f.code);
}

int Watch::failureOf(const std::string& call) {
  int code = 0;
  for (auto f = failures_.begin(); f != failures_.end();) {
    bool isMeant = f->call == call || f->call == "*";
    bool isDue = isMeant && (f->always || --f->left == 0);
    if (isDue && code == 0) code = f->code;
    f = isDue && !f->always ? failures_.erase(f) : f + 1;
  }
  return code;
}

bool Watch::takeMemory(uint64_t bytes) {
  uint64_t most = settings().memoryFailsAfter;
  if (memoryTaken_ > most || bytes > most - memoryTaken_) return false;
  memoryTaken_ += bytes;
  return true;
}

bool LineFile::isOpen(const std::string& name) {
  if (name == name_) return file_;
  if (file_) std::fclose(static_cast<FILE*>(file_));
  name_ = name;
  lines_ = 0;
  file_ = name.empty() ? nullptr : std::fopen(name.c_str(), "w");
  if (!name.empty() && !file_) std::fprintf(stderr, "emulated CUDA device: cannot write the %s to %s\n", what_, name.c_str());
  return file_;
}

void LineFile::write(const std::string& members) {
  auto* file = static_cast<FILE*>(file_);
  std::fprintf(file, "{\"number\":%llu,%s}\n", (unsigned long long)++lines_, members.c_str());
  std::fflush(file);
}

bool Watch::isTracing() { return trace_.isOpen(settings().trace); }

void Watch::trace(const std::string& members) {
  if (isTracing()) trace_.write(members);
}

bool Watch::isLogging() { return launches_.isOpen(settings().launches); }

void Watch::log(const std::string& members) {
  if (isLogging()) launches_.write(members);
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
