#!/bin/sh
# Compiles the steps of the ladder to PTX: build.sh FOLDER. The Maven build of native compares the result with the folder ptx.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for source in "$here"/*.cu; do
  sh "$here/../../../../../native/scripts/ptx.sh" "$source" "$1/$(basename "$source" .cu).ptx" -fmad=false
done
