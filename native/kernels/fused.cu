// Several layers in one launch: a block takes rows of the batch through all of them, and what it has of the rows stays in shared
// memory from layer to layer. Weights pass through it in slices, unless tensor cores multiply. Layers have up to 128 neurons, and as many inputs; of a first layer
// with more inputs the sums have to be there.
// ptx: .version 7.0 .target sm_60
#include "functions.cuh"
#include "softmax.cuh"
#include "strip.cuh"
#include "sums.cuh"
#ifdef TENSOR_CORES
#include "tensor.cuh"
#endif

/// Rows of the batch that a block has at a time.
constexpr int ROWS = 16;

/// The most neurons.
constexpr int MOST = 128;

/// The most layers.
constexpr int DEPTH = 8;

/// Of each neuron its numbers in all rows are neighbours; so many numbers are from one neuron to the next. Behind the last neuron all
/// is 0 up to a multiple of 32, with tensor cores of 16.
constexpr int LINE = ROWS + GAP;

/// The rows that a block carries through the layers.
struct Carried {
  real* held;
  int64 first;
  int here;

  __device__ real& operator()(int row, int neuron) const {
    return held[neuron * LINE + row];
  }
};

/// Calls visit(inside, neuron, held, at) so that each of the first `all` neurons is met in every row once: whether there is such a
/// row, its number where the block has it, and where it stands in a matrix [.., n]. A warp has one sector of some rows, all in
/// different banks; a thread keeps to its row.
template <class Visit>
__device__ inline void overRows(const Carried& rows, int n, int all, Visit visit) {
  constexpr int TALL = 32 / SECTOR;
  constexpr int ABREAST = THREADS / 32 / (ROWS / TALL);
  constexpr int HOP = ABREAST * SECTOR;
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  int row = warp / ABREAST * TALL + lane / SECTOR;
  int neuron = warp % ABREAST * SECTOR + lane % SECTOR;
  bool inside = row < rows.here;
  real* held = &rows(row, neuron);
  int64 at = (rows.first + row) * n + neuron;
  #pragma unroll 1
  for (; neuron < all; neuron += HOP) {
    visit(inside, neuron, *held, at);
    held += HOP * LINE;
    at += HOP;
  }
}

/// Fetches rows of a matrix [.., n]; where there is none all is 0.
__device__ inline void fetchRows(const Carried& rows, const real* x, int n) {
  overRows(rows, n, (n + 31) / 32 * 32, [=](bool inside, int neuron, real& held, int64 at) {
    held = inside && neuron < n ? x[at] : real(0);
  });
  __syncthreads();
}

#ifdef TENSOR_CORES

static_assert(ROWS == 16 && MOST <= 16 * THREADS / 32, "what the cores take at a time");

struct Room {
  alignas(16) real held[MOST * LINE];
};

constexpr int BLOCKS = sizeof(Step<Factor>) == sizeof(Step<Tf32>) ? 2 : 3; // factors of TF32 take twice the registers

template <bool FORWARD>
__device__ inline void multiply(const Carried& rows, Room&, const real* w, int k, int n) {
  if (n <= MOST / 2) {
    multiplyRows<1, FORWARD>(rows.held, LINE, w, k, n);
  } else {
    multiplyRows<2, FORWARD>(rows.held, LINE, w, k, n);
  }
}

#else

/// How a product is taken whose matrix of weights has at most N neurons: D of those before at a time. A thread has DOWN × ACROSS
/// sums, so many that it reads little of shared memory for each, and no more, for they are added up in the end; a team of threads has them
/// all, and others have their parts of the same sums, each from other neurons before.
template <int N>
struct Sharing {
  static constexpr int D = 32 * sizeof(float) / sizeof(real);
  static constexpr int DOWN = SINGLE ? 8 : 4;
  static constexpr int ACROSS = N / 32;
  static constexpr int SHARERS = THREADS * DOWN * ACROSS / (ROWS * N);
  static constexpr int TEAM = THREADS / SHARERS;
};

struct Room {
  alignas(16) real held[MOST * LINE];
  alignas(16) real slice[Sharing<MOST>::D * (MOST + GAP)];
};
constexpr int BLOCKS = 2;
static_assert(sizeof(Room::slice) >= Sharing<MOST>::SHARERS / 2 * ROWS * MOST * sizeof(real), "sums on their way fit too");

/// The sums of those who have parts of them, two and two, until the first team has them all.
template <class S>
__device__ inline void join(real* room, real (&sums)[S::DOWN][S::ACROSS]) {
  int sharer = threadIdx.x / S::TEAM;
  #pragma unroll 1
  for (int half = S::SHARERS / 2; half > 0; half /= 2) {
    real* own = room + sharer % half * (S::DOWN * S::ACROSS * S::TEAM) + threadIdx.x % S::TEAM;
    if (sharer >= half && sharer < 2 * half) {
      for (int i = 0; i < S::DOWN; i++) {
        for (int j = 0; j < S::ACROSS; j++) {
          own[(i * S::ACROSS + j) * S::TEAM] = sums[i][j];
        }
      }
    }
    __syncthreads();
    if (sharer < half) {
      for (int i = 0; i < S::DOWN; i++) {
        for (int j = 0; j < S::ACROSS; j++) {
          sums[i][j] += own[(i * S::ACROSS + j) * S::TEAM];
        }
      }
    }
    __syncthreads();
  }
}

/// The rows times a matrix of weights, in their place: of k neurons before n neurons come, and zeros behind them, whatever the rows have.
/// FORWARD says that the matrix is [n, k], else it is [k, n].
template <int N, bool FORWARD>
__device__ inline void multiplyUpTo(const Carried& rows, real* slice, const real* w, int k, int n) {
  using S = Sharing<N>;
  using Weights = Strip<N, S::D, FORWARD>;
  constexpr int P = PIECE<S::DOWN>;
  typename Weights::Tile& tile = *reinterpret_cast<typename Weights::Tile*>(slice);
  int down = threadIdx.x % (ROWS / S::DOWN);
  int right = threadIdx.x % S::TEAM / (ROWS / S::DOWN);
  int sharer = threadIdx.x / S::TEAM;
  real sums[S::DOWN][S::ACROSS] = {};
  Weights weights(w, k, n, 0, 0);
  weights.fetch(k);
  #pragma unroll 1
  for (int done = 0; done < k; done += S::D) {
    weights.put(tile);
    __syncthreads();
    weights.fetch(k - done - S::D);
    #pragma unroll 4
    for (int d = sharer; d < S::D; d += S::SHARERS) {
      real column[S::DOWN];
      real row[S::ACROSS];
      take<ROWS>(rows.held + (done + d) * LINE, down, column);
      take<N>(tile[d], right, row);
      for (int i = 0; i < S::DOWN; i++) {
        for (int j = 0; j < S::ACROSS; j++) {
          sums[i][j] = fma(column[i], row[j], sums[i][j]);
        }
      }
    }
    __syncthreads();
  }
  join<S>(slice, sums);
  if (sharer == 0) {
    for (int j = 0; j < S::ACROSS; j++) {
      int neuron = placeOf<N, S::ACROSS>(right, j);
      real* line = rows.held + neuron * LINE;
      for (int i = 0; i < S::DOWN; i += P) {
        Pack<P> piece;
        for (int e = 0; e < P; e++) {
          piece.v[e] = neuron < n ? sums[i + e][j] : 0;
        }
        storeShared<P>(line + placeOf<ROWS, S::DOWN>(down, i), piece);
      }
    }
  }
  __syncthreads();
}

template <bool FORWARD>
__device__ inline void multiply(const Carried& rows, Room& room, const real* w, int k, int n) {
  if (n <= 32) {
    multiplyUpTo<32, FORWARD>(rows, room.slice, w, k, n);
  } else if (n <= 64) {
    multiplyUpTo<64, FORWARD>(rows, room.slice, w, k, n);
  } else {
    multiplyUpTo<MOST, FORWARD>(rows, room.slice, w, k, n);
  }
}

#endif

/// A copy of 16 bits, where there is one.
__device__ inline void storeCopy(bits16* copy, int64 at, real x) {
#ifdef STORED
  if (copy != nullptr) {
    copy[at] = STORED::bits(x);
  }
#endif
}

/// A layer on the way forward. What is not to be written is null.
struct ForwardLayer {
  const real* weights;
  const real* bias;
  real* z;
  real* a;
  bits16* copy;  // of a
  int64 neurons;
  int64 activation;
  double p;
};

struct ForwardLayers {
  ForwardLayer of[DEPTH];
};

/// z = sums + bias and a = σ(z), in the place of the sums; of softmax, z alone.
__device__ inline void activate(const Carried& rows, const ForwardLayer& layer) {
  int n = int(layer.neurons);
  real p = real(layer.p);
  const real* bias = layer.bias;
  real* z = layer.z;
  real* a = layer.activation == SOFTMAX ? nullptr : layer.a;
  bits16* copy = layer.copy;
  with(int(layer.activation), [=](auto f) {
    overRows(rows, n, n, [=](bool inside, int neuron, real& held, int64 at) {
      real sum = held + bias[neuron];
      real value = f.value(sum, p);
      held = value;
      if (inside && z != nullptr) {
        z[at] = sum;
      }
      if (inside && a != nullptr) {
        a[at] = value;
        storeCopy(copy, at, value);
      }
    });
  });
  __syncthreads();
}

/// a = softmax(z), in the place of z.
__device__ inline void activateRows(const Carried& rows, const ForwardLayer& layer) {
  int n = int(layer.neurons);
  real* a = layer.a;
  bits16* copy = layer.copy;
  #pragma unroll 1
  for (int row = threadIdx.x / 32; row < rows.here; row += THREADS / 32) {
    Apart z = {&rows(row, 0), LINE};
    softmaxOf(Warp(), n, z, z);
  }
  __syncthreads();
  overRows(rows, n, n, [=](bool inside, int, real& held, int64 at) {
    if (inside) {
      a[at] = held;
      storeCopy(copy, at, held);
    }
  });
  __syncthreads();
}

/// Grid by tiles, see README. x holds the inputs [m, n]; or where it is said to be summed, x wᵀ of the first layer, which may be its z.
ENTRY_FOR(BLOCKS, forward_layers)(const real* x, int64 m, int64 n, int64 summed, int64 depth, ForwardLayers given) {
  __shared__ Room room;
  __shared__ ForwardLayer layers[DEPTH];
  if (threadIdx.x == 0) {
    for (int l = 0; l < DEPTH; l++) {
      layers[l] = given.of[l];
    }
  }
  __syncthreads();
  #pragma unroll 1
  for (int64 first = blockIdx.x * int64(ROWS); first < m; first += gridDim.x * int64(ROWS)) {
    Carried rows = {room.held, first, int(m - first < ROWS ? m - first : ROWS)};
    fetchRows(rows, x, int(n));
    int before = int(n);
    #pragma unroll 1
    for (int l = 0; l < depth; l++) {
      int neurons = int(layers[l].neurons);
      if (l > 0 || summed == 0) {
        multiply<true>(rows, room, layers[l].weights, before, neurons);
      }
      activate(rows, layers[l]);
      if (layers[l].activation == SOFTMAX) {
        activateRows(rows, layers[l]);
      }
      before = neurons;
    }
  }
}

/// A layer on the way back. The weights are those of the layer after.
struct BackwardLayer {
  const real* weights;
  const real* z;
  real* delta;
  bits16* copy;  // of delta
  real* biasGradient;
  int64 neurons;
  int64 activation;
  double p;
};

struct BackwardLayers {
  BackwardLayer of[DEPTH];
};

/// δ = sums ⊙ σ′(z), in the place of the sums.
__device__ inline void chain(const Carried& rows, const BackwardLayer& layer) {
  int n = int(layer.neurons);
  real p = real(layer.p);
  const real* z = layer.z;
  real* delta = layer.delta;
  bits16* copy = layer.copy;
  int f = int(layer.activation);
  overRows(rows, n, n, [=](bool inside, int, real& held, int64 at) {
    real own = 0;
    if (inside) {
      own = held * primeOf(f, z[at], p);
      delta[at] = own;
      storeCopy(copy, at, own);
    }
    held = own;
  });
  __syncthreads();
}

/// The sum of each neuron over the rows.
__device__ inline void sumRows(const Carried& rows, int n, real* into) {
  if (threadIdx.x < n) {
    real sum = 0;
    #pragma unroll 4
    for (int row = 0; row < ROWS; row += WIDE) {
      Pack<WIDE> piece = load<WIDE>(&rows(row, threadIdx.x));
      for (int e = 0; e < WIDE; e++) {
        sum += piece.v[e];
      }
    }
    into[threadIdx.x] = sum;
  }
}

/// Tiles whose sums are added up before those of others.
constexpr int GROUP = 32;

__device__ inline int tilesOf(int64 m) {
  return int((m + ROWS - 1) / ROWS);
}

/// put(j, sum) takes the sum of each of so many columns over rows that lie a step apart. Other blocks have written them.
template <class Put>
__device__ inline void sumOthers(const real* from, int64 step, int rows, int columns, Put put) {
  #pragma unroll 1
  for (int j = threadIdx.x; j < columns; j += THREADS) {
    real sum = 0;
    #pragma unroll 16
    for (int i = 0; i < rows; i++) {
      sum += __ldcg(from + i * step + j);
    }
    put(j, sum);
  }
}

/// Grid by tiles, see README. delta [m, n] is that of the layer after the first of these.
ENTRY_FOR(BLOCKS, backward_layers)(const real* delta, int64 m, int64 n, double scale, real* scratch, unsigned* counter, int64 depth,
                       BackwardLayers given) {
  __shared__ Room room;
  __shared__ BackwardLayer layers[DEPTH];
  if (threadIdx.x == 0) {
    for (int l = 0; l < DEPTH; l++) {
      layers[l] = given.of[l];
    }
  }
  __syncthreads();
  int all = 0;
  #pragma unroll 1
  for (int l = 0; l < depth; l++) {
    all += int(layers[l].neurons);
  }
  #pragma unroll 1
  for (int tile = blockIdx.x; tile < tilesOf(m); tile += gridDim.x) {
    int64 first = tile * int64(ROWS);
    Carried rows = {room.held, first, int(m - first < ROWS ? m - first : ROWS)};
    fetchRows(rows, delta, int(n));
    int after = int(n);
    int before = 0;
    #pragma unroll 1
    for (int l = 0; l < depth; l++) {
      int neurons = int(layers[l].neurons);
      multiply<false>(rows, room, layers[l].weights, after, neurons);
      chain(rows, layers[l]);
      sumRows(rows, neurons, scratch + int64(tile) * all + before);
      before += neurons;
      after = neurons;
    }
    int group = tile / GROUP;
    int inGroup = min(tilesOf(m) - group * GROUP, GROUP);
    if (!isLast(counter + 1 + group, inGroup)) {
      continue;
    }
    real* own = scratch + int64(group) * GROUP * all;
    sumOthers(own, all, inGroup, all, [=](int j, real sum) { own[j] = sum; });
    int groups = (tilesOf(m) + GROUP - 1) / GROUP;
    if (isLast(counter, groups)) {
      sumOthers(scratch, int64(GROUP) * all, groups, all, [&](int j, real sum) {
        int l = 0;
        while (j >= layers[l].neurons) {
          j -= int(layers[l++].neurons);
        }
        layers[l].biasGradient[j] = real(scale) * sum;
      });
    }
  }
}
