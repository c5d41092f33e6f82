#include "machine/shadow.h"

#include <algorithm>

namespace emu::shadow {
namespace {

constexpr uint32_t small = segmentBytes / 4;  // cells of a segment in pieces of 4 bytes
constexpr uint32_t chunk = 64 * small;

}  // namespace

std::atomic<size_t>& fineBytes() {
  static std::atomic<size_t> bytes{0};
  return bytes;
}

Shadow::~Shadow() {
  std::free(segments);
  fineBytes() -= std::min(fineBytes().load(), bytes_);
}

Cell* Shadow::take(uint32_t count) {
  if (count == small && !free_.empty()) {
    Cell* cells = free_.back();
    free_.pop_back();
    return cells;
  }
  if (all_.empty() || used_ + count > chunk) {
    all_.emplace_back(new Cell[chunk]);
    used_ = 0;
    bytes_ += chunk * sizeof(Cell);
    fineBytes() += chunk * sizeof(Cell);
  }
  used_ += count;
  return all_.back().get() + used_ - count;
}

void Shadow::refine(Segment& s, uint32_t granule) {
  if (s.fine && s.granule() <= granule) return;
  std::lock_guard<std::mutex> lock(mutex_);
  uint32_t count = uint32_t(segmentBytes) / granule;
  Cell* cells = take(count);
  if (s.fine) {
    for (uint32_t i = 0; i < count; i++) cells[i] = s.fine[i * granule / s.granule()];
    free_.push_back(s.fine);
  } else {
    for (uint32_t i = 0; i < count; i++) {
      cells[i] = s.cell;
      for (uint32_t* at : {&cells[i].writerAt, &cells[i].readerAt[0], &cells[i].readerAt[1]})
        if (*at) *at += i * granule / laneBytesOf(*at);  // the thread that had this piece of it
    }
  }
  s.fine = cells;
  s.cell.writer = granule;
}

void Shadow::collapse(Segment& s) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (uint32_t i = 0; i < s.granules(); i += small) free_.push_back(s.fine + i);
  s.fine = nullptr;
  s.cell = Cell();
}

}  // namespace emu::shadow
