// How many steps each point of the plane stays near the origin. Threads of a warp leave the loop at different times.
// Products and sums are rounded one by one, so that any computer gets the same numbers.

extern "C" __global__ void mandelbrot(int* out, int width, int height, int most) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  float cr = __fadd_rn(-2.0f, __fdiv_rn(__fmul_rn(3.0f, x), width)), ci = __fadd_rn(-1.5f, __fdiv_rn(__fmul_rn(3.0f, y), height));
  float zr = 0, zi = 0, rr = 0, ii = 0;
  int n = 0;
  while (n < most && __fadd_rn(rr, ii) < 4.0f) {
    zi = __fadd_rn(__fmul_rn(__fmul_rn(2.0f, zr), zi), ci);
    zr = __fadd_rn(__fsub_rn(rr, ii), cr);
    rr = __fmul_rn(zr, zr);
    ii = __fmul_rn(zi, zi);
    n++;
  }
  out[y * width + x] = n;
}
