#!/bin/sh
# Compiles the kernels of this folder to PTX: build.sh FOLDER [NAME]... writes NAME.f32.ptx and NAME.f64.ptx there, and NAME.ptx of
# what has no element type; without names, of every file. Multiplications and additions are not contracted: what is fused is written so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$1
shift

compile() { # name, its type and so on, type, suffix of the entries
  sh "$here/../scripts/ptx.sh" "$here/$1.cu" "$to/$2.ptx" -fmad=false -DREAL="$3" -DSUFFIX="$4"
}

[ "$#" -gt 0 ] || set -- "$here"/*.cu
for source in "$@"; do
  name=$(basename "$source" .cu)
  if [ "$name" = advance ]; then
    compile "$name" "$name" double ''
  else
    compile "$name" "$name.f32" float _f32
    compile "$name" "$name.f64" double _f64
  fi
done
