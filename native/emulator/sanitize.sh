#!/bin/sh
# Builds the emulated device with sanitizers and runs test/drive.cpp: sanitize.sh WORK "SANITIZER..."
# Each SANITIZER is "address,undefined" or "thread"; they are built in folders of their own under WORK. Anything found is a failure.
# The JVM itself is left out: ThreadSanitizer cannot follow its threads and its compiled code.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
generator=''
command -v ninja > /dev/null && generator='-G Ninja'
for sanitizer in $2; do
  work=$1/$(echo "$sanitizer" | tr , -)
  mkdir -p "$work"
  [ -f "$work/CMakeCache.txt" ] || cmake $generator -S "$here" -B "$work" -DEMU_SANITIZE="$sanitizer" -DEMU_JAVA_HOME= > "$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; exit 1; }
  cmake --build "$work" --target drive -j "${EMU_BUILD_JOBS:-2}" > "$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
  echo "$sanitizer:"
  TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}" UBSAN_OPTIONS="print_stacktrace=1 ${UBSAN_OPTIONS:-}" "$work/drive" "${EMU_DRIVE_ROUNDS:-10}"
done
