// What a call was given, for the trace: named values that become JSON only when there is a trace to write.
#pragma once
#include <initializer_list>
#include <string>
#include <type_traits>

#include "abi/cuda_abi.h"

namespace emu {

class Argument {
 public:
  template <class T, std::enable_if_t<std::is_integral_v<T> && std::is_signed_v<T>, int> = 0>
  Argument(const char* name, T value) : name_(name), kind_(Kind::Signed), number_(uint64_t(int64_t(value))) {}
  template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_signed_v<T>, int> = 0>
  Argument(const char* name, T value) : name_(name), kind_(sizeof(T) == 8 && std::is_same_v<T, CUdeviceptr> ? Kind::Address : Kind::Unsigned), number_(value) {}
  Argument(const char* name, const char* text) : name_(name), kind_(Kind::Text), pointer_(text) {}
  Argument(const char* name, CUstream stream) : name_(name), kind_(Kind::Stream), pointer_(stream) {}
  Argument(const char* name, CUfunction function) : name_(name), kind_(Kind::Kernel), pointer_(function) {}
  // Results: what is there once the call has succeeded.
  Argument(const char* name, int* result) : name_(name), kind_(Kind::SignedResult), pointer_(result) {}
  Argument(const char* name, unsigned* result) : name_(name), kind_(Kind::UnsignedResult), pointer_(result) {}
  Argument(const char* name, size_t* result) : name_(name), kind_(Kind::SizeResult), pointer_(result) {}
  Argument(const char* name, CUdeviceptr* result) : name_(name), kind_(Kind::AddressResult), pointer_(result) {}
  Argument(const char* name, float* result) : name_(name), kind_(Kind::FloatResult), pointer_(result) {}
  // A handle that the call gives, or any other pointer.
  template <class T>
  Argument(const char* name, T** result) : name_(name), kind_(Kind::AddressResult), pointer_(result) {}
  template <class T>
  Argument(const char* name, T* pointer) : name_(name), kind_(Kind::Address), number_(reinterpret_cast<uint64_t>(pointer)) {}

  bool isStream() const { return kind_ == Kind::Stream; }
  const char* name() const { return name_; }
  // The value as JSON; results are null where the call failed.
  std::string json(bool succeeded) const;

 private:
  enum class Kind { Signed, Unsigned, Address, Text, Stream, Kernel, SignedResult, UnsignedResult, SizeResult, AddressResult, FloatResult };
  const char* name_;
  Kind kind_;
  union {
    uint64_t number_;
    const void* pointer_;
  };
};

using Arguments = std::initializer_list<Argument>;

// Writes a line of JSON where the setting `trace` names a file.
void traceCall(const char* name, Arguments arguments, CUresult result);

}  // namespace emu
