// Device memory: what is allocated where, what was ever written, and what was there before it was freed.
//
// Device addresses come from a range of this process's address space that is reserved but not readable, so no device address is
// a valid host address or the reverse. Addresses are never used twice: a stale pointer always shows.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace emu {

namespace shadow {
struct Shadow;
}

enum class Origin { Device, Pool, Variable, Constant, Mapped, Managed };

struct Allocation {
  uint64_t base = 0, size = 0, id = 0;
  Origin origin = Origin::Device;
  std::string name;             // of a variable
  uint8_t* data = nullptr;      // where the bytes are, on the host
  std::unique_ptr<uint8_t[]> own;
  // A bit a byte; not kept up any more once all are written. Blocks on several threads set them.
  std::vector<std::atomic<uint64_t>> written;
  std::atomic<bool> allWritten{false};
  std::atomic<bool> isMarked{false};  // written to since it was last settled
  uint64_t settledWords = 0;   // so many of `written` are full
  bool freed = false;
  bool freeing = false;  // a stream will free it
  bool isOfGraph = false;       // comes and goes with every launch of a graph, always at the same address
  bool wasThere = false;        // of a graph's: it came and went before
  bool isOutstanding = false;   // of a graph's: a launch made it, and nobody has asked to free it
  const void* pool = nullptr;   // handle of the pool that it comes from
  int device = 0;
  const void* context = nullptr;
  std::shared_ptr<shadow::Shadow> shadow;  // who accessed it; made when somebody does

  uint64_t end() const { return base + size; }
  std::string describe() const;  // "allocation 3 of 4096 bytes (0x..., ends at 0x...)"
  uint64_t word(uint64_t i) const { return written[i].load(std::memory_order_relaxed); }
  bool isWritten(uint64_t offset, uint64_t bytes) const;
  uint64_t firstUnwritten(uint64_t offset, uint64_t bytes) const;  // an offset, or size where there is none
  void markWritten(uint64_t offset, uint64_t bytes);
  void settle();  // notes that all is written, if it is
};

// What is wrong with an access.
struct Fault {
  const char* kind;
  std::string text;
};

class Memory {
 public:
  static constexpr int maxDevices = 8;
#if defined(__SANITIZE_THREAD__)
  static constexpr uint64_t deviceSpan = 32ull << 30;  // ThreadSanitizer leaves less address space
#else
  static constexpr uint64_t deviceSpan = 256ull << 30;
#endif
  // Windows of generic addresses. An address in one of them belongs to shared or to local memory.
  static constexpr uint64_t windowSpan = 1ull << 24;

  static Memory& get();

  // Null where the device has not so much left.
  Allocation* allocate(int device, const void* context, uint64_t size, Origin origin, const std::string& name = "");
  // An allocation whose address is known but that is not there before it arrives: what a stream or a graph allocates.
  Allocation* announce(int device, const void* context, uint64_t size);
  void arrive(Allocation* allocation);
  // Memory that host and device see at the same address.
  Allocation* manage(int device, const void* context, uint64_t size);
  // A graph's allocation that no launch can make any more.
  void forget(uint64_t base);
  // Device addresses for host memory. They count for no device's memory.
  Allocation* map(int device, const void* context, uint8_t* host, uint64_t size);
  void free(Allocation* allocation);
  void freeAll(const void* context);
  void reset();
  void settle();  // looks at all that was written to

  bool isDeviceAddress(uint64_t address) const { return address - base_ < span_; }
  uint64_t sharedWindow() const { return base_ + maxDevices * deviceSpan; }
  uint64_t localWindow() const { return sharedWindow() + windowSpan; }

  // The live allocation that holds this address, or null.
  Allocation* find(uint64_t address);
  // As `find`, for calls: what is still to come counts, and so does what belongs to another context.
  Allocation* known(uint64_t address);
  // While one is there, `find` knows no memory but that of these contexts and what all contexts share.
  class View {
   public:
    explicit View(std::vector<const void*> contexts);
    ~View();
    View(const View&) = delete;

   private:
    std::vector<const void*> contexts_;
  };
  // What is to be said about an access that `find` does not allow in full.
  Fault explain(uint64_t address, uint64_t bytes);
  bool wasFreed(uint64_t base) const { return freed_.count(base) != 0; }
  uint64_t used(int device) const { return used_[device]; }
  std::vector<Allocation*> live(const void* context) const;
  std::vector<Allocation*> live() const;

 private:
  Memory();
  std::unique_ptr<Allocation> make(int device, const void* context, uint64_t size, Origin origin);
  Allocation* insert(std::unique_ptr<Allocation> allocation, std::map<uint64_t, std::unique_ptr<Allocation>>& into);
  bool isVisible(const Allocation& allocation) const;
  uint64_t base_ = 0, span_ = 0;
  uint64_t next_[maxDevices];
  uint64_t used_[maxDevices] = {};
  uint64_t ids_ = 0;
  std::map<uint64_t, std::unique_ptr<Allocation>> live_, freed_, coming_;
  const std::vector<const void*>* view_ = nullptr;
  std::atomic<Allocation*> last_{nullptr};
};

}  // namespace emu
