// The transpose of a matrix: naively, and through a tile in shared memory that is padded so that columns lie in different banks.

extern "C" __global__ void transposeNaive(const float* in, float* out, int rows, int columns) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < columns && y < rows) out[x * rows + y] = in[y * columns + x];
}

// Blocks of 32 x any divisor of 32.
extern "C" __global__ void transposePadded(const float* in, float* out, int rows, int columns) {
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
