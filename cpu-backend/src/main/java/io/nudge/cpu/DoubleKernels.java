package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import java.util.Arrays;

/** The passes in float64. {@link FloatKernels} is its likeness; a change here is a change there. */
final class DoubleKernels extends Kernels {
    private final DoubleArithmetic arithmetic;
    private final DoubleFunctions functions;
    private final RandomWords random;
    private final double[] room = new double[BLOCK];
    private final double[] sums = new double[SUMS];
    /** Larger only for more outputs than a block has elements. */
    private double[] powers = new double[BLOCK];

    DoubleKernels(DoubleArithmetic arithmetic, DoubleFunctions functions, RandomWords random) {
        this.arithmetic = arithmetic;
        this.functions = functions;
        this.random = random;
    }

    @Override
    void fill(double value, CpuMemory x, int xAt, int n) {
        Arrays.fill(x.doubles, xAt, xAt + n, value);
    }

    @Override
    void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        arithmetic.add(a.doubles, aAt, b.doubles, bAt, c.doubles, cAt, n);
    }

    @Override
    void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        arithmetic.subtract(a.doubles, aAt, b.doubles, bAt, c.doubles, cAt, n);
    }

    @Override
    void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        arithmetic.hadamard(a.doubles, aAt, b.doubles, bAt, c.doubles, cAt, n);
    }

    @Override
    void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        arithmetic.scale(alpha, x.doubles, xAt, y.doubles, yAt, n);
    }

    @Override
    void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        arithmetic.addScaled(alpha, x.doubles, xAt, y.doubles, yAt, n);
    }

    @Override
    void clamp(double limit, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        arithmetic.clamp(limit, x.doubles, xAt, y.doubles, yAt, n);
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
                arithmetic.addFourRows(sums, 0, x.doubles, xAt + i * columns + j, columns, width);
            }
            for (int i = fours; i < rows; i++) {
                arithmetic.add(sums, 0, x.doubles, xAt + i * columns + j, sums, 0, width);
            }
            if (beta == 0) {
                arithmetic.scale(scale, sums, 0, into.doubles, intoAt + j, width);
            } else {
                arithmetic.combine(scale, sums, 0, beta, into.doubles, intoAt + j, width);
            }
        }
    }

    @Override
    void combine(double alpha, CpuMemory x, int xAt, double beta, CpuMemory y, int yAt, int n) {
        arithmetic.combine(alpha, x.doubles, xAt, beta, y.doubles, yAt, n);
    }

    /** Four sums side by side, so that an addition need not wait for the one before. */
    @Override
    double sumSquares(CpuMemory x, int xAt, int n) {
        double[] xs = x.doubles;
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
        return sum(x.doubles, xAt, n);
    }

    private static double sum(double[] x, int xAt, int n) {
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
            finite &= Double.isFinite(x.doubles[xAt + i]);
        }
        return finite;
    }

    @Override
    void transpose(CpuMemory x, int xAt, int rows, int columns, int from, int to, CpuMemory y, int yAt) {
        transpose(x.doubles, xAt, rows, columns, from, to, y.doubles, yAt);
    }

    /** Rows from to to of x [rows, columns] become columns of y. */
    static void transpose(double[] x, int xAt, int rows, int columns, int from, int to, double[] y, int yAt) {
        for (int j = 0; j < columns; j += TILE) {
            int end = Math.min(columns, j + TILE);
            for (int i = from; i < to; i++) {
                for (int k = j; k < end; k++) {
                    y[yAt + k * rows + i] = x[xAt + i * columns + k];
                }
            }
        }
    }

    @Override
    void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        functions.activate(f, z.doubles, zAt, a.doubles, aAt, n);
    }

    @Override
    void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory into, int intoAt, int n) {
        functions.prime(f, z.doubles, zAt, into.doubles, intoAt, n);
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
            arithmetic.sigmoidChain(a.doubles, aAt, up.doubles, upAt, delta.doubles, deltaAt, n);
        } else if (f instanceof Activation.Tanh) {
            arithmetic.tanhChain(a.doubles, aAt, up.doubles, upAt, delta.doubles, deltaAt, n);
        } else {
            functions.chain(f, z.doubles, zAt, up.doubles, upAt, delta.doubles, deltaAt, n);
        }
    }

    @Override
    void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int rows, int columns) {
        functions.powers(z.doubles, zAt, a.doubles, aAt, rows, columns);
        for (int i = 0; i < rows; i++) {
            int row = aAt + i * columns;
            double sum = sum(a.doubles, row, columns);
            for (int j = row; j < row + columns; j++) {
                a.doubles[j] /= sum;
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
                mean += a.doubles[aAt + j] * up.doubles[upAt + j];
            }
            for (int j = row; j < row + columns; j++) {
                delta.doubles[deltaAt + j] = (a.doubles[aAt + j] * (up.doubles[upAt + j] - mean));
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
            categorical(z.doubles, zAt, y.doubles, yAt, costs.doubles, costsAt, rows, columns);
            return;
        }
        for (int i = 0; i < rows; i++) {
            int at = i * columns;
            costs.doubles[costsAt + i] = (cost.fusesWith(f)
                    ? binary(z.doubles, zAt + at, y.doubles, yAt + at, columns)
                    : terms(cost, a.doubles, aAt + at, y.doubles, yAt + at, columns));
        }
    }

    private static double terms(Cost cost, double[] a, int aAt, double[] y, int yAt, int n) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += cost.term(a[aAt + j], y[yAt + j], n);
        }
        return sum;
    }

    /** The formula of {@link Cost.BinaryCrossEntropy} with sigmoid. */
    private static double binary(double[] z, int zAt, double[] y, int yAt, int n) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            double each = z[zAt + j];
            sum += Math.max(each, 0.0) - each * y[yAt + j] + Math.log1p(Math.exp(-Math.abs(each)));
        }
        return sum;
    }

    /** The formula of {@link Cost.CategoricalCrossEntropy} with softmax. */
    private void categorical(
            double[] z, int zAt, double[] y, int yAt, double[] costs, int costsAt, int rows, int columns) {
        int atOnce = Math.max(1, BLOCK / Math.max(1, columns));
        for (int i = 0; i < rows; i += atOnce) {
            int some = Math.min(atOnce, rows - i);
            powers = some * columns > powers.length ? new double[some * columns] : powers;
            functions.powers(z, zAt + i * columns, powers, 0, some, columns);
            for (int row = i; row < i + some; row++) {
                double log = Math.log(sum(powers, (row - i) * columns, columns));
                costs[costsAt + row] = categorical(log, z, zAt + row * columns, y, yAt + row * columns, columns);
            }
        }
    }

    private static double categorical(double log, double[] z, int zAt, double[] y, int yAt, int n) {
        double max = DoubleFunctions.max(z, zAt, n);
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
            arithmetic.difference(slope, a.doubles, aAt, y.doubles, yAt, into.doubles, intoAt, rows * columns);
            return;
        }
        for (int i = 0; i < rows * columns; i++) {
            into.doubles[intoAt + i] = cost.gradient(a.doubles[aAt + i], y.doubles[yAt + i], columns);
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
            arithmetic.difference(1, a.doubles, aAt, y.doubles, yAt, delta.doubles, deltaAt, rows * n);
            return;
        }
        for (int i = 0; i < rows; i++) {
            double total = sum(y.doubles, yAt + i * n, n);
            for (int j = i * n; j < i * n + n; j++) {
                delta.doubles[deltaAt + j] = a.doubles[aAt + j] * total - y.doubles[yAt + j];
            }
        }
    }

    @Override
    int right(CpuMemory a, int aAt, CpuMemory y, int yAt, int rows, int columns) {
        int right = 0;
        for (int i = 0; i < rows; i++) {
            right += Answers.right(a.doubles, aAt + i * columns, y.doubles, yAt + i * columns, columns) ? 1 : 0;
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
        double[] gradients = changed ? room : g.doubles;
        Optimizer optimizer = rule.optimizer();
        for (int i = 0; i < n; i += BLOCK) {
            int width = Math.min(BLOCK, n - i);
            int from = changed ? 0 : gAt + i;
            if (changed) {
                penalize(rule, w.doubles, wAt + i, g.doubles, gAt + i, gradients, width);
            }
            if (penalized && optimizer instanceof Optimizer.AdamW it) {
                double kept = (1 - schedule[rowAt] * it.weightDecay());
                arithmetic.scale(kept, w.doubles, wAt + i, w.doubles, wAt + i, width);
            }
            step(
                    optimizer,
                    w.doubles,
                    wAt + i,
                    gradients,
                    from,
                    state.doubles,
                    slot0 + i,
                    slot1 + i,
                    schedule,
                    rowAt,
                    width);
        }
    }

    private void penalize(Descent rule, double[] w, int wAt, double[] g, int gAt, double[] into, int n) {
        System.arraycopy(g, gAt, into, 0, n);
        arithmetic.addScaled(rule.l2(), w, wAt, into, 0, n);
        double l1 = rule.l1();
        for (int i = 0; i < n && l1 != 0; i++) {
            into[i] += l1 * Math.signum(w[wAt + i]);
        }
    }

    private void step(
            Optimizer rule,
            double[] w,
            int wAt,
            double[] g,
            int gAt,
            double[] state,
            int slot0,
            int slot1,
            double[] schedule,
            int rowAt,
            int n) {
        double rate = schedule[rowAt];
        if (rule instanceof Optimizer.Sgd) {
            arithmetic.addScaled(-rate, g, gAt, w, wAt, n);
        } else if (rule instanceof Optimizer.Momentum it) {
            momentum(rate, it.momentum(), w, wAt, g, gAt, state, slot0, n);
        } else if (rule instanceof Optimizer.Nesterov it) {
            nesterov(rate, it.momentum(), w, wAt, g, gAt, state, slot0, n);
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

    private void momentum(
            double rate, double mu, double[] w, int wAt, double[] g, int gAt, double[] v, int vAt, int n) {
        arithmetic.combine(-rate, g, gAt, mu, v, vAt, n);
        arithmetic.add(w, wAt, v, vAt, w, wAt, n);
    }

    private void nesterov(
            double rate, double mu, double[] w, int wAt, double[] g, int gAt, double[] v, int vAt, int n) {
        arithmetic.combine(-rate, g, gAt, mu, v, vAt, n);
        arithmetic.addScaled(mu, v, vAt, w, wAt, n);
        arithmetic.addScaled(-rate, g, gAt, w, wAt, n);
    }

    private void rmsProp(
            double rate, Optimizer.RmsProp rule, double[] w, int wAt, double[] g, int gAt, double[] s, int sAt, int n) {
        arithmetic.meanSquare(rule.decay(), s, sAt, (1 - rule.decay()), g, gAt, n);
        arithmetic.descend(rate, g, gAt, 1, s, sAt, rule.epsilon(), w, wAt, n);
    }

    private void adam(
            double beta1,
            double beta2,
            double epsilon,
            double[] w,
            int wAt,
            double[] g,
            int gAt,
            double[] state,
            int slot0,
            int slot1,
            double[] schedule,
            int rowAt,
            int n) {
        double rate = (schedule[rowAt] / schedule[rowAt + 1]);
        double correction = (1 / schedule[rowAt + 2]);
        arithmetic.combine((1 - beta1), g, gAt, beta1, state, slot0, n);
        arithmetic.meanSquare(beta2, state, slot1, (1 - beta2), g, gAt, n);
        arithmetic.descend(rate, state, slot0, correction, state, slot1, epsilon, w, wAt, n);
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
        double factor = RandomWords.factor(rate);
        int end;
        for (int at = from / RandomWords.GROUP * RandomWords.GROUP; at < to; at += end) {
            int begin = Math.max(0, from - at);
            end = Math.min(RandomWords.MOST, to - at);
            random.draw(seed, stream, step, at, end);
            arithmetic.drop(least, random, factor, x.doubles, xAt + at, y.doubles, yAt + at, begin, end);
        }
    }

    @Override
    double get(CpuMemory x, int at) {
        return x.doubles[at];
    }

    @Override
    void set(CpuMemory x, int at, double value) {
        x.doubles[at] = value;
    }
}
