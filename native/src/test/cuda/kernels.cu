// Ordinary CUDA C++ for the emulator's tests. kernels.ptx is made from it: see kernels.sh.

extern "C" __global__ void vectorAdd(const float* a, const float* b, float* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}

extern "C" __global__ void saxpy(float alpha, const float* __restrict__ x, float* y, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) y[i] = alpha * x[i] + y[i];
}

// Sums in shared memory; any power of two as block size.
extern "C" __global__ void reduceShared(const float* in, float* out, int n) {
  extern __shared__ float partial[];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  partial[threadIdx.x] = sum;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) atomicAdd(out, partial[0]);
}

__device__ float warpSum(float v) {
  for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(0xffffffffu, v, d);
  return v;
}

extern "C" __global__ void reduceShuffle(const float* in, float* out, int n) {
  __shared__ float partial[32];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  sum = warpSum(sum);
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  if (lane == 0) partial[warp] = sum;
  __syncthreads();
  if (warp == 0) {
    sum = warpSum(lane < blockDim.x / 32 ? partial[lane] : 0);
    if (lane == 0) atomicAdd(out, sum);
  }
}

// c = a b, row-major, tile by tile.
constexpr int tile = 16;
extern "C" __global__ void matrixProduct(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float ta[tile][tile], tb[tile][tile];
  int row = blockIdx.y * tile + threadIdx.y, column = blockIdx.x * tile + threadIdx.x;
  float sum = 0;
  for (int t = 0; t < k; t += tile) {
    ta[threadIdx.y][threadIdx.x] = row < m && t + threadIdx.x < k ? a[row * k + t + threadIdx.x] : 0;
    tb[threadIdx.y][threadIdx.x] = t + threadIdx.y < k && column < n ? b[(t + threadIdx.y) * n + column] : 0;
    __syncthreads();
    for (int i = 0; i < tile; i++) sum += ta[threadIdx.y][i] * tb[i][threadIdx.x];
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}

extern "C" __global__ void transpose(const float* in, float* out, int rows, int columns) {
  __shared__ float t[32][33];
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += blockDim.y)
    if (x < columns && y + i < rows) t[threadIdx.y + i][threadIdx.x] = in[(y + i) * columns + x];
  __syncthreads();
  x = blockIdx.y * 32 + threadIdx.x;
  y = blockIdx.x * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += blockDim.y)
    if (x < rows && y + i < columns) out[(y + i) * rows + x] = t[threadIdx.x][threadIdx.y + i];
}

extern "C" __global__ void histogram(const unsigned char* in, unsigned* bins, int n) {
  __shared__ unsigned local[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x) local[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&local[in[i]], 1u);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x) atomicAdd(&bins[i], local[i]);
}

// Threads of a warp leave the loop at different times.
extern "C" __global__ void mandelbrot(int* out, int width, int height, int most) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  float cr = -2.0f + 3.0f * x / width, ci = -1.5f + 3.0f * y / height, zr = 0, zi = 0;
  int n = 0;
  while (n < most && zr * zr + zi * zi < 4.0f) {
    float t = zr * zr - zi * zi + cr;
    zi = 2.0f * zr * zi + ci;
    zr = t;
    n++;
  }
  out[y * width + x] = n;
}

// One row a block: exp(x - max) / sum.
extern "C" __global__ void softmax(const float* in, float* out, int columns) {
  __shared__ float shared[32];
  const float* row = in + (long long)blockIdx.x * columns;
  float most = -INFINITY;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) most = fmaxf(most, row[i]);
  for (int d = 16; d > 0; d /= 2) most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, d));
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = most;
  __syncthreads();
  most = shared[0];
  for (int i = 1; i < blockDim.x / 32; i++) most = fmaxf(most, shared[i]);
  __syncthreads();
  float sum = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += expf(row[i] - most);
  sum = warpSum(sum);
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = sum;
  __syncthreads();
  sum = 0;
  for (int i = 0; i < blockDim.x / 32; i++) sum += shared[i];
  for (int i = threadIdx.x; i < columns; i += blockDim.x) out[(long long)blockIdx.x * columns + i] = expf(row[i] - most) / sum;
}

__device__ double cnd(double d) { return 0.5 * erfc(-d * 0.70710678118654752440); }

extern "C" __global__ void blackScholes(const double* price, const double* strike, const double* years, double* call, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const double rate = 0.02, volatility = 0.30;
  double root = sqrt(years[i]);
  double d1 = (log(price[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / (volatility * root);
  call[i] = price[i] * cnd(d1) - strike[i] * exp(-rate * years[i]) * cnd(d1 - volatility * root);
}

// One block; n is a power of two up to 1024.
extern "C" __global__ void bitonicSort(float* values, int n) {
  extern __shared__ float s[];
  int i = threadIdx.x;
  s[i] = values[i];
  __syncthreads();
  for (int k = 2; k <= n; k *= 2)
    for (int j = k / 2; j > 0; j /= 2) {
      int other = i ^ j;
      if (other > i && ((i & k) == 0) == (s[i] > s[other])) {
        float t = s[i];
        s[i] = s[other];
        s[other] = t;
      }
      __syncthreads();
    }
  values[i] = s[i];
}

// One block; Hillis and Steele.
extern "C" __global__ void prefixSum(const int* in, int* out, int n) {
  extern __shared__ int sums[];
  int i = threadIdx.x;
  sums[i] = i < n ? in[i] : 0;
  __syncthreads();
  for (int d = 1; d < blockDim.x; d *= 2) {
    int left = i >= d ? sums[i - d] : 0;
    __syncthreads();
    sums[i] += left;
    __syncthreads();
  }
  if (i < n) out[i] = sums[i];
}

__constant__ float coefficients[4];
__device__ int calls;

__device__ __noinline__ float polynomial(float x) {
  atomicAdd(&calls, 1);
  return ((coefficients[3] * x + coefficients[2]) * x + coefficients[1]) * x + coefficients[0];
}

// A function that is called, constants, a global.
extern "C" __global__ void evaluate(const float4* in, float4* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float4 v = in[i];
  out[i] = make_float4(polynomial(v.x), polynomial(v.y), v.z > 0 ? polynomial(v.z) : -1.0f, v.w);
}
