#include "cublas/products.h"

namespace emu::blas {

void Shape::checkArguments() const {
  checkOperation(opA);
  checkOperation(opB);
  check(m >= 0 && n >= 0 && k >= 0);
  check(lda >= std::max<int64_t>(1, opA ? k : m) && ldb >= std::max<int64_t>(1, opB ? n : k) && ldc >= std::max<int64_t>(1, m));
}

InputRounding roundingOf(const Handle& h, int compute, int typeA) {
  if (typeA != F32) return InputRounding::None;
  bool ampere = emu_capability() >= 80;  // tensor cores take float16 since 7.0, the others since 8.0
  switch (compute) {
    case C32FFastTF32: return ampere ? InputRounding::Tf32 : InputRounding::None;
    case C32FFast16BF: return ampere ? InputRounding::BFloat : InputRounding::None;
    case C32FFast16F: return InputRounding::Half;
    case C32F: return h.math() == Tf32Math && ampere ? InputRounding::Tf32 : h.math() == TensorMath ? InputRounding::Half : InputRounding::None;
    default: return InputRounding::None;
  }
}

void checkTypes(const char* name, int compute, int typeA, int typeB, int typeC) {
  auto are = [&](int ab, int c) { return typeA == ab && typeB == ab && typeC == c; };
  auto complex = [](int type) { return type >= 4 && type <= 7; };
  constexpr int integer8 = 3, integer32 = 10;
  if (typeA == integer8 || compute == C32I || compute == C32IPedantic || (complex(typeA) && complex(typeC))) {
    bool real = compute == C32I || compute == C32IPedantic ? are(integer8, integer32) : true;
    throw Failure{real ? emu_unsupported((std::string(name) + " of whole or complex numbers").c_str(), NotSupported) : int(NotSupported)};
  }
  switch (compute) {
    case C16F: case C16FPedantic: return check(are(F16, F16), NotSupported);
    case C32F: case C32FPedantic: return check(are(F32, F32) || are(F16, F16) || are(F16, F32) || are(BF16, BF16) || are(BF16, F32), NotSupported);
    case C32FFast16F: case C32FFast16BF: case C32FFastTF32: return check(are(F32, F32), NotSupported);
    case C64F: case C64FPedantic: return check(are(F64, F64), NotSupported);
    default: throw Failure{NotSupported};
  }
}

namespace {

// Whether an element of one matrix lies on one of another. Both go up column by column, so only neighbours can meet.
bool overlap(uint64_t a, uint64_t widthA, int64_t columnsA, uint64_t pitchA, uint64_t b, uint64_t widthB, int64_t columnsB, uint64_t pitchB) {
  uint64_t endA = a + (columnsA - 1) * pitchA + widthA, endB = b + (columnsB - 1) * pitchB + widthB;
  if (endA <= b || endB <= a) return false;
  for (int64_t i = 0, j = 0; i < columnsA && j < columnsB;) {
    uint64_t x = a + i * pitchA, y = b + j * pitchB;
    if (x < y + widthB && y < x + widthA) return true;
    x < y ? i++ : j++;
  }
  return false;
}

void checkOverlap(const Shape& s, const Places& p, bool readsInputs) {
  uint64_t width = uint64_t(s.m) * sizeOf(s.typeC), pitch = uint64_t(s.ldc) * sizeOf(s.typeC);
  auto one = [&](const char* which, uint64_t place, int type, int64_t rows, int64_t columns, int64_t ld) {
    if (overlap(p.c, width, s.n, pitch, place, uint64_t(rows) * sizeOf(type), columns, uint64_t(ld) * sizeOf(type)))
      emu_report("overlap", (std::string(s.name) + ": the result overlaps matrix " + which + ", so what is read depends on the order of work").c_str());
  };
  if (!readsInputs) return;
  one("A", p.a, s.typeA, s.opA ? s.k : s.m, s.opA ? s.m : s.k, s.lda);
  one("B", p.b, s.typeB, s.opB ? s.n : s.k, s.opB ? s.k : s.n, s.ldb);
}

const void* matrix(int type, uint64_t place, int64_t rows, int64_t columns, int64_t ld, const char* name) {
  return withType(type, [&](auto element) -> const void* { return bytesOf<decltype(element)>(place, rows, columns, ld, false, name); });
}

// c = alpha r + beta c, as the type of c has it.
template <class S, class T>
void store(const Shape& s, uint64_t place, T alpha, const T* r, T beta) {
  if (beta != 0) bytesOf<S>(place, s.m, s.n, s.ldc, false, s.name);
  S* c = bytesOf<S>(place, s.m, s.n, s.ldc, true, s.name);
  for (int64_t j = 0; j < s.n; j++, r += s.m, c += s.ldc) {
    if (beta != 0)
      for (int64_t i = 0; i < s.m; i++) c[i] = stored<S>(alpha * r[i] + beta * T(number(c[i])));
    else
      for (int64_t i = 0; i < s.m; i++) c[i] = stored<S>(alpha * r[i]);
  }
}

// Where beta is 0, c is not read; where alpha is, a and b are not, unless that is left open, as it is in the manual.
template <class T>
void one(const Shape& s, T alpha, T beta, const Places& p) {
  thread_local std::vector<T> sums;
  bool reads = (alpha != 0 || emu_zero_keeps_out() == 0) && s.k > 0;
  Operand a{nullptr, s.typeA, s.lda, s.opA != 0}, b{nullptr, s.typeB, s.ldb, s.opB != 0};
  if (reads) {
    a.at = matrix(s.typeA, p.a, s.opA ? s.k : s.m, s.opA ? s.m : s.k, s.lda, s.name);
    b.at = matrix(s.typeB, p.b, s.opB ? s.n : s.k, s.opB ? s.k : s.n, s.ldb, s.name);
  }
  withType(s.typeC, [&](auto element) { emu_rows(p.c, uint64_t(s.m) * sizeof element, uint64_t(s.n), uint64_t(s.ldc) * sizeof element, EMU_TOUCH, s.name); });
  checkOverlap(s, p, reads);
  if (reads) {
    sums.resize(size_t(s.m) * s.n);
    multiply(s.m, s.n, s.k, a, b, s.rounding, s.halfSums, sums.data());
  } else {
    sums.assign(size_t(s.m) * s.n, T(0));
  }
  withType(s.typeC, [&](auto element) { store<decltype(element)>(s, p.c, alpha, sums.data(), beta); });
}

// A workspace holds something else after every product, and has to be there when the product runs.
void useWorkspace(const Shape& s) {
  if (s.workspaceBytes == 0) return;
  emu_rows(s.workspace, s.workspaceBytes, 1, 0, EMU_TOUCH, s.name);
  size_t used = std::min<size_t>(s.workspaceBytes, 256);
  std::memset(emu_rows(s.workspace, used, 1, 0, EMU_WRITE, s.name), 0xff, used);
}

template <class T, class Factor>
void run(Handle& h, const Shape& s, const void* alpha, const void* beta, int64_t count, const std::function<Batch()>& places) {
  Scalar<T, Factor> x(h, alpha, s.name), y(h, beta, s.name);
  if (s.isEmpty() || count == 0) return;
  submit(h, s.name, [=] {
    useWorkspace(s);
    Batch batch = places();
    T factor = x.get(), old = y.get();
    for (int64_t i = 0; i < count; i++) one<T>(s, factor, old, batch(i));
    emu_log_products(s.name, s.m, s.n, s.k, count, int(sizeOf(s.typeA)), int(sizeOf(s.typeC)), old != T(0));
  });
}

}  // namespace

void runProducts(Handle& h, Shape s, int compute, const void* alpha, const void* beta, int64_t count, const std::function<Batch()>& places) {
  s.rounding = roundingOf(h, compute, s.typeA);
  s.halfSums = compute == C16F || compute == C16FPedantic;
  s.workspace = h.workspace;
  s.workspaceBytes = h.workspaceBytes;
  if (compute == C64F || compute == C64FPedantic)
    run<double, double>(h, s, alpha, beta, count, places);
  else if (s.halfSums)
    run<float, Half>(h, s, alpha, beta, count, places);
  else
    run<float, float>(h, s, alpha, beta, count, places);
}

}  // namespace emu::blas
