// A kernel as the machine runs it: decoded instructions over a file of cells.
//
// A cell is one register of all 32 lanes side by side, so that an instruction works on a vector; a predicate's cell is 32 bits.
// Constants and special registers are cells too, filled when a warp starts: an instruction never asks what its operands are.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ptx/syntax.h"

namespace emu {

constexpr int lanes = 32;
constexpr uint32_t everyLane = 0xffffffffu;

struct Warp;
struct Instr;
using Handler = void (*)(Warp&, const Instr&);

enum class Flow : uint8_t { Next, Branch, Exit, Barrier };
enum class Space : uint8_t { Generic, Global, Shared, Local, Param };

// Strong accesses are those that may meet others without a race: atomic, volatile, relaxed and so on.
enum MemoryOrder : uint8_t { Strong = 1, Acquire = 2, Release = 4 };

// Instr::mode of a barrier.
enum BarrierMode : uint8_t { barrierCounted = 2, barrierArrives = 4, barrierPopc = 8, barrierAnd = 16, barrierOr = 32, barrierReduces = 56 };

struct Instr {
  Handler run = nullptr;
  uint32_t d = 0, a = 0, b = 0, c = 0;  // cells: result, sources; cell 0 is one that nobody reads
  uint32_t e = 0;                       // a second result or a fourth source
  uint32_t guard = 0;                   // a predicate's cell; 0: none
  uint32_t v[4] = {0, 0, 0, 0};         // cells of a vector
  uint32_t target = 0;                  // of a branch; of an instruction with many registers: where its cells start in Program::lists
  uint32_t statement = 0;               // in Program::statements
  int64_t offset = 0;                   // of an address
  uint16_t kind = 0;                    // for counting: in Program::kinds
  uint8_t width = 1;                    // of a vector; of an instruction with many registers: how many
  uint8_t cellBytes = 0;                // of the register that is loaded or stored, where it may be wider than the type
  uint8_t mode = 0;                     // whatever else the handler has to know
  uint8_t order = 0;                    // of an access: bits of MemoryOrder
  bool guardNegated = false, negated = false, address32 = false;
  Flow flow = Flow::Next;
};

struct Statement {
  int line, sourceFile, sourceLine;
  std::string text;
};

// Special registers that differ from thread to thread or from block to block.
enum class Special : uint8_t { TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ, LaneId, WarpId, NWarpId, MaskEq, MaskLt, MaskLe, MaskGt, MaskGe, DynamicShared, TotalShared, SmId, NSmId, GridId, EnvReg1, EnvReg2 };

struct Parameter {
  uint32_t offset, bytes;
};

struct CounterSlots;
struct Arena;

struct Program {
  std::string name;
  std::vector<Instr> code;
  std::vector<Statement> statements;
  std::vector<std::string> kinds;
  std::vector<uint32_t> lists;  // cells of the instructions that have more than fit into an Instr
  uint32_t cellsSize = 0;
  struct Constant {
    uint32_t cell;
    int bytes;
    uint64_t bits;
  };
  std::vector<Constant> constants;
  std::vector<std::pair<Special, uint32_t>> specials;
  std::vector<Parameter> parameters;
  uint32_t parameterBytes = 0;
  uint32_t sharedBytes = 0;   // static
  uint32_t sharedAlign = 16;  // of the dynamic part
  uint32_t localBytes = 0, constBytes = 0;
  uint32_t registers = 0;
  bool sharedBytewise = false;  // 8- or 16-bit accesses of shared memory: its races are watched byte by byte
  bool comparesAndSwaps = false;
  // Atomics, strong accesses or fences of device memory, or stores that may be there; or it prints. Blocks go one by one.
  bool meetsOtherBlocks = false;
  int maxThreads = 1024;
  int requiredThreads[3] = {0, 0, 0};
  int maxDynamicShared = 0;  // asked for by cuFuncSetAttribute
  // Kept from launch to launch.
  mutable std::shared_ptr<CounterSlots> slots;
  mutable std::shared_ptr<Arena> arena;
};

// Where a module's variables lie on its device.
using Symbols = std::map<std::string, uint64_t>;

// Throws ptx::Error at what the machine does not know.
std::shared_ptr<Program> decode(const ptx::Module& module, const ptx::Function& entry, const Symbols& symbols);

}  // namespace emu
