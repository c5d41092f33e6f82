#!/bin/sh
# Compiles the kernels of this folder to PTX that names their source lines: build.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for source in "$here"/*.cu; do
  sh "$here/../../../scripts/ptx.sh" "$source" "$1/$(basename "$source" .cu).ptx" -lineinfo
done
