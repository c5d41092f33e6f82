// Error names and strings; versions; the profiler, of which there is none.
#include "driver/api.h"
#include "control/settings.h"

using namespace emu;

namespace {
struct Text {
  int code;
  const char *name, *text;
};
const Text texts[] = {
#define EMU_ERROR(name, number, text) {number, #name, text},
#include "abi/cuda_errors.inc"
#undef EMU_ERROR
};
const Text* textOf(int code) {
  for (auto& t : texts)
    if (t.code == code) return &t;
  return nullptr;
}
}  // namespace

EMU_API cuGetErrorName(CUresult error, const char** result) {
  const Text* t = textOf(error);
  if (!result) return CUDA_ERROR_INVALID_VALUE;
  *result = t ? t->name : nullptr;
  return t ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
EMU_API cuGetErrorString(CUresult error, const char** result) {
  const Text* t = textOf(error);
  if (!result) return CUDA_ERROR_INVALID_VALUE;
  *result = t ? t->text : nullptr;
  return t ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
EMU_API cuDriverGetVersion(int* version) {
  return call("cuDriverGetVersion", {{"version", version}}, [&] {
    checkValue(version);
    *version = settings().driverVersion;
  }, false);
}
EMU_API cuInit(unsigned flags) {
  return call("cuInit", {{"flags", flags}}, [&] {
    checkValue(flags == 0);
    check(settings().devices > 0, CUDA_ERROR_NO_DEVICE);
    state().initialised = true;
  }, false);
}
EMU_API cuProfilerInitialize(const char*, const char*, int) { return CUDA_ERROR_NOT_SUPPORTED; }
EMU_API cuProfilerStart() { return call("cuProfilerStart", [] { current(); }); }
EMU_API cuProfilerStop() { return call("cuProfilerStop", [] { current(); }); }
