// Kernels whose blocks share device memory, or all that counts how memory is accessed.
#include <cooperative_groups.h>

namespace cg = cooperative_groups;

// Each block leaves a sum; the last to come adds them up. fenced: as it has to be; else what a block wrote may come after its ticket.
template <bool fenced>
__device__ void lastBlockSum(const float* in, float* partial, float* out, unsigned* tickets, int n) {
  __shared__ bool isLast;
  float sum = 0;
  if (threadIdx.x == 0) {
    for (int i = blockIdx.x; i < n; i += gridDim.x) sum += in[i];
    partial[blockIdx.x] = sum;
    if (fenced) __threadfence();
    isLast = atomicInc(tickets, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!isLast || threadIdx.x != 0) return;
  if (fenced) __threadfence();
  float all = 0;
  for (int i = 0; i < gridDim.x; i++) all += partial[i];
  *out = all;
}
extern "C" __global__ void lastBlock(const float* in, float* partial, float* out, unsigned* tickets, int n) { lastBlockSum<true>(in, partial, out, tickets, n); }
extern "C" __global__ void lastBlockUnfenced(const float* in, float* partial, float* out, unsigned* tickets, int n) { lastBlockSum<false>(in, partial, out, tickets, n); }

// The whole grid waits between two passes; without that it is a race.
extern "C" __global__ void gridSum(const float* in, float* partial, float* out) {
  cg::grid_group grid = cg::this_grid();
  if (threadIdx.x == 0) partial[blockIdx.x] = in[blockIdx.x];
  grid.sync();
  float sum = 0;
  for (int i = 0; i < gridDim.x; i++) sum += partial[i];
  grid.sync();
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
  grid.sync();
  if (blockIdx.x == 0 && threadIdx.x == 0) *out = partial[gridDim.x - 1];
}
extern "C" __global__ void gridSumUnsynchronised(const float* in, float* partial, float* out) {
  if (threadIdx.x == 0) partial[blockIdx.x] = in[blockIdx.x];
  float sum = 0;
  for (int i = 0; i < gridDim.x; i++) sum += partial[i];
  if (blockIdx.x == 0 && threadIdx.x == 0) *out = sum;
}

// A barrier of the kernel's own: every block counts itself and waits for all, on a volatile counter.
extern "C" __global__ void ownBarrier(volatile unsigned* arrived, int* data, int* out) {
  if (threadIdx.x == 0) data[blockIdx.x] = blockIdx.x + 1;
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd((unsigned*)arrived, 1u);
    while (*arrived < gridDim.x) {
    }
    __threadfence();
  }
  __syncthreads();
  if (threadIdx.x == 0) out[blockIdx.x] = data[(blockIdx.x + 1) % gridDim.x];
}

// Block 0 gives a value to the others, by a flag.
template <bool fenced>
__device__ void passOn(volatile int* flag, int* data, int* out) {
  if (blockIdx.x == 0) {
    *data = 42;
    if (fenced) __threadfence();
    *flag = 1;
  } else {
    while (*flag == 0) {
    }
    if (fenced) __threadfence();
    out[blockIdx.x] = *data;
  }
}
extern "C" __global__ void flagged(volatile int* flag, int* data, int* out) { passOn<true>(flag, data, out); }
extern "C" __global__ void flaggedUnfenced(volatile int* flag, int* data, int* out) { passOn<false>(flag, data, out); }

// The same with acquire and release.
extern "C" __global__ void acquireRelease(int* flag, int* data, int* out) {
  if (blockIdx.x == 0) {
    *data = 42;
    asm volatile("st.release.gpu.global.s32 [%0], 1;" ::"l"(flag) : "memory");
  } else {
    int seen = 0;
    while (seen == 0) asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(seen) : "l"(flag) : "memory");
    out[blockIdx.x] = *data;
  }
}

// A lock around what all blocks change.
extern "C" __global__ void locked(int* lock, int* value) {
  if (threadIdx.x != 0) return;
  while (atomicCAS(lock, 0, 1) != 0) {
  }
  __threadfence();
  *value += 1;
  __threadfence();
  atomicExch(lock, 0);
}
extern "C" __global__ void unlocked(int* value) {
  if (threadIdx.x == 0) *value += 1;
}

// Neighbours: in place, a block reads what the next one writes.
extern "C" __global__ void smoothInPlace(float* values, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float v = i + 1 < n ? values[i] + values[i + 1] : 0;
  __syncthreads();
  if (i + 1 < n) values[i] = v;
}
extern "C" __global__ void smooth(const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i + 1 < n) out[i] = in[i] + in[i + 1];
}

// One element too many for every block: written by the next one too, with another value or the same.
extern "C" __global__ void overlap(float* out, int different) {
  int i = blockIdx.x * (blockDim.x - 1) + threadIdx.x;
  out[i] = different ? blockIdx.x : 1;
}

// Bytes side by side belong to different blocks.
extern "C" __global__ void bytesApart(unsigned char* out) {
  if (threadIdx.x == 0) out[blockIdx.x] = (unsigned char)blockIdx.x;
}

extern "C" __global__ void atomicCount(unsigned* count) { atomicAdd(count, 1u); }
extern "C" __global__ void atomicAndPlain(unsigned* count) {
  if (blockIdx.x == 0 && threadIdx.x == 0) *count = 0;
  atomicAdd(count, 1u);
}

// A loop of compare-and-swap: it begins with a plain read.
extern "C" __global__ void largest(const float* in, int* out) {
  int mine = __float_as_int(in[blockIdx.x * blockDim.x + threadIdx.x]), old = *out, expected;
  do {
    expected = old;
    if (__int_as_float(expected) >= __int_as_float(mine)) break;
    old = atomicCAS(out, expected, mine);
  } while (old != expected);
}

// Reads and writes with a stride, from an offset.
extern "C" __global__ void strided(const float* in, float* out, int stride, int offset) {
  int i = (blockIdx.x * blockDim.x + threadIdx.x) * stride + offset;
  out[i] = in[i];
}
extern "C" __global__ void vectors(const float4* in, float4* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[i];
}
extern "C" __global__ void same(const float* in, float* out) { out[threadIdx.x] = in[0]; }

// Shared memory, likewise. T: 4, 8 or 16 bytes.
template <class T>
__device__ void sharedStride(T* s, T* out, int stride) {
  s[threadIdx.x * stride] = T();
  __syncthreads();
  out[threadIdx.x] = s[threadIdx.x * stride];
}
extern "C" __global__ void shared4(float* out, int stride) {
  extern __shared__ float4 memory[];
  sharedStride((float*)memory, out, stride);
}
extern "C" __global__ void shared8(float2* out, int stride) {
  extern __shared__ float4 memory[];
  sharedStride((float2*)memory, out, stride);
}
extern "C" __global__ void shared16(float4* out, int stride) {
  extern __shared__ float4 memory[];
  sharedStride(memory, out, stride);
}
extern "C" __global__ void sharedAtomic(unsigned* out, int modulus) {
  __shared__ unsigned counts[32];
  counts[threadIdx.x] = 0;
  __syncthreads();
  atomicAdd(&counts[threadIdx.x % modulus], 1u);
  __syncthreads();
  out[threadIdx.x] = counts[threadIdx.x];
}
