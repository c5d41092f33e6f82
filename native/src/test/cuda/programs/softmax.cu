// exp(x - max) / sum of each row; one row a block, any multiple of 32 as block size.

template <class F>
__device__ float acrossBlock(float v, float* shared, F combine) {
  for (int d = 16; d > 0; d /= 2) v = combine(v, __shfl_xor_sync(0xffffffffu, v, d));
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = v;
  __syncthreads();
  v = shared[0];
  for (int i = 1; i < blockDim.x / 32; i++) v = combine(v, shared[i]);
  __syncthreads();
  return v;
}

extern "C" __global__ void softmax(const float* in, float* out, int columns) {
  __shared__ float shared[32];
  const float* row = in + static_cast<long long>(blockIdx.x) * columns;
  float* result = out + static_cast<long long>(blockIdx.x) * columns;
  float most = -INFINITY, sum = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) most = fmaxf(most, row[i]);
  most = acrossBlock(most, shared, [](float a, float b) { return fmaxf(a, b); });
  for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += expf(row[i] - most);
  sum = acrossBlock(sum, shared, [](float a, float b) { return a + b; });
  for (int i = threadIdx.x; i < columns; i += blockDim.x) result[i] = expf(row[i] - most) / sum;
}
