// Several layers in one launch: a block takes rows of the batch through all of them, and what it has of the rows stays in shared
// memory from layer to layer. Weights pass through it in slices, unless tensor cores multiply. Layers have up to 128 neurons, and as
// many inputs; of a first layer with more inputs the sums have to be there.
// ptx: .version 7.0 .target sm_60
#include "functions.cuh"
#include "softmax.cuh"
#include "sums.cuh"
#ifdef TENSOR_CORES
#include "tensor.cuh"
#else
#include "strict.cuh"
#endif

/// Blocks that fit on a multiprocessor.
constexpr int BLOCKS = 2;

/// The most layers.
constexpr int DEPTH = 8;

/// The rows that a block carries through the layers.
struct Carried {
  real* held;
  int64 first;
  int here;

  __device__ real& operator()(int row, int neuron) const {
    return held[row * BETWEEN_ROWS + neuron * BETWEEN_NEURONS];
  }
};

/// Where a thread is among the rows: whether there is such a row, the number of its neuron, where the block has it, where it stands in
/// a matrix [.., n]. A warp has neighbours of some rows, all in different banks; a thread keeps to its row.
struct Place {
  static constexpr int TALL = 32 / NEIGHBOURS;
  static constexpr int ABREAST = THREADS / 32 / (ROWS / TALL);
  static constexpr int HOP = ABREAST * NEIGHBOURS;
  static constexpr int MOST_TURNS = MOST / HOP;

  bool inside;
  int neuron;
  real* held;
  int64 at;

  __device__ Place(const Carried& rows, int n) {
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int row = warp / ABREAST * TALL + lane / NEIGHBOURS;
    neuron = warp % ABREAST * NEIGHBOURS + lane % NEIGHBOURS;
    inside = row < rows.here;
    held = &rows(row, neuron);
    at = (rows.first + row) * n + neuron;
  }

  __device__ void goOn(int turns = 1) {
    neuron += turns * HOP;
    held += turns * HOP * BETWEEN_NEURONS;
    at += turns * HOP;
  }
};

/// Calls visit(place) so that each of the first n neurons is met in every row once.
template <class Visit>
__device__ inline void overRows(const Carried& rows, int n, Visit visit) {
  #pragma unroll 1
  for (Place place(rows, n); place.neuron < n; place.goOn()) {
    visit(place);
  }
}

/// So many turns a thread takes at once, as registers hold; where few are enough it takes no more.
constexpr int FEW_TURNS = 2;
constexpr int MOST_TURNS = SINGLE ? Place::MOST_TURNS : FEW_TURNS;

/// Calls visit(place, t) for so many turns from a place on, all in registers; there may be no such neuron.
template <int TURNS, class Visit>
__device__ inline void atOnce(Place place, Visit visit) {
  #pragma unroll
  for (int t = 0; t < TURNS; t++, place.goOn()) {
    visit(place, t);
  }
}

/// Calls visit(place, Width<TURNS>) for the first of so many turns each, until all of n neurons are met.
template <class Visit>
__device__ inline void overTurns(const Carried& rows, int n, Visit visit) {
  Place place(rows, n);
  if (FEW_TURNS < MOST_TURNS && n <= FEW_TURNS * Place::HOP) {
    visit(place, Width<FEW_TURNS>());
    return;
  }
  #pragma unroll 1
  for (int done = 0; done < n; done += MOST_TURNS * Place::HOP, place.goOn(MOST_TURNS)) {
    visit(place, Width<MOST_TURNS>());
  }
}

/// Fetches rows of a matrix [.., n]; where there is none all is 0.
__device__ inline void fetchRows(const Carried& rows, const real* x, int n) {
  overTurns(rows, n, [=](const Place& first, auto turns) {
    constexpr int TURNS = decltype(turns)::value;
    real own[TURNS];
    atOnce<TURNS>(first, [&](const Place& place, int t) { own[t] = place.inside && place.neuron < n ? x[place.at] : 0; });
    atOnce<TURNS>(first, [&](const Place& place, int t) { *place.held = own[t]; });
  });
  __syncthreads();
}

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
  int f = int(layer.activation);
  real p = real(layer.p);
  const real* bias = layer.bias;
  real* z = layer.z;
  real* a = layer.activation == SOFTMAX ? nullptr : layer.a;
  bits16* copy = layer.copy;
  overTurns(rows, n, [=](const Place& first, auto turns) {
    constexpr int TURNS = decltype(turns)::value;
    real sums[TURNS];
    real values[TURNS];
    atOnce<TURNS>(first, [&](const Place& place, int t) { sums[t] = place.neuron < n ? bias[place.neuron] : 0; });
    atOnce<TURNS>(first, [&](const Place& place, int t) { sums[t] += place.neuron < n ? *place.held : 0; });
    with(f, [&](auto activation) {
      #pragma unroll
      for (int t = 0; t < TURNS; t++) {
        values[t] = activation.value(sums[t], p);
      }
    });
    atOnce<TURNS>(first, [&](const Place& place, int t) {
      if (place.neuron >= n) {
        return;
      }
      *place.held = values[t];
      if (place.inside && z != nullptr) {
        z[place.at] = sums[t];
      }
      if (place.inside && a != nullptr) {
        a[place.at] = values[t];
        storeCopy(copy, place.at, values[t]);
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
    Apart z = {&rows(row, 0), BETWEEN_NEURONS};
    softmaxOf(Warp(), n, z, z);
  }
  __syncthreads();
  overRows(rows, n, [=](const Place& place) {
    if (place.inside) {
      a[place.at] = *place.held;
      storeCopy(copy, place.at, *place.held);
    }
  });
  __syncthreads();
}

/// Copies what is said of layers to where it can be found by their number.
template <class Layers, class Layer>
__device__ inline void shareLayers(const Layers& given, Layer (&layers)[DEPTH]) {
  #pragma unroll
  for (int l = 0; l < DEPTH; l++) {
    if (threadIdx.x == l * 32 % THREADS) {
      layers[l] = given.of[l];
    }
  }
  __syncthreads();
}

/// Grid by tiles, see README. x holds the inputs [m, n]; or where it is said to be summed, x wᵀ of the first layer, which may be its z.
ENTRY_FOR(BLOCKS, forward_layers)(const real* x, int64 m, int64 n, int64 summed, int64 depth, ForwardLayers given) {
  __shared__ Room room;
  __shared__ ForwardLayer layers[DEPTH];
  shareLayers(given, layers);
  #pragma unroll 1
  for (int64 first = blockIdx.x * int64(ROWS); first < m; first += gridDim.x * int64(ROWS)) {
    Carried rows = {room.held, first, int(m - first < ROWS ? m - first : ROWS)};
    fetchRows(rows, x, int(n));
    int before = int(n);
    #pragma unroll 1
    for (int l = 0; l < depth; l++) {
      int neurons = int(layers[l].neurons);
      if (l > 0 || summed == 0) {
        multiply<true>(room, layers[l].weights, before, neurons);
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
  int f = int(layer.activation);
  real p = real(layer.p);
  const real* z = layer.z;
  real* delta = layer.delta;
  bits16* copy = layer.copy;
  overTurns(rows, n, [=](const Place& first, auto turns) {
    constexpr int TURNS = decltype(turns)::value;
    real own[TURNS];
    atOnce<TURNS>(first, [&](const Place& place, int t) { own[t] = place.inside && place.neuron < n ? z[place.at] : 0; });
    with(f, [&](auto activation) {
      #pragma unroll
      for (int t = 0; t < TURNS; t++) {
        own[t] = activation.prime(own[t], p);
      }
    });
    atOnce<TURNS>(first, [&](const Place& place, int t) {
      if (place.neuron >= n) {
        return;
      }
      real x = place.inside ? *place.held * own[t] : 0;
      *place.held = x;
      if (place.inside) {
        delta[place.at] = x;
        storeCopy(copy, place.at, x);
      }
    });
  });
  __syncthreads();
}

/// The sum of each neuron over the rows.
__device__ inline void sumRows(const Carried& rows, int n, real* into) {
  if (threadIdx.x < n) {
    constexpr int V = BETWEEN_ROWS == 1 ? WIDE : 1;
    real sum = 0;
    #pragma unroll
    for (int row = 0; row < ROWS; row += V) {
      Pack<V> piece = load<V>(&rows(row, threadIdx.x));
      for (int e = 0; e < V; e++) {
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
  shareLayers(given, layers);
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
      multiply<false>(room, layers[l].weights, after, neurons);
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
