// ldmatrix and mma.sync: what all lanes of a warp do together with matrices.
//
// Each lane holds a fragment. With g = lane / 4 and t = lane % 4 (PTX ISA, "Matrix Fragments for mma"):
//   a register of A or B holds one element, or two 16-bit ones that are neighbours in k;
//   A, register r: row g + 8 (r % 2), from k = t + 4 (r / 2), or 2 t + 8 (r / 2) where there are two;
//   B, register r: column g, from k = t + 4 r, or 2 t + 8 r;
//   C and D, element i: row g + 8 (i / 2), column 2 t + i % 2; two float16 of a row share a register.
#include "control/settings.h"
#include "control/watch.h"
#include "machine/decoder.h"
#include "machine/numbers.h"
#include "machine/reach.h"

namespace emu {
namespace {

using ptx::Operand;
using ptx::Type;

constexpr int columns = 8, mostRows = 16, mostDepth = 16;

void together(Warp& w) {
  if (w.mask != everyLane && settings().checkShuffles)
    w.report("inactive-lane", firstLane(w.mask), format("all 32 lanes have to execute this together; only lanes 0x%08x are here", w.mask));
}

// --- mma ---

struct Form {
  const char* shape;
  Type input, sum;
  int rows, depth;
  int version, target;  // of PTX and of the device that have it first

  int perInput() const { return input == Type::F16 || input == Type::BF16 ? 2 : 1; }
  int perSum() const { return sum == Type::F16 ? 2 : 1; }
  int registersA() const { return rows * depth / lanes / perInput(); }
  int registersB() const { return columns * depth / lanes / perInput(); }
  int registersC() const { return rows * columns / lanes / perSum(); }
};

const Form forms[] = {
    {"m16n8k4", Type::TF32, Type::F32, 16, 4, 70, 80},   {"m16n8k8", Type::TF32, Type::F32, 16, 8, 70, 80},  {"m16n8k8", Type::F16, Type::F32, 16, 8, 65, 75},
    {"m16n8k8", Type::F16, Type::F16, 16, 8, 65, 75},    {"m16n8k8", Type::BF16, Type::F32, 16, 8, 70, 80},  {"m16n8k16", Type::F16, Type::F32, 16, 16, 70, 80},
    {"m16n8k16", Type::F16, Type::F16, 16, 16, 70, 80},  {"m16n8k16", Type::BF16, Type::F32, 16, 16, 70, 80}, {"m8n8k4", Type::F64, Type::F64, 8, 4, 70, 80},
    {"m16n8k4", Type::F64, Type::F64, 16, 4, 78, 90},    {"m16n8k8", Type::F64, Type::F64, 16, 8, 78, 90},   {"m16n8k16", Type::F64, Type::F64, 16, 16, 78, 90},
};

// A float16's bits as a float. Its exponent starts 112 lower; so do subnormal numbers, which the product makes normal ones.
float halfOf(uint16_t bits) {
  float magnitude = (bits & 0x7c00) == 0x7c00 ? floatOf(0x7f800000u | uint32_t(bits & 0x3ff) << 13) : floatOf(uint32_t(bits & 0x7fff) << 13) * 0x1p112f;
  return bits & 0x8000 ? -magnitude : magnitude;
}
float bfloatOf(uint16_t bits) { return floatOf(uint32_t(bits) << 16); }
float tf32Of(uint32_t bits) { return floatOf(bits & 0xffffe000u); }  // the low 13 bits take no part

// Calls f(register, lane, element of the register, value).
template <class T, class F>
void eachInput(Warp& w, const uint32_t* cells, int count, Type type, F f) {
  for (int r = 0; r < count; r++)
    for (int i = 0; i < lanes; i++) {
      if constexpr (std::is_same_v<T, double>) {
        f(r, i, 0, w.cell<double>(cells[r])[i]);
      } else {
        uint32_t bits = w.cell<uint32_t>(cells[r])[i];
        if (type == Type::TF32) {
          f(r, i, 0, tf32Of(bits));
        } else {
          bool isHalf = type == Type::F16;
          f(r, i, 0, isHalf ? halfOf(uint16_t(bits)) : bfloatOf(uint16_t(bits)));
          f(r, i, 1, isHalf ? halfOf(uint16_t(bits >> 16)) : bfloatOf(uint16_t(bits >> 16)));
        }
      }
    }
}

template <class T>
void loadSums(Warp& w, const uint32_t* cells, const Form& f, T (*c)[columns]) {
  for (int r = 0; r < f.registersC(); r++)
    for (int i = 0; i < lanes; i++) {
      if (f.sum == Type::F16) {
        uint32_t bits = w.cell<uint32_t>(cells[r])[i];
        for (int h = 0; h < 2; h++) c[i / 4 + 8 * r][i % 4 * 2 + h] = T(halfOf(uint16_t(bits >> 16 * h)));
      } else {
        c[i / 4 + r / 2 * 8][i % 4 * 2 + r % 2] = w.cell<T>(cells[r])[i];
      }
    }
}

template <class T>
void storeSums(Warp& w, const uint32_t* cells, const Form& f, const T (*c)[columns]) {
  for (int r = 0; r < f.registersC(); r++) {
    if (f.sum == Type::F16) {
      auto half = [&](int i, int h) { return narrow(double(c[i / 4 + 8 * r][i % 4 * 2 + h]), 5, 10, ToNearest); };
      eachLane<uint32_t>(w, cells[r], [&](int i) { return half(i, 0) | half(i, 1) << 16; });
    } else {
      eachLane<T>(w, cells[r], [&](int i) { return canonical(c[i / 4 + r / 2 * 8][i % 4 * 2 + r % 2]); });
    }
  }
}

// Products are exact, and are added one after the other in the type of the sums. PTX leaves order and rounding open.
template <class T>
void multiply(Warp& w, const Instr& in) {
  together(w);
  const Form& f = forms[in.mode];
  const uint32_t* cells = w.block->program.lists.data() + in.target;
  const uint32_t *cellsB = cells + f.registersA(), *cellsC = cellsB + f.registersB(), *cellsD = cellsC + f.registersC();
  bool isPair = f.perInput() == 2;
  alignas(64) T a[mostRows][mostDepth], b[mostDepth][columns], c[mostRows][columns];
  eachInput<T>(w, cells, f.registersA(), f.input, [&](int r, int i, int h, T v) {
    int row = i / 4 + r % 2 * 8, k = isPair ? i % 4 * 2 + h + r / 2 * 8 : i % 4 + r / 2 * 4;
    a[row][k] = v;
  });
  eachInput<T>(w, cellsB, f.registersB(), f.input, [&](int r, int i, int h, T v) { b[isPair ? i % 4 * 2 + h + r * 8 : i % 4 + r * 4][i / 4] = v; });
  loadSums(w, cellsC, f, c);
  for (int row = 0; row < f.rows; row++)
    for (int k = 0; k < f.depth; k++)
      for (int column = 0; column < columns; column++) c[row][column] = std::fma(a[row][k], b[k][column], c[row][column]);
  storeSums<T>(w, cellsD, f, c);
}

void registers(Decoder& d, size_t at, int count, Type type, bool isResult, std::vector<uint32_t>& to) {
  const Operand& o = d.operand(at);
  bool isVector = o.kind == Operand::Vector;
  if (isVector ? int(o.parts.size()) != count : count != 1) d.fail("the vector has another length: needed are " + std::to_string(count) + " registers");
  for (int i = 0; i < count; i++) {
    const Operand& part = isVector ? o.parts[i] : o;
    to.push_back(isResult ? d.result(part, type) : d.source(part, type));
  }
}

Type inRegister(Type element) { return element == Type::F32 || element == Type::F64 ? element : Type::B32; }

void mma(Decoder& d) {
  for (const char* m : {"sync", "aligned", "row", "col"})
    if (!d.has(m)) d.fail("only mma.sync.aligned with .row.col is known");
  if (d.types() != 4) d.fail("needs four types");
  Type result = d.type(0), a = d.type(1), b = d.type(2), sum = d.type(3);
  if (a != b || result != sum) d.fail("A and B, and C and D, are of one type each");
  d.expectOperands(4);
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    const Form& f = forms[i];
    if (f.input != a || f.sum != sum || !d.has(f.shape)) continue;
    d.needs(f.version, f.target);
    std::vector<uint32_t> cells;
    registers(d, 1, f.registersA(), inRegister(a), false, cells);
    registers(d, 2, f.registersB(), inRegister(a), false, cells);
    registers(d, 3, f.registersC(), inRegister(sum), false, cells);
    registers(d, 0, f.registersC(), inRegister(sum), true, cells);
    d.in.target = d.list(cells);
    d.in.width = uint8_t(cells.size());
    d.in.mode = uint8_t(i);
    d.in.run = a == Type::F64 ? multiply<double> : multiply<float>;
    return;
  }
  d.fail("this shape is not known for these types");
}

// --- ldmatrix ---

// Lane 8 m + i has the address of row i of matrix m: 8 elements of 16 bits. Lane 4 i + j gets elements 2 j and 2 j + 1 of row i or,
// transposed, of column i.
template <Space space>
void loadMatrices(Warp& w, const Instr& in) {
  together(w);
  static const uint8_t missing[16] = {};
  uint8_t* from[lanes];
  uint32_t all = w.mask, addressed = in.width == 4 ? everyLane : (1u << in.width * 8) - 1;
  w.mask = all & addressed;
  reach(w, in, space, 16, Access::Read, from);
  w.mask = all;
  auto element = [&](int matrix, int row, int column) {
    int lane = matrix * 8 + row;
    uint16_t value;
    std::memcpy(&value, (all >> lane & 1 ? from[lane] : missing) + column * 2, 2);
    return uint32_t(value);
  };
  uint32_t values[4][lanes];
  for (int m = 0; m < in.width; m++)
    for (int i = 0; i < lanes; i++) {
      int row = i / 4, column = i % 4 * 2;
      values[m][i] = in.negated ? element(m, column, row) | element(m, column + 1, row) << 16 : element(m, row, column) | element(m, row, column + 1) << 16;
    }
  for (int m = 0; m < in.width; m++) eachLane<uint32_t>(w, in.v[m], [&](int i) { return values[m][i]; });
}

void ldmatrix(Decoder& d) {
  for (const char* m : {"sync", "aligned", "m8n8"})
    if (!d.has(m)) d.fail("only ldmatrix.sync.aligned.m8n8 is known");
  std::string count = d.oneOf({"x1", "x2", "x4"});
  d.in.width = uint8_t(count[1] - '0');
  d.in.negated = d.has("trans");
  Space space = d.has("shared") || d.has("shared::cta") ? Space::Shared : Space::Generic;
  if (d.type() != Type::B16) d.fail("for b16");
  d.needs(65, 75);
  d.expectOperands(2);
  std::vector<uint32_t> cells;
  registers(d, 0, d.in.width, Type::B32, true, cells);
  std::copy(cells.begin(), cells.end(), d.in.v);
  d.address(d.operand(1), space);
  d.in.run = space == Space::Shared ? loadMatrices<Space::Shared> : loadMatrices<Space::Generic>;
}

}  // namespace

void addMatrixRows(Rows& rows) {
  rows["mma"].push_back({anyType, mma});
  rows["ldmatrix"].push_back({anyType, ldmatrix});
}

}  // namespace emu
