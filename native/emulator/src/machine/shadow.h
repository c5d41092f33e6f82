// What the detection of races remembers of a piece of device memory.
#pragma once
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace emu::shadow {

constexpr uint64_t segmentBytes = 64;

// Who wrote last, and two of those who have read since: actors (0: nobody), and by which instruction and thread.
struct Cell {
  uint32_t writer = 0, writerAt = 0;
  uint32_t reader[2] = {0, 0}, readerAt[2] = {0, 0};
};

// How an access is written down: the instruction, how many bytes a lane has (2 to 16), whether it is strong, the thread.
inline uint32_t pack(uint32_t instruction, uint32_t laneBytes, bool isStrong, uint32_t thread) {
  uint32_t width = laneBytes >= 16 ? 3 : laneBytes >= 8 ? 2 : laneBytes >= 4 ? 1 : 0;
  return (instruction & 0x7ffff) << 13 | width << 11 | uint32_t(isStrong) << 10 | thread;
}
inline uint32_t instructionOf(uint32_t at) { return at >> 13; }
inline uint32_t laneBytesOf(uint32_t at) { return 2u << (at >> 11 & 3); }
inline uint32_t threadOf(uint32_t at) { return at & 1023; }
inline bool isStrong(uint32_t at) { return at >> 10 & 1; }

// One cell for the whole of it, or one for every 4 bytes or every byte; then the size of their pieces takes the writer's place.
struct Segment {
  Cell cell;
  Cell* fine;
  uint32_t granule() const { return cell.writer; }
  uint32_t granules() const { return uint32_t(segmentBytes) / granule(); }
};

std::atomic<size_t>& fineBytes();  // of all cells beneath segments

struct Shadow {
  Segment* segments;  // zero: nobody

  explicit Shadow(uint64_t bytes) : segments(static_cast<Segment*>(std::calloc(bytes / segmentBytes + 1, sizeof(Segment)))) {
    if (!segments) throw std::bad_alloc();
  }
  ~Shadow();
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;

  void refine(Segment& s, uint32_t granule);  // to pieces of that size or less
  void collapse(Segment& s);  // to one cell, of which nothing is known

 private:
  Cell* take(uint32_t count);
  std::mutex mutex_;  // of what follows: segments belong to whoever visits them, room for cells to all
  std::vector<std::unique_ptr<Cell[]>> all_;
  std::vector<Cell*> free_;  // of 16 cells each
  uint32_t used_ = 0;
  size_t bytes_ = 0;
};

}  // namespace emu::shadow
