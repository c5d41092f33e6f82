// Products of matrices, in every type and form.
#include "cublas/blas.h"

using namespace emu;
using namespace emu::blas;

namespace {

struct Product {
  const char* name;
  int opA, opB;
  int64_t m, n, k;
  int typeA = F32, typeB = F32, typeC = F32;
  int64_t lda, ldb, ldc;
  bool tf32 = false;

  void checkShape() const {
    checkOperation(opA);
    checkOperation(opB);
    check(m >= 0 && n >= 0 && k >= 0);
    check(lda >= std::max<int64_t>(1, opA ? k : m) && ldb >= std::max<int64_t>(1, opB ? n : k) && ldc >= std::max<int64_t>(1, m));
  }
};

float toTf32(float f) {
  uint32_t b = bitsOf(f);
  if ((b & 0x7f800000) == 0x7f800000) return f;
  return floatOf((b + 0x1000) & ~0x1fffu);  // to the nearest, ties away from zero
}

template <class Stored, class T>
std::vector<T> widened(uint64_t p, int64_t rows, int64_t columns, int64_t ld, const char* what) {
  auto stored = readMatrix<Stored>(p, rows, columns, ld, what);
  std::vector<T> result(stored.size());
  for (size_t i = 0; i < stored.size(); i++) result[i] = T(wide(stored[i]));
  return result;
}
template <class T>
std::vector<T> load(int type, uint64_t p, int64_t rows, int64_t columns, int64_t ld, const char* what) {
  switch (type) {
    case F32: return widened<float, T>(p, rows, columns, ld, what);
    case F64: return widened<double, T>(p, rows, columns, ld, what);
    case F16: return widened<Half, T>(p, rows, columns, ld, what);
    default: return widened<BFloat, T>(p, rows, columns, ld, what);
  }
}
template <class Stored, class T, class F>
void narrowed(uint64_t p, const std::vector<T>& from, int64_t rows, int64_t columns, int64_t ld, const char* what, F f) {
  std::vector<Stored> stored(from.size());
  for (size_t i = 0; i < from.size(); i++) stored[i] = f(from[i]);
  writeMatrix(p, stored, rows, columns, ld, what);
}
template <class T>
void store(int type, uint64_t p, const std::vector<T>& c, int64_t rows, int64_t columns, int64_t ld, const char* what) {
  switch (type) {
    case F32: return narrowed<float>(p, c, rows, columns, ld, what, [](T v) { return float(v); });
    case F64: return narrowed<double>(p, c, rows, columns, ld, what, [](T v) { return double(v); });
    case F16: return narrowed<Half>(p, c, rows, columns, ld, what, [](T v) { return Half{uint16_t(narrow(v, 5, 10, true, true))}; });
    default: return narrowed<BFloat>(p, c, rows, columns, ld, what, [](T v) { return BFloat{uint16_t(narrow(v, 8, 7, true, true))}; });
  }
}

int sizeOf(int type) { return type == F32 ? 4 : type == F64 ? 8 : 2; }

// c = alpha op(a) op(b) + beta c. Where beta is 0, c is not read; where alpha is, a and b are not.
template <class T>
void multiply(const Product& s, T alpha, uint64_t a, uint64_t b, T beta, uint64_t c) {
  std::vector<T> result(s.m * s.n, T(0));
  if (alpha != 0 && s.k > 0) {
    auto x = load<T>(s.typeA, a, s.opA ? s.k : s.m, s.opA ? s.m : s.k, s.lda, s.name);
    auto y = load<T>(s.typeB, b, s.opB ? s.n : s.k, s.opB ? s.k : s.n, s.ldb, s.name);
    if (s.tf32) {
      for (T& v : x) v = T(toTf32(float(v)));
      for (T& v : y) v = T(toTf32(float(v)));
    }
    if (s.opA) x = transposed(x, s.k, s.m);
    if (s.opB) y = transposed(y, s.n, s.k);
    for (int64_t j = 0; j < s.n; j++)
      for (int64_t l = 0; l < s.k; l++) {
        T factor = y[j * s.k + l];
        const T* from = &x[l * s.m];
        T* to = &result[j * s.m];
        for (int64_t i = 0; i < s.m; i++) to[i] += from[i] * factor;
      }
  }
  for (T& v : result) v *= alpha;
  if (beta != 0) {
    auto old = load<T>(s.typeC, c, s.m, s.n, s.ldc, s.name);
    for (size_t i = 0; i < result.size(); i++) result[i] += beta * old[i];
  }
  store(s.typeC, c, result, s.m, s.n, s.ldc, s.name);
}

template <class T>
void run(Handle& h, const Product& s, const void* alpha, const void* a, int64_t strideA, const void* b, int64_t strideB, const void* beta, void* c, int64_t strideC, int64_t count) {
  s.checkShape();
  check(count >= 0 && strideA >= 0 && strideB >= 0 && strideC >= 0);
  Scalar<T> x(h, alpha, s.name), y(h, beta, s.name);
  if (s.m == 0 || s.n == 0 || count == 0) return;
  check(c && (s.k == 0 || (a && b)));
  check(count == 1 || strideC >= s.ldc * (s.n - 1) + s.m);
  auto at = [](const void* p) { return reinterpret_cast<uint64_t>(p); };
  submit(h, s.name, [=] {
    for (int64_t i = 0; i < count; i++)
      multiply<T>(s, x.get(), at(a) + uint64_t(i * strideA) * sizeOf(s.typeA), at(b) + uint64_t(i * strideB) * sizeOf(s.typeB), y.get(), at(c) + uint64_t(i * strideC) * sizeOf(s.typeC));
  });
}

template <class T>
constexpr int typeOf = sizeof(T) == 4 ? F32 : F64;

template <class T>
int plain(const char* name, HandleId id, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int lda, int64_t strideA, const void* b, int ldb, int64_t strideB, const void* beta, void* c, int ldc,
          int64_t strideC, int count) {
  return call(name, id, [&](Handle& h) {
    Product s{name, opA, opB, m, n, k, typeOf<T>, typeOf<T>, typeOf<T>, lda, ldb, ldc, typeOf<T> == F32 && h.tf32()};
    run<T>(h, s, alpha, a, strideA, b, strideB, beta, c, strideC, count);
  });
}

// The matrices are at addresses that lie in device memory.
template <class T>
int batched(const char* name, HandleId id, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int lda, const void* b, int ldb, const void* beta, const void* c, int ldc, int count) {
  return call(name, id, [&](Handle& h) {
    Product s{name, opA, opB, m, n, k, typeOf<T>, typeOf<T>, typeOf<T>, lda, ldb, ldc, typeOf<T> == F32 && h.tf32()};
    s.checkShape();
    check(count >= 0);
    Scalar<T> x(h, alpha, name), y(h, beta, name);
    if (m == 0 || n == 0 || count == 0) return;
    submit(h, name, [=] {
      auto as = readVector<uint64_t>(a, count, 1, name), bs = readVector<uint64_t>(b, count, 1, name), cs = readVector<uint64_t>(c, count, 1, name);
      for (int i = 0; i < count; i++) multiply<T>(s, x.get(), as[i], bs[i], y.get(), cs[i]);
    });
  });
}

enum Compute : int { C32F = 68, C32FPedantic = 69, C64F = 70, C64FPedantic = 71, C32FFast16F = 74, C32FFast16BF = 75, C32FFastTF32 = 77 };

int mixed(const char* name, HandleId id, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int typeA, int lda, int64_t strideA, const void* b, int typeB, int ldb, int64_t strideB, const void* beta,
          void* c, int typeC, int ldc, int64_t strideC, int count, int compute) {
  return call(name, id, [&](Handle& h) {
    bool single = compute == C32F || compute == C32FPedantic || compute == C32FFastTF32, twice = compute == C64F || compute == C64FPedantic;
    bool half = typeA == F16 || typeA == BF16;
    check(single || twice, NotSupported);
    check(typeA == typeB && (twice ? typeA == F64 && typeC == F64 : (typeA == F32 && typeC == F32) || (half && (typeC == typeA || typeC == F32))), NotSupported);
    Product s{name, opA, opB, m, n, k, typeA, typeB, typeC, lda, ldb, ldc, typeA == F32 && (compute == C32FFastTF32 || (compute == C32F && h.tf32()))};
    if (twice)
      run<double>(h, s, alpha, a, strideA, b, strideB, beta, c, strideC, count);
    else
      run<float>(h, s, alpha, a, strideA, b, strideB, beta, c, strideC, count);
  });
}

}  // namespace

#define GEMM(letter, T)                                                                                                                                                                      \
  BLAS_API cublas##letter##gemm_v2(HandleId id, int opA, int opB, int m, int n, int k, const T* alpha, const T* a, int lda, const T* b, int ldb, const T* beta, T* c, int ldc) {             \
    return plain<T>("cublas" #letter "gemm", id, opA, opB, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);                                                                      \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##gemmStridedBatched(HandleId id, int opA, int opB, int m, int n, int k, const T* alpha, const T* a, int lda, long long strideA, const T* b, int ldb,             \
                                              long long strideB, const T* beta, T* c, int ldc, long long strideC, int count) {                                                            \
    return plain<T>("cublas" #letter "gemmStridedBatched", id, opA, opB, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC, count);                                  \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##gemmBatched(HandleId id, int opA, int opB, int m, int n, int k, const T* alpha, const T* const* a, int lda, const T* const* b, int ldb, const T* beta,           \
                                       T* const* c, int ldc, int count) {                                                                                                                  \
    return batched<T>("cublas" #letter "gemmBatched", id, opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, count);                                                                  \
  }
GEMM(S, float)
GEMM(D, double)

BLAS_API cublasGemmEx(HandleId id, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int typeA, int lda, const void* b, int typeB, int ldb, const void* beta, void* c, int typeC, int ldc, int compute,
                      int) {
  return mixed("cublasGemmEx", id, opA, opB, m, n, k, alpha, a, typeA, lda, 0, b, typeB, ldb, 0, beta, c, typeC, ldc, 0, 1, compute);
}
BLAS_API cublasGemmStridedBatchedEx(HandleId id, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int typeA, int lda, long long strideA, const void* b, int typeB, int ldb, long long strideB,
                                    const void* beta, void* c, int typeC, int ldc, long long strideC, int count, int compute, int) {
  return mixed("cublasGemmStridedBatchedEx", id, opA, opB, m, n, k, alpha, a, typeA, lda, strideA, b, typeB, ldb, strideB, beta, c, typeC, ldc, strideC, count, compute);
}
