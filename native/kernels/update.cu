// One step of an optimizer over all parameters: penalties and the rule, rounded step by step as the CPU backend does, so that
// the bits are the same. Where there is a counter the last block moves the position on, when all have read it. Launched with 256
// threads, grid min(ceil(n / 1024), 1024).
// ptx: .version 7.0 .target sm_60
#include "device.cuh"
#include "stored.cuh"
#include "sums.cuh"

/// A row of the schedule: the rate and the two bias corrections.
struct Row {
  bool moves;
  double rate;
  double first;
  double second;
};

/// What a step needs, rounded to the type once.
struct Constants {
  real rate;
  real correction;
  real kept0;
  real share0;
  real kept1;
  real share1;
  real epsilon;
  real decay;
};

/// Momentum and its kin: μ. RMSProp: ρ and ε. Adam: β₁, β₂, ε, and λ of AdamW.
__device__ inline Constants constantsOf(const Row& row, double c1, double c2, double c3, double c4) {
  Constants c;
  c.rate = real(row.rate);
  c.kept0 = real(c1);
  c.share0 = real(1 - c1);
  c.kept1 = real(c2);
  c.share1 = real(1 - c2);
  c.correction = real(1 / row.second);
  c.epsilon = real(c3);
  c.decay = real(1 - row.rate * c4);
  return c;
}

/// w − rate m / (√(scale s) + ε).
__device__ inline real descended(real w, real rate, real m, real scaled, real epsilon) {
  return w - rate * m / (sqrt(scaled) + epsilon);
}

struct Sgd {
  static constexpr int SLOTS = 0;
  __device__ static real step(const Constants& c, real w, real g, real*, bool) {
    return w + -c.rate * g;
  }
};

struct Momentum {
  static constexpr int SLOTS = 1;
  __device__ static real step(const Constants& c, real w, real g, real* state, bool) {
    state[0] = -c.rate * g + c.kept0 * state[0];
    return w + state[0];
  }
};

struct Nesterov {
  static constexpr int SLOTS = 1;
  __device__ static real step(const Constants& c, real w, real g, real* state, bool) {
    state[0] = -c.rate * g + c.kept0 * state[0];
    return w + c.kept0 * state[0] + -c.rate * g;
  }
};

struct RmsProp {
  static constexpr int SLOTS = 1;
  __device__ static real step(const Constants& c, real w, real g, real* state, bool) {
    state[0] = c.kept0 * state[0] + c.share0 * g * g;
    return descended(w, c.rate, g, state[0], c.kept1);
  }
};

struct Adam {
  static constexpr int SLOTS = 2;
  __device__ static real step(const Constants& c, real w, real g, real* state, bool) {
    state[0] = c.share0 * g + c.kept0 * state[0];
    state[1] = c.kept1 * state[1] + c.share1 * g * g;
    return descended(w, c.rate, state[0], c.correction * state[1], c.epsilon);
  }
};

struct AdamW {
  static constexpr int SLOTS = 2;
  __device__ static real step(const Constants& c, real w, real g, real* state, bool weight) {
    return Adam::step(c, weight ? c.decay * w : w, g, state, weight);
  }
};

/// As Math.signum: zeros and NaN as they are.
__device__ inline real sign(real w) {
  return w > 0 ? real(1) : w < 0 ? real(-1) : w;
}

/// The row of the schedule for this step; where nothing is to move, it counts for no element.
__device__ inline Row rowOf(
    const double* schedule, int64 steps, const int64* position, const double* tally, int64* fault) {
  int64 number = position[STEP];
  bool moves = tally[FAULT] == 0 && position[SKIP] == 0;
  bool there = number >= 0 && number < steps;
  if (moves && !there && firstIndex() == 0) {
    note(fault, NO_STEP, number, steps, 0);
  }
  if (!moves || !there) {
    return {false, 0, 1, 1};
  }
  const double* row = schedule + 3 * number;
  return {true, row[0], row[1], row[2]};
}

template <class Rule>
__device__ inline void update(
    real* w, int64 penalized, const real* g, real* state, int64 n, const Row& row, double l1, double l2, double c1,
    double c2, double c3, double c4, Stored copy) {
  Constants c = constantsOf(row, c1, c2, c3, c4);
  if (Rule::SLOTS == 2) {
    c.rate = real(row.rate / row.first);
  }
  bool penalties = l1 != 0 || l2 != 0;
  real most = real(l1);
  real square = real(l2);
  auto body = [=](int64 i, auto width) {
    constexpr int V = decltype(width)::value;
    Pack<V> ws = load<V>(w + i);
    Pack<V> gs = load<V>(g + i);
    Pack<V> slots[2];
    for (int s = 0; s < Rule::SLOTS; s++) {
      slots[s] = load<V>(state + s * n + i);
    }
    for (int e = 0; e < V; e++) {
      bool weight = i + e < penalized;
      real gradient = gs.v[e];
      if (penalties && weight) {
        gradient += square * ws.v[e];
        if (most != 0) {
          gradient += most * sign(ws.v[e]);
        }
      }
      real own[2];
      for (int s = 0; s < Rule::SLOTS; s++) {
        own[s] = slots[s].v[e];
      }
      ws.v[e] = Rule::step(c, ws.v[e], gradient, own, weight);
      for (int s = 0; s < Rule::SLOTS; s++) {
        slots[s].v[e] = own[s];
      }
    }
    store<V>(w + i, ws);
    copy.template store<V>(i, ws);
    for (int s = 0; s < Rule::SLOTS; s++) {
      store<V>(state + s * n + i, slots[s]);
    }
  };
  if (Rule::SLOTS == 0) {
    sweep(n, body, w, copy, g);
  } else if (Rule::SLOTS == 1) {
    sweep(n, body, w, copy, g, state);
  } else {
    sweep(n, body, w, copy, g, state, state + n);
  }
}

#define MAKE(name, Rule)                                                                                             \
  ENTRY(update_##name)(real* w, int64 penalized, const real* g, real* state, int64 n, const double* schedule,        \
                       int64 steps, int64* position, const double* tally, int64* fault, double l1, double l2,        \
                       double c1, double c2, double c3, double c4, int64 used, unsigned* counter AND_STORED) {       \
    Row row = rowOf(schedule, steps, position, tally, fault);                                                        \
    update<Rule>(w, penalized, g, state, row.moves ? n : 0, row, l1, l2, c1, c2, c3, c4, STORED_COPY);               \
    if (counter != nullptr && isLast(counter, gridDim.x) && threadIdx.x == 0) {                                      \
      moveOn(position, used);                                                                                        \
    }                                                                                                                \
  }

MAKE(sgd, Sgd)
MAKE(momentum, Momentum)
MAKE(nesterov, Nesterov)
MAKE(rmsprop, RmsProp)
MAKE(adam, Adam)
MAKE(adamw, AdamW)
