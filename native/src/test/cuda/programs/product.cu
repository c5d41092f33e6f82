// c = a b, row-major: naively, and tile by tile in shared memory.

extern "C" __global__ void productNaive(const float* a, const float* b, float* c, int m, int n, int k) {
  int row = blockIdx.y * blockDim.y + threadIdx.y, column = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= m || column >= n) return;
  float sum = 0;
  for (int i = 0; i < k; i++) sum += a[row * k + i] * b[i * n + column];
  c[row * n + column] = sum;
}

template <int tile>
__device__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float ta[tile][tile], tb[tile][tile];
  int x = threadIdx.x, y = threadIdx.y, row = blockIdx.y * tile + y, column = blockIdx.x * tile + x;
  float sum = 0;
  for (int t = 0; t < k; t += tile) {
    ta[y][x] = row < m && t + x < k ? a[row * k + t + x] : 0;
    tb[y][x] = t + y < k && column < n ? b[(t + y) * n + column] : 0;
    __syncthreads();
    for (int i = 0; i < tile; i++) sum += ta[y][i] * tb[i][x];
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}

extern "C" __global__ void productTiled8(const float* a, const float* b, float* c, int m, int n, int k) { product<8>(a, b, c, m, n, k); }
extern "C" __global__ void productTiled16(const float* a, const float* b, float* c, int m, int n, int k) { product<16>(a, b, c, m, n, k); }
extern "C" __global__ void productTiled32(const float* a, const float* b, float* c, int m, int n, int k) { product<32>(a, b, c, m, n, k); }
