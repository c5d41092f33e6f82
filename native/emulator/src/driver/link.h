// Linking: several PTX modules that name each other's functions and variables become one.
#pragma once
#include <string>
#include <vector>

#include "driver/jit.h"
#include "ptx/syntax.h"

namespace emu {

struct Link {
  JitOptions options;
  std::vector<std::string> inputs;
  std::string image;  // what linking made
};

// Throws ptx::Error where a name is defined twice.
ptx::Module merge(const std::vector<ptx::Module>& modules);
// The image of a link holds the PTX that went into it.
bool isLinked(const char* image);
ptx::Module linked(const char* image);
// A file's text; FILE_NOT_FOUND where there is none.
std::string readImage(const char* name);

}  // namespace emu
