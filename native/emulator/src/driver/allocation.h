// What the calls that allocate and free have in common.
#pragma once
#include "driver/graph.h"
#include "machine/memory.h"

namespace emu {

// Waits for memory that a stream is going to free; false where none is.
bool awaitAFree();
void countAllocation(uint64_t bytes);
// The allocation that begins here, to be freed; reports and throws where there is none.
Allocation* toFree(const char* call, CUdeviceptr p);
void freeNow(Allocation* allocation);
// As a piece of work: uses that nothing puts before it are reported.
void freeInOrder(CUdeviceptr p, const char* call);

// A graph's allocations, when it is launched: they are there once more. Throws where one of them has not been freed since the
// last launch, unless `freesFirst`; gives those that have to be freed first.
std::vector<CUdeviceptr> takeAllocations(const Graph& graph, bool freesFirst);

}  // namespace emu
