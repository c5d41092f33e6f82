#include "control/control.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "control/settings.h"
#include "control/watch.h"
#include "driver/api.h"

using namespace emu;

namespace {

// As the driver's calls do, without their checks. Inside work the thread holds the lock already.
template <class F>
auto locked(F f) {
  if (heldLock && heldLock->owns_lock()) return f();
  std::unique_lock<std::mutex> lock(machineMutex());
  std::unique_lock<std::mutex>* outer = heldLock;
  heldLock = &lock;
  struct Restore {
    std::unique_lock<std::mutex>* outer;
    ~Restore() { heldLock = outer; }
  } restore{outer};
  return f();
}

std::vector<void (*)()>& leakChecks() {
  static auto& all = *new std::vector<void (*)()>;
  return all;
}

// A text of a report, which stays until the thread asks for the next one.
template <class F>
const char* textOf(size_t i, F choose) {
  thread_local std::string text;
  return locked([&]() -> const char* {
    auto& reports = Watch::get().reports();
    if (i >= reports.size()) return nullptr;
    text = choose(reports[i]);
    return text.c_str();
  });
}
void checkLeaks() {
  reportLeaks();
  if (settings().checkLeaks)
    for (auto* check : leakChecks()) check();
}

// When the process ends, what was reported and what was never freed goes to standard error, where the setting asks for it.
// Another thread may be at work still and hold the lock: then there is nothing that can be said.
void reportAtExit() {
  if (!settings().exitReport) return;
  std::unique_lock<std::mutex> lock(machineMutex(), std::try_to_lock);
  if (!lock.owns_lock()) return;
  heldLock = &lock;
  checkLeaks();
  for (auto& r : Watch::get().reports()) std::fprintf(stderr, "emulated CUDA device: %s: %s\n", r.kind.c_str(), r.text.c_str());
  std::fprintf(stderr, "emulated CUDA device: %zu reports\n", Watch::get().reports().size());
  heldLock = nullptr;
}

[[maybe_unused]] const int registered = std::atexit(reportAtExit);

}  // namespace

int emu_set(const char* name, const char* value) {
  return locked([&] {
    bool fine = settings().set(name, value);
    std::string setting = name;
    if (fine && setting == "seed") state().random.seed(settings().seed);
    if (fine && setting == "fail") Watch::get().clearFailures();
    if (fine && setting == "memory.failsafter") Watch::get().clearMemory();
    if (fine && setting == "trace") Watch::get().isTracing();  // which closes the last file and begins this one
    if (fine && setting == "launches") Watch::get().isLogging();
    return fine ? 1 : 0;
  });
}
void emu_defaults() {
  locked([] { settings() = Settings::fromEnvironment(); });
}
void emu_reset() {
  locked([] {
    resetAll();
    Watch& w = Watch::get();
    w.clearReports();
    w.clearCounters();
    w.clearFailures();
    w.clearMemory();
  });
}
void emu_check_leaks() {
  locked([] { checkLeaks(); });
}
void emu_drain() {
  locked([] { Scheduler::get().drain(); });
}
size_t emu_report_count() {
  return locked([] { return Watch::get().reports().size(); });
}
const char* emu_report_kind(size_t i) {
  return textOf(i, [](const Report& r) { return r.kind; });
}
const char* emu_report_text(size_t i) {
  return textOf(i, [](const Report& r) { return r.text; });
}
void emu_clear_reports() {
  locked([] { Watch::get().clearReports(); });
}
uint64_t emu_counter(const char* name) {
  return locked([&] { return Watch::get().counter(name); });
}
const char* emu_counters() {
  static std::string& text = *new std::string;
  return locked([] {
    text.clear();
    for (auto& [name, value] : Watch::get().counters())
      if (value) text += name + "=" + std::to_string(value) + "\n";
    return text.c_str();
  });
}
void emu_clear_counters() {
  locked([] { Watch::get().clearCounters(); });
}
void emu_fail(const char* call, uint64_t nth, int code) {
  locked([&] { Watch::get().failAt(call, nth, code); });
}

int emu_library_call(const char* name) {
  return locked([&] {
    Watch::get().count(std::string("calls.") + name);
    int code = Watch::get().failureOf(name);
    traceCall(name, {}, code);
    return code;
  });
}
int emu_submit(CUstream stream, const char* name, const std::function<void()>* work, int wait) {
  return call("(library)", [&] {
    auto s = streamOf(stream);
    check(s->context == &current(), CUDA_ERROR_INVALID_HANDLE);
    Work w;
    w.type = CU_NODE_KERNEL;
    w.name = name;
    w.run = [work = *work, name = std::string(name), context = s->context] {
      Memory::View view(context->reach());
      Watch::get().count("library." + name);
      work();
    };
    if (wait) forbidCapturing(*s);
    OpRef op = enqueue(*s, std::move(w));
    if (!wait || !op) return;
    Watch::get().count("synchronisations");
    Scheduler::get().wait(op);
    check(!s->context->fault, s->context->fault);
  });
}
uint64_t emu_context_id() {
  return locked([]() -> uint64_t {
    auto& stack = contextStack();
    return state().initialised && !stack.empty() && stack.back() && !stack.back()->destroyed ? stack.back()->id : 0;
  });
}
uint8_t* emu_bytes(uint64_t address, uint64_t bytes, int mode, const char* what) { return emu_rows(address, bytes, 1, bytes, mode, what); }
uint8_t* emu_rows(uint64_t address, uint64_t width, uint64_t rows, uint64_t pitch, int mode, const char* what) {
  constexpr uint64_t tooMany = 1ull << 60;
  uint64_t extent = 0;
  if (width > tooMany || __builtin_mul_overflow(rows - 1, pitch, &extent) || extent > tooMany) extent = tooMany;
  extent += std::min(width, tooMany);
  Allocation* a = Memory::get().find(address);
  if (!a || a->end() - address < extent) {
    Fault f = Memory::get().explain(address, extent);
    Watch::get().report(f.kind, std::string(what) + ": " + f.text);
    throw LaunchFault{CUDA_ERROR_ILLEGAL_ADDRESS};
  }
  uint64_t offset = address - a->base, last = width == pitch ? offset : offset + extent - width;
  if (width == pitch) width = extent;
  for (uint64_t at = offset; at <= last && mode != EMU_TOUCH; at += pitch) {
    if (settings().checkGlobalRaces) Races::get().access(*a, at, width, mode == EMU_WRITE, what);
    if (mode == EMU_WRITE) {
      a->markWritten(at, width);
    } else if (settings().checkInitialised && !a->isWritten(at, width)) {
      Watch::get().report("uninitialised-read", std::string(what) + format(": byte %llu of ", (unsigned long long)a->firstUnwritten(at, width)) + a->describe() + " was never written");
      break;
    }
    if (pitch == 0) break;
  }
  return a->data + offset;
}
int emu_is_device(uint64_t address) { return Memory::get().isDeviceAddress(address); }
void emu_report(const char* kind, const char* text) {
  locked([&] { Watch::get().report(kind, text); });
}
int emu_zero_keeps_out() {
  return locked([] { return int(settings().zeroKeepsOut); });
}
void emu_log_products(const char* name, int64_t m, int64_t n, int64_t k, int64_t count, int factorBytes, int resultBytes, int kept) {
  auto member = [](const char* what, int64_t value) { return format(",\"%s\":%lld", what, (long long)value); };
  Watch::get().log(format("\"product\":\"%s\"", name) + member("m", m) + member("n", n) + member("k", k) + member("count", count) + member("factorBytes", factorBytes) +
                   member("resultBytes", resultBytes) + member("kept", kept));
}
int emu_capability() {
  return locked([] { return settings().major * 10 + settings().minor; });
}
void emu_on_reset(void (*function)()) {
  locked([&] { state().resets.push_back(function); });
}
void emu_on_leak_check(void (*function)()) {
  locked([&] { leakChecks().push_back(function); });
}
