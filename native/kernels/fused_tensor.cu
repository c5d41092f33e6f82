// The same with products on tensor cores, whose factors are rounded.
// ptx: .version 7.0 .target sm_80
#define TENSOR_CORES
#include "fused.cu"
