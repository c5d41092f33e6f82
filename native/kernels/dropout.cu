// Dropout by a counter-based generator, so that every backend and the backward pass keep the same elements. Launched with 256
// threads, grid min(ceil(n / 1024), 1024), of which up to 2^20 elements need half.
// ptx: .version 7.0 .target sm_60
#include "device.cuh"
#include "stored.cuh"

/// Elements that have the half words of LANES blocks, one after the other of each block's in steps of LANES.
constexpr int GROUP = 128;
constexpr int LANES = 16;
constexpr int HALVES = GROUP / LANES;

/// Threefry 4×32 with 12 rounds (Salmon, Moraes, Dror and Shaw, SC11).
struct Threefry {
  unsigned words[4];

  __device__ Threefry(int64 seed, int64 stream, int64 block, int64 step) {
    constexpr int ROUNDS = 12;
    constexpr int ROTATIONS[8][2] = {{10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}};
    unsigned key[5] = {unsigned(seed), unsigned(seed >> 32), unsigned(stream), unsigned(stream >> 32)};
    key[4] = 0x1BD11BDAu ^ key[0] ^ key[1] ^ key[2] ^ key[3];
    unsigned counter[4] = {unsigned(block), unsigned(block >> 32), unsigned(step), unsigned(step >> 32)};
    for (int i = 0; i < 4; i++) {
      words[i] = counter[i] + key[i];
    }
    #pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
      int one = round % 2 == 0 ? 1 : 3;
      mix(words[0], words[one], ROTATIONS[round % 8][0]);
      mix(words[2], words[4 - one], ROTATIONS[round % 8][1]);
      if (round % 4 == 3) {
        int turn = round / 4 + 1;
        for (int i = 0; i < 4; i++) {
          words[i] += key[(turn + i) % 5];
        }
        words[3] += turn;
      }
    }
  }

  __device__ static void mix(unsigned& x, unsigned& y, int rotation) {
    x += y;
    y = __funnelshift_l(y, y, rotation) ^ x;
  }

  __device__ unsigned half(int h) const {
    return (words[h / 2] >> (16 * (h % 2))) & 0xFFFF;
  }
};

/// into_i = x_i / (1 − s), or 0 where the element's half word is below s · 2¹⁶, where s is the rate in whole steps of 2⁻¹⁶. A thread has
/// the elements of a block.
ENTRY(dropout)(const real* x, real* into, int64 n, const int64* position, double rate, int64 seed, int64 stream AND_STORED) {
  Stored copy = STORED_COPY;
  int64 step = position[TOTAL];
  unsigned least = unsigned(rate * 65536.0);
  real factor = real(1 / (1 - least / 65536.0));
  int64 blocks = (n + GROUP - 1) / GROUP * LANES;
  #pragma unroll 1
  for (int64 block = firstIndex(); block < blocks; block += strideOfGrid()) {
    int64 first = block / LANES * GROUP + block % LANES;
    real each[HALVES];
    #pragma unroll
    for (int h = 0; h < HALVES; h++) {
      each[h] = first + h * LANES < n ? x[first + h * LANES] : 0;
    }
    Threefry random(seed, stream, block, step);
    #pragma unroll
    for (int h = 0; h < HALVES; h++) {
      int64 at = first + h * LANES;
      if (at < n) {
        real kept = random.half(h) >= least ? factor * each[h] : real(0);
        into[at] = kept;
        copy.store<1>(at, {kept});
      }
    }
  }
}
