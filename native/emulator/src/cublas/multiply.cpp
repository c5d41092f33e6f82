#include "cublas/multiply.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "cublas/types.h"

namespace emu::blas {
namespace {

constexpr int vectorBytes = 32;
template <class T>
struct Vector {
  typedef T Type __attribute__((vector_size(vectorBytes)));
  static constexpr int width = vectorBytes / int(sizeof(T));
};

// A tile of the result has so many rows and columns: twelve vectors, which leaves registers for the inputs.
template <class T>
constexpr int tileRows = 2 * Vector<T>::width;
constexpr int tileColumns = 6;
// A block of a and one of b, packed, fit the caches. Rows and columns are multiples of a tile's.
constexpr int64_t blockRows = 96, blockColumns = 510, blockDepth = 256, halfDepth = 16;

// Part of op(x) as panels of `width` rows: within one, what the rows have at one place along k lies together. Rows that are
// missing in the last panel are zeros. `across` and `along` are the steps in memory from row to row and along k.
template <int width, class T, class S, class Round>
void pack(const S* from, int64_t across, int64_t along, int64_t rows, int64_t depth, Round round, T* to) {
  for (int64_t first = 0; first < rows; first += width, to += width * depth) {
    int64_t count = std::min<int64_t>(width, rows - first);
    const S* start = from + first * across;
    if (count < width) std::fill(to, to + width * depth, T(0));
    if (across == 1 && count == width) {
      for (int64_t l = 0; l < depth; l++)
        for (int i = 0; i < width; i++) to[l * width + i] = round(T(number(start[l * along + i])));
    } else {
      for (int64_t i = 0; i < count; i++)
        for (int64_t l = 0; l < depth; l++) to[l * width + i] = round(T(number(start[i * across + l * along])));
    }
  }
}

template <class T, class Use>
void withRounding(InputRounding rounding, Use use) {
  switch (rounding) {
    case InputRounding::None: return use([](T v) { return v; });
    case InputRounding::Tf32: return use([](T v) { return T(toTf32(float(v))); });
    case InputRounding::Half: return use([](T v) { return T(number(stored<Half>(v))); });
    case InputRounding::BFloat: return use([](T v) { return T(number(stored<BFloat>(v))); });
  }
}

// `row` counts along m or n, `k` along k; of an operand whose rows lie together in memory when it is not `turned`.
template <int width, class T>
void packOperand(const Operand& o, bool turned, int64_t row, int64_t k, int64_t rows, int64_t depth, InputRounding rounding, T* to) {
  withType(o.type, [&](auto element) {
    using S = decltype(element);
    int64_t across = turned ? o.ld : 1, along = turned ? 1 : o.ld;
    const S* from = static_cast<const S*>(o.at) + row * across + k * along;
    withRounding<T>(rounding, [&](auto round) { pack<width>(from, across, along, rows, depth, round, to); });
  });
}

// sums (a tile, column by column) += panel of a times panel of b.
template <class T>
void multiplyTile(int64_t depth, const T* a, const T* b, T* sums) {
  using V = typename Vector<T>::Type;
  constexpr int width = Vector<T>::width;
  V sum[tileColumns][2];
  std::memcpy(sum, sums, sizeof sum);
  for (int64_t l = 0; l < depth; l++, a += 2 * width, b += tileColumns) {
    V low, high;
    std::memcpy(&low, a, sizeof low);
    std::memcpy(&high, a + width, sizeof high);
#pragma GCC unroll 6
    for (int j = 0; j < tileColumns; j++) {
      sum[j][0] += low * b[j];
      sum[j][1] += high * b[j];
    }
  }
  std::memcpy(sums, sum, sizeof sum);
}

// Adds the tile's product to its place in the result; at the edges only the part that is there.
template <class T>
void addTile(int64_t depth, const T* a, const T* b, int64_t rows, int64_t columns, T* to, int64_t ld, bool first) {
  alignas(vectorBytes) T sums[tileColumns * tileRows<T>] = {};
  if (!first)
    for (int64_t j = 0; j < columns; j++) std::copy(to + j * ld, to + j * ld + rows, sums + j * tileRows<T>);
  multiplyTile(depth, a, b, sums);
  for (int64_t j = 0; j < columns; j++) std::copy(sums + j * tileRows<T>, sums + j * tileRows<T> + rows, to + j * ld);
}

template <class T>
void product(int64_t m, int64_t n, int64_t k, const Operand& a, const Operand& b, InputRounding rounding, bool halfSums, T* result) {
  constexpr int rowsOfTile = tileRows<T>;
  thread_local std::vector<T> packedA(size_t(blockRows) * blockDepth), packedB(size_t(blockColumns) * blockDepth);
  int64_t step = halfSums ? halfDepth : blockDepth;
  for (int64_t j = 0; j < n; j += blockColumns) {
    int64_t columns = std::min(blockColumns, n - j);
    for (int64_t l = 0; l < k; l += step) {
      int64_t depth = std::min(step, k - l);
      packOperand<tileColumns>(b, !b.transposed, j, l, columns, depth, rounding, packedB.data());
      for (int64_t i = 0; i < m; i += blockRows) {
        int64_t rows = std::min(blockRows, m - i);
        packOperand<rowsOfTile>(a, a.transposed, i, l, rows, depth, rounding, packedA.data());
        for (int64_t jj = 0; jj < columns; jj += tileColumns)
          for (int64_t ii = 0; ii < rows; ii += rowsOfTile)
            addTile(depth, &packedA[ii * depth], &packedB[jj * depth], std::min<int64_t>(rowsOfTile, rows - ii), std::min<int64_t>(tileColumns, columns - jj), result + (j + jj) * m + i + ii, m, l == 0);
      }
      if (halfSums) std::transform(result + j * m, result + (j + columns) * m, result + j * m, [](T v) { return T(number(stored<Half>(v))); });
    }
  }
}

}  // namespace

void multiply(int64_t m, int64_t n, int64_t k, const Operand& a, const Operand& b, InputRounding rounding, bool halfSums, float* result) { product(m, n, k, a, b, rounding, halfSums, result); }
void multiply(int64_t m, int64_t n, int64_t k, const Operand& a, const Operand& b, InputRounding rounding, bool halfSums, double* result) { product(m, n, k, a, b, rounding, halfSums, result); }

}  // namespace emu::blas
