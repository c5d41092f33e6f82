// What the emulator tells: reports of faults, counters, a trace; and failures made on demand.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace emu {

struct Report {
  std::string kind;  // one of the words that docs/emulated-device.md lists, "out-of-bounds" for instance
  std::string text;  // the rest, for people
};

// A file of lines whose name is a setting: made anew when that changes, not written where it is empty.
class LineFile {
 public:
  explicit LineFile(const char* what) : what_(what) {}
  bool isOpen(const std::string& name);
  // A JSON object with these members, after a number of its own.
  void write(const std::string& members);

 private:
  const char* what_;  // it is, for people
  std::string name_;
  uint64_t lines_ = 0;
  void* file_ = nullptr;
};

class Watch {
 public:
  static Watch& get();

  void report(const std::string& kind, const std::string& text);
  const std::vector<Report>& reports() const { return reports_; }
  void clearReports() { reports_.clear(), dropped_ = 0; }

  void count(const std::string& name, uint64_t by = 1) { counters_[name] += by; }
  uint64_t& slot(const std::string& name) { return counters_[name]; }  // stays where it is
  uint64_t counter(const std::string& name) const;
  const std::map<std::string, uint64_t>& counters() const { return counters_; }
  void clearCounters() {
    for (auto& [name, value] : counters_) value = 0;
  }

  // The call of this name fails with this code when it is made for the nth time from now (1 is the next); always, where n is 0.
  // The name "*" stands for any call.
  void failAt(const std::string& call, uint64_t nth, int code);
  // Those that the setting `fail` asks for stay.
  void clearFailures();
  // The code with which this call has to fail now, or 0.
  int failureOf(const std::string& call);

  // Counts what is allocated; false once so much has been that the setting `memory.failsafter` wants no more to be had.
  bool takeMemory(uint64_t bytes);
  void clearMemory() { memoryTaken_ = 0; }

  // The trace: a JSON object a line, each with a number of its own. `members` is what stands in it beside that.
  bool isTracing();
  void trace(const std::string& members);

  // The same for what runs: a line for each kernel and each product.
  bool isLogging();
  void log(const std::string& members);

 private:
  struct Failure {
    std::string call;
    uint64_t left;
    bool always;
    int code;
  };
  std::vector<Report> reports_;
  uint64_t dropped_ = 0;
  std::map<std::string, uint64_t> counters_;
  std::vector<Failure> failures_;
  uint64_t memoryTaken_ = 0;
  LineFile trace_{"trace"}, launches_{"launches"};
};

std::string format(const char* pattern, ...) __attribute__((format(printf, 1, 2)));

}  // namespace emu
