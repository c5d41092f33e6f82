// Kernels with one fault each, for the emulator to catch. Where nothing else is said the kernel without the fault stands beside it.

extern "C" __global__ void missingBarrier(const float* in, float* out) {
  extern __shared__ float s[];
  s[threadIdx.x] = in[threadIdx.x];
  out[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}
extern "C" __global__ void withBarrier(const float* in, float* out) {
  extern __shared__ float s[];
  s[threadIdx.x] = in[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}

extern "C" __global__ void edge(float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) out[i] = i;
}
extern "C" __global__ void noEdge(float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = i;
}

extern "C" __global__ void racingHistogram(const unsigned char* in, unsigned* bins, int n) {
  __shared__ unsigned local[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x) local[i] = 0;
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) local[in[i]]++;
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x) bins[i] = local[i];
}
extern "C" __global__ void atomicHistogram(const unsigned char* in, unsigned* bins, int n) {
  __shared__ unsigned local[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x) local[i] = 0;
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) atomicAdd(&local[in[i]], 1u);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x) bins[i] = local[i];
}

extern "C" __global__ void vectorLoad(const float* in, float* out, int offset) {
  float4 v = *reinterpret_cast<const float4*>(in + offset + threadIdx.x * 4);
  out[threadIdx.x] = v.x + v.y + v.z + v.w;
}

extern "C" __global__ void sharedUnwritten(float* out, int written) {
  __shared__ float s[64];
  if (threadIdx.x < written) s[threadIdx.x] = 1;
  __syncthreads();
  out[threadIdx.x] = s[threadIdx.x];
}

extern "C" __global__ void copy(const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = in[i];
}

extern "C" __global__ void barrierInBranch(float* out, int everybody) {
  __shared__ float s[64];
  s[threadIdx.x] = threadIdx.x;
  if (everybody || threadIdx.x < 16) __syncthreads();
  out[threadIdx.x] = s[threadIdx.x];
}

extern "C" __global__ void leaveBeforeBarrier(float* out, int n) {
  if (threadIdx.x >= n) return;
  __shared__ float s[64];
  s[threadIdx.x] = 1;
  __syncthreads();
  out[threadIdx.x] = s[threadIdx.x];
}

extern "C" __global__ void endless(volatile int* flag) {
  while (*flag == 0) {
  }
}

extern "C" __global__ void shuffleHalf(float* out, unsigned members) {
  float v = threadIdx.x;
  if (threadIdx.x < 16) v = __shfl_xor_sync(members, v, 1);
  out[threadIdx.x] = v;
}

extern "C" __global__ void sharedOutside(float* out, int at) {
  extern __shared__ float s[];
  s[threadIdx.x + at] = 1;
  __syncthreads();
  out[threadIdx.x] = s[threadIdx.x + at];
}

extern "C" __global__ void giveUp(int when, float* out) {
  if (threadIdx.x == when) __trap();
  out[threadIdx.x] = 0;
}

extern "C" __global__ void racingGlobalHistogram(const unsigned char* in, unsigned* bins, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) bins[in[i]]++;
}
extern "C" __global__ void atomicGlobalHistogram(const unsigned char* in, unsigned* bins, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicAdd(&bins[in[i]], 1u);
}

__constant__ float table[32];
extern "C" __global__ void fromConstant(float* out) { out[threadIdx.x] = table[threadIdx.x]; }

extern "C" __global__ void localOutside(float* out, int at) {
  float s[8];
  for (int i = 0; i < 8; i++) s[i] = i * out[i];
  s[at] = 1;
  out[threadIdx.x] = s[(at + threadIdx.x) & 7];
}

extern "C" __global__ void atomicAt(unsigned char* counters, int offset) { atomicAdd(reinterpret_cast<unsigned*>(counters + offset), 1u); }

// Two warps at two named barriers, in the same order or not.
extern "C" __global__ void namedBarriers(float* out, int crossed) {
  int first = 1 + (crossed && threadIdx.x >= 32 ? 1 : 0);
  asm volatile("bar.sync %0, 64;" ::"r"(first) : "memory");
  asm volatile("bar.sync %0, 64;" ::"r"(3 - first) : "memory");
  out[threadIdx.x] = first;
}
