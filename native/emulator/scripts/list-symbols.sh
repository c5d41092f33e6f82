#!/bin/sh
# Lists what JCuda's native libraries import from the driver and from cuBLAS, one name a line.
# Usage: list-symbols.sh libJCudaDriver-....so libJCublas2-....so
# Run it from native/emulator when JCuda's version changes; the lists are committed, and a test compares them with the natives.
set -eu
imports() {
  readelf -W --dyn-syms "$1" | awk '$7 == "UND" { sub(/@.*/, "", $8); print $8 }' | LC_ALL=C sort -u
}
imports "$1" | grep '^cu' > symbols/cuda.txt
imports "$2" | grep '^cublas' > symbols/cublas.txt
