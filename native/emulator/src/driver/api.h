// What surrounds every function of the driver: the lock, failures on demand, the trace, and errors thrown as codes.
#pragma once
#include "control/watch.h"
#include "driver/graph.h"
#include "driver/state.h"
#include "driver/trace.h"

#define EMU_API extern "C" __attribute__((visibility("default"))) CUresult

namespace emu {

inline void check(bool condition, CUresult code) {
  if (!condition) throw ApiError{code};
}
inline void checkValue(bool condition) { check(condition, CUDA_ERROR_INVALID_VALUE); }

// Runs the body, which ends without a value or throws. `name` is the function's name without its version; the arguments are
// for the trace.
template <class Body>
CUresult call(const char* name, Arguments arguments, Body body, bool needsInit = true) {
  if (insideHostFunction) return CUDA_ERROR_NOT_PERMITTED;
  std::unique_lock<std::mutex> lock(machineMutex());
  std::unique_lock<std::mutex>* outer = heldLock;
  heldLock = &lock;
  Scheduler::get().touch();
  Watch& watch = Watch::get();
  watch.count(std::string("calls.") + name);
  CUresult result = watch.failureOf(name);
  if (result == CUDA_SUCCESS) {
    try {
      check(!needsInit || state().initialised, CUDA_ERROR_NOT_INITIALIZED);
      body();
    } catch (const ApiError& e) {
      result = e.code;
    } catch (const LaunchFault& e) {
      result = e.code;
    } catch (const std::bad_alloc&) {
      result = CUDA_ERROR_OUT_OF_MEMORY;
    } catch (const std::exception&) {  // nothing may leave a function of C
      result = CUDA_ERROR_UNKNOWN;
    }
  }
  traceCall(name, arguments, result);
  heldLock = outer;
  return result;
}

template <class Body>
CUresult call(const char* name, Body body) {
  return call(name, {}, std::move(body));
}

}  // namespace emu
