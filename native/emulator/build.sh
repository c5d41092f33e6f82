#!/bin/sh
# Builds the emulated device for Maven: build.sh WORK OUT JAVA_HOME REQUIRED
# The libraries go from the folder WORK, where they are built, to OUT. Without a C++ compiler and CMake there is nothing to build
# them with: one line says so, and the tests that need them are skipped; where REQUIRED is "required" that is a failure.
set -eu
work=$1 out=$2 java=$3 required=$4
here=$(cd "$(dirname "$0")" && pwd)
missing=''
command -v cmake > /dev/null || missing=cmake
command -v "${CXX:-c++}" > /dev/null || missing='a C++ compiler'
[ -f "$java/include/jni.h" ] || missing='jni.h (a JDK)'
if [ -n "$missing" ] && [ "$required" = required ]; then
  echo "The emulated CUDA device is required (for cuda-emulated, by -Dnudge.emulator=required, or since CI is set) and cannot be built: $missing was not found." >&2
  exit 1
elif [ -n "$missing" ]; then
  echo "The emulated CUDA device is not built, and its tests are skipped: $missing was not found."
  exit
fi
mkdir -p "$work" "$out"
generator=''
command -v ninja > /dev/null && generator='-G Ninja'
[ -f "$work/CMakeCache.txt" ] || cmake $generator -S "$here" -B "$work" -DEMU_JAVA_HOME="$java" > "$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; exit 1; }
cmake --build "$work" -j "${EMU_BUILD_JOBS:-2}" > "$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
for library in libcuda.so.1 libcublas.so.12 libemujni.so; do
  cmp -s "$work/$library" "$out/$library" || cp "$work/$library" "$out/$library"
done
