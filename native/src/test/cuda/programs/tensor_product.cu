// c = a b, row-major, on tensor cores: tiles come by cp.async, one ahead of the one at work, and end in zeros beyond the matrices' edges.
//
// A block of 4 warps makes a tile of 32 x 32, a warp 16 x 16. Rows of a and b have to be multiples of 16 bytes.
// ptx: .version 7.0 .target sm_80

constexpr int rows = 32, columns = 32, depth = 16;

__device__ unsigned sharedAddress(const void* p) { return static_cast<unsigned>(__cvta_generic_to_shared(p)); }

// Copies 16 bytes, of which the first `bytes` are there.
__device__ void copy(void* to, const void* from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(from), "r"(bytes));
}
__device__ void commit() { asm volatile("cp.async.commit_group;"); }
template <int left>
__device__ void wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(left));
}

// 16 bytes of a row of a matrix with `height` rows of `width` elements; zeros beyond it.
template <class T>
__device__ void copyPiece(T* to, const T* matrix, int row, int column, int height, int width) {
  constexpr int piece = 16 / sizeof(T);
  int there = row < height ? min(max(width - column, 0), piece) : 0;
  copy(to, there ? matrix + row * width + column : matrix, there * int(sizeof(T)));
}

__device__ void store(float* c, const float (&sum)[4], int row, int column, int m, int n) {
  for (int i = 0; i < 4; i++) {
    int r = row + threadIdx.x % 32 / 4 + i / 2 * 8, k = column + threadIdx.x % 4 * 2 + i % 2;
    if (r < m && k < n) c[r * n + k] = sum[i];
  }
}

extern "C" __global__ void productTf32(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ __align__(16) float ta[2][rows][depth + 4], tb[2][depth][columns + 8];
  int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
  int row = blockIdx.y * rows, column = blockIdx.x * columns, warpRow = warp / 2 * 16, warpColumn = warp % 2 * 16;
  auto fetch = [&](int stage, int at) {
    copyPiece(&ta[stage][thread / 4][thread % 4 * 4], a, row + thread / 4, at + thread % 4 * 4, m, k);
    copyPiece(&tb[stage][thread / 8][thread % 8 * 4], b, at + thread / 8, column + thread % 8 * 4, k, n);
    commit();
  };
  float sum[2][4] = {};
  fetch(0, 0);
  for (int at = 0, stage = 0; at < k; at += depth, stage ^= 1) {
    if (at + depth < k) {
      fetch(stage ^ 1, at + depth);
      wait<1>();
    } else {
      wait<0>();
    }
    __syncthreads();
    for (int i = 0; i < depth; i += 8) {
      unsigned fa[4];
      for (int r = 0; r < 4; r++) fa[r] = __float_as_uint(ta[stage][warpRow + lane / 4 + r % 2 * 8][i + lane % 4 + r / 2 * 4]);
      for (int t = 0; t < 2; t++) {
        unsigned fb[2];
        for (int r = 0; r < 2; r++) fb[r] = __float_as_uint(tb[stage][i + lane % 4 + r * 4][warpColumn + t * 8 + lane / 4]);
        asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                     : "+f"(sum[t][0]), "+f"(sum[t][1]), "+f"(sum[t][2]), "+f"(sum[t][3])
                     : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
      }
    }
    __syncthreads();
  }
  for (int t = 0; t < 2; t++) store(c, sum[t], row + warpRow, column + warpColumn + t * 8, m, n);
}

// a and b are float16, c is float32.
extern "C" __global__ void productHalf(const unsigned short* a, const unsigned short* b, float* c, int m, int n, int k) {
  __shared__ __align__(16) unsigned short ta[2][rows][depth + 8], tb[2][depth][columns + 8];
  int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
  int row = blockIdx.y * rows, column = blockIdx.x * columns, warpRow = warp / 2 * 16, warpColumn = warp % 2 * 16;
  auto fetch = [&](int stage, int at) {
    int piece = thread % 64;
    if (thread < 64)
      copyPiece(&ta[stage][piece / 2][piece % 2 * 8], a, row + piece / 2, at + piece % 2 * 8, m, k);
    else
      copyPiece(&tb[stage][piece / 4][piece % 4 * 8], b, at + piece / 4, column + piece % 4 * 8, k, n);
    commit();
  };
  float sum[2][4] = {};
  fetch(0, 0);
  for (int at = 0, stage = 0; at < k; at += depth, stage ^= 1) {
    if (at + depth < k) {
      fetch(stage ^ 1, at + depth);
      wait<1>();
    } else {
      wait<0>();
    }
    __syncthreads();
    unsigned fa[4], fb[4];
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fa[0]), "=r"(fa[1]), "=r"(fa[2]), "=r"(fa[3])
                 : "r"(sharedAddress(&ta[stage][warpRow + lane % 16][lane / 16 * 8])));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fb[0]), "=r"(fb[1]), "=r"(fb[2]), "=r"(fb[3])
                 : "r"(sharedAddress(&tb[stage][lane % 16][warpColumn + lane / 16 * 8])));
    for (int t = 0; t < 2; t++)
      asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                   : "+f"(sum[t][0]), "+f"(sum[t][1]), "+f"(sum[t][2]), "+f"(sum[t][3])
                   : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[2 * t]), "r"(fb[2 * t + 1]));
    __syncthreads();
  }
  for (int t = 0; t < 2; t++) store(c, sum[t], row + warpRow, column + warpColumn + t * 8, m, n);
}
