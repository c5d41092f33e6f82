// Vectors: sums, scaling, products, norms, copies; in one type, and in the types that the Ex forms name.
#include <cmath>

#include "cublas/blas.h"

using namespace emu;
using namespace emu::blas;

namespace {

// A result goes to the host, and the call waits for it, or to the device.
template <class S, class F>
void deliver(Handle& h, const char* name, void* result, F compute) {
  check(result != nullptr);
  if (h.pointerMode == 1) {
    submit(h, name, [=] {
      S value = compute();
      *writable<S>(result, 1, 1, 1, name) = value;
    });
    return;
  }
  if (emu_is_device(at(result))) {
    emu_report("device-pointer", (std::string(name) + ": the result is not where the handle's pointer mode says").c_str());
    throw Failure{InvalidValue};
  }
  submit(h, name, [=] { *static_cast<S*>(result) = compute(); }, true);
}

// S is what is stored, T what is computed with.
template <class S, class T>
void axpy(Handle& h, const char* name, int64_t n, const void* alpha, const void* x, int64_t incx, void* y, int64_t incy) {
  Scalar<T> a(h, alpha, name);
  if (n <= 0) return;
  check(x && y);
  submit(h, name, [=] {
    T f = a.get();
    auto from = input<S>(x, n, incx, name);
    input<S>(y, n, incy, name);
    auto to = output<S>(y, n, incy, name);
    for (int64_t i = 0; i < n; i++) to[i] = stored<S>(f * T(number(from[i])) + T(number(to[i])));
  });
}
template <class S, class T>
void scal(Handle& h, const char* name, int64_t n, const void* alpha, void* x, int64_t incx) {
  Scalar<T> a(h, alpha, name);
  if (n <= 0 || incx <= 0) return;
  check(x != nullptr);
  submit(h, name, [=] {
    T f = a.get();
    input<S>(x, n, incx, name);
    auto v = output<S>(x, n, incx, name);
    for (int64_t i = 0; i < n; i++) v[i] = stored<S>(f * T(number(v[i])));
  });
}
// Sums are in float64 and rounded once.
template <class S>
void dot(Handle& h, const char* name, int64_t n, const void* x, int64_t incx, const void* y, int64_t incy, void* result) {
  check(n <= 0 || (x && y));
  deliver<S>(h, name, result, [=]() -> S {
    double sum = 0;
    if (n > 0) {
      auto a = input<S>(x, n, incx, name), b = input<S>(y, n, incy, name);
      for (int64_t i = 0; i < n; i++) sum += double(number(a[i])) * double(number(b[i]));
    }
    return stored<S>(sum);
  });
}
enum Norm { Euclidean, Absolute };
// Scaled by the greatest of them, so that no square overflows.
template <class S>
void norm(Handle& h, const char* name, int64_t n, const void* x, int64_t incx, void* result, Norm kind) {
  check(n <= 0 || incx <= 0 || x);
  deliver<S>(h, name, result, [=]() -> S {
    double sum = 0, greatest = 0;
    if (n > 0 && incx > 0) {
      auto v = input<S>(x, n, incx, name);
      for (int64_t i = 0; i < n; i++) greatest = std::max(greatest, std::fabs(double(number(v[i]))));
      double unit = kind == Euclidean && greatest > 0 && std::isfinite(greatest) ? std::ldexp(1.0, std::ilogb(greatest)) : 1;
      for (int64_t i = 0; i < n; i++) {
        double e = std::fabs(double(number(v[i]))) / unit;
        sum += kind == Euclidean ? e * e : e;
      }
      if (kind == Euclidean) sum = std::sqrt(sum) * unit;
    }
    return stored<S>(sum);
  });
}
// The place, counted from 1, of the first element of the greatest or least size.
template <class S, class Int>
void extreme(Handle& h, const char* name, int64_t n, const void* x, int64_t incx, Int* result, bool greatest) {
  check(n <= 0 || incx <= 0 || x);
  deliver<Int>(h, name, result, [=]() -> Int {
    if (n <= 0 || incx <= 0) return 0;
    auto v = input<S>(x, n, incx, name);
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
      if (greatest ? std::fabs(v[i]) > std::fabs(v[best]) : std::fabs(v[i]) < std::fabs(v[best])) best = i;
    return Int(best + 1);
  });
}
template <class S>
void copy(Handle& h, const char* name, int64_t n, const void* x, int64_t incx, void* y, int64_t incy) {
  if (n <= 0) return;
  check(x && y);
  submit(h, name, [=] {
    auto from = input<S>(x, n, incx, name);
    auto to = output<S>(y, n, incy, name);
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
  });
}
template <class S>
void swap(Handle& h, const char* name, int64_t n, void* x, int64_t incx, void* y, int64_t incy) {
  if (n <= 0) return;
  check(x && y);
  submit(h, name, [=] {
    input<S>(x, n, incx, name);
    input<S>(y, n, incy, name);
    auto a = output<S>(x, n, incx, name), b = output<S>(y, n, incy, name);
    for (int64_t i = 0; i < n; i++) std::swap(a[i], b[i]);
  });
}

// The Ex forms take one type throughout; float16 and bfloat16 are computed in float32.
template <class Use>
void withExTypes(const char* name, int type, bool sameTypes, int execution, Use use) {
  if (sameTypes && type >= 4 && type <= 7) throw Failure{emu_unsupported((std::string(name) + " of complex numbers").c_str(), NotSupported)};
  check(sameTypes && (type == F32 || type == F64 || isHalf(type)) && execution == (type == F64 ? F64 : F32), NotSupported);
  withType(type, use);
}
template <class S>
using ComputedIn = std::conditional_t<std::is_same_v<S, double>, double, float>;
int factorOf(int type) { return isHalf(type) ? int(F32) : type; }

}  // namespace

#define BLAS1(name, suffix, parameters, body)                         \
  BLAS_API cublas##name##_v2##suffix parameters {                     \
    constexpr const char* what = "cublas" #name #suffix;              \
    return call(what, id, [&](Handle& h) { body; });                  \
  }

#define VECTORS(letter, T, suffix, Int)                                                                                                                                             \
  BLAS1(letter##axpy, suffix, (HandleId id, Int n, const T* alpha, const T* x, Int incx, T* y, Int incy), (axpy<T, T>(h, what, n, alpha, x, incx, y, incy)))                        \
  BLAS1(letter##scal, suffix, (HandleId id, Int n, const T* alpha, T* x, Int incx), (scal<T, T>(h, what, n, alpha, x, incx)))                                                       \
  BLAS1(letter##copy, suffix, (HandleId id, Int n, const T* x, Int incx, T* y, Int incy), (copy<T>(h, what, n, x, incx, y, incy)))                                                  \
  BLAS1(letter##swap, suffix, (HandleId id, Int n, T* x, Int incx, T* y, Int incy), (swap<T>(h, what, n, x, incx, y, incy)))                                                        \
  BLAS1(letter##dot, suffix, (HandleId id, Int n, const T* x, Int incx, const T* y, Int incy, T* result), (dot<T>(h, what, n, x, incx, y, incy, result)))                           \
  BLAS1(letter##nrm2, suffix, (HandleId id, Int n, const T* x, Int incx, T* result), (norm<T>(h, what, n, x, incx, result, Euclidean)))                                             \
  BLAS1(letter##asum, suffix, (HandleId id, Int n, const T* x, Int incx, T* result), (norm<T>(h, what, n, x, incx, result, Absolute)))
VECTORS(S, float, , int)
VECTORS(D, double, , int)
VECTORS(S, float, _64, int64_t)
VECTORS(D, double, _64, int64_t)

#define EXTREMES(letter, T, suffix, Int)                                                                                                            \
  BLAS1(I##letter##amax, suffix, (HandleId id, Int n, const T* x, Int incx, Int* result), (extreme<T>(h, what, n, x, incx, result, true)))          \
  BLAS1(I##letter##amin, suffix, (HandleId id, Int n, const T* x, Int incx, Int* result), (extreme<T>(h, what, n, x, incx, result, false)))
EXTREMES(s, float, , int)
EXTREMES(d, double, , int)
EXTREMES(s, float, _64, int64_t)
EXTREMES(d, double, _64, int64_t)

#define BLAS1_EX(name, suffix, parameters, type, sameTypes, body)                                                                     \
  BLAS_API cublas##name##Ex##suffix parameters {                                                                                      \
    constexpr const char* what = "cublas" #name "Ex" #suffix;                                                                         \
    return call(what, id, [&](Handle& h) {                                                                                            \
      withExTypes(what, type, sameTypes, execution, [&](auto element) {                                                               \
        using S = decltype(element);                                                                                                  \
        body;                                                                                                                         \
      });                                                                                                                             \
    });                                                                                                                               \
  }
#define VECTORS_EX(suffix, Int)                                                                                                                                                     \
  BLAS1_EX(Axpy, suffix, (HandleId id, Int n, const void* alpha, int typeAlpha, const void* x, int typeX, Int incx, void* y, int typeY, Int incy, int execution), typeX,            \
           typeX == typeY && typeAlpha == factorOf(typeX), (axpy<S, ComputedIn<S>>(h, what, n, alpha, x, incx, y, incy)))                                                           \
  BLAS1_EX(Scal, suffix, (HandleId id, Int n, const void* alpha, int typeAlpha, void* x, int typeX, Int incx, int execution), typeX, typeAlpha == factorOf(typeX),                  \
           (scal<S, ComputedIn<S>>(h, what, n, alpha, x, incx)))                                                                                                                    \
  BLAS1_EX(Dot, suffix, (HandleId id, Int n, const void* x, int typeX, Int incx, const void* y, int typeY, Int incy, void* result, int typeResult, int execution), typeX,           \
           typeX == typeY && typeX == typeResult, (dot<S>(h, what, n, x, incx, y, incy, result)))                                                                                   \
  BLAS1_EX(Dotc, suffix, (HandleId id, Int n, const void* x, int typeX, Int incx, const void* y, int typeY, Int incy, void* result, int typeResult, int execution), typeX,          \
           typeX == typeY && typeX == typeResult, (dot<S>(h, what, n, x, incx, y, incy, result)))                                                                                   \
  BLAS1_EX(Nrm2, suffix, (HandleId id, Int n, const void* x, int typeX, Int incx, void* result, int typeResult, int execution), typeX, typeX == typeResult,                         \
           (norm<S>(h, what, n, x, incx, result, Euclidean)))
VECTORS_EX(, int)
VECTORS_EX(_64, int64_t)
