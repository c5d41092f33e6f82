// Many steps of plain gradient descent in one launch, of a network that fits into the shared memory of a block: weights and biases
// are loaded once and stored at the end. 512 threads (256 in float64) go forward and back, while 128 more load the batch of the next
// step. One block of all of them, with dynamic shared memory as io.nudge.cuda.WholeLayout lays it out.
// ptx: .version 7.0 .target sm_60
#include "costs.cuh"
#include "held.cuh"
#include "lanes.cuh"
#include "picker.cuh"
#include "schedule.cuh"

/// Threads that load, beside those that compute.
constexpr int LOADERS = 128;

/// The most layers.
constexpr int DEPTH = 8;

/// A layer as the host describes it; places in shared memory are in elements. The first is the input: it has only neurons and
/// stride.
struct Layer {
  real* weights;
  real* bias;
  int64 neurons;
  int64 activation;
  double p;
  /// Lanes that share a sum on the way forward, and whether they have one or a tile of sums.
  int64 lanes;
  int64 tiled;
  /// Of the rows of z and a, and of the weights behind it.
  int64 stride;
  int64 atWeights;
  int64 atBias;
  /// z, then σ′(z), then δ; of the output layer z, then δ.
  int64 atSums;
  int64 atOutputs;
};

struct Layers {
  Layer of[DEPTH + 1];
};

/// Where the data come from. Labels or values are null.
struct Data {
  const real* rows;
  const int64* labels;
  const real* values;
  int64 examples;
  const int64* order;
  int64 orderSize;
  const double* schedule;
  int64 steps;
  int64* fault;
};

/// Where the batch of a step was loaded to; there are two of each where two fit.
struct Batch {
  int inputs;
  int targets;
  int rate;
};

__shared__ Layer layers[DEPTH + 1];

/// The position and the tally, as of the last step, and where the first began.
__shared__ int64 position[SKIP + 1];
__shared__ double tally[FAULT + 1];
__shared__ int64 start[2];

/// The rate of each of the two batches, and the pace of the step.
__shared__ double rates[2];
__shared__ Pace pace;

/// The threads that compute wait for each other, and those that load do.
template <int NUMBER, int COUNT>
__device__ inline void meet() {
  asm volatile("bar.sync %0, %1;" ::"n"(NUMBER), "n"(COUNT) : "memory");
}

__device__ inline void meetComputing() {
  meet<1, COMPUTING>();
}

/// Copies rows of a matrix [.., n]; where there is no example the row becomes 0. Several loads of a thread are on their way together.
__device__ inline void copyRows(const real* from, const int64* picks, const Held& to, int rows, int n, int me) {
  constexpr int TOGETHER = 2;
  int packs = packsOf(n);
  bool aligned = n % WIDE == 0 && isAligned(from);
  #pragma unroll 1
  for (int first = me; first < rows * packs; first += TOGETHER * LOADERS) {
    Pack<WIDE> packsHeld[TOGETHER] = {};
    for (int u = 0; u < TOGETHER; u++) {
      int item = first + u * LOADERS;
      int k = item % packs;
      int64 example = item < rows * packs ? picks[item / packs] : -1;
      const real* source = from + example * n + k * WIDE;
      if (example >= 0 && aligned) {
        packsHeld[u] = load<WIDE>(source);
      } else if (example >= 0) {
        for (int e = 0; e < WIDE; e++) {
          packsHeld[u].v[e] = k * WIDE + e < n ? source[e] : 0;
        }
      }
    }
    for (int u = 0; u < TOGETHER; u++) {
      int item = first + u * LOADERS;
      if (item < rows * packs) {
        to.put(item / packs, item % packs, packsHeld[u]);
      }
    }
  }
}

/// Loads the batch of a step that begins at a row of the order; the loaders do.
__device__ inline void loadBatch(
    const Data& data, const Layer& input, const Layer& output, const Batch& batch, int64* picks, int64 row, int64 step, int rows) {
  int me = threadIdx.x - COMPUTING;
  Picker pick(data.order, data.orderSize, row, data.examples, data.fault);
  #pragma unroll 1
  for (int i = me; i < rows; i += LOADERS) {
    picks[i] = pick(i);
  }
  meet<2, LOADERS>();
  copyRows(data.rows, picks, {batch.inputs, int(input.stride)}, rows, int(input.neurons), me);
  int n = int(output.neurons);
  Held targets = {batch.targets, int(output.stride)};
  if (data.labels == nullptr) {
    copyRows(data.values, picks, targets, rows, n, me);
  } else {
    #pragma unroll 1
    for (int item = me; item < rows * n; item += LOADERS) {
      int i = item / n;
      targets(i, item % n) = pick.label(data.labels, picks[i], n) == item % n ? real(1) : real(0);
    }
  }
  if (me == 0 && step >= 0 && step < data.steps) {
    rates[batch.rate] = data.schedule[3 * step];
  }
}

/// Between the parameters of a layer and where they are held; the threads that compute do.
__device__ inline void loadParameters(const Layer& layer, int stride, int columns) {
  int n = int(layer.neurons);
  Held w = {int(layer.atWeights), stride};
  #pragma unroll 1
  for (int e = threadIdx.x; e < n * columns; e += COMPUTING) {
    w(e / columns, e % columns) = layer.weights[e];
  }
  #pragma unroll 1
  for (int j = threadIdx.x; j < n; j += COMPUTING) {
    *at(int(layer.atBias) + j) = layer.bias[j];
  }
}

__device__ inline void storeParameters(const Layer& layer, int stride, int columns) {
  int n = int(layer.neurons);
  Held w = {int(layer.atWeights), stride};
  #pragma unroll 1
  for (int e = threadIdx.x; e < n * columns; e += COMPUTING) {
    layer.weights[e] = w(e / columns, e % columns);
  }
  #pragma unroll 1
  for (int j = threadIdx.x; j < n; j += COMPUTING) {
    layer.bias[j] = *at(int(layer.atBias) + j);
  }
}

/// The steps of a launch, as the threads that compute see them.
struct Network {
  int depth;
  int cost;
  double l2;
  int atCosts;
  int64 steps;
  int64* fault;

  __device__ Held sums(int l) const {
    return {int(layers[l].atSums), int(layers[l].stride)};
  }
  __device__ Held outputs(int l, const Batch& batch) const {
    return {l == 0 ? batch.inputs : int(layers[l].atOutputs), int(layers[l].stride)};
  }
  __device__ Held weights(int l) const {
    return {int(layers[l].atWeights), int(layers[l - 1].stride)};
  }
  __device__ int neurons(int l) const {
    return int(layers[l].neurons);
  }

  __device__ void forward(const Batch& batch, int rows) const {
    #pragma unroll 1
    for (int l = 1; l <= depth; l++) {
      if (!layers[l].tiled) {
        sumUp<1, 1>(l, batch, rows);
      } else {
        sumUp<5, 4>(l, batch, rows);
      }
      meetComputing();
      if (l < depth) {
        activate(l, batch, rows);
        meetComputing();
      }
    }
  }

  /// z of a layer, in tiles as io.nudge.cuda.WholeLayout counts their work.
  template <int DOWN, int ACROSS>
  __device__ void sumUp(int l, const Batch& batch, int rows) const {
    weightedSums<DOWN, ACROSS>(
        outputs(l - 1, batch), weights(l), int(layers[l].atBias), sums(l), rows, neurons(l), packsOf(neurons(l - 1)),
        int(layers[l].lanes));
  }

  /// a = σ(z) of a hidden layer; σ′(z) takes the place of z.
  __device__ void activate(int l, const Batch& batch, int rows) const {
    Held z = sums(l);
    Held a = outputs(l, batch);
    int n = neurons(l);
    int f = int(layers[l].activation);
    real p = real(layers[l].p);
    #pragma unroll 1
    for (int item = threadIdx.x; item < rows * n; item += COMPUTING) {
      int i = int(unsigned(item) / unsigned(n));
      int j = item - i * n;
      real sum = z(i, j);
      a(i, j) = valueOf(f, sum, p);
      z(i, j) = primeOf(f, sum, p);
    }
  }

  __device__ Output output() const {
    return {cost, int(layers[depth].activation), real(layers[depth].p)};
  }

  /// C₀, whether the answer is right, and δ of the output layer, a short row to as many lanes as hold it. All lanes of a warp do the
  /// same, also those that have no row.
  __device__ void scoreShort(const Batch& batch, int rows) const {
    Output out = output();
    int n = neurons(depth);
    int shift = 32 - __clz(n - 1);
    Held z = sums(depth);
    #pragma unroll 1
    for (int first = 0; first + (int(threadIdx.x / 32 * 32) >> shift) < rows; first += COMPUTING >> shift) {
      int row = first + int(threadIdx.x >> shift);
      Lanes team(1 << shift, row < rows, n);
      Element sum = {team.has ? z(row, team.at) : 0};
      Element y = {team.has ? at(batch.targets)[row * z.stride + team.at] : 0};
      Element a = {valueOf(out.activation, sum.x, out.p)};
      if (out.activation == SOFTMAX) {
        softmaxOf(team, n, sum, ElementInto{&a.x});
      }
      real c = costOf(out, team, n, sum, a, y);
      bool right = rightOf(team, n, a, y);
      real delta = 0;
      outputDeltaOf(out, team, n, sum, a, y, ElementInto{&delta}, powerOfTwo(position[SCALE]));
      if (team.has) {
        z(row, team.at) = delta;
      }
      if (team.leads()) {
        scored(row, rows, c, right);
      }
    }
  }

  /// The same of rows longer than a warp, which has one of them.
  __device__ void scoreLong(const Batch& batch, int rows) const {
    Output out = output();
    Warp team;
    int n = neurons(depth);
    #pragma unroll 1
    for (int row = threadIdx.x / 32; row < rows; row += COMPUTING / 32) {
      real* z = &sums(depth)(row, 0);
      real* a = &outputs(depth, batch)(row, 0);
      const real* y = at(batch.targets) + row * int(layers[depth].stride);
      if (out.activation == SOFTMAX) {
        softmaxOf(team, n, z, a);
      } else {
        #pragma unroll 1
        for (int j = team.first(); j < n; j += team.step()) {
          a[j] = valueOf(out.activation, z[j], out.p);
        }
      }
      real c = costOf(out, team, n, z, a, y);
      bool right = rightOf(team, n, a, y);
      outputDeltaOf(out, team, n, z, a, y, z, powerOfTwo(position[SCALE]));
      if (team.leads()) {
        scored(row, rows, c, right);
      }
    }
  }

  __device__ void scored(int row, int rows, real c, bool right) const {
    *at(atCosts + row) = c;
    *at(atCosts + rows + row) = right ? real(1) : real(0);
  }

  /// The pace of the step, if it moves anything.
  __device__ void setPace(const Batch& batch, int rows) const {
    double mean = 1.0 / rows;
    double rate = rates[batch.rate];
    pace = {true, real(-rate * mean), real(1 - rate * l2), real(rate), real(mean)};
  }

  /// Adds the batch to the tally, finds whether the step moves anything, and moves the position on; a warp does.
  __device__ void count(int rows) const {
    double cost = 0;
    double right = 0;
    #pragma unroll 1
    for (int i = threadIdx.x; i < rows; i += 32) {
      cost += double(*at(atCosts + i));
      right += double(*at(atCosts + rows + i));
    }
    for (int far = 16; far > 0; far /= 2) {
      cost += __shfl_xor_sync(~0u, cost, far);
      right += __shfl_xor_sync(~0u, right, far);
    }
    if (threadIdx.x == 0) {
      enter(cost, right, position, tally);
      pace.moves = movesAt(position[STEP], steps, position, tally, fault);
      moveOn(position, rows);
    }
  }

  /// δ of the hidden layers, from the last one on.
  __device__ void back(int rows) const {
    #pragma unroll 1
    for (int l = depth; l > 1; l--) {
      int packs = packsOf(neurons(l - 1));
      if (rows * packs > 2 * COMPUTING) {
        deltaBefore<4>(sums(l), weights(l), sums(l - 1), rows, neurons(l), packs);
      } else {
        deltaBefore<1>(sums(l), weights(l), sums(l - 1), rows, neurons(l), packs);
      }
      meetComputing();
    }
    if (depth == 1) {
      meetComputing();
    }
  }

  /// The first warp counts, while others go back; one of the last sets the pace, while others score.
  __device__ void step(const Batch& batch, int rows) const {
    forward(batch, rows);
    if (threadIdx.x == COMPUTING - 1) {
      setPace(batch, rows);
    }
    if (neurons(depth) <= 32) {
      scoreShort(batch, rows);
    } else {
      scoreLong(batch, rows);
    }
    meetComputing();
    if (threadIdx.x < 32) {
      count(rows);
    }
    back(rows);
    Pace now = pace;
    #pragma unroll 1
    for (int l = depth; l >= 1 && now.moves; l--) {
      descend(sums(l), outputs(l - 1, batch), weights(l), int(layers[l].atBias), rows, neurons(l), neurons(l - 1), now,
              l > 1);
    }
  }
};

extern "C" __global__ void __launch_bounds__(COMPUTING + LOADERS, 1) GLUE(whole_steps, SUFFIX)(
    const real* rows, const int64* labels, const real* values, int64 examples, const int64* order, int64 orderSize,
    const double* schedule, int64 steps, int64* givenPosition, double* givenTally, int64* fault, int64 cost, double l2,
    int64 batch, int64 count, int64 depth, int64 elements, int64 atInputs, int64 atNextInputs, int64 atTargets,
    int64 atNextTargets, int64 atCosts, int64 atPicks, Layers given) {
  bool loads = threadIdx.x >= COMPUTING;
  bool ahead = atNextInputs != atInputs;

  #pragma unroll 1
  for (int64 e = threadIdx.x; e < elements; e += COMPUTING + LOADERS) {
    *at(int(e)) = 0;
  }
  if (threadIdx.x == 0) {
    for (int l = 0; l <= DEPTH; l++) {
      layers[l] = given.of[l];
    }
    for (int i = 0; i <= SKIP; i++) {
      position[i] = givenPosition[i];
    }
    for (int i = 0; i <= FAULT; i++) {
      tally[i] = givenTally[i];
    }
    start[0] = givenPosition[ROW];
    start[1] = givenPosition[STEP];
    rates[0] = 0;
    rates[1] = 0;
  }
  __syncthreads();

  Data data = {rows, labels, values, examples, order, orderSize, schedule, steps, fault};
  Network network = {int(depth), int(cost), l2, int(atCosts), steps, fault};
  int64* picks = reinterpret_cast<int64*>(at(int(atPicks)));
  auto batchOf = [=](int turn) {
    bool second = turn & 1;
    return Batch{int(second ? atNextInputs : atInputs), int(second ? atNextTargets : atTargets), second ? 1 : 0};
  };
  int last = int((count + batch - 1) / batch);

  // Turn −1 loads the first batch and the parameters.
  #pragma unroll 1
  for (int turn = -1; turn < last; turn++) {
    for (int part = ahead || turn < 0 ? 1 : 0; part < 2; part++) {
      if (loads) {
        int next = turn + 1;
        if (part == 1 && next < last) {
          int64 done = next * batch;
          int coming = int(count - done < batch ? count - done : batch);
          loadBatch(data, layers[0], layers[depth], batchOf(next), picks, start[0] + done, start[1] + next, coming);
        }
      } else if (turn < 0) {
        for (int l = 1; l <= depth; l++) {
          loadParameters(layers[l], int(layers[l - 1].stride), int(layers[l - 1].neurons));
        }
      } else if (part == 0 || ahead) {
        int64 left = count - turn * batch;
        network.step(batchOf(turn), int(left < batch ? left : batch));
      }
      __syncthreads();
    }
  }
  if (!loads) {
    for (int l = 1; l <= depth; l++) {
      storeParameters(layers[l], int(layers[l - 1].stride), int(layers[l - 1].neurons));
    }
  }
  if (threadIdx.x < 3) {
    givenPosition[threadIdx.x] = position[threadIdx.x];
    givenTally[threadIdx.x] = tally[threadIdx.x];
  }
}
