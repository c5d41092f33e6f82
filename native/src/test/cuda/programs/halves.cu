// Numbers of 16 bits in pairs, float16 and bfloat16: y = alpha x + y, and dot products, whose sums are in pairs or in float32.
// ptx: .version 7.0 .target sm_80
#include <cuda_bf16.h>
#include <cuda_fp16.h>

template <class Pair>
__device__ void axpy(Pair alpha, const Pair* x, Pair* y, int pairs) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < pairs; i += gridDim.x * blockDim.x) y[i] = __hfma2(alpha, x[i], y[i]);
}

extern "C" __global__ void axpyHalf(__half alpha, const __half2* __restrict__ x, __half2* y, int pairs) { axpy(__half2half2(alpha), x, y, pairs); }

extern "C" __global__ void axpyBFloat(__nv_bfloat16 alpha, const __nv_bfloat162* __restrict__ x, __nv_bfloat162* y, int pairs) {
  axpy(__bfloat162bfloat162(alpha), x, y, pairs);
}

// One block. Each thread multiplies and adds in pairs; the threads' sums are added in float32.
template <class Pair>
__device__ float dot(const Pair* x, const Pair* y, int pairs, Pair zero, float2 (*wide)(Pair)) {
  __shared__ float sums[32];
  Pair pair = zero;
  for (int i = threadIdx.x; i < pairs; i += blockDim.x) pair = __hfma2(x[i], y[i], pair);
  float2 both = wide(pair);
  float sum = both.x + both.y;
  for (int d = 16; d > 0; d /= 2) sum += __shfl_down_sync(0xffffffffu, sum, d);
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = sum;
  __syncthreads();
  sum = 0;
  for (int i = 0; i < blockDim.x / 32; i++) sum += sums[i];
  return sum;
}

__device__ float2 wideHalf(__half2 h) { return __half22float2(h); }
__device__ float2 wideBFloat(__nv_bfloat162 h) { return __bfloat1622float2(h); }

extern "C" __global__ void dotHalf(const __half2* x, const __half2* y, float* out, int pairs) {
  float sum = dot(x, y, pairs, __float2half2_rn(0), wideHalf);
  if (threadIdx.x == 0) *out = sum;
}

extern "C" __global__ void dotBFloat(const __nv_bfloat162* x, const __nv_bfloat162* y, float* out, int pairs) {
  float sum = dot(x, y, pairs, __float2bfloat162_rn(0), wideBFloat);
  if (threadIdx.x == 0) *out = sum;
}

// Both numbers of a pair: cut off to [0, 1], and what is larger than its neighbour doubled.
extern "C" __global__ void saturateAndCompare(const __half2* x, const __half2* y, __half2* out, int pairs) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= pairs) return;
  __half2 larger = __hgt2(x[i], y[i]);  // 1 or 0
  out[i] = __hadd2_sat(__hmax2(x[i], y[i]), __hmul2(larger, __hmin2(x[i], y[i])));
}
