// What can be set: from environment variables when the library is loaded, and by emu_set while it runs.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace emu {

// A call that has to fail: its nth time (0: every time), with this code.
struct Failure {
  std::string call;
  uint64_t nth;
  int code;
};

struct Settings {
  int devices = 1;
  int major = 9, minor = 0;           // compute capability of every device
  int multiprocessors = 0;            // of every device; 0: as many as the model of its capability has
  std::string name;                   // of every device; empty: one that says what it is
  uint64_t memory = 1ull << 30;       // bytes of memory of each device
  int driverVersion = 12060;          // decides which PTX versions are taken
  uint64_t seed = 1;                  // of every choice the emulator makes
  int threads = 1;                    // of the host, over which the blocks of a launch are spread
  uint64_t budget = 20000000000ull;   // instructions of one warp after which a kernel counts as endless
  bool lazy = true;                   // work waits until something needs it (else it runs at once)
  bool checkBounds = true;            // these four: addresses that kernels access
  bool checkAlignment = true;
  bool checkFreed = true;             // before and after an allocation's life
  bool checkPointers = true;          // null, and pointers of the host; those of the device where the host's belong, too
  bool checkInitialised = true;       // reads of memory never written: device, shared
  bool checkSharedRaces = true;       // shared-memory races between barriers
  bool checkGlobalRaces = true;       // races in device memory between blocks and between streams
  bool checkBarriers = true;          // divergent barriers
  bool checkShuffles = true;          // shuffles and votes whose partners are not there
  bool checkLeaks = true;
  bool zeroKeepsOut = true;           // a product whose alpha is 0 does not look at a and b (else NaN there shows)
  bool echo = false;                  // reports go to standard error too, as they come
  std::vector<Failure> failures;      // calls that have to fail, again after every reset
  uint64_t memoryFailsAfter = ~0ull;  // bytes allocated in all, counted from the last reset, after which there is no more
  bool exitReport = false;            // when the process ends, reports and leaks go to standard error
  std::string trace;                  // file that gets one JSON line a call; empty: none
  std::string launches;               // file that gets one JSON line for each kernel and each product that runs; empty: none

  // Sets one value by its name; false where there is no such name or the value makes no sense.
  bool set(const std::string& name, const std::string& value);
  static Settings fromEnvironment();

  // Whether some kernel may access what it should not.
  bool isLenient() const { return !(checkBounds && checkAlignment && checkFreed && checkPointers); }
  // Whether an address is checked for a fault of this kind.
  bool checksAddress(const std::string& kind) const;
};

Settings& settings();

}  // namespace emu
