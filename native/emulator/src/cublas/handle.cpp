// Handles and their settings.
#include <map>
#include <mutex>
#include <string>

#include "cublas/blas.h"

namespace emu::blas {
namespace {

struct All {
  std::mutex mutex;
  std::map<uintptr_t, std::shared_ptr<Handle>> handles;
  uintptr_t next = 0xb000000;
};
All& all() {
  static All& instance = *[] {
    emu_on_reset([] {
      All& a = all();
      std::lock_guard<std::mutex> lock(a.mutex);
      a.handles.clear();
    });
    emu_on_leak_check([] {
      All& a = all();
      std::lock_guard<std::mutex> lock(a.mutex);
      if (!a.handles.empty()) emu_report("leak", (std::to_string(a.handles.size()) + " cuBLAS handles never destroyed").c_str());
    });
    return new All;
  }();
  return instance;
}

}  // namespace

std::shared_ptr<Handle> find(HandleId id) {
  All& a = all();
  std::lock_guard<std::mutex> lock(a.mutex);
  auto found = a.handles.find(reinterpret_cast<uintptr_t>(id));
  return found == a.handles.end() ? nullptr : found->second;
}

}  // namespace emu::blas

using namespace emu::blas;

BLAS_API cublasCreate_v2(HandleId* id) {
  if (!id) return InvalidValue;
  if (int code = emu_library_call("cublasCreate")) return code;
  auto h = std::make_shared<Handle>();
  h->context = emu_context_id();
  if (!h->context) return NotInitialized;
  auto& a = all();
  std::lock_guard<std::mutex> lock(a.mutex);
  a.next += 16;
  a.handles[a.next] = h;
  *id = reinterpret_cast<HandleId>(a.next);
  return Success;
}
BLAS_API cublasDestroy_v2(HandleId id) {
  if (!find(id)) return NotInitialized;
  if (int code = emu_library_call("cublasDestroy")) return code;
  auto& a = all();
  std::lock_guard<std::mutex> lock(a.mutex);
  return a.handles.erase(reinterpret_cast<uintptr_t>(id)) ? Success : NotInitialized;
}
BLAS_API cublasGetVersion_v2(HandleId id, int* version) {
  return call("cublasGetVersion", id, [&](Handle&) {
    check(version);
    *version = 120600;
  });
}
BLAS_API cublasGetProperty(int type, int* value) {
  constexpr int version[] = {12, 6, 0};
  if (type < 0 || type > 2 || !value) return InvalidValue;
  *value = version[type];
  return Success;
}
// A stream begins with the standard workspace.
BLAS_API cublasSetStream_v2(HandleId id, CUstream stream) {
  return call("cublasSetStream", id, [&](Handle& h) {
    h.stream = stream;
    h.workspace = 0;
    h.workspaceBytes = 0;
  });
}
BLAS_API cublasGetStream_v2(HandleId id, CUstream* stream) {
  return call("cublasGetStream", id, [&](Handle& h) {
    check(stream);
    *stream = h.stream;
  });
}
// Products leave it in disorder. The standard one belongs to the library, which here needs none.
BLAS_API cublasSetWorkspace_v2(HandleId id, void* workspace, size_t bytes) {
  return call("cublasSetWorkspace", id, [&](Handle& h) {
    check(at(workspace) % 256 == 0 && (bytes == 0 || emu_is_device(at(workspace))));
    h.workspace = at(workspace);
    h.workspaceBytes = bytes;
  });
}

#define SETTING(name, field, valid)                                       \
  BLAS_API cublasSet##name(HandleId id, int value) {                      \
    return call("cublasSet" #name, id, [&](Handle& h) {                   \
      check(valid);                                                       \
      h.field = value;                                                    \
    });                                                                   \
  }                                                                       \
  BLAS_API cublasGet##name(HandleId id, int* value) {                     \
    return call("cublasGet" #name, id, [&](Handle& h) {                   \
      check(value);                                                       \
      *value = h.field;                                                   \
    });                                                                   \
  }
SETTING(PointerMode_v2, pointerMode, value == 0 || value == 1)
SETTING(AtomicsMode, atomicsMode, value == 0 || value == 1)
SETTING(MathMode, mathMode, value >= 0 && value % FullPrecisionReduction <= Tf32Math && value / FullPrecisionReduction <= 1)
SETTING(SmCountTarget, multiprocessors, value >= 0)

namespace {
struct Text {
  int status;
  const char *name, *text;
};
const Text texts[] = {{0, "CUBLAS_STATUS_SUCCESS", "success"},
                      {1, "CUBLAS_STATUS_NOT_INITIALIZED", "the library was not initialized"},
                      {3, "CUBLAS_STATUS_ALLOC_FAILED", "the resource allocation failed"},
                      {7, "CUBLAS_STATUS_INVALID_VALUE", "an invalid value was used as an argument"},
                      {8, "CUBLAS_STATUS_ARCH_MISMATCH", "an absent device architectural feature is required"},
                      {11, "CUBLAS_STATUS_MAPPING_ERROR", "an access to GPU memory space failed"},
                      {13, "CUBLAS_STATUS_EXECUTION_FAILED", "the GPU program failed to execute"},
                      {14, "CUBLAS_STATUS_INTERNAL_ERROR", "an internal operation failed"},
                      {15, "CUBLAS_STATUS_NOT_SUPPORTED", "the functionality requested is not supported"}};
}  // namespace

extern "C" __attribute__((visibility("default"))) const char* cublasGetStatusName(int status) {
  for (auto& t : texts)
    if (t.status == status) return t.name;
  return "CUBLAS_STATUS_UNKNOWN";
}
extern "C" __attribute__((visibility("default"))) const char* cublasGetStatusString(int status) {
  for (auto& t : texts)
    if (t.status == status) return t.text;
  return "unknown status";
}
extern "C" __attribute__((visibility("default"))) size_t cublasGetCudartVersion() { return 12060; }
