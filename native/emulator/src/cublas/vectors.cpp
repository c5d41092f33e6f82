// Vectors, products of a matrix and a vector, sums of matrices, and moving them between host and device.
#include "cublas/blas.h"

using namespace emu;
using namespace emu::blas;

namespace {

uint64_t at(const void* p) { return reinterpret_cast<uint64_t>(p); }

// A result goes to the host, and the call waits for it, or to the device.
template <class T>
void deliver(Handle& h, const char* name, T* result, std::function<T()> compute) {
  check(result);
  if (h.pointerMode == 1) {
    submit(h, name, [=] { writeVector(result, std::vector<T>{compute()}, 1, name); });
    return;
  }
  check(!emu_is_device(at(result)));
  submit(h, name, [=] { *result = compute(); }, true);
}

template <class T>
int axpy(const char* name, HandleId id, int n, const T* alpha, const T* x, int incx, T* y, int incy) {
  return call(name, id, [&](Handle& h) {
    Scalar<T> a(h, alpha, name);
    if (n <= 0) return;
    check(x && y);
    submit(h, name, [=] {
      auto from = readVector<T>(x, n, incx, name), to = readVector<T>(y, n, incy, name);
      T f = a.get();
      for (int i = 0; i < n; i++) to[i] += f * from[i];
      writeVector(y, to, incy, name);
    });
  });
}
template <class T>
int scal(const char* name, HandleId id, int n, const T* alpha, T* x, int incx) {
  return call(name, id, [&](Handle& h) {
    Scalar<T> a(h, alpha, name);
    if (n <= 0 || incx <= 0) return;
    check(x);
    submit(h, name, [=] {
      auto v = readVector<T>(x, n, incx, name);
      T f = a.get();
      for (T& e : v) e *= f;
      writeVector(x, v, incx, name);
    });
  });
}
template <class T>
int copy(const char* name, HandleId id, int n, const T* x, int incx, T* y, int incy, bool swap) {
  return call(name, id, [&](Handle& h) {
    if (n <= 0) return;
    check(x && y);
    submit(h, name, [=] {
      auto v = readVector<T>(x, n, incx, name);
      if (swap) writeVector(const_cast<T*>(x), readVector<T>(y, n, incy, name), incx, name);
      writeVector(y, v, incy, name);
    });
  });
}
template <class T>
int dot(const char* name, HandleId id, int n, const T* x, int incx, const T* y, int incy, T* result) {
  return call(name, id, [&](Handle& h) {
    deliver<T>(h, name, result, [=]() -> T {
      if (n <= 0) return 0;
      auto a = readVector<T>(x, n, incx, name), b = readVector<T>(y, n, incy, name);
      double sum = 0;
      for (int i = 0; i < n; i++) sum += double(a[i]) * double(b[i]);
      return T(sum);
    });
  });
}
enum Norm { Euclidean, Absolute };
template <class T>
int norm(const char* name, HandleId id, int n, const T* x, int incx, T* result, Norm kind) {
  return call(name, id, [&](Handle& h) {
    deliver<T>(h, name, result, [=]() -> T {
      if (n <= 0 || incx <= 0) return 0;
      double sum = 0;
      for (T v : readVector<T>(x, n, incx, name)) sum += kind == Euclidean ? double(v) * double(v) : std::fabs(double(v));
      return T(kind == Euclidean ? std::sqrt(sum) : sum);
    });
  });
}
// The place, counted from 1, of the first element of the greatest or least size.
template <class T>
int extreme(const char* name, HandleId id, int n, const T* x, int incx, int* result, bool greatest) {
  return call(name, id, [&](Handle& h) {
    deliver<int>(h, name, result, [=]() -> int {
      if (n <= 0 || incx <= 0) return 0;
      auto v = readVector<T>(x, n, incx, name);
      int best = 0;
      for (int i = 1; i < n; i++)
        if (greatest ? std::fabs(v[i]) > std::fabs(v[best]) : std::fabs(v[i]) < std::fabs(v[best])) best = i;
      return best + 1;
    });
  });
}

template <class T>
int gemv(const char* name, HandleId id, int op, int m, int n, const T* alpha, const T* a, int lda, const T* x, int incx, const T* beta, T* y, int incy) {
  return call(name, id, [&](Handle& h) {
    checkOperation(op);
    check(m >= 0 && n >= 0 && lda >= std::max(1, m) && incx != 0 && incy != 0);
    Scalar<T> f(h, alpha, name), g(h, beta, name);
    if (m == 0 || n == 0) return;
    check(a && x && y);
    submit(h, name, [=] {
      int rows = op ? n : m, columns = op ? m : n;
      auto matrix = readMatrix<T>(at(a), m, n, lda, name);
      if (op) matrix = transposed(matrix, m, n);
      auto v = readVector<T>(x, columns, incx, name);
      std::vector<T> r(rows, T(0));
      for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++) r[i] += matrix[size_t(j) * rows + i] * v[j];
      T b = g.get(), factor = f.get();
      auto old = b != 0 ? readVector<T>(y, rows, incy, name) : std::vector<T>(rows, T(0));
      for (int i = 0; i < rows; i++) r[i] = factor * r[i] + (b != 0 ? b * old[i] : T(0));
      writeVector(y, r, incy, name);
    });
  });
}
template <class T>
int ger(const char* name, HandleId id, int m, int n, const T* alpha, const T* x, int incx, const T* y, int incy, T* a, int lda) {
  return call(name, id, [&](Handle& h) {
    check(m >= 0 && n >= 0 && lda >= std::max(1, m) && incx != 0 && incy != 0);
    Scalar<T> f(h, alpha, name);
    if (m == 0 || n == 0) return;
    check(a && x && y);
    submit(h, name, [=] {
      auto u = readVector<T>(x, m, incx, name), v = readVector<T>(y, n, incy, name);
      auto matrix = readMatrix<T>(at(a), m, n, lda, name);
      T factor = f.get();
      for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) matrix[size_t(j) * m + i] += factor * u[i] * v[j];
      writeMatrix(at(a), matrix, m, n, lda, name);
    });
  });
}
template <class T>
int geam(const char* name, HandleId id, int opA, int opB, int m, int n, const T* alpha, const T* a, int lda, const T* beta, const T* b, int ldb, T* c, int ldc) {
  return call(name, id, [&](Handle& h) {
    checkOperation(opA);
    checkOperation(opB);
    check(m >= 0 && n >= 0 && lda >= std::max(1, opA ? n : m) && ldb >= std::max(1, opB ? n : m) && ldc >= std::max(1, m));
    check((c != a || (opA == 0 && lda == ldc)) && (c != b || (opB == 0 && ldb == ldc)));
    Scalar<T> f(h, alpha, name), g(h, beta, name);
    if (m == 0 || n == 0) return;
    check(c != nullptr);
    submit(h, name, [=] {
      std::vector<T> r(size_t(m) * n, T(0));
      auto add = [&](T factor, const T* p, int op, int ld) {
        if (factor == 0) return;
        auto matrix = readMatrix<T>(at(p), op ? n : m, op ? m : n, ld, name);
        if (op) matrix = transposed(matrix, n, m);
        for (size_t i = 0; i < r.size(); i++) r[i] += factor * matrix[i];
      };
      add(f.get(), a, opA, lda);
      add(g.get(), b, opB, ldb);
      writeMatrix(at(c), r, m, n, ldc, name);
    });
  });
}
// c = diag(x) a, or a diag(x).
template <class T>
int dgmm(const char* name, HandleId id, int side, int m, int n, const T* a, int lda, const T* x, int incx, T* c, int ldc) {
  return call(name, id, [&](Handle& h) {
    check((side == 0 || side == 1) && m >= 0 && n >= 0 && lda >= std::max(1, m) && ldc >= std::max(1, m));
    if (m == 0 || n == 0) return;
    check(a && x && c);
    submit(h, name, [=] {
      auto matrix = readMatrix<T>(at(a), m, n, lda, name);
      auto v = incx == 0 ? std::vector<T>(side == 0 ? m : n, readVector<T>(x, 1, 1, name)[0]) : readVector<T>(x, side == 0 ? m : n, incx, name);
      for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) matrix[size_t(j) * m + i] *= v[side == 0 ? i : j];
      writeMatrix(at(c), matrix, m, n, ldc, name);
    });
  });
}

// Set and Get need no handle; they wait, as pageable copies do.
int transfer(const char* name, int rows, int columns, int size, const void* from, int ldFrom, void* to, int ldTo, CUstream stream, bool toDevice) {
  if (int code = emu_library_call(name)) return code;
  if (!emu_context_id()) return NotInitialized;
  if (rows < 0 || columns < 0 || size <= 0 || ldFrom < std::max(1, rows) || ldTo < std::max(1, rows)) return InvalidValue;
  if (rows == 0 || columns == 0) return Success;
  if (bool(emu_is_device(at(to))) != toDevice || bool(emu_is_device(at(from))) == toDevice) return InvalidValue;
  std::function<void()> work = [=] {
    for (int j = 0; j < columns; j++) {
      uint64_t source = at(from) + uint64_t(j) * ldFrom * size, target = at(to) + uint64_t(j) * ldTo * size, bytes = uint64_t(rows) * size;
      const void* in = toDevice ? reinterpret_cast<const void*>(source) : emu_bytes(source, bytes, 0, name);
      void* out = toDevice ? emu_bytes(target, bytes, 1, name) : reinterpret_cast<void*>(target);
      std::memcpy(out, in, bytes);
    }
  };
  return emu_submit(stream, name, &work, 1) == CUDA_SUCCESS ? Success : MappingError;
}

}  // namespace

#define VECTORS(letter, T)                                                                                                                                                                                     \
  BLAS_API cublas##letter##axpy_v2(HandleId id, int n, const T* alpha, const T* x, int incx, T* y, int incy) { return axpy<T>("cublas" #letter "axpy", id, n, alpha, x, incx, y, incy); }                     \
  BLAS_API cublas##letter##scal_v2(HandleId id, int n, const T* alpha, T* x, int incx) { return scal<T>("cublas" #letter "scal", id, n, alpha, x, incx); }                                                    \
  BLAS_API cublas##letter##copy_v2(HandleId id, int n, const T* x, int incx, T* y, int incy) { return copy<T>("cublas" #letter "copy", id, n, x, incx, y, incy, false); }                                     \
  BLAS_API cublas##letter##swap_v2(HandleId id, int n, T* x, int incx, T* y, int incy) { return copy<T>("cublas" #letter "swap", id, n, x, incx, y, incy, true); }                                            \
  BLAS_API cublas##letter##dot_v2(HandleId id, int n, const T* x, int incx, const T* y, int incy, T* result) { return dot<T>("cublas" #letter "dot", id, n, x, incx, y, incy, result); }                      \
  BLAS_API cublas##letter##nrm2_v2(HandleId id, int n, const T* x, int incx, T* result) { return norm<T>("cublas" #letter "nrm2", id, n, x, incx, result, Euclidean); }                                       \
  BLAS_API cublas##letter##asum_v2(HandleId id, int n, const T* x, int incx, T* result) { return norm<T>("cublas" #letter "asum", id, n, x, incx, result, Absolute); }                                        \
  BLAS_API cublas##letter##gemv_v2(HandleId id, int op, int m, int n, const T* alpha, const T* a, int lda, const T* x, int incx, const T* beta, T* y, int incy) {                                             \
    return gemv<T>("cublas" #letter "gemv", id, op, m, n, alpha, a, lda, x, incx, beta, y, incy);                                                                                                              \
  }                                                                                                                                                                                                            \
  BLAS_API cublas##letter##ger_v2(HandleId id, int m, int n, const T* alpha, const T* x, int incx, const T* y, int incy, T* a, int lda) {                                                                     \
    return ger<T>("cublas" #letter "ger", id, m, n, alpha, x, incx, y, incy, a, lda);                                                                                                                          \
  }                                                                                                                                                                                                            \
  BLAS_API cublas##letter##geam(HandleId id, int opA, int opB, int m, int n, const T* alpha, const T* a, int lda, const T* beta, const T* b, int ldb, T* c, int ldc) {                                        \
    return geam<T>("cublas" #letter "geam", id, opA, opB, m, n, alpha, a, lda, beta, b, ldb, c, ldc);                                                                                                          \
  }                                                                                                                                                                                                            \
  BLAS_API cublas##letter##dgmm(HandleId id, int side, int m, int n, const T* a, int lda, const T* x, int incx, T* c, int ldc) {                                                                              \
    return dgmm<T>("cublas" #letter "dgmm", id, side, m, n, a, lda, x, incx, c, ldc);                                                                                                                          \
  }
VECTORS(S, float)
VECTORS(D, double)

BLAS_API cublasIsamax_v2(HandleId id, int n, const float* x, int incx, int* result) { return extreme<float>("cublasIsamax", id, n, x, incx, result, true); }
BLAS_API cublasIdamax_v2(HandleId id, int n, const double* x, int incx, int* result) { return extreme<double>("cublasIdamax", id, n, x, incx, result, true); }
BLAS_API cublasIsamin_v2(HandleId id, int n, const float* x, int incx, int* result) { return extreme<float>("cublasIsamin", id, n, x, incx, result, false); }
BLAS_API cublasIdamin_v2(HandleId id, int n, const double* x, int incx, int* result) { return extreme<double>("cublasIdamin", id, n, x, incx, result, false); }

BLAS_API cublasSetVector(int n, int size, const void* x, int incx, void* y, int incy) {
  return n < 0 || incx <= 0 || incy <= 0 ? int(InvalidValue) : transfer("cublasSetVector", 1, n, size, x, incx, y, incy, nullptr, true);
}
BLAS_API cublasGetVector(int n, int size, const void* x, int incx, void* y, int incy) {
  return n < 0 || incx <= 0 || incy <= 0 ? int(InvalidValue) : transfer("cublasGetVector", 1, n, size, x, incx, y, incy, nullptr, false);
}
BLAS_API cublasSetMatrix(int rows, int columns, int size, const void* a, int lda, void* b, int ldb) { return transfer("cublasSetMatrix", rows, columns, size, a, lda, b, ldb, nullptr, true); }
BLAS_API cublasGetMatrix(int rows, int columns, int size, const void* a, int lda, void* b, int ldb) { return transfer("cublasGetMatrix", rows, columns, size, a, lda, b, ldb, nullptr, false); }
