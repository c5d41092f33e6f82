package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import java.util.Arrays;

/** The passes in float32. {@link DoubleKernels} is its likeness; a change here is a change there. */
final class FloatKernels extends Kernels {
    private final FloatArithmetic arithmetic;
    private final FloatFunctions functions;
    private final RandomWords random;
    private final float[] room = new float[BLOCK];
    private final float[] sums = new float[SUMS];
    /** Larger only for more outputs than a block has elements. */
    private float[] powers = new float[BLOCK];

    FloatKernels(FloatArithmetic arithmetic, FloatFunctions functions, RandomWords random) {
        this.arithmetic = arithmetic;
        this.functions = functions;
        this.random = random;
    }

    @Override
    void fill(double value, CpuMemory x, int xAt, int n) {
        Arrays.fill(x.floats, xAt, xAt + n, (float) value);
    }

    @Override
    void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        arithmetic.add(a.floats, aAt, b.floats, bAt, c.floats, cAt, n);
    }

    @Override
    void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        arithmetic.subtract(a.floats, aAt, b.floats, bAt, c.floats, cAt, n);
    }

    @Override
    void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        arithmetic.hadamard(a.floats, aAt, b.floats, bAt, c.floats, cAt, n);
    }

    @Override
    void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        arithmetic.scale((float) alpha, x.floats, xAt, y.floats, yAt, n);
    }

    @Override
    void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        arithmetic.addScaled((float) alpha, x.floats, xAt, y.floats, yAt, n);
    }

    @Override
    void clamp(double limit, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        arithmetic.clamp((float) limit, x.floats, xAt, y.floats, yAt, n);
    }

    @Override
    void sumRows(
            double scale,
            CpuMemory x,
            int xAt,
            int rows,
            int columns,
            int from,
            int to,
            double beta,
            CpuMemory into,
            int intoAt) {
        for (int j = from; j < to; j += SUMS) {
            int width = Math.min(SUMS, to - j);
            Arrays.fill(sums, 0, width, 0);
            int fours = rows / 4 * 4;
            for (int i = 0; i < fours; i += 4) {
                arithmetic.addFourRows(sums, 0, x.floats, xAt + i * columns + j, columns, width);
            }
            for (int i = fours; i < rows; i++) {
                arithmetic.add(sums, 0, x.floats, xAt + i * columns + j, sums, 0, width);
            }
            if (beta == 0) {
                arithmetic.scale((float) scale, sums, 0, into.floats, intoAt + j, width);
            } else {
                arithmetic.combine((float) scale, sums, 0, (float) beta, into.floats, intoAt + j, width);
            }
        }
    }

    @Override
    void combine(double alpha, CpuMemory x, int xAt, double beta, CpuMemory y, int yAt, int n) {
        arithmetic.combine((float) alpha, x.floats, xAt, (float) beta, y.floats, yAt, n);
    }

    /** Four sums side by side, so that an addition need not wait for the one before. */
    @Override
    double sumSquares(CpuMemory x, int xAt, int n) {
        float[] xs = x.floats;
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i < n - 3; i += 4) {
            sum0 += square(xs[xAt + i]);
            sum1 += square(xs[xAt + i + 1]);
            sum2 += square(xs[xAt + i + 2]);
            sum3 += square(xs[xAt + i + 3]);
        }
        for (; i < n; i++) {
            sum0 += square(xs[xAt + i]);
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    private static double square(double x) {
        return x * x;
    }

    @Override
    double sum(CpuMemory x, int xAt, int n) {
        return sum(x.floats, xAt, n);
    }

    private static double sum(float[] x, int xAt, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[xAt + i];
        }
        return sum;
    }

    @Override
    boolean finite(CpuMemory x, int xAt, int n) {
        boolean finite = true;
        for (int i = 0; i < n; i++) {
            finite &= Float.isFinite(x.floats[xAt + i]);
        }
        return finite;
    }

    @Override
    void transpose(CpuMemory x, int xAt, int rows, int columns, int from, int to, CpuMemory y, int yAt) {
        Transposition.into(x.floats, xAt + from * columns, columns, to - from, columns, y.floats, yAt + from, rows);
    }

    @Override
    void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        functions.activate(f, z.floats, zAt, a.floats, aAt, n);
    }

    @Override
    void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory into, int intoAt, int n) {
        functions.prime(f, z.floats, zAt, into.floats, intoAt, n);
    }

    /** Whether σ′ is computed from a; else it is from z. */
    static boolean chainsByOutput(Activation f) {
        return f instanceof Activation.Sigmoid || f instanceof Activation.Tanh;
    }

    @Override
    void chain(
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory up,
            int upAt,
            CpuMemory delta,
            int deltaAt,
            int n) {
        if (f instanceof Activation.Sigmoid) {
            arithmetic.sigmoidChain(a.floats, aAt, up.floats, upAt, delta.floats, deltaAt, n);
        } else if (f instanceof Activation.Tanh) {
            arithmetic.tanhChain(a.floats, aAt, up.floats, upAt, delta.floats, deltaAt, n);
        } else {
            functions.chain(f, z.floats, zAt, up.floats, upAt, delta.floats, deltaAt, n);
        }
    }

    @Override
    void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int rows, int columns) {
        functions.powers(z.floats, zAt, a.floats, aAt, rows, columns);
        for (int i = 0; i < rows; i++) {
            int row = aAt + i * columns;
            float sum = (float) sum(a.floats, row, columns);
            for (int j = row; j < row + columns; j++) {
                a.floats[j] /= sum;
            }
        }
    }

    @Override
    void softmaxChain(
            CpuMemory a, int aAt, CpuMemory up, int upAt, CpuMemory delta, int deltaAt, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            int row = i * columns;
            double mean = 0;
            for (int j = row; j < row + columns; j++) {
                mean += (double) a.floats[aAt + j] * up.floats[upAt + j];
            }
            for (int j = row; j < row + columns; j++) {
                delta.floats[deltaAt + j] = (float) (a.floats[aAt + j] * (up.floats[upAt + j] - mean));
            }
        }
    }

    @Override
    void costs(
            Cost cost,
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            CpuMemory costs,
            int costsAt,
            int rows,
            int columns) {
        if (cost.fusesWith(f) && !f.elementwise()) {
            categorical(z.floats, zAt, y.floats, yAt, costs.floats, costsAt, rows, columns);
            return;
        }
        for (int i = 0; i < rows; i++) {
            int at = i * columns;
            costs.floats[costsAt + i] = (float)
                    (cost.fusesWith(f)
                            ? binary(z.floats, zAt + at, y.floats, yAt + at, columns)
                            : terms(cost, a.floats, aAt + at, y.floats, yAt + at, columns));
        }
    }

    private static double terms(Cost cost, float[] a, int aAt, float[] y, int yAt, int n) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += cost.term(a[aAt + j], y[yAt + j], n);
        }
        return sum;
    }

    /** The formula of {@link Cost.BinaryCrossEntropy} with sigmoid. */
    private static double binary(float[] z, int zAt, float[] y, int yAt, int n) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            double each = z[zAt + j];
            sum += Math.max(each, 0.0) - each * y[yAt + j] + FloatMath.log1pExp(-Math.abs(z[zAt + j]));
        }
        return sum;
    }

    /** The formula of {@link Cost.CategoricalCrossEntropy} with softmax. */
    private void categorical(
            float[] z, int zAt, float[] y, int yAt, float[] costs, int costsAt, int rows, int columns) {
        int atOnce = Math.max(1, BLOCK / Math.max(1, columns));
        for (int i = 0; i < rows; i += atOnce) {
            int some = Math.min(atOnce, rows - i);
            powers = some * columns > powers.length ? new float[some * columns] : powers;
            functions.powers(z, zAt + i * columns, powers, 0, some, columns);
            for (int row = i; row < i + some; row++) {
                double log = Math.log(sum(powers, (row - i) * columns, columns));
                costs[costsAt + row] =
                        (float) categorical(log, z, zAt + row * columns, y, yAt + row * columns, columns);
            }
        }
    }

    private static double categorical(double log, float[] z, int zAt, float[] y, int yAt, int n) {
        double max = FloatFunctions.max(z, zAt, n);
        double cost = 0;
        for (int j = 0; j < n; j++) {
            cost += y[yAt + j] * (log - (z[zAt + j] - max));
        }
        return cost;
    }

    @Override
    void costGradient(
            Cost cost, CpuMemory a, int aAt, CpuMemory y, int yAt, CpuMemory into, int intoAt, int rows, int columns) {
        double slope = slope(cost, columns);
        if (slope != 0) {
            arithmetic.difference((float) slope, a.floats, aAt, y.floats, yAt, into.floats, intoAt, rows * columns);
            return;
        }
        for (int i = 0; i < rows * columns; i++) {
            into.floats[intoAt + i] = (float) cost.gradient(a.floats[aAt + i], y.floats[yAt + i], columns);
        }
    }

    @Override
    void fusedDelta(
            boolean softmax,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            CpuMemory delta,
            int deltaAt,
            int rows,
            int n) {
        if (!softmax) {
            arithmetic.difference(1, a.floats, aAt, y.floats, yAt, delta.floats, deltaAt, rows * n);
            return;
        }
        for (int i = 0; i < rows; i++) {
            float total = (float) sum(y.floats, yAt + i * n, n);
            for (int j = i * n; j < i * n + n; j++) {
                delta.floats[deltaAt + j] = a.floats[aAt + j] * total - y.floats[yAt + j];
            }
        }
    }

    @Override
    int right(CpuMemory a, int aAt, CpuMemory y, int yAt, int rows, int columns) {
        int right = 0;
        for (int i = 0; i < rows; i++) {
            right += Answers.right(a.floats, aAt + i * columns, y.floats, yAt + i * columns, columns) ? 1 : 0;
        }
        return right;
    }

    /**
     * Block by block, so that the passes over a block, of which an optimizer needs up to three, stay in the first
     * cache.
     */
    @Override
    void update(
            Descent rule,
            boolean penalized,
            CpuMemory w,
            int wAt,
            CpuMemory g,
            int gAt,
            CpuMemory state,
            int slot0,
            int slot1,
            double[] schedule,
            int rowAt,
            int n) {
        boolean changed = penalized && (rule.l1() != 0 || rule.l2() != 0);
        float[] gradients = changed ? room : g.floats;
        Optimizer optimizer = rule.optimizer();
        for (int i = 0; i < n; i += BLOCK) {
            int width = Math.min(BLOCK, n - i);
            int from = changed ? 0 : gAt + i;
            if (changed) {
                penalize(rule, w.floats, wAt + i, g.floats, gAt + i, gradients, width);
            }
            if (penalized && optimizer instanceof Optimizer.AdamW it) {
                float kept = (float) (1 - schedule[rowAt] * it.weightDecay());
                arithmetic.scale(kept, w.floats, wAt + i, w.floats, wAt + i, width);
            }
            step(
                    optimizer,
                    w.floats,
                    wAt + i,
                    gradients,
                    from,
                    state.floats,
                    slot0 + i,
                    slot1 + i,
                    schedule,
                    rowAt,
                    width);
        }
    }

    private void penalize(Descent rule, float[] w, int wAt, float[] g, int gAt, float[] into, int n) {
        System.arraycopy(g, gAt, into, 0, n);
        arithmetic.addScaled((float) rule.l2(), w, wAt, into, 0, n);
        float l1 = (float) rule.l1();
        for (int i = 0; i < n && l1 != 0; i++) {
            into[i] += l1 * Math.signum(w[wAt + i]);
        }
    }

    private void step(
            Optimizer rule,
            float[] w,
            int wAt,
            float[] g,
            int gAt,
            float[] state,
            int slot0,
            int slot1,
            double[] schedule,
            int rowAt,
            int n) {
        float rate = (float) schedule[rowAt];
        if (rule instanceof Optimizer.Sgd) {
            arithmetic.addScaled(-rate, g, gAt, w, wAt, n);
        } else if (rule instanceof Optimizer.Momentum it) {
            momentum(rate, (float) it.momentum(), w, wAt, g, gAt, state, slot0, n);
        } else if (rule instanceof Optimizer.Nesterov it) {
            nesterov(rate, (float) it.momentum(), w, wAt, g, gAt, state, slot0, n);
        } else if (rule instanceof Optimizer.RmsProp it) {
            rmsProp(rate, it, w, wAt, g, gAt, state, slot0, n);
        } else if (rule instanceof Optimizer.Adam it) {
            adam(it.beta1(), it.beta2(), it.epsilon(), w, wAt, g, gAt, state, slot0, slot1, schedule, rowAt, n);
        } else if (rule instanceof Optimizer.AdamW it) {
            adam(it.beta1(), it.beta2(), it.epsilon(), w, wAt, g, gAt, state, slot0, slot1, schedule, rowAt, n);
        } else {
            throw new IllegalArgumentException("update: the CPU backend does not know the optimizer " + rule.name());
        }
    }

    private void momentum(float rate, float mu, float[] w, int wAt, float[] g, int gAt, float[] v, int vAt, int n) {
        arithmetic.combine(-rate, g, gAt, mu, v, vAt, n);
        arithmetic.add(w, wAt, v, vAt, w, wAt, n);
    }

    private void nesterov(float rate, float mu, float[] w, int wAt, float[] g, int gAt, float[] v, int vAt, int n) {
        arithmetic.combine(-rate, g, gAt, mu, v, vAt, n);
        arithmetic.addScaled(mu, v, vAt, w, wAt, n);
        arithmetic.addScaled(-rate, g, gAt, w, wAt, n);
    }

    private void rmsProp(
            float rate, Optimizer.RmsProp rule, float[] w, int wAt, float[] g, int gAt, float[] s, int sAt, int n) {
        arithmetic.meanSquare((float) rule.decay(), s, sAt, (float) (1 - rule.decay()), g, gAt, n);
        arithmetic.descend(rate, g, gAt, 1, s, sAt, (float) rule.epsilon(), w, wAt, n);
    }

    private void adam(
            double beta1,
            double beta2,
            double epsilon,
            float[] w,
            int wAt,
            float[] g,
            int gAt,
            float[] state,
            int slot0,
            int slot1,
            double[] schedule,
            int rowAt,
            int n) {
        float rate = (float) (schedule[rowAt] / schedule[rowAt + 1]);
        float correction = (float) (1 / schedule[rowAt + 2]);
        arithmetic.combine((float) (1 - beta1), g, gAt, (float) beta1, state, slot0, n);
        arithmetic.meanSquare((float) beta2, state, slot1, (float) (1 - beta2), g, gAt, n);
        arithmetic.descend(rate, state, slot0, correction, state, slot1, (float) epsilon, w, wAt, n);
    }

    @Override
    void dropout(
            double rate,
            long seed,
            long stream,
            long step,
            CpuMemory x,
            int xAt,
            CpuMemory y,
            int yAt,
            int from,
            int to) {
        int least = RandomWords.least(rate);
        float factor = (float) RandomWords.factor(rate);
        int end;
        for (int at = from / RandomWords.GROUP * RandomWords.GROUP; at < to; at += end) {
            int begin = Math.max(0, from - at);
            end = Math.min(RandomWords.MOST, to - at);
            random.draw(seed, stream, step, at, end);
            arithmetic.drop(least, random, factor, x.floats, xAt + at, y.floats, yAt + at, begin, end);
        }
    }

    @Override
    double get(CpuMemory x, int at) {
        return x.floats[at];
    }

    @Override
    void set(CpuMemory x, int at, double value) {
        x.floats[at] = (float) value;
    }
}
