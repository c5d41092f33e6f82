// A step of n bodies that attract each other: x, y, z and mass of each; softened, so that a body does not attract itself.
// Bodies come through shared memory, a tile of the block's size at a time; n is a multiple of the block size.

extern "C" __global__ void accelerate(const float4* bodies, float4* accelerations, int n, float softening) {
  extern __shared__ float4 tile[];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float4 me = bodies[i];
  float3 sum = make_float3(0, 0, 0);
  for (int t = 0; t < n; t += blockDim.x) {
    tile[threadIdx.x] = bodies[t + threadIdx.x];
    __syncthreads();
    for (int j = 0; j < blockDim.x; j++) {
      float dx = tile[j].x - me.x, dy = tile[j].y - me.y, dz = tile[j].z - me.z;
      float inverse = rsqrtf(dx * dx + dy * dy + dz * dz + softening);
      float pull = tile[j].w * inverse * inverse * inverse;
      sum.x += dx * pull;
      sum.y += dy * pull;
      sum.z += dz * pull;
    }
    __syncthreads();
  }
  accelerations[i] = make_float4(sum.x, sum.y, sum.z, 0);
}

extern "C" __global__ void move(float4* bodies, float4* velocities, const float4* accelerations, float step) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float4 v = velocities[i], a = accelerations[i], b = bodies[i];
  v = make_float4(v.x + a.x * step, v.y + a.y * step, v.z + a.z * step, 0);
  velocities[i] = v;
  bodies[i] = make_float4(b.x + v.x * step, b.y + v.y * step, b.z + v.z * step, b.w);
}
