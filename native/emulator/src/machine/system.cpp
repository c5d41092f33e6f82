#include "machine/system.h"

#include <cstdio>

#include "control/output.h"
#include "control/watch.h"
#include "machine/warp.h"

namespace emu {
namespace {

constexpr size_t longestText = 1 << 16;

// Memory as one lane sees it, by generic addresses; what is not there is a fault of the kernel.
class View {
 public:
  View(Warp& w, int lane) : w_(w), lane_(lane) {}

  template <class T>
  T local(uint32_t at) const {
    T value;
    std::memcpy(&value, w_.local + size_t(lane_) * w_.block->program.localBytes + at, sizeof(T));
    return value;
  }
  template <class T>
  void setLocal(uint32_t at, T value) const {
    std::memcpy(w_.local + size_t(lane_) * w_.block->program.localBytes + at, &value, sizeof(T));
  }

  uint8_t byte(uint64_t at) const {
    Memory& memory = Memory::get();
    uint32_t localBytes = w_.block->program.localBytes;
    if (uint64_t o = at - memory.sharedWindow(); o < w_.block->shared.size()) return w_.block->shared[o];
    if (uint64_t o = at - memory.localWindow(); o < localBytes) return local<uint8_t>(uint32_t(o));
    if (Allocation* a = memory.find(at)) return a->data[at - a->base];
    Fault f = memory.explain(at, 1);
    w_.fault(CUDA_ERROR_ILLEGAL_ADDRESS, f.kind, lane_, f.text);
  }
  template <class T>
  T read(uint64_t at) const {
    uint8_t bytes[sizeof(T)];
    for (size_t i = 0; i < sizeof(T); i++) bytes[i] = byte(at + i);
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  }
  std::string text(uint64_t at) const {
    std::string result;
    for (uint8_t c; result.size() < longestText && (c = byte(at + result.size())) != 0;) result += char(c);
    return result;
  }

 private:
  Warp& w_;
  int lane_;
};

// printf as the device has it: %[flags][width][.precision][size]type, a width may be *. Arguments lie one after the other, each at
// a multiple of its size.
class Printer {
 public:
  Printer(const View& view, uint64_t arguments) : view_(view), at_(arguments) {}

  std::string print(const std::string& pattern) {
    std::string result;
    for (size_t i = 0; i < pattern.size();) {
      if (pattern[i] != '%') {
        result += pattern[i++];
        continue;
      }
      size_t end = specification(pattern, i);
      result += end > i ? one(pattern.substr(i, end - i)) : std::string(1, '%');
      i = end > i ? end : i + 1;
    }
    return result;
  }
  int consumed() const { return consumed_; }

 private:
  // The end of what begins with the % at `start`; `start` itself where this is no specification.
  static size_t specification(const std::string& pattern, size_t start) {
    size_t i = pattern.find_first_not_of("-+ #0", start + 1);
    if (i == std::string::npos) return start;
    i = pattern.find_first_not_of("0123456789*.", i);
    if (i == std::string::npos) return start;
    i = pattern.find_first_not_of("hlLjzt", i);
    if (i == std::string::npos || !std::strchr("%cdiouxXpeEfFgGaAs", pattern[i])) return start;
    return i + 1;
  }

  template <class T>
  T next() {
    at_ = (at_ + sizeof(T) - 1) & ~uint64_t(sizeof(T) - 1);
    T value = view_.read<T>(at_);
    at_ += sizeof(T);
    consumed_++;
    return value;
  }

  std::string one(std::string s) {
    char type = s.back();
    if (type == '%') return "%";
    for (size_t star; (star = s.find('*')) != std::string::npos;) s.replace(star, 1, std::to_string(next<int32_t>()));
    bool isLong = s.find_first_of("ljzt") != std::string::npos;
    std::string bare = s.substr(0, s.find_first_of("hlLjzt"));
    if (bare.back() == type) bare.pop_back();
    switch (type) {
      case 's': return formatted(bare + "s", view_.text(next<uint64_t>()).c_str());
      case 'p': return formatted(bare + "p", reinterpret_cast<void*>(next<uint64_t>()));
      case 'c': return formatted(bare + "c", next<int32_t>());
      case 'd': case 'i': case 'o': case 'u': case 'x': case 'X': {
        if (isLong) return formatted(bare + "ll" + type, (long long)next<int64_t>());
        std::string size = s.find("hh") != std::string::npos ? "hh" : s.find('h') != std::string::npos ? "h" : "";
        return formatted(bare + size + type, next<int32_t>());
      }
      default: return formatted(bare + type, next<double>());
    }
  }

  template <class T>
  static std::string formatted(const std::string& specification, T value) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    int n = std::snprintf(nullptr, 0, specification.c_str(), value);
    if (n < 0 || size_t(n) > longestText) return "";
    std::string result(size_t(n) + 1, 0);
    std::snprintf(&result[0], result.size(), specification.c_str(), value);
#pragma GCC diagnostic pop
    result.pop_back();
    return result;
  }

  const View& view_;
  uint64_t at_;
  int consumed_ = 0;
};

// int vprintf(const char* format, void* arguments): the number of arguments, or -1 without a format.
void vprintf(Warp& w, const Instr& in) {
  for (uint32_t m = w.mask; m; m &= m - 1) {
    View view(w, firstLane(m));
    uint64_t pattern = view.local<uint64_t>(in.v[0]);
    int32_t result = -1;
    if (pattern) {
      Printer printer(view, view.local<uint64_t>(in.v[1]));
      Output::get().print(printer.print(view.text(pattern)));
      result = printer.consumed();
    }
    view.setLocal(in.d, result);
  }
}

// void __assertfail(const char* message, const char* file, unsigned line, const char* function, size_t charSize)
void assertFail(Warp& w, const Instr& in) {
  std::string last;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    int lane = firstLane(m);
    View view(w, lane);
    const uint32_t *n = w.block->launch.block, *id = w.block->id;
    uint32_t thread = w.index * lanes + uint32_t(lane);
    std::string where = view.text(view.local<uint64_t>(in.v[1])) + format(":%u: ", view.local<uint32_t>(in.v[2])) + view.text(view.local<uint64_t>(in.v[3]));
    last = "Assertion `" + view.text(view.local<uint64_t>(in.v[0])) + "` failed";
    std::string who = format(": block: [%u,%u,%u], thread: [%u,%u,%u] ", id[0], id[1], id[2], thread % n[0], thread / n[0] % n[1], thread / n[0] / n[1]);
    Output::get().complain(where + who + last + ".\n");
    last += " (" + where + ")";
  }
  w.fault(CUDA_ERROR_ASSERT, "assert", firstLane(w.mask), last);
}

}  // namespace

Handler systemFunction(const std::string& name, size_t arguments, size_t results) {
  if (name == "vprintf" && arguments == 2 && results == 1) return vprintf;
  if (name == "__assertfail" && arguments == 5 && results == 0) return assertFail;
  return nullptr;
}

}  // namespace emu
