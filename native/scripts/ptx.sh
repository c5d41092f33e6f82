#!/bin/sh
# Compiles CUDA C++ to PTX that older drivers and devices take: ptx.sh SOURCE OUT [NVCC OPTION]...
#
# nvcc 13 compiles for no device older than sm_75, and writes `.version 9.0`, which only drivers of CUDA 13 and later load. So the header
# is rewritten to what the source asks for in a line of its own,
#     // ptx: .version 7.0 .target sm_80
# or else to .version 7.0 and .target sm_70. That the code keeps to it, an assembler has to tell. Comments and the folders of
# sources are left out, and so is the checksum of the folder that debug information has in the name _INTERNAL_..., so that one source
# gives the same file everywhere: nvcc runs in the source's folder, for an assertion has the name of its file as nvcc was given it.
# NVCC names the compiler.
set -eu
source=$1 out=$2
shift 2
header=$(sed -n 's|^// ptx: *||p' "$source")
version=$(expr "${header:-.version 7.0}" : '.*\.version \([0-9.]*\)')
target=$(expr "${header:-.target sm_70}" : '.*\.target sm_\([0-9a-z]*\)')
architecture=$target
[ "${target%[a-z]}" -ge 75 ] || architecture=75
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")
cd "$(dirname "$source")"
source=$(basename "$source")
"${NVCC:-nvcc}" -std=c++17 -O3 -Werror all-warnings -arch="compute_$architecture" "$@" -ptx -o "$out.raw" "$source"
sed -e "s/^\.version .*/.version $version/" -e "s/^\.target .*/.target sm_$target/" -e '/^\/\//d' -e '/^\t\/\/ \.globl/d' \
  -e '/^\.file\|\.file\t/s|"[^"]*/|"|' \
  -e 's/\(73,78,84,69,82,78,65,76,95,\)\([0-9]*,\)\{8\}/\148,48,48,48,48,48,48,48,/' "$out.raw" | cat -s | sed '1{/^$/d}' > "$out"
rm "$out.raw"
