// Vectors and matrices from the host to the device and back. They are copies of the driver, with its rules for pinned and pageable
// memory.
#include "cublas/blas.h"

using namespace emu::blas;

extern "C" int cuMemcpy2D_v2(const CUDA_MEMCPY2D* copy);
extern "C" int cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D* copy, CUstream stream);

namespace {

struct Transfer {
  const char* name;
  bool toDevice;
  int64_t rows, columns, size;
  const void* from;
  int64_t ldFrom;
  void* to;
  int64_t ldTo;
};

int transfer(const Transfer& t, const CUstream* stream) {
  if (int code = emu_library_call(t.name)) return code;
  if (!emu_context_id()) return NotInitialized;
  if (t.rows < 0 || t.columns < 0 || t.size <= 0 || t.ldFrom < std::max<int64_t>(1, t.rows) || t.ldTo < std::max<int64_t>(1, t.rows)) return InvalidValue;
  if (t.rows == 0 || t.columns == 0) return Success;
  CUDA_MEMCPY2D c = {};
  c.srcMemoryType = t.toDevice ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE;
  c.srcHost = t.from;
  c.srcDevice = at(t.from);
  c.srcPitch = size_t(t.ldFrom * t.size);
  c.dstMemoryType = t.toDevice ? CU_MEMORYTYPE_DEVICE : CU_MEMORYTYPE_HOST;
  c.dstHost = t.to;
  c.dstDevice = at(t.to);
  c.dstPitch = size_t(t.ldTo * t.size);
  c.WidthInBytes = size_t(t.rows * t.size);
  c.Height = size_t(t.columns);
  return (stream ? cuMemcpy2DAsync_v2(&c, *stream) : cuMemcpy2D_v2(&c)) == CUDA_SUCCESS ? Success : MappingError;
}
int vector(const char* name, bool toDevice, int64_t n, int64_t size, const void* x, int64_t incx, void* y, int64_t incy, const CUstream* stream) {
  if (incx <= 0 || incy <= 0) return InvalidValue;
  return transfer({name, toDevice, 1, n, size, x, incx, y, incy}, stream);
}

}  // namespace

#define TRANSFERS(which, toDevice, suffix, Int)                                                                                                              \
  BLAS_API cublas##which##Vector##suffix(Int n, Int size, const void* x, Int incx, void* y, Int incy) {                                                      \
    return vector("cublas" #which "Vector" #suffix, toDevice, n, size, x, incx, y, incy, nullptr);                                                           \
  }                                                                                                                                                          \
  BLAS_API cublas##which##VectorAsync##suffix(Int n, Int size, const void* x, Int incx, void* y, Int incy, CUstream stream) {                                \
    return vector("cublas" #which "VectorAsync" #suffix, toDevice, n, size, x, incx, y, incy, &stream);                                                      \
  }                                                                                                                                                          \
  BLAS_API cublas##which##Matrix##suffix(Int rows, Int columns, Int size, const void* a, Int lda, void* b, Int ldb) {                                        \
    return transfer({"cublas" #which "Matrix" #suffix, toDevice, rows, columns, size, a, lda, b, ldb}, nullptr);                                             \
  }                                                                                                                                                          \
  BLAS_API cublas##which##MatrixAsync##suffix(Int rows, Int columns, Int size, const void* a, Int lda, void* b, Int ldb, CUstream stream) {                  \
    return transfer({"cublas" #which "MatrixAsync" #suffix, toDevice, rows, columns, size, a, lda, b, ldb}, &stream);                                        \
  }
TRANSFERS(Set, true, , int)
TRANSFERS(Set, true, _64, int64_t)
TRANSFERS(Get, false, , int)
TRANSFERS(Get, false, _64, int64_t)
