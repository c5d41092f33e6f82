// Prefix sums of any length, in three launches: of each block's part, of the blocks' sums, and the two put together.

__device__ int warpScan(int v) {
  for (unsigned d = 1; d < 32; d *= 2) {
    int left = __shfl_up_sync(0xffffffffu, v, d);
    if (threadIdx.x % 32 >= d) v += left;
  }
  return v;
}

// Any multiple of 32 as block size. The sum of each block goes to `sums`.
extern "C" __global__ void scanBlocks(const int* in, int* out, int* sums, int n) {
  __shared__ int ofWarps[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int v = warpScan(i < n ? in[i] : 0);
  if (lane == 31) ofWarps[warp] = v;
  __syncthreads();
  if (warp == 0) {
    int w = warpScan(lane < blockDim.x / 32 ? ofWarps[lane] : 0);
    __syncwarp();
    ofWarps[lane] = w;
  }
  __syncthreads();
  if (warp > 0) v += ofWarps[warp - 1];
  if (i < n) out[i] = v;
  if (threadIdx.x == blockDim.x - 1) sums[blockIdx.x] = v;
}

// `sums` are those of the blocks before and of the block itself.
extern "C" __global__ void addSums(int* out, const int* sums, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n && blockIdx.x > 0) out[i] += sums[blockIdx.x - 1];
}

// One block for up to its size; Hillis and Steele.
extern "C" __global__ void scanInShared(const int* in, int* out, int n) {
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
