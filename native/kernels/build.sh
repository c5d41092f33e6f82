#!/bin/sh
# Compiles every kernel of this folder to PTX: build.sh FOLDER writes NAME.f32.ptx and NAME.f64.ptx there, and NAME.ptx of those
# without an element type. nvcc compiles for compute_75; the header is then lowered to what older drivers and devices take.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$1
nvcc=${NVCC:-nvcc}

compile() { # name, type, suffix of the entries, file
  "$nvcc" -std=c++17 -O3 -fmad=false -Werror all-warnings -arch=compute_75 -ptx \
    -DREAL="$2" -DSUFFIX="$3" -o "$to/$4.raw" "$here/$1.cu"
  sed -e 's/^\.version .*/.version 7.0/' -e 's/^\.target .*/.target sm_60/' -e '/^\/\//d' "$to/$4.raw" | cat -s > "$to/$4"
  rm "$to/$4.raw"
}

mkdir -p "$to"
for source in "$here"/*.cu; do
  name=$(basename "$source" .cu)
  case $name in
    advance)
      compile "$name" double '' "$name.ptx" ;;
    *)
      compile "$name" float _f32 "$name.f32.ptx"
      compile "$name" double _f64 "$name.f64.ptx" ;;
  esac
done
