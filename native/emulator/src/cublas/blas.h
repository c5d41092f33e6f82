// What the functions of cuBLAS share: handles, checks of arguments, matrices and scalars in emulated memory.
#pragma once
#include <cstdint>
#include <functional>
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "abi/cuda_abi.h"
#include "control/control.h"
#include "machine/numbers.h"

#define BLAS_API extern "C" __attribute__((visibility("default"))) int

namespace emu::blas {

enum Status : int { Success = 0, NotInitialized = 1, AllocFailed = 3, InvalidValue = 7, ArchMismatch = 8, MappingError = 11, ExecutionFailed = 13, InternalError = 14, NotSupported = 15 };
enum Type : int { F32 = 0, F64 = 1, F16 = 2, BF16 = 14 };

struct Handle {
  uint64_t context = 0;
  CUstream stream = nullptr;
  int pointerMode = 0;  // 0: host, 1: device
  int atomicsMode = 0;
  int mathMode = 0;
  uint64_t workspace = 0;
  size_t workspaceBytes = 0;
  bool tf32() const { return mathMode % 16 == 3; }
};
using HandleId = struct CublasHandle_st*;
// Null where there is no such handle, or its context is not the current one any more.
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
inline void submit(Handle& h, const char* name, const std::function<void()>& work, bool wait = false) {
  int code = emu_submit(h.stream, name, &work, wait);
  check(code == CUDA_SUCCESS, code == CUDA_ERROR_INVALID_HANDLE || code == CUDA_ERROR_INVALID_CONTEXT ? NotInitialized : ExecutionFailed);
}

// A factor that is on the host, and read now, or on the device, and read when the work runs.
template <class T>
class Scalar {
 public:
  Scalar(const Handle& h, const void* p, const char* name) : name_(name) {
    check(p != nullptr);
    device_ = h.pointerMode == 1;
    address_ = reinterpret_cast<uint64_t>(p);
    if (device_ != bool(emu_is_device(address_))) {
      emu_report(device_ ? "host-pointer" : "device-pointer", (std::string(name) + ": a factor is not where the handle's pointer mode says").c_str());
      throw Failure{InvalidValue};
    }
    if (!device_) value_ = *static_cast<const T*>(p);
  }
  T get() const { return device_ ? *reinterpret_cast<const T*>(emu_bytes(address_, sizeof(T), 0, name_)) : value_; }

 private:
  const char* name_;
  bool device_;
  uint64_t address_;
  T value_ = T();
};

// n elements, some way apart; backwards where the increment is negative, as in BLAS.
template <class T>
std::vector<T> readVector(const void* p, int64_t n, int64_t step, const char* what) {
  std::vector<T> result(n);
  uint64_t at = reinterpret_cast<uint64_t>(p);
  if (step == 1) {
    if (n) std::memcpy(result.data(), emu_bytes(at, n * sizeof(T), 0, what), n * sizeof(T));
    return result;
  }
  if (step < 0) at += uint64_t((n - 1) * -step) * sizeof(T);
  for (int64_t i = 0; i < n; i++) std::memcpy(&result[i], emu_bytes(at + uint64_t(i * step) * sizeof(T), sizeof(T), 0, what), sizeof(T));
  return result;
}
template <class T>
void writeVector(void* p, const std::vector<T>& v, int64_t step, const char* what) {
  uint64_t at = reinterpret_cast<uint64_t>(p);
  int64_t n = int64_t(v.size());
  if (step == 1) {
    if (n) std::memcpy(emu_bytes(at, n * sizeof(T), 1, what), v.data(), n * sizeof(T));
    return;
  }
  if (step < 0) at += uint64_t((n - 1) * -step) * sizeof(T);
  for (int64_t i = 0; i < n; i++) std::memcpy(emu_bytes(at + uint64_t(i * step) * sizeof(T), sizeof(T), 1, what), &v[i], sizeof(T));
}

// A column-major matrix: column by column.
template <class T>
std::vector<T> readMatrix(uint64_t p, int64_t rows, int64_t columns, int64_t ld, const char* what) {
  std::vector<T> result(rows * columns);
  for (int64_t j = 0; j < columns && rows; j++) std::memcpy(&result[j * rows], emu_bytes(p + uint64_t(j * ld) * sizeof(T), rows * sizeof(T), 0, what), rows * sizeof(T));
  return result;
}
template <class T>
void writeMatrix(uint64_t p, const std::vector<T>& m, int64_t rows, int64_t columns, int64_t ld, const char* what) {
  for (int64_t j = 0; j < columns && rows; j++) std::memcpy(emu_bytes(p + uint64_t(j * ld) * sizeof(T), rows * sizeof(T), 1, what), &m[j * rows], rows * sizeof(T));
}
template <class T>
std::vector<T> transposed(const std::vector<T>& m, int64_t rows, int64_t columns) {
  std::vector<T> result(m.size());
  for (int64_t j = 0; j < columns; j++)
    for (int64_t i = 0; i < rows; i++) result[i * columns + j] = m[j * rows + i];
  return result;
}

inline void checkOperation(int op) { check(op >= 0 && op <= 2); }

}  // namespace emu::blas
