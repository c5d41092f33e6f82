#!/bin/sh
# Compiles the kernels of this folder to PTX: build.sh FOLDER [NAME]... writes NAME.f32.ptx and NAME.f64.ptx there, NAME.ptx of what
# has no element type, and NAME.bf16.ptx and NAME.f16.ptx of what products with factors of 16 bits need: float32 beside a copy of 16
# bits; and NAME.tf32.ptx beside these of what multiplies on tensor cores; without names, of every file. Multiplications and additions are not contracted: what is fused is written so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$1
shift

compile() { # name, its type and so on, type, suffix of the entries, further options
  source=$here/$1.cu out=$to/$2.ptx type=$3 suffix=$4
  shift 4
  sh "$here/../scripts/ptx.sh" "$source" "$out" -fmad=false -DREAL="$type" -DSUFFIX="$suffix" "$@"
}

[ "$#" -gt 0 ] || set -- "$here"/*.cu
for source in "$@"; do
  name=$(basename "$source" .cu)
  case $name in
    advance) compile "$name" "$name" double '' ;;
    round) ;;
    fused_tensor)
      compile "$name" "$name.tf32" float _tf32
      compile "$name" "$name.bf16" float _bf16 -DSTORED=Bfloat16
      compile "$name" "$name.f16" float _f16 -DSTORED=Float16
      ;;
    *)
      compile "$name" "$name.f32" float _f32
      compile "$name" "$name.f64" double _f64
      ;;
  esac
  if grep -q 'AND_STORED\|asFactor\|Stored ' "$here/$name.cu"; then
    compile "$name" "$name.bf16" float _bf16 -DSTORED=Bfloat16
    compile "$name" "$name.f16" float _f16 -DSTORED=Float16
  fi
done
