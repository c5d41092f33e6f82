#include "machine/memory.h"

#include <sys/mman.h>

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
constexpr uint64_t redZone = 4096;      // at least so many bytes between two allocations belong to nobody
constexpr size_t remembered = 100000;   // freed allocations that a report can still name
constexpr int garbage = 0xff;           // what memory holds that nobody has written: NaN, or -1

}  // namespace

std::string Allocation::describe() const {
  std::string what = origin == Origin::Variable || origin == Origin::Constant ? "variable " + name
                     : origin == Origin::Mapped                               ? format("mapped host memory %llu", (unsigned long long)id)
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

Allocation* Memory::insert(std::unique_ptr<Allocation> a) {
  a->id = ++ids_;
  a->base = next_[a->device];
  uint64_t end = (a->end() + redZone + alignment - 1) / alignment * alignment;
  if (end > base_ + (a->device + 1) * deviceSpan) return nullptr;
  next_[a->device] = end;
  Allocation* result = a.get();
  live_[a->base] = std::move(a);
  return result;
}

Allocation* Memory::allocate(int device, const void* context, uint64_t size, Origin origin, const std::string& name) {
  if (size > settings().memory || used_[device] > settings().memory - size) return nullptr;
  auto a = std::make_unique<Allocation>();
  a->size = size;
  a->origin = origin;
  a->name = name;
  a->device = device;
  a->context = context;
  try {
    a->own.reset(new uint8_t[size + 64]);
    a->written = std::vector<std::atomic<uint64_t>>((size + 63) / 64);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  a->data = a->own.get();
  std::memset(a->data, garbage, size);
  Allocation* result = insert(std::move(a));
  if (result) used_[device] += size;
  return result;
}

Allocation* Memory::map(int device, const void* context, uint8_t* host, uint64_t size) {
  auto a = std::make_unique<Allocation>();
  a->size = size;
  a->origin = Origin::Mapped;
  a->device = device;
  a->context = context;
  a->data = host;
  a->allWritten = true;
  return insert(std::move(a));
}

void Memory::free(Allocation* a) {
  if (last_ == a) last_ = nullptr;
  if (a->origin != Origin::Mapped) used_[a->device] -= a->size;
  auto found = live_.find(a->base);
  a->freed = true;
  a->own.reset();
  a->data = nullptr;
  std::vector<std::atomic<uint64_t>>().swap(a->written);
  a->shadow.reset();
  freed_[a->base] = std::move(found->second);
  live_.erase(found);
  if (freed_.size() > remembered) freed_.erase(freed_.begin());
}

void Memory::freeAll(const void* context) {
  for (Allocation* a : live(context)) free(a);
}

void Memory::reset() {
  for (Allocation* a : live()) free(a);
  freed_.clear();
  ids_ = 0;
}

void Memory::settle() {
  for (auto& [base, a] : live_)
    if (a->isMarked) a->settle();
}

Allocation* Memory::find(uint64_t address) {
  Allocation* last = last_;
  if (last && address - last->base < last->size) return last;
  auto next = live_.upper_bound(address);
  if (next == live_.begin()) return nullptr;
  Allocation* a = std::prev(next)->second.get();
  if (address - a->base >= a->size) return nullptr;
  last_.store(a, std::memory_order_relaxed);
  return a;
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
