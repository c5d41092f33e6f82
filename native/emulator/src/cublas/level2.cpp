// Products of a matrix and a vector, outer products, sums of matrices, scaling of rows and columns.
#include "cublas/blas.h"

using namespace emu;
using namespace emu::blas;

namespace {

struct MatrixVector {
  const char* name;
  int op;
  int64_t m, n, lda, incx, incy;
  int64_t rows() const { return op ? n : m; }
  int64_t columns() const { return op ? m : n; }
  void checkArguments() const {
    checkOperation(op);
    check(m >= 0 && n >= 0 && lda >= std::max<int64_t>(1, m) && incx != 0 && incy != 0);
  }
};

// y = f op(a) x + g y. Where g is 0, y is not read.
template <class T>
void multiply(const MatrixVector& s, T f, const void* a, const void* x, T g, void* y) {
  const T* matrix = readable<T>(a, s.m, s.n, s.lda, s.name);
  auto from = input<T>(x, s.columns(), s.incx, s.name);
  std::vector<T> sums(size_t(s.rows()), T(0));
  for (int64_t j = 0; j < s.n; j++, matrix += s.lda)
    for (int64_t i = 0; i < s.m; i++) sums[s.op ? j : i] += matrix[i] * from[s.op ? i : j];
  if (g != 0) input<T>(y, s.rows(), s.incy, s.name);
  auto to = output<T>(y, s.rows(), s.incy, s.name);
  for (int64_t i = 0; i < s.rows(); i++) to[i] = f * sums[i] + (g != 0 ? g * to[i] : T(0));
}

template <class T>
int gemv(HandleId id, const MatrixVector& s, const T* alpha, const T* a, int64_t strideA, const T* x, int64_t strideX, const T* beta, T* y, int64_t strideY, int64_t count) {
  return call(s.name, id, [&](Handle& h) {
    s.checkArguments();
    check(count >= 0);
    Scalar<T> f(h, alpha, s.name), g(h, beta, s.name);
    if (s.m == 0 || s.n == 0 || count == 0) return;
    check(a && x && y);
    submit(h, s.name, [=] {
      for (int64_t i = 0; i < count; i++) multiply<T>(s, f.get(), a + i * strideA, x + i * strideX, g.get(), y + i * strideY);
    });
  });
}
template <class T>
int gemvBatched(HandleId id, const MatrixVector& s, const T* alpha, const T* const* a, const T* const* x, const T* beta, T* const* y, int64_t count) {
  return call(s.name, id, [&](Handle& h) {
    s.checkArguments();
    check(count >= 0);
    Scalar<T> f(h, alpha, s.name), g(h, beta, s.name);
    if (s.m == 0 || s.n == 0 || count == 0) return;
    check(a && x && y);
    submit(h, s.name, [=] {
      auto as = input<const T*>(a, count, 1, s.name), xs = input<const T*>(x, count, 1, s.name);
      auto ys = input<T*>(y, count, 1, s.name);
      for (int64_t i = 0; i < count; i++) multiply<T>(s, f.get(), as[i], xs[i], g.get(), ys[i]);
    });
  });
}
template <class T>
int ger(const char* name, HandleId id, int64_t m, int64_t n, const T* alpha, const T* x, int64_t incx, const T* y, int64_t incy, T* a, int64_t lda) {
  return call(name, id, [&](Handle& h) {
    check(m >= 0 && n >= 0 && lda >= std::max<int64_t>(1, m) && incx != 0 && incy != 0);
    Scalar<T> f(h, alpha, name);
    if (m == 0 || n == 0) return;
    check(a && x && y);
    submit(h, name, [=] {
      auto u = input<T>(x, m, incx, name), v = input<T>(y, n, incy, name);
      readable<T>(a, m, n, lda, name);
      T* column = writable<T>(a, m, n, lda, name);
      T factor = f.get();
      for (int64_t j = 0; j < n; j++, column += lda)
        for (int64_t i = 0; i < m; i++) column[i] += factor * u[i] * v[j];
    });
  });
}
// c = alpha op(a) + beta op(b), also in place where nothing is transposed.
template <class T>
int geam(const char* name, HandleId id, int opA, int opB, int64_t m, int64_t n, const T* alpha, const T* a, int64_t lda, const T* beta, const T* b, int64_t ldb, T* c, int64_t ldc) {
  return call(name, id, [&](Handle& h) {
    checkOperation(opA);
    checkOperation(opB);
    check(m >= 0 && n >= 0 && lda >= std::max<int64_t>(1, opA ? n : m) && ldb >= std::max<int64_t>(1, opB ? n : m) && ldc >= std::max<int64_t>(1, m));
    check((c != a || (opA == 0 && lda == ldc)) && (c != b || (opB == 0 && ldb == ldc)));
    Scalar<T> f(h, alpha, name), g(h, beta, name);
    if (m == 0 || n == 0) return;
    check(c != nullptr);
    submit(h, name, [=] {
      T factorA = f.get(), factorB = g.get();
      const T* x = factorA != 0 ? readable<T>(a, opA ? n : m, opA ? m : n, lda, name) : nullptr;
      const T* y = factorB != 0 ? readable<T>(b, opB ? n : m, opB ? m : n, ldb, name) : nullptr;
      T* column = writable<T>(c, m, n, ldc, name);
      for (int64_t j = 0; j < n; j++, column += ldc)
        for (int64_t i = 0; i < m; i++) {
          T sum = 0;
          if (x) sum += factorA * x[opA ? j + i * lda : i + j * lda];
          if (y) sum += factorB * y[opB ? j + i * ldb : i + j * ldb];
          column[i] = sum;
        }
    });
  });
}
// c = diag(x) a, or a diag(x).
template <class T>
int dgmm(const char* name, HandleId id, int side, int64_t m, int64_t n, const T* a, int64_t lda, const T* x, int64_t incx, T* c, int64_t ldc) {
  return call(name, id, [&](Handle& h) {
    check((side == 0 || side == 1) && m >= 0 && n >= 0 && lda >= std::max<int64_t>(1, m) && ldc >= std::max<int64_t>(1, m));
    if (m == 0 || n == 0) return;
    check(a && x && c);
    submit(h, name, [=] {
      const T* from = readable<T>(a, m, n, lda, name);
      auto v = input<T>(x, side == 0 ? m : n, incx, name);
      T* to = writable<T>(c, m, n, ldc, name);
      for (int64_t j = 0; j < n; j++, from += lda, to += ldc)
        for (int64_t i = 0; i < m; i++) to[i] = from[i] * v[side == 0 ? i : j];
    });
  });
}

}  // namespace

#define LEVEL2(letter, T, suffix, Int)                                                                                                                                                       \
  BLAS_API cublas##letter##gemv_v2##suffix(HandleId id, int op, Int m, Int n, const T* alpha, const T* a, Int lda, const T* x, Int incx, const T* beta, T* y, Int incy) {                    \
    return gemv<T>(id, {"cublas" #letter "gemv" #suffix, op, m, n, lda, incx, incy}, alpha, a, 0, x, 0, beta, y, 0, 1);                                                                      \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##gemvStridedBatched##suffix(HandleId id, int op, Int m, Int n, const T* alpha, const T* a, Int lda, long long strideA, const T* x, Int incx, long long strideX,   \
                                                      const T* beta, T* y, Int incy, long long strideY, Int count) {                                                                        \
    return gemv<T>(id, {"cublas" #letter "gemvStridedBatched" #suffix, op, m, n, lda, incx, incy}, alpha, a, strideA, x, strideX, beta, y, strideY, count);                                  \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##gemvBatched##suffix(HandleId id, int op, Int m, Int n, const T* alpha, const T* const* a, Int lda, const T* const* x, Int incx, const T* beta, T* const* y,       \
                                               Int incy, Int count) {                                                                                                                       \
    return gemvBatched<T>(id, {"cublas" #letter "gemvBatched" #suffix, op, m, n, lda, incx, incy}, alpha, a, x, beta, y, count);                                                             \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##ger_v2##suffix(HandleId id, Int m, Int n, const T* alpha, const T* x, Int incx, const T* y, Int incy, T* a, Int lda) {                                            \
    return ger<T>("cublas" #letter "ger" #suffix, id, m, n, alpha, x, incx, y, incy, a, lda);                                                                                                \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##geam##suffix(HandleId id, int opA, int opB, Int m, Int n, const T* alpha, const T* a, Int lda, const T* beta, const T* b, Int ldb, T* c, Int ldc) {               \
    return geam<T>("cublas" #letter "geam" #suffix, id, opA, opB, m, n, alpha, a, lda, beta, b, ldb, c, ldc);                                                                                \
  }                                                                                                                                                                                          \
  BLAS_API cublas##letter##dgmm##suffix(HandleId id, int side, Int m, Int n, const T* a, Int lda, const T* x, Int incx, T* c, Int ldc) {                                                     \
    return dgmm<T>("cublas" #letter "dgmm" #suffix, id, side, m, n, a, lda, x, incx, c, ldc);                                                                                                \
  }
LEVEL2(S, float, , int)
LEVEL2(D, double, , int)
LEVEL2(S, float, _64, int64_t)
LEVEL2(D, double, _64, int64_t)
