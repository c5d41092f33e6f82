// What the functions of cuBLAS share: handles, checks of arguments, matrices and scalars in emulated memory.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "abi/cuda_abi.h"
#include "control/control.h"
#include "control/unsupported.h"
#include "cublas/types.h"

#define BLAS_API extern "C" __attribute__((visibility("default"))) int

namespace emu::blas {

enum Status : int { Success = 0, NotInitialized = 1, AllocFailed = 3, InvalidValue = 7, ArchMismatch = 8, MappingError = 11, ExecutionFailed = 13, InternalError = 14, NotSupported = 15 };

enum Math : int { DefaultMath = 0, TensorMath = 1, PedanticMath = 2, Tf32Math = 3, FullPrecisionReduction = 16 };

struct Handle {
  uint64_t context = 0;
  CUstream stream = nullptr;
  int pointerMode = 0;  // 0: host, 1: device
  int atomicsMode = 0;
  int mathMode = DefaultMath;
  int multiprocessors = 0;
  uint64_t workspace = 0;
  size_t workspaceBytes = 0;
  int math() const { return mathMode % FullPrecisionReduction; }
};
using HandleId = struct CublasHandle_st*;
std::shared_ptr<Handle> find(HandleId id);

struct Failure {
  int status;
};
inline void check(bool condition, int status = InvalidValue) {
  if (!condition) throw Failure{status};
}

// Around every function of cuBLAS.
template <class Body>
int call(const char* name, HandleId id, Body body) {
  auto h = find(id);
  if (!h) return NotInitialized;
  if (int code = emu_library_call(name)) return code;
  if (emu_context_id() != h->context) {
    emu_report("wrong-context", (std::string(name) + ": the handle belongs to another context than the thread's current one").c_str());
    return NotInitialized;
  }
  try {
    body(*h);
    return Success;
  } catch (const Failure& f) {
    return f.status;
  } catch (const std::bad_alloc&) {
    return AllocFailed;
  }
}

// Puts work on the handle's stream; if it has a result on the host, waits for it.
inline void submit(Handle& h, const char* name, const std::function<void()>& work, bool wait = false) { check(emu_submit(h.stream, name, &work, wait) == CUDA_SUCCESS, ExecutionFailed); }

inline uint64_t at(const void* p) { return reinterpret_cast<uint64_t>(p); }

// A matrix in device memory, column after column; a vector is one row. Its bytes are checked where they are asked for.
template <class T>
T* bytesOf(uint64_t address, int64_t rows, int64_t columns, int64_t ld, bool write, const char* what) {
  if (rows == 0 || columns == 0) return nullptr;
  uint64_t width = 0, pitch = 0;
  if (__builtin_mul_overflow(uint64_t(rows), sizeof(T), &width) || __builtin_mul_overflow(uint64_t(ld), sizeof(T), &pitch)) width = ~0ull;
  return reinterpret_cast<T*>(emu_rows(address, width, uint64_t(columns), pitch, write, what));
}
template <class T>
const T* readable(const void* p, int64_t rows, int64_t columns, int64_t ld, const char* what) {
  return bytesOf<T>(at(p), rows, columns, ld, false, what);
}
template <class T>
T* writable(void* p, int64_t rows, int64_t columns, int64_t ld, const char* what) {
  return bytesOf<T>(at(p), rows, columns, ld, true, what);
}

// Every so-many-th element; backwards where the step is negative, as in BLAS.
template <class T>
class Elements {
 public:
  Elements(T* first, int64_t n, int64_t step) : first_(step < 0 ? first - (n - 1) * step : first), step_(step) {}
  T& operator[](int64_t i) const { return first_[i * step_]; }

 private:
  T* first_;
  int64_t step_;
};
template <class T>
Elements<const T> input(const void* p, int64_t n, int64_t step, const char* what) {
  return {step == 0 ? readable<T>(p, 1, 1, 1, what) : readable<T>(p, 1, n, std::abs(step), what), n, step};
}
template <class T>
Elements<T> output(void* p, int64_t n, int64_t step, const char* what) {
  return {step == 0 ? writable<T>(p, 1, 1, 1, what) : writable<T>(p, 1, n, std::abs(step), what), n, step};
}

// A factor that is on the host, and read now, or on the device, and read when the work runs.
template <class T, class Stored = T>
class Scalar {
 public:
  Scalar(const Handle& h, const void* p, const char* name) : name_(name), device_(h.pointerMode == 1), address_(at(p)) {
    check(p != nullptr);
    if (device_ != bool(emu_is_device(address_))) {
      emu_report(device_ ? "host-pointer" : "device-pointer", (std::string(name) + ": a factor is not where the handle's pointer mode says").c_str());
      throw Failure{InvalidValue};
    }
    if (!device_) value_ = T(number(*static_cast<const Stored*>(p)));
  }
  T get() const { return device_ ? T(number(*bytesOf<Stored>(address_, 1, 1, 1, false, name_))) : value_; }

 private:
  const char* name_;
  bool device_;
  uint64_t address_;
  T value_ = T();
};

inline void checkOperation(int op) { check(op >= 0 && op <= 2); }

}  // namespace emu::blas
