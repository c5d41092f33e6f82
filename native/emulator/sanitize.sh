#!/bin/sh
# Builds the emulated device with a sanitizer and runs test/drive.cpp: sanitize.sh WORK SANITIZER
# SANITIZER is "address,undefined" or "thread". The folder WORK is where it builds. Anything found is a failure.
# The JVM itself is left out: ThreadSanitizer cannot follow its threads and its compiled code.
set -eu
work=$1/$(echo "$2" | tr , -) sanitizer=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
generator=''
command -v ninja > /dev/null && generator='-G Ninja'
[ -f "$work/CMakeCache.txt" ] || cmake $generator -S "$here" -B "$work" -DEMU_SANITIZE="$sanitizer" -DEMU_JAVA_HOME= > "$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; exit 1; }
cmake --build "$work" --target drive -j "${EMU_BUILD_JOBS:-2}" > "$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}" UBSAN_OPTIONS="print_stacktrace=1 ${UBSAN_OPTIONS:-}" "$work/drive" "${EMU_DRIVE_ROUNDS:-10}"
