// Batcher's bitonic sort: in shared memory, and one launch a step where the numbers are too many for a block.

// One block; n is a power of two up to its size.
extern "C" __global__ void sortInShared(float* values, int n) {
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

// As many threads as there are values.
extern "C" __global__ void sortStep(float* values, int j, int k) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, other = i ^ j;
  if (other <= i) return;
  float a = values[i], b = values[other];
  if (((i & k) == 0) != (a > b)) return;
  values[i] = b;
  values[other] = a;
}
