#!/bin/sh
# Fails where committed PTX is not what its sources compile to: check-ptx.sh BUILD COMMITTED WORK
#
# BUILD is a script that compiles everything beside it into the folder that it is given; COMMITTED holds what is committed. Without
# nvcc, or with another release than the PTX was made with, nothing is checked, and one line says so. What has been checked is not checked
# again until something changes: WORK keeps what was compiled, and a note of what from.
set -eu
build=$1 committed=$2 work=$3
release=13.0
nvcc=${NVCC:-nvcc}
if ! command -v "$nvcc" > /dev/null; then
  echo "The PTX in $(basename "$committed") is taken as it is: there is no nvcc to compile its sources with."
  exit
fi
found=$("$nvcc" --version | sed -n 's/.*release \([0-9.]*\),.*/\1/p')
if [ "$found" != "$release" ]; then
  echo "The PTX in $(basename "$committed") is taken as it is: it was made by nvcc $release, and this is nvcc $found."
  exit
fi
here=$(cd "$(dirname "$0")" && pwd)
note=$(cat "$here/ptx.sh" "$build" "$(dirname "$build")"/*.cu* "$committed"/*.ptx | cksum)
[ "$(cat "$work/checked" 2> /dev/null)" != "$note" ] || exit 0
rm -rf "$work"
mkdir -p "$work"
sh "$build" "$work"
for file in "$work"/*.ptx "$committed"/*.ptx; do
  name=$(basename "$file")
  if ! cmp -s "$work/$name" "$committed/$name"; then
    echo "$name is not what its source compiles to. Make it anew: sh $build $committed"
    exit 1
  fi
done
echo "$note" > "$work/checked"
