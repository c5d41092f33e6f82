#include "machine/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "control/settings.h"
#include "control/watch.h"
#include "machine/shadow.h"

namespace emu {
namespace {

constexpr uint64_t alignment = 512;
constexpr uint64_t page = 4096;         // of the host
constexpr uint64_t redZone = 4096;      // at least so many bytes between two allocations belong to nobody
constexpr size_t remembered = 100000;   // freed allocations that a report can still name
constexpr int garbage = 0xff;           // what memory holds that nobody has written: NaN, or -1

}  // namespace

std::string Allocation::describe() const {
  std::string what = origin == Origin::Variable || origin == Origin::Constant ? "variable " + name
                     : origin == Origin::Mapped                               ? format("mapped host memory %llu", (unsigned long long)id)
                     : origin == Origin::Managed                              ? format("managed memory %llu", (unsigned long long)id)
                                                                              : format("allocation %llu", (unsigned long long)id);
  return what + format(" of %llu bytes (0x%llx, ends at 0x%llx)", (unsigned long long)size, (unsigned long long)base, (unsigned long long)end());
}

uint64_t Allocation::firstUnwritten(uint64_t offset, uint64_t bytes) const {
  if (allWritten) return size;
  for (uint64_t i = offset; i < offset + bytes;) {
    if (i % 64 == 0 && offset + bytes - i >= 64 && word(i / 64) == ~0ull) {
      i += 64;
      continue;
    }
    if (!(word(i / 64) >> i % 64 & 1)) return i;
    i++;
  }
  return size;
}

bool Allocation::isWritten(uint64_t offset, uint64_t bytes) const {
  if (allWritten) return true;
  if (offset % 64 + bytes <= 64) {
    uint64_t mask = (bytes == 64 ? ~0ull : (1ull << bytes) - 1) << offset % 64;
    return (word(offset / 64) & mask) == mask;
  }
  return firstUnwritten(offset, bytes) == size;
}

void Allocation::markWritten(uint64_t offset, uint64_t bytes) {
  if (allWritten || bytes == 0) return;
  if (!isMarked) isMarked = true;
  if (offset == 0 && bytes == size) {
    allWritten = true;
    return;
  }
  uint64_t last = offset + bytes;
  while (offset < last) {
    uint64_t count = std::min(last - offset, 64 - offset % 64);
    if (count == 64) {
      written[offset / 64].store(~0ull, std::memory_order_relaxed);
    } else {
      uint64_t bits = ((1ull << count) - 1) << offset % 64;
      if ((word(offset / 64) & bits) != bits) written[offset / 64].fetch_or(bits, std::memory_order_relaxed);
    }
    offset += count;
  }
}

void Allocation::settle() {
  isMarked = false;
  if (allWritten) return;
  while (settledWords < size / 64 && word(settledWords) == ~0ull) settledWords++;
  allWritten = firstUnwritten(settledWords * 64, size - settledWords * 64) == size;
}

Memory::Memory() {
  span_ = maxDevices * deviceSpan + 2 * windowSpan;
  void* reserved = mmap(nullptr, span_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) {
    std::fprintf(stderr, "emulated CUDA device: cannot reserve %llu bytes of address space\n", (unsigned long long)span_);
    std::abort();
  }
  base_ = uint64_t(reserved);
  for (int d = 0; d < maxDevices; d++) next_[d] = base_ + d * deviceSpan + (1 << 20);
}

Memory& Memory::get() {
  static Memory& instance = *new Memory;
  return instance;
}

Allocation* Memory::insert(std::unique_ptr<Allocation> a, std::map<uint64_t, std::unique_ptr<Allocation>>& into) {
  a->id = ++ids_;
  uint64_t step = a->origin == Origin::Managed ? page : alignment;
  a->base = (next_[a->device] + step - 1) / step * step;
  uint64_t end = (a->end() + redZone + step - 1) / step * step;
  if (end > base_ + (a->device + 1) * deviceSpan) return nullptr;
  next_[a->device] = end;
  Allocation* result = a.get();
  into[a->base] = std::move(a);
  return result;
}

// Null where the device has not so much left.
std::unique_ptr<Allocation> Memory::make(int device, const void* context, uint64_t size, Origin origin) {
  if (size > settings().memory || used_[device] > settings().memory - size) return nullptr;
  if (!Watch::get().takeMemory(size)) return nullptr;
  auto a = std::make_unique<Allocation>();
  a->size = size;
  a->origin = origin;
  a->device = device;
  a->context = context;
  return a;
}

static bool fill(Allocation& a) {
  try {
    a.own.reset(new uint8_t[a.size + 64]);
    a.written = std::vector<std::atomic<uint64_t>>((a.size + 63) / 64);
  } catch (const std::bad_alloc&) {
    return false;
  }
  a.allWritten = false;
  a.isMarked = false;
  a.settledWords = 0;
  a.data = a.own.get();
  std::memset(a.data, garbage, a.size);
  return true;
}

Allocation* Memory::allocate(int device, const void* context, uint64_t size, Origin origin, const std::string& name) {
  auto a = make(device, context, size, origin);
  if (!a || !fill(*a)) return nullptr;
  a->name = name;
  Allocation* result = insert(std::move(a), live_);
  if (result) used_[device] += size;
  return result;
}

Allocation* Memory::announce(int device, const void* context, uint64_t size) {
  auto a = make(device, context, size, Origin::Pool);
  Allocation* result = a ? insert(std::move(a), coming_) : nullptr;
  if (result) used_[device] += size;
  return result;
}

void Memory::arrive(Allocation* a) {
  auto found = coming_.find(a->base);
  if (found == coming_.end() || found->second.get() != a) return;
  if (!fill(*a)) throw std::bad_alloc();
  live_[a->base] = std::move(found->second);
  coming_.erase(found);
}

Allocation* Memory::manage(int device, const void* context, uint64_t size) {
  auto a = make(device, context, size, Origin::Managed);
  if (!a) return nullptr;
  a->allWritten = true;  // the host may write it unseen
  Allocation* result = insert(std::move(a), live_);
  if (!result) return nullptr;
  result->data = reinterpret_cast<uint8_t*>(result->base);
  if (mprotect(result->data, (size + page - 1) / page * page, PROT_READ | PROT_WRITE) != 0) {
    live_.erase(result->base);
    return nullptr;
  }
  used_[device] += size;
  return result;
}

void Memory::forget(uint64_t base) {
  if (auto live = live_.find(base); live != live_.end()) live->second->isOfGraph = false;
  auto found = coming_.find(base);
  if (found == coming_.end()) return;
  used_[found->second->device] -= found->second->size;
  freed_[base] = std::move(found->second);
  coming_.erase(found);
}

Allocation* Memory::map(int device, const void* context, uint8_t* host, uint64_t size) {
  auto a = std::make_unique<Allocation>();
  a->size = size;
  a->origin = Origin::Mapped;
  a->device = device;
  a->context = context;
  a->data = host;
  a->allWritten = true;
  return insert(std::move(a), live_);
}

void Memory::free(Allocation* a) {
  if (last_ == a) last_ = nullptr;
  auto& from = coming_.count(a->base) ? coming_ : live_;
  auto found = from.find(a->base);
  if (a->origin == Origin::Managed) {
    uint64_t bytes = (a->size + page - 1) / page * page;
    madvise(a->data, bytes, MADV_DONTNEED);
    mprotect(a->data, bytes, PROT_NONE);
  }
  a->own.reset();
  a->data = nullptr;
  std::vector<std::atomic<uint64_t>>().swap(a->written);
  a->shadow.reset();
  a->freeing = false;
  if (a->isOfGraph) {
    a->wasThere = true;
    if (&from == &live_) {
      coming_[a->base] = std::move(found->second);
      live_.erase(found);
    }
    return;
  }
  if (a->origin != Origin::Mapped) used_[a->device] -= a->size;
  a->freed = true;
  freed_[a->base] = std::move(found->second);
  from.erase(found);
  if (freed_.size() > remembered) freed_.erase(freed_.begin());
}

void Memory::freeAll(const void* context) {
  for (Allocation* a : live(context)) {
    a->isOfGraph = false;
    free(a);
  }
  for (auto next = coming_.begin(); next != coming_.end();) {
    Allocation* a = (next++)->second.get();
    if (a->context != context) continue;
    a->isOfGraph = false;
    free(a);
  }
}

void Memory::reset() {
  for (Allocation* a : live()) {
    a->isOfGraph = false;
    free(a);
  }
  for (auto& [base, a] : coming_) used_[a->device] -= a->size;
  coming_.clear();
  freed_.clear();
  ids_ = 0;
}

void Memory::settle() {
  for (auto& [base, a] : live_)
    if (a->isMarked) a->settle();
}

namespace {
Allocation* holding(std::map<uint64_t, std::unique_ptr<Allocation>>& in, uint64_t address) {
  auto next = in.upper_bound(address);
  if (next == in.begin()) return nullptr;
  Allocation* a = std::prev(next)->second.get();
  return address - a->base < a->size ? a : nullptr;
}
}  // namespace

bool Memory::isVisible(const Allocation& a) const {
  if (!view_ || a.origin == Origin::Mapped || a.origin == Origin::Managed) return true;
  return std::find(view_->begin(), view_->end(), a.context) != view_->end();
}

Allocation* Memory::find(uint64_t address) {
  Allocation* last = last_;
  if (last && address - last->base < last->size) return last;
  Allocation* a = holding(live_, address);
  if (!a || !isVisible(*a)) return nullptr;
  last_.store(a, std::memory_order_relaxed);
  return a;
}

Allocation* Memory::known(uint64_t address) {
  Allocation* a = holding(live_, address);
  return a ? a : holding(coming_, address);
}

Memory::View::View(std::vector<const void*> contexts) : contexts_(std::move(contexts)) {
  get().view_ = &contexts_;
  get().last_ = nullptr;
}
Memory::View::~View() {
  get().view_ = nullptr;
  get().last_ = nullptr;
}

Fault Memory::explain(uint64_t address, uint64_t bytes) {
  std::string at = format("%llu bytes at 0x%llx: ", (unsigned long long)bytes, (unsigned long long)address);
  if (!isDeviceAddress(address)) {
    if (address < 4096) return {"null-pointer", at + "a null pointer"};
    return {"host-pointer", at + "this is no device address; it looks like a host pointer"};
  }
  auto holder = [&](std::map<uint64_t, std::unique_ptr<Allocation>>& in, bool exactly) -> Allocation* {
    auto next = in.upper_bound(address);
    if (next == in.begin()) return nullptr;
    Allocation* a = std::prev(next)->second.get();
    return address < a->end() + (exactly ? 0 : redZone) ? a : nullptr;
  };
  if (Allocation* a = holder(freed_, true)) return {"use-after-free", at + "in freed " + a->describe()};
  if (Allocation* a = holder(coming_, true)) {
    if (a->wasThere) return {"use-after-free", at + "in " + a->describe() + ", which a graph has freed"};
    return {"use-before-allocation", at + "in " + a->describe() + ", which its stream has not yet come to allocate"};
  }
  if (Allocation* a = holder(live_, true); a && !isVisible(*a))
    return {"wrong-context", at + format("in memory of another context, on device %d, to which there is no peer access: ", a->device) + a->describe()};
  if (Allocation* a = holder(live_, false)) {
    if (address < a->end())
      return {"out-of-bounds", at + format("reaches %llu bytes beyond the end of ", (unsigned long long)(address + bytes - a->end())) + a->describe()};
    return {"out-of-bounds", at + format("%llu bytes beyond the end of ", (unsigned long long)(address - a->end())) + a->describe()};
  }
  auto next = live_.upper_bound(address);
  if (next != live_.end() && next->second->base - address <= redZone)
    return {"out-of-bounds", at + format("%llu bytes before the start of ", (unsigned long long)(next->second->base - address)) + next->second->describe()};
  return {"out-of-bounds", at + "in no allocation"};
}

std::vector<Allocation*> Memory::live(const void* context) const {
  std::vector<Allocation*> result;
  for (auto& [base, a] : live_)
    if (a->context == context) result.push_back(a.get());
  return result;
}

std::vector<Allocation*> Memory::live() const {
  std::vector<Allocation*> result;
  for (auto& [base, a] : live_) result.push_back(a.get());
  return result;
}

}  // namespace emu
