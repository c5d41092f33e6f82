// The blocks of an ordinary launch: their order, and the threads of the host over which they are spread.
#pragma once
#include <functional>

#include "machine/warp.h"

namespace emu {

// Runs all of them. What comes of it, results, counters and reports, is the same whatever the number of threads: each block has
// random numbers of its own, and what is noted of it counts in the order of the blocks. `roomOf` gives the room for the nth block
// that is at work at the same time.
void runBlocks(Execution& e, const std::function<Room&(size_t)>& roomOf);

}  // namespace emu
