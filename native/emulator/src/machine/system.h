// The functions of CUDA's device runtime that compilers call from PTX.
#pragma once
#include <string>

#include "machine/program.h"

namespace emu {

// vprintf or __assertfail; null where this is neither. Arguments lie in local memory, where Instr::v says; the result goes to where
// Instr::d says.
Handler systemFunction(const std::string& name, size_t arguments, size_t results);

}  // namespace emu
