#include "driver/trace.h"

#include <atomic>
#include <cmath>

#include "control/settings.h"
#include "control/watch.h"
#include "driver/state.h"

namespace emu {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (uint8_t(c) < 0x20)
      result += format("\\u%04x", unsigned(c));
    else
      result += c;
  }
  return result + "\"";
}

// Addresses and handles have 64 bits, more than a JSON number can be trusted with.
std::string hexadecimal(uint64_t number) { return format("\"0x%llx\"", (unsigned long long)number); }

// Threads are counted as they come: 1 is the first that called the driver.
unsigned threadNumber() {
  static std::atomic<unsigned> count{0};
  thread_local unsigned number = ++count;
  return number;
}

std::string kernelName(const void* handle) {
  auto f = state().functions.find(static_cast<CUfunction>(const_cast<void*>(handle)));
  return f ? quoted(f->program->name) : hexadecimal(reinterpret_cast<uint64_t>(handle));
}

}  // namespace

std::string Argument::json(bool succeeded) const {
  bool isResult = kind_ >= Kind::SignedResult;
  if (isResult && (!succeeded || !pointer_)) return "null";
  switch (kind_) {
    case Kind::Signed: return std::to_string(int64_t(number_));
    case Kind::Unsigned: return std::to_string(number_);
    case Kind::Address: return hexadecimal(number_);
    case Kind::Text: return pointer_ ? quoted(static_cast<const char*>(pointer_)) : "null";
    case Kind::Stream: return hexadecimal(number_);
    case Kind::Kernel: return kernelName(pointer_);
    case Kind::SignedResult: return std::to_string(*static_cast<const int*>(pointer_));
    case Kind::UnsignedResult: return std::to_string(*static_cast<const unsigned*>(pointer_));
    case Kind::SizeResult: return std::to_string(*static_cast<const size_t*>(pointer_));
    case Kind::AddressResult: return hexadecimal(*static_cast<const uint64_t*>(pointer_));
    case Kind::FloatResult: {
      float value = *static_cast<const float*>(pointer_);
      return std::isfinite(value) ? format("%.9g", double(value)) : "null";
    }
  }
  return "null";
}

void traceCall(const char* name, Arguments arguments, CUresult result) {
  Watch& watch = Watch::get();
  if (!watch.isTracing()) return;
  std::string given, stream;
  for (const Argument& a : arguments) {
    std::string value = a.json(result == CUDA_SUCCESS);
    if (a.isStream()) stream = ",\"stream\":" + value;
    given += (given.empty() ? "" : ",") + quoted(a.name()) + ":" + value;
  }
  watch.trace(format("\"thread\":%u,\"call\":", threadNumber()) + quoted(name) + stream + ",\"arguments\":{" + given + "},\"result\":" + std::to_string(result));
}

}  // namespace emu
