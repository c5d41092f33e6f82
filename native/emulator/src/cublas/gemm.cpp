// The forms of gemm: for one type, mixed types, one product, many at a stride, many at addresses in device memory.
#include "cublas/products.h"

using namespace emu;
using namespace emu::blas;

namespace {

constexpr auto always = [](auto) {};

struct Strides {
  int64_t a, b, c;
};

// Products at a stride; one product is the case of one.
template <class CheckTypes>
int strided(const char* name, HandleId id, const Shape& s, int compute, const void* alpha, const void* a, const void* b, const void* beta, void* c, Strides strides, int64_t count, CheckTypes checkTypes) {
  return call(name, id, [&](Handle& h) {
    checkTypes(h);
    s.checkArguments();
    check(count >= 0 && strides.a >= 0 && strides.b >= 0 && strides.c >= 0);
    check(s.isEmpty() || count == 0 || (c && (s.k == 0 || (a && b))));
    check(count <= 1 || s.isEmpty() || strides.c >= s.ldc * (s.n - 1) + s.m);
    Places first{at(a), at(b), at(c)};
    int64_t stepA = strides.a * sizeOf(s.typeA), stepB = strides.b * sizeOf(s.typeB), stepC = strides.c * sizeOf(s.typeC);
    Batch place = [=](int64_t i) { return Places{first.a + uint64_t(i * stepA), first.b + uint64_t(i * stepB), first.c + uint64_t(i * stepC)}; };
    runProducts(h, s, compute, alpha, beta, count, [place] { return place; });
  });
}

// The addresses of the matrices lie in device memory, and are read when the products run.
template <class CheckTypes>
int batched(const char* name, HandleId id, const Shape& s, int compute, const void* alpha, const void* a, const void* b, const void* beta, const void* c, int64_t count, CheckTypes checkTypes) {
  return call(name, id, [&](Handle& h) {
    checkTypes(h);
    s.checkArguments();
    check(count >= 0);
    check(s.isEmpty() || count == 0 || (a && b && c));
    runProducts(h, s, compute, alpha, beta, count, [=]() -> Batch {
      auto as = input<uint64_t>(a, count, 1, name), bs = input<uint64_t>(b, count, 1, name), cs = input<uint64_t>(c, count, 1, name);
      return [=](int64_t i) { return Places{as[i], bs[i], cs[i]}; };
    });
  });
}

template <class T>
constexpr int typeOf = sizeof(T) == 4 ? F32 : F64;
template <class T>
constexpr int computeOf = sizeof(T) == 4 ? C32F : C64F;

template <class T>
Shape plain(const char* name, int opA, int opB, int64_t m, int64_t n, int64_t k, int64_t lda, int64_t ldb, int64_t ldc) {
  return {name, opA, opB, m, n, k, typeOf<T>, typeOf<T>, typeOf<T>, lda, ldb, ldc};
}
auto checking(const Shape& s, int compute) {
  return [&s, compute](Handle&) { checkTypes(s.name, compute, s.typeA, s.typeB, s.typeC); };
}

}  // namespace

#define GEMM(letter, T, suffix, Int)                                                                                                                                                         \
  BLAS_API cublas##letter##gemm_v2##suffix(HandleId id, int opA, int opB, Int m, Int n, Int k, const T* alpha, const T* a, Int lda, const T* b, Int ldb, const T* beta, T* c, Int ldc) {     \
    Shape s = plain<T>("cublas" #letter "gemm" #suffix, opA, opB, m, n, k, lda, ldb, ldc);                                                                                                   \
    return strided(s.name, id, s, computeOf<T>, alpha, a, b, beta, c, {0, 0, 0}, 1, always);                                                                                                 \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##gemmStridedBatched##suffix(HandleId id, int opA, int opB, Int m, Int n, Int k, const T* alpha, const T* a, Int lda, long long strideA, const T* b, Int ldb,       \
                                                      long long strideB, const T* beta, T* c, Int ldc, long long strideC, Int count) {                                                       \
    Shape s = plain<T>("cublas" #letter "gemmStridedBatched" #suffix, opA, opB, m, n, k, lda, ldb, ldc);                                                                                     \
    return strided(s.name, id, s, computeOf<T>, alpha, a, b, beta, c, {strideA, strideB, strideC}, count, always);                                                                           \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##gemmBatched##suffix(HandleId id, int opA, int opB, Int m, Int n, Int k, const T* alpha, const T* const* a, Int lda, const T* const* b, Int ldb, const T* beta,    \
                                               T* const* c, Int ldc, Int count) {                                                                                                            \
    Shape s = plain<T>("cublas" #letter "gemmBatched" #suffix, opA, opB, m, n, k, lda, ldb, ldc);                                                                                            \
    return batched(s.name, id, s, computeOf<T>, alpha, a, b, beta, c, count, always);                                                                                                        \
  }
GEMM(S, float, , int)
GEMM(S, float, _64, int64_t)
GEMM(D, double, , int)
GEMM(D, double, _64, int64_t)

#define GEMM_EX(suffix, Int)                                                                                                                                                                 \
  BLAS_API cublasGemmEx##suffix(HandleId id, int opA, int opB, Int m, Int n, Int k, const void* alpha, const void* a, int typeA, Int lda, const void* b, int typeB, Int ldb,                \
                                const void* beta, void* c, int typeC, Int ldc, int compute, int) {                                                                                          \
    Shape s{"cublasGemmEx" #suffix, opA, opB, m, n, k, typeA, typeB, typeC, lda, ldb, ldc};                                                                                                  \
    return strided(s.name, id, s, compute, alpha, a, b, beta, c, {0, 0, 0}, 1, checking(s, compute));                                                                                        \
  }                                                                                                                                                                                          \
  BLAS_API cublasGemmStridedBatchedEx##suffix(HandleId id, int opA, int opB, Int m, Int n, Int k, const void* alpha, const void* a, int typeA, Int lda, long long strideA, const void* b,   \
                                              int typeB, Int ldb, long long strideB, const void* beta, void* c, int typeC, Int ldc, long long strideC, Int count, int compute, int) {       \
    Shape s{"cublasGemmStridedBatchedEx" #suffix, opA, opB, m, n, k, typeA, typeB, typeC, lda, ldb, ldc};                                                                                    \
    return strided(s.name, id, s, compute, alpha, a, b, beta, c, {strideA, strideB, strideC}, count, checking(s, compute));                                                                  \
  }                                                                                                                                                                                          \
  BLAS_API cublasGemmBatchedEx##suffix(HandleId id, int opA, int opB, Int m, Int n, Int k, const void* alpha, const void* const* a, int typeA, Int lda, const void* const* b, int typeB,    \
                                       Int ldb, const void* beta, void* const* c, int typeC, Int ldc, Int count, int compute, int) {                                                        \
    Shape s{"cublasGemmBatchedEx" #suffix, opA, opB, m, n, k, typeA, typeB, typeC, lda, ldb, ldc};                                                                                           \
    return batched(s.name, id, s, compute, alpha, a, b, beta, c, count, checking(s, compute));                                                                                               \
  }                                                                                                                                                                                          \
  BLAS_API cublasSgemmEx##suffix(HandleId id, int opA, int opB, Int m, Int n, Int k, const float* alpha, const void* a, int typeA, Int lda, const void* b, int typeB, Int ldb,             \
                                 const float* beta, void* c, int typeC, Int ldc) {                                                                                                          \
    Shape s{"cublasSgemmEx" #suffix, opA, opB, m, n, k, typeA, typeB, typeC, lda, ldb, ldc};                                                                                                 \
    return strided(s.name, id, s, C32F, alpha, a, b, beta, c, {0, 0, 0}, 1, checking(s, C32F));                                                                                              \
  }
GEMM_EX(, int)
GEMM_EX(_64, int64_t)
