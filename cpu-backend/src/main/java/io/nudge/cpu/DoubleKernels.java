package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Philox;
import java.util.Arrays;

/**
 * The passes in float64, in plain loops that the JIT compiler turns into vector instructions where it can. {@link
 * FloatKernels} is its likeness; a change here is a change there.
 */
class DoubleKernels extends Kernels {
    private final double[][] scratch;
    private final int[][] words;

    DoubleKernels(int workers) {
        scratch = new double[workers][BLOCK];
        words = new int[workers][4];
    }

    @Override
    void fill(double value, CpuMemory x, int xAt, int n) {
        Arrays.fill(x.doubles, xAt, xAt + n, value);
    }

    @Override
    void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        add(a.doubles, aAt, b.doubles, bAt, c.doubles, cAt, n);
    }

    private static void add(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] + b[bAt + i];
        }
    }

    @Override
    void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        subtract(a.doubles, aAt, b.doubles, bAt, c.doubles, cAt, n);
    }

    private static void subtract(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] - b[bAt + i];
        }
    }

    @Override
    void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        hadamard(a.doubles, aAt, b.doubles, bAt, c.doubles, cAt, n);
    }

    private static void hadamard(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] * b[bAt + i];
        }
    }

    @Override
    void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        scale(alpha, x.doubles, xAt, y.doubles, yAt, n);
    }

    private static void scale(double alpha, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i];
        }
    }

    @Override
    void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        addScaled(alpha, x.doubles, xAt, y.doubles, yAt, n);
    }

    private static void addScaled(double alpha, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += alpha * x[xAt + i];
        }
    }

    @Override
    void clamp(double limit, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        clamp(limit, x.doubles, xAt, y.doubles, yAt, n);
    }

    private static void clamp(double limit, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = Math.max(-limit, Math.min(limit, x[xAt + i]));
        }
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
            int intoAt,
            int worker) {
        double[] sums = scratch[worker];
        for (int j = from; j < to; j += BLOCK) {
            int width = Math.min(BLOCK, to - j);
            Arrays.fill(sums, 0, width, 0);
            for (int i = 0; i < rows; i++) {
                add(sums, 0, x.doubles, xAt + i * columns + j, sums, 0, width);
            }
            if (beta == 0) {
                scale(scale, sums, 0, into.doubles, intoAt + j, width);
            } else {
                combine(scale, sums, 0, beta, into.doubles, intoAt + j, width);
            }
        }
    }

    @Override
    void combine(double alpha, CpuMemory x, int xAt, double beta, CpuMemory y, int yAt, int n) {
        combine(alpha, x.doubles, xAt, beta, y.doubles, yAt, n);
    }

    private static void combine(double alpha, double[] x, int xAt, double beta, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i] + beta * y[yAt + i];
        }
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
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x.doubles[xAt + i];
        }
        return sum;
    }

    @Override
    void transpose(CpuMemory x, int xAt, int rows, int columns, int from, int to, CpuMemory y, int yAt) {
        for (int j = 0; j < columns; j += TILE) {
            int end = Math.min(columns, j + TILE);
            for (int i = from; i < to; i++) {
                for (int k = j; k < end; k++) {
                    y.doubles[yAt + k * rows + i] = x.doubles[xAt + i * columns + k];
                }
            }
        }
    }

    @Override
    void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        for (int i = 0; i < n; i++) {
            a.doubles[aAt + i] = f.value(z.doubles[zAt + i]);
        }
    }

    @Override
    void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory into, int intoAt, int n) {
        for (int i = 0; i < n; i++) {
            into.doubles[intoAt + i] = f.prime(z.doubles[zAt + i]);
        }
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
            sigmoidChain(a.doubles, aAt, up.doubles, upAt, delta.doubles, deltaAt, n);
        } else if (f instanceof Activation.Tanh) {
            tanhChain(a.doubles, aAt, up.doubles, upAt, delta.doubles, deltaAt, n);
        } else {
            for (int i = 0; i < n; i++) {
                delta.doubles[deltaAt + i] = up.doubles[upAt + i] * f.prime(z.doubles[zAt + i]);
            }
        }
    }

    /** σ′ = a (1 − a). */
    private static void sigmoidChain(double[] a, int aAt, double[] up, int upAt, double[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * (a[aAt + i] * (1 - a[aAt + i]));
        }
    }

    /** σ′ = 1 − a² = (1 − a) (1 + a), which loses less where a is near ±1. */
    private static void tanhChain(double[] a, int aAt, double[] up, int upAt, double[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * ((1 - a[aAt + i]) * (1 + a[aAt + i]));
        }
    }

    @Override
    void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            int from = zAt + i * columns;
            int to = aAt + i * columns;
            expLess(max(z.doubles, from, columns), z.doubles, from, a.doubles, to, columns);
            double sum = sum(a, to, columns);
            for (int j = to; j < to + columns; j++) {
                a.doubles[j] /= sum;
            }
        }
    }

    private static double max(double[] x, int at, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, x[at + j]);
        }
        return max;
    }

    /** y = e to the power of x − max. */
    void expLess(double max, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int j = 0; j < n; j++) {
            y[yAt + j] = Math.exp(x[xAt + j] - max);
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
    double cost(Cost cost, Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, CpuMemory y, int yAt, int n) {
        if (!cost.fusesWith(f)) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += cost.term(a.doubles[aAt + j], y.doubles[yAt + j], n);
            }
            return sum;
        }
        return f.elementwise()
                ? binary(z.doubles, zAt, y.doubles, yAt, n)
                : categorical(z.doubles, zAt, y.doubles, yAt, n);
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
    private static double categorical(double[] z, int zAt, double[] y, int yAt, int n) {
        double max = max(z, zAt, n);
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += Math.exp(z[zAt + j] - max);
        }
        double log = Math.log(sum);
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
            difference(slope, a.doubles, aAt, y.doubles, yAt, into.doubles, intoAt, rows * columns);
            return;
        }
        for (int i = 0; i < rows * columns; i++) {
            into.doubles[intoAt + i] = cost.gradient(a.doubles[aAt + i], y.doubles[yAt + i], columns);
        }
    }

    private static void difference(
            double scale, double[] a, int aAt, double[] y, int yAt, double[] into, int intoAt, int n) {
        for (int i = 0; i < n; i++) {
            into[intoAt + i] = scale * (a[aAt + i] - y[yAt + i]);
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
            difference(1, a.doubles, aAt, y.doubles, yAt, delta.doubles, deltaAt, rows * n);
            return;
        }
        for (int i = 0; i < rows; i++) {
            double total = sum(y, yAt + i * n, n);
            for (int j = i * n; j < i * n + n; j++) {
                delta.doubles[deltaAt + j] = a.doubles[aAt + j] * total - y.doubles[yAt + j];
            }
        }
    }

    @Override
    int right(CpuMemory a, int aAt, CpuMemory y, int yAt, int rows, int columns) {
        int right = 0;
        for (int i = 0; i < rows; i++) {
            right += right(a.doubles, aAt + i * columns, y.doubles, yAt + i * columns, columns) ? 1 : 0;
        }
        return right;
    }

    private static boolean right(double[] a, int aAt, double[] y, int yAt, int n) {
        if (n == 1) {
            return a[aAt] > 0.5 == y[yAt] > 0.5;
        }
        return n > 0 && largest(a, aAt, n) == largest(y, yAt, n);
    }

    private static int largest(double[] x, int at, int n) {
        int largest = 0;
        for (int j = 1; j < n; j++) {
            largest = x[at + j] > x[at + largest] ? j : largest;
        }
        return largest;
    }

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
            int n,
            int worker) {
        boolean changed = penalized && (rule.l1() != 0 || rule.l2() != 0);
        double[] room = scratch[worker];
        for (int i = 0; i < n; i += BLOCK) {
            int width = Math.min(BLOCK, n - i);
            if (changed) {
                penalize(rule.l1(), rule.l2(), w.doubles, wAt + i, g.doubles, gAt + i, room, width);
            }
            DoubleDescent.step(
                    rule.optimizer(),
                    penalized,
                    w.doubles,
                    wAt + i,
                    changed ? room : g.doubles,
                    changed ? 0 : gAt + i,
                    state.doubles,
                    slot0 + i,
                    slot1 + i,
                    schedule,
                    rowAt,
                    width);
        }
    }

    private static void penalize(double l1, double l2, double[] w, int wAt, double[] g, int gAt, double[] into, int n) {
        for (int i = 0; i < n; i++) {
            into[i] = g[gAt + i] + l2 * w[wAt + i];
        }
        for (int i = 0; i < n && l1 != 0; i++) {
            into[i] += l1 * Math.signum(w[wAt + i]);
        }
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
            int to,
            int worker) {
        double factor = (1 / (1 - rate));
        int[] block = words[worker];
        for (int i = from; i < to; i += block.length) {
            Philox.block(seed, (i >> 2) + (step << 32), stream, block);
            for (int j = i; j < Math.min(to, i + block.length); j++) {
                y.doubles[yAt + j] = keeps(block[j - i], rate) ? x.doubles[xAt + j] * factor : 0;
            }
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
