#!/bin/sh
# For Maven: check.sh WORK fails if the PTX in ptx/ is not what the nvcc that it is made with makes of the sources. Without that nvcc
# one line says so. What was compared is noted in WORK, and not compiled again until it changes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1
nvcc=${NVCC:-nvcc}
release='release 13.0'

if ! command -v "$nvcc" > /dev/null; then
  echo "The kernels are taken as they are committed: nvcc was not found (NVCC=FILE names it)."
  exit
fi
if ! "$nvcc" --version | grep -q "$release,"; then
  echo "The kernels are taken as they are committed: this nvcc is not of $release, which makes the same PTX to the letter."
  exit
fi
mkdir -p "$work"
state=$(cat "$here"/*.cu "$here"/*.cuh "$here"/*.sh "$here"/ptx/*.ptx | sha256sum)
if [ -f "$work/checked" ] && [ "$(cat "$work/checked")" = "$state" ]; then
  exit
fi
rm -rf "$work/ptx"
"$here/build.sh" "$work/ptx"
if ! diff -rq "$here/ptx" "$work/ptx"; then
  echo "The committed PTX is not what nvcc makes of the kernels; run native/kernels/build.sh native/kernels/ptx, and commit both."
  exit 1
fi
echo "$state" > "$work/checked"
