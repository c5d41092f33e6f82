// What the library exports beside the driver's functions: by these a test sets the emulator up and reads what it saw, and a
// library such as cuBLAS puts its work on streams.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

#include "abi/cuda_abi.h"

#define EMU_CONTROL extern "C" __attribute__((visibility("default")))

EMU_CONTROL int emu_set(const char* name, const char* value);  // 0: there is no such setting, or the value makes no sense
EMU_CONTROL void emu_defaults();                               // all settings as the environment has them
EMU_CONTROL void emu_reset();                                  // forgets all: contexts, memory, work; clears reports, counters, failures
EMU_CONTROL void emu_check_leaks();                            // reports what has not been freed
EMU_CONTROL void emu_drain();                                  // runs all work that waits
EMU_CONTROL size_t emu_report_count();
EMU_CONTROL const char* emu_report_kind(size_t i);
EMU_CONTROL const char* emu_report_text(size_t i);
EMU_CONTROL void emu_clear_reports();
EMU_CONTROL uint64_t emu_counter(const char* name);
EMU_CONTROL const char* emu_counters();  // name=value, a line each; valid until the next call
EMU_CONTROL void emu_clear_counters();
EMU_CONTROL void emu_fail(const char* call, uint64_t nth, int code);

// For libraries. They take the machine's lock where the thread does not hold it; `work` runs later, with the lock held, and may throw by
// emu_fault. The result is a CUresult.
EMU_CONTROL int emu_library_call(const char* name);  // counts the call; a code not 0 is a failure asked for
EMU_CONTROL int emu_submit(CUstream stream, const char* name, const std::function<void()>* work, int wait);
EMU_CONTROL uint64_t emu_context_id();  // of the thread's current context; 0: none
// Inside work: the bytes behind device memory, with every check. Throws as emu_fault does.
enum { EMU_READ = 0, EMU_WRITE = 1, EMU_TOUCH = 2 };  // the last asks whether they are there, and no more
EMU_CONTROL uint8_t* emu_bytes(uint64_t address, uint64_t bytes, int mode, const char* what);
// Rows of so many bytes, some way apart, in one allocation.
EMU_CONTROL uint8_t* emu_rows(uint64_t address, uint64_t width, uint64_t rows, uint64_t pitch, int mode, const char* what);
EMU_CONTROL int emu_is_device(uint64_t address);
EMU_CONTROL void emu_report(const char* kind, const char* text);
// Products that have run, for the file that the setting `launches` names: c, m by n, is made of sums of k terms, and read too if it is `kept`.
EMU_CONTROL void emu_log_products(const char* name, int64_t m, int64_t n, int64_t k, int64_t count, int factorBytes, int resultBytes, int kept);
EMU_CONTROL int emu_capability();  // of the devices, 90 for 9.0
EMU_CONTROL int emu_zero_keeps_out();  // whether products whose alpha is 0 do not look at their factors
// Functions that a reset and a check for leaks call, with the lock held.
EMU_CONTROL void emu_on_reset(void (*function)());
EMU_CONTROL void emu_on_leak_check(void (*function)());
