// A kernel while it runs: the launch, the block at work, its warps; and the loops over lanes that instructions are made of.
#pragma once
#include <atomic>
#include <cstring>
#include <random>
#include <set>

#include "abi/cuda_abi.h"
#include "control/settings.h"
#include "machine/counts.h"
#include "machine/memory.h"
#include "machine/program.h"
#include "machine/races.h"
#include "machine/random.h"
#include "machine/waits.h"

namespace emu {

// Thrown where a kernel cannot go on; the context is lost then.
struct LaunchFault {
  CUresult code;
};

// Thrown where a block has to stop as one before it has faulted.
struct Overtaken {};

// A report that waits until it is known that nothing before it has ended the launch.
struct Told {
  std::string kind;
  uint32_t statement;
  bool isFault;
  std::string text;
};

struct Launch {
  std::shared_ptr<const Program> program;
  std::vector<std::string> files;  // of the CUDA source
  uint32_t grid[3], block[3];
  uint32_t dynamicShared = 0;
  std::vector<uint8_t> parameters;
  bool isCooperative = false;  // all blocks are there at once
  int device = 0;
};

// A launch at work.
struct Execution {
  const Launch& launch;
  const Program& program;
  uint64_t id;
  std::mt19937_64& random;
  Counts counts;
  std::set<std::pair<std::string, uint32_t>> told;
  std::vector<Allocation*> found;  // by instruction: where its last access was
  Races* races = nullptr;          // null: nobody looks for races in device memory
  uint64_t gridBarrier = 0;        // of a cooperative launch: device memory for the grid's own barrier
  bool isLenient = settings().isLenient();  // some checks of addresses are switched off
  bool keepsFootprint = !settings().launches.empty();
  // Where several threads share a launch, each has an Execution of its own: its counts and reports are those of one part of it.
  std::vector<Told>* aside = nullptr;               // reports go there; null: they are told at once
  const std::atomic<uint64_t>* faulted = nullptr;   // the first part with a fault so far
  uint64_t part = 0;

  void tell(Told told);
};

// Who accessed a piece of shared memory last, and since which barriers. Epochs go on from block to block.
struct SharedTrace {
  uint32_t writeBlock = 0, writeWarp = 0, readBlock = 0, readWarp = 0;  // epochs; 0: never
  uint16_t writer = 0, readerWarp = 0;
  uint8_t readerLane = 0;
  bool atomic = false;
  uint16_t copier = 0;     // the thread whose cp.async will write here and that has not waited for it,
  uint32_t copyBlock = 0;  // and the epoch when it asked for that; 0: none
};

// A cp.async that a warp has issued: it is made when its threads wait for it.
struct AsyncCopy {
  const Instr* by;
  uint32_t mask;                    // lanes whose copy is still to be made
  uint64_t from[lanes], to[lanes];  // global and shared addresses
  uint32_t present[lanes];          // so many bytes come from the source; zeros follow
  uint32_t group[lanes];            // how many groups its thread had committed before
};

struct Barrier {
  uint32_t arrived = 0, expected = 0;  // threads; expected 0: all of the block
  uint32_t at = 0;                     // the instruction of the first to arrive
  uint32_t yes = 0, no = 0;            // what bar.red was told
  Way longest;                         // of those who have arrived
};

struct Block;

struct Warp {
  uint8_t* cells = nullptr;
  uint8_t* local = nullptr;
  Block* block = nullptr;
  const Instr* now = nullptr;
  uint32_t mask = 0;     // lanes for which the instruction at work runs
  uint32_t group = 0;    // lanes that are at the same place
  uint32_t live = 0;     // lanes that have not left
  uint32_t waiting = 0;  // lanes at a barrier
  uint32_t barrier = 0;
  uint32_t index = 0, epoch = 1;
  uint64_t steps = 0;
  Waits waits;
  Way before;  // what came before its own steps and waits since the last barrier, less those before that
  uint32_t pc[lanes];
  std::vector<AsyncCopy> copies;
  uint32_t groups[lanes] = {};  // of cp.async, that each lane has committed

  template <class T>
  T* cell(uint32_t at) {
    return reinterpret_cast<T*>(cells + at);
  }
  uint32_t& predicate(uint32_t at) { return *cell<uint32_t>(at); }
  Way way() const { return {before.instructions + steps, before.barriers, before.waits + waits.count()}; }

  std::string where(int lane) const;
  // Notes what is wrong and goes on; the same thing at the same instruction is noted once a launch.
  void report(const char* kind, int lane, const std::string& text);
  [[noreturn]] void fault(CUresult code, const char* kind, int lane, const std::string& text);
};

// What a block needs while it runs. It is kept for the next one.
struct Room {
  std::vector<uint8_t> cellBytes, local, shared;
  std::vector<SharedTrace> traces;
  std::vector<Warp> warps;
  uint32_t epoch = 1;
  uint32_t grid[3] = {0, 0, 0}, block[3] = {0, 0, 0}, dynamicShared = 0;  // that its cells are filled for
};

struct Block {
  Execution& execution;
  const Launch& launch;
  const Program& program;
  Room& room;
  std::vector<uint8_t>& shared;
  std::vector<SharedTrace>& traces;
  std::vector<Warp>& warps;
  Random random;
  uint32_t id[3] = {0, 0, 0};
  uint32_t threads, exited = 0;
  uint32_t traceShift;
  uint32_t epoch = 1, firstEpoch = 1;  // firstEpoch: when the block began
  Barrier barriers[16];
  BlockOrder order;

  Block(Execution& e, Room& r);
  // Becomes the block of this number.
  void begin(uint64_t number, Random random);
};

// Runs a launch to its end; throws LaunchFault. Counts what it executed.
void run(const Launch& launch, uint64_t id, std::mt19937_64& random);

// Everybody named in the member mask in this cell has to be there.
void partners(Warp& w, uint32_t cell);

inline int firstLane(uint32_t mask) { return __builtin_ctz(mask); }

// Puts the lanes of the mask in place and leaves the others.
template <class T>
inline void merge(T* to, const T* from, uint32_t mask) {
  for (int i = 0; i < lanes; i++) to[i] = mask >> i & 1 ? from[i] : to[i];
}

// Puts what was computed for all lanes in its cell.
template <class D>
inline void put(Warp& w, uint32_t to, const D* from) {
  if (w.mask == everyLane)
    std::memcpy(w.cell<D>(to), from, sizeof(D) * lanes);
  else
    merge(w.cell<D>(to), from, w.mask);
}
inline void putPredicate(Warp& w, uint32_t to, uint32_t bits) { w.predicate(to) = (w.predicate(to) & ~w.mask) | (bits & w.mask); }

template <class D, class F>
inline void eachLane(Warp& w, uint32_t to, F f) {
  alignas(64) D t[lanes];
  for (int i = 0; i < lanes; i++) t[i] = f(i);
  put(w, to, t);
}

// Registers may be wider than what is loaded, stored or converted: the low part of one is read, the whole of one is written,
// extended as the type says.
template <class S>
inline void readCell(Warp& w, uint32_t at, int cellBytes, S* to) {
  switch (cellBytes) {
    case 2: for (int i = 0; i < lanes; i++) to[i] = S(w.cell<uint16_t>(at)[i]); break;
    case 4: for (int i = 0; i < lanes; i++) to[i] = S(w.cell<uint32_t>(at)[i]); break;
    default: for (int i = 0; i < lanes; i++) to[i] = S(w.cell<uint64_t>(at)[i]); break;
  }
}
template <class D, class S>
inline void widen(Warp& w, uint32_t at, const S* from) {
  eachLane<D>(w, at, [&](int i) { return D(from[i]); });
}
template <class S>
inline void writeCell(Warp& w, uint32_t at, int cellBytes, const S* from) {
  switch (cellBytes) {
    case 2: widen<uint16_t>(w, at, from); break;
    case 4: widen<uint32_t>(w, at, from); break;
    default: widen<uint64_t>(w, at, from); break;
  }
}

// d = f(a), f(a, b), f(a, b, c) for every lane.
template <class F, class D, class A>
void unary(Warp& w, const Instr& in) {
  const A* a = w.cell<A>(in.a);
  eachLane<D>(w, in.d, [&](int i) { return F::of(a[i]); });
}
template <class F, class D, class A, class B>
void binary(Warp& w, const Instr& in) {
  const A* a = w.cell<A>(in.a);
  const B* b = w.cell<B>(in.b);
  eachLane<D>(w, in.d, [&](int i) { return F::of(a[i], b[i]); });
}
template <class F, class D, class A, class B, class C>
void ternary(Warp& w, const Instr& in) {
  const A* a = w.cell<A>(in.a);
  const B* b = w.cell<B>(in.b);
  const C* c = w.cell<C>(in.c);
  eachLane<D>(w, in.d, [&](int i) { return F::of(a[i], b[i], c[i]); });
}
// The same for two numbers of 16 bits in each register.
template <class F, class H>
void unaryPair(Warp& w, const Instr& in) {
  const H* a = w.cell<H>(in.a);
  alignas(64) H t[2 * lanes];
  for (int i = 0; i < 2 * lanes; i++) t[i] = F::of(a[i]);
  put(w, in.d, reinterpret_cast<const uint32_t*>(t));
}
template <class F, class H>
void binaryPair(Warp& w, const Instr& in) {
  const H *a = w.cell<H>(in.a), *b = w.cell<H>(in.b);
  alignas(64) H t[2 * lanes];
  for (int i = 0; i < 2 * lanes; i++) t[i] = F::of(a[i], b[i]);
  put(w, in.d, reinterpret_cast<const uint32_t*>(t));
}
template <class F, class H>
void ternaryPair(Warp& w, const Instr& in) {
  const H *a = w.cell<H>(in.a), *b = w.cell<H>(in.b), *c = w.cell<H>(in.c);
  alignas(64) H t[2 * lanes];
  for (int i = 0; i < 2 * lanes; i++) t[i] = F::of(a[i], b[i], c[i]);
  put(w, in.d, reinterpret_cast<const uint32_t*>(t));
}

}  // namespace emu
