// Sums of vectors: one element a thread, and a loop over the grid with four elements at once.

extern "C" __global__ void vectorAdd(const float* a, const float* b, float* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}

extern "C" __global__ void saxpy(float alpha, const float* __restrict__ x, float* y, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) y[i] = alpha * x[i] + y[i];
}

// y has to be aligned to 16 bytes, and so has x.
extern "C" __global__ void saxpyByFours(float alpha, const float* __restrict__ x, float* y, int n) {
  int stride = gridDim.x * blockDim.x, first = blockIdx.x * blockDim.x + threadIdx.x;
  const float4* x4 = reinterpret_cast<const float4*>(x);
  float4* y4 = reinterpret_cast<float4*>(y);
  for (int i = first; i < n / 4; i += stride) {
    float4 p = x4[i], q = y4[i];
    y4[i] = make_float4(alpha * p.x + q.x, alpha * p.y + q.y, alpha * p.z + q.z, alpha * p.w + q.w);
  }
  for (int i = n / 4 * 4 + first; i < n; i += stride) y[i] = alpha * x[i] + y[i];
}
