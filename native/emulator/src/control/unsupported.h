// What every function that the emulator does not implement does: says its name once and returns "not supported".
#pragma once

extern "C" __attribute__((visibility("default"))) int emu_unsupported(const char* name, int status);
