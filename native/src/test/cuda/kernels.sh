#!/bin/sh
# Makes kernels.ptx, faults.ptx, sharing.ptx and system.ptx from the .cu files, with nvcc 13 and its header lowered to what JCuda 12.6's drivers take.
# Run it in this folder after a change; the PTX is committed, so no build needs nvcc.
set -eu
for name in kernels faults sharing system; do
  nvcc -O3 -lineinfo -arch=compute_75 -ptx -o "$name.tmp" "$name.cu"
  sed -e 's/^\.version .*/.version 7.0/' -e "s|\"[^\"]*/$name.cu\"|\"$name.cu\"|" -e 's|"/usr[^"]*/|"|' -e '/^\/\/ Cuda compilation/d' "$name.tmp" > "../resources/io/nudge/emulator/$name.ptx"
  rm "$name.tmp"
done
