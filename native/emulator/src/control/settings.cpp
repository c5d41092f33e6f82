#include "control/settings.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

namespace emu {
namespace {

bool number(const std::string& text, uint64_t& result) {
  if (text.empty() || text[0] == '-') return false;
  char* end = nullptr;
  result = std::strtoull(text.c_str(), &end, 0);
  return *end == 0;
}

// "512", "64KB", "256MB", "1GB"
bool bytes(const std::string& text, uint64_t& result) {
  static const std::pair<const char*, int> units[] = {{"GB", 30}, {"MB", 20}, {"KB", 10}, {"B", 0}};
  for (auto& [unit, shift] : units) {
    size_t length = std::strlen(unit);
    if (text.size() > length && text.compare(text.size() - length, length, unit) == 0) {
      if (!number(text.substr(0, text.size() - length), result)) return false;
      result <<= shift;
      return true;
    }
  }
  return number(text, result);
}

bool flag(const std::string& text, bool& result) {
  if (text != "true" && text != "false" && text != "1" && text != "0") return false;
  result = text == "true" || text == "1";
  return true;
}

// "cuMemAlloc:2:2,cuLaunchKernel:0:719": call, which time, code.
bool parseFailures(const std::string& text, std::vector<Failure>& result) {
  std::vector<Failure> all;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find(',', at), text.size());
    std::string one = text.substr(at, end - at);
    size_t first = one.find(':'), second = one.find(':', first + 1);
    uint64_t nth = 0, code = 0;
    if (first == 0 || first == std::string::npos || second == std::string::npos) return false;
    if (!number(one.substr(first + 1, second - first - 1), nth) || !number(one.substr(second + 1), code) || code > 999) return false;
    all.push_back({one.substr(0, first), nth, int(code)});
    at = end + 1;
  }
  result = all;
  return true;
}

constexpr uint64_t maxThreads = 64;
constexpr uint64_t maxMemory = 128ull << 30;

}  // namespace

bool Settings::set(const std::string& name, const std::string& value) {
  static const std::map<std::string, bool Settings::*> flags = {
      {"lazy", &Settings::lazy},
      {"cublas.zero", &Settings::zeroKeepsOut},
      {"echo", &Settings::echo},
      {"exit.report", &Settings::exitReport},
      {"check.bounds", &Settings::checkBounds},
      {"check.alignment", &Settings::checkAlignment},
      {"check.freed", &Settings::checkFreed},
      {"check.pointers", &Settings::checkPointers},
      {"check.initialised", &Settings::checkInitialised},
      {"check.races", &Settings::checkSharedRaces},
      {"check.races.global", &Settings::checkGlobalRaces},
      {"check.barriers", &Settings::checkBarriers},
      {"check.shuffles", &Settings::checkShuffles},
      {"check.leaks", &Settings::checkLeaks},
  };
  uint64_t n = 0;
  if (auto f = flags.find(name); f != flags.end()) return flag(value, this->*f->second);
  if (name == "seed") return number(value, seed);
  if (name == "budget") return number(value, budget);
  if (name == "fail") return parseFailures(value, failures);
  if (name == "memory.failsafter") return bytes(value, memoryFailsAfter);
  if (name == "trace") return trace = value, true;
  if (name == "launches") return launches = value, true;
  if (name == "memory") {
    if (!bytes(value, n) || n == 0 || n > maxMemory) return false;
    memory = n;
    return true;
  }
  if (name == "threads") {
    if (!number(value, n) || n == 0 || n > maxThreads) return false;
    threads = int(n);
    return true;
  }
  if (name == "devices") {
    if (!number(value, n) || n > 8) return false;
    devices = int(n);
    return true;
  }
  if (name == "name") return this->name = value, true;
  if (name == "multiprocessors") {
    if (!number(value, n) || n > 1024) return false;
    multiprocessors = int(n);
    return true;
  }
  if (name == "driver") {
    if (!number(value, n) || n < 11000 || n > 13999) return false;
    driverVersion = int(n);
    return true;
  }
  if (name == "capability") {
    static const char* known[] = {"5.2", "6.0", "6.1", "7.0", "7.2", "7.5", "8.0", "8.6", "8.7", "8.9", "9.0", "12.0"};
    for (const char* k : known)
      if (value == k) return std::sscanf(k, "%d.%d", &major, &minor) == 2;
    return false;
  }
  return false;
}

bool Settings::checksAddress(const std::string& kind) const {
  if (kind == "out-of-bounds") return checkBounds;
  if (kind == "use-after-free" || kind == "use-before-allocation") return checkFreed;
  if (kind == "null-pointer" || kind == "host-pointer") return checkPointers;
  return true;
}

Settings Settings::fromEnvironment() {
  static const char* names[] = {"devices", "capability", "multiprocessors", "name", "memory", "driver", "seed", "threads", "budget", "lazy", "cublas.zero", "echo", "exit.report", "fail", "memory.failsafter", "trace",
                                "check.bounds", "check.alignment", "check.freed", "check.pointers", "check.initialised", "check.races", "check.races.global", "check.barriers", "check.shuffles", "check.leaks"};
  Settings result;
  for (const char* name : names) {
    std::string variable = "EMU_";
    for (const char* c = name; *c; c++) variable += *c == '.' ? '_' : char(std::toupper(*c));
    const char* value = std::getenv(variable.c_str());
    if (value && !result.set(name, value)) std::fprintf(stderr, "emulated CUDA device: %s=%s makes no sense, left out\n", variable.c_str(), value);
  }
  return result;
}

Settings& settings() {
  static Settings& instance = *new Settings(Settings::fromEnvironment());
  return instance;
}

}  // namespace emu
