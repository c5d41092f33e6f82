// The sum of a vector: each block adds up its part, in shared memory or by shuffles, and adds it to the result.

// Any power of two as block size.
extern "C" __global__ void sumInShared(const float* in, float* out, int n) {
  extern __shared__ float partial[];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  partial[threadIdx.x] = sum;
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) atomicAdd(out, partial[0]);
}

__device__ float warpSum(float v) {
  for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(0xffffffffu, v, d);
  return v;
}

// Any multiple of 32 as block size.
extern "C" __global__ void sumByShuffles(const float* in, float* out, int n) {
  __shared__ float partial[32];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  sum = warpSum(sum);
  unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  if (lane == 0) partial[warp] = sum;
  __syncthreads();
  if (warp == 0) {
    sum = warpSum(lane < blockDim.x / 32 ? partial[lane] : 0);
    if (lane == 0) atomicAdd(out, sum);
  }
}

// The largest element of each block's part and where it is; of equal ones the first. Any multiple of 32 as block size.
extern "C" __global__ void largest(const float* in, float* values, int* places, int n) {
  __shared__ float bestValues[32];
  __shared__ int bestPlaces[32];
  float value = -INFINITY;
  int place = n;
  auto take = [&](float v, int p) {
    if (v > value || (v == value && p < place)) {
      value = v;
      place = p;
    }
  };
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) take(in[i], i);
  for (int d = 16; d > 0; d /= 2) take(__shfl_xor_sync(0xffffffffu, value, d), __shfl_xor_sync(0xffffffffu, place, d));
  if (threadIdx.x % 32 == 0) {
    bestValues[threadIdx.x / 32] = value;
    bestPlaces[threadIdx.x / 32] = place;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (unsigned w = 0; w < blockDim.x / 32; w++) take(bestValues[w], bestPlaces[w]);
  values[blockIdx.x] = value;
  places[blockIdx.x] = place;
}
