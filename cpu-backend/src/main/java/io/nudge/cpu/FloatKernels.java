package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Philox;
import java.util.Arrays;

/**
 * The passes in float32, in plain loops that the JIT compiler turns into vector instructions where it can. {@link
 * DoubleKernels} is its likeness; a change here is a change there.
 */
class FloatKernels extends Kernels {
    private final float[][] scratch;
    private final int[][] words;

    FloatKernels(int workers) {
        scratch = new float[workers][BLOCK];
        words = new int[workers][4];
    }

    @Override
    void fill(double value, CpuMemory x, int xAt, int n) {
        Arrays.fill(x.floats, xAt, xAt + n, (float) value);
    }

    @Override
    void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        add(a.floats, aAt, b.floats, bAt, c.floats, cAt, n);
    }

    private static void add(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] + b[bAt + i];
        }
    }

    @Override
    void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        subtract(a.floats, aAt, b.floats, bAt, c.floats, cAt, n);
    }

    private static void subtract(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] - b[bAt + i];
        }
    }

    @Override
    void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        hadamard(a.floats, aAt, b.floats, bAt, c.floats, cAt, n);
    }

    private static void hadamard(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] * b[bAt + i];
        }
    }

    @Override
    void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        scale((float) alpha, x.floats, xAt, y.floats, yAt, n);
    }

    private static void scale(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i];
        }
    }

    @Override
    void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        addScaled((float) alpha, x.floats, xAt, y.floats, yAt, n);
    }

    private static void addScaled(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += alpha * x[xAt + i];
        }
    }

    @Override
    void clamp(double limit, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        clamp((float) limit, x.floats, xAt, y.floats, yAt, n);
    }

    private static void clamp(float limit, float[] x, int xAt, float[] y, int yAt, int n) {
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
        float[] sums = scratch[worker];
        for (int j = from; j < to; j += BLOCK) {
            int width = Math.min(BLOCK, to - j);
            Arrays.fill(sums, 0, width, 0);
            for (int i = 0; i < rows; i++) {
                add(sums, 0, x.floats, xAt + i * columns + j, sums, 0, width);
            }
            if (beta == 0) {
                scale((float) scale, sums, 0, into.floats, intoAt + j, width);
            } else {
                combine((float) scale, sums, 0, (float) beta, into.floats, intoAt + j, width);
            }
        }
    }

    @Override
    void combine(double alpha, CpuMemory x, int xAt, double beta, CpuMemory y, int yAt, int n) {
        combine((float) alpha, x.floats, xAt, (float) beta, y.floats, yAt, n);
    }

    private static void combine(float alpha, float[] x, int xAt, float beta, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i] + beta * y[yAt + i];
        }
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
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x.floats[xAt + i];
        }
        return sum;
    }

    @Override
    void transpose(CpuMemory x, int xAt, int rows, int columns, int from, int to, CpuMemory y, int yAt) {
        for (int j = 0; j < columns; j += TILE) {
            int end = Math.min(columns, j + TILE);
            for (int i = from; i < to; i++) {
                for (int k = j; k < end; k++) {
                    y.floats[yAt + k * rows + i] = x.floats[xAt + i * columns + k];
                }
            }
        }
    }

    @Override
    void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        for (int i = 0; i < n; i++) {
            a.floats[aAt + i] = FloatMath.value(f, z.floats[zAt + i]);
        }
    }

    @Override
    void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory into, int intoAt, int n) {
        for (int i = 0; i < n; i++) {
            into.floats[intoAt + i] = FloatMath.prime(f, z.floats[zAt + i]);
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
            sigmoidChain(a.floats, aAt, up.floats, upAt, delta.floats, deltaAt, n);
        } else if (f instanceof Activation.Tanh) {
            tanhChain(a.floats, aAt, up.floats, upAt, delta.floats, deltaAt, n);
        } else {
            for (int i = 0; i < n; i++) {
                delta.floats[deltaAt + i] = up.floats[upAt + i] * FloatMath.prime(f, z.floats[zAt + i]);
            }
        }
    }

    /** σ′ = a (1 − a). */
    private static void sigmoidChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * (a[aAt + i] * (1 - a[aAt + i]));
        }
    }

    /** σ′ = 1 − a² = (1 − a) (1 + a), which loses less where a is near ±1. */
    private static void tanhChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * ((1 - a[aAt + i]) * (1 + a[aAt + i]));
        }
    }

    @Override
    void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            int from = zAt + i * columns;
            int to = aAt + i * columns;
            expLess(max(z.floats, from, columns), z.floats, from, a.floats, to, columns);
            float sum = (float) sum(a, to, columns);
            for (int j = to; j < to + columns; j++) {
                a.floats[j] /= sum;
            }
        }
    }

    private static float max(float[] x, int at, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, x[at + j]);
        }
        return max;
    }

    /** y = e to the power of x − max. */
    void expLess(float max, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int j = 0; j < n; j++) {
            y[yAt + j] = FloatMath.expLess(max, x[xAt + j]);
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
    double cost(Cost cost, Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, CpuMemory y, int yAt, int n) {
        if (!cost.fusesWith(f)) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += cost.term(a.floats[aAt + j], y.floats[yAt + j], n);
            }
            return sum;
        }
        return f.elementwise() ? binary(z.floats, zAt, y.floats, yAt, n) : categorical(z.floats, zAt, y.floats, yAt, n);
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
    private static double categorical(float[] z, int zAt, float[] y, int yAt, int n) {
        float max = max(z, zAt, n);
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += FloatMath.expLess(max, z[zAt + j]);
        }
        double log = Math.log(sum);
        double cost = 0;
        for (int j = 0; j < n; j++) {
            cost += y[yAt + j] * (log - ((double) z[zAt + j] - max));
        }
        return cost;
    }

    @Override
    void costGradient(
            Cost cost, CpuMemory a, int aAt, CpuMemory y, int yAt, CpuMemory into, int intoAt, int rows, int columns) {
        double slope = slope(cost, columns);
        if (slope != 0) {
            difference((float) slope, a.floats, aAt, y.floats, yAt, into.floats, intoAt, rows * columns);
            return;
        }
        for (int i = 0; i < rows * columns; i++) {
            into.floats[intoAt + i] = (float) cost.gradient(a.floats[aAt + i], y.floats[yAt + i], columns);
        }
    }

    private static void difference(
            float scale, float[] a, int aAt, float[] y, int yAt, float[] into, int intoAt, int n) {
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
            difference(1, a.floats, aAt, y.floats, yAt, delta.floats, deltaAt, rows * n);
            return;
        }
        for (int i = 0; i < rows; i++) {
            float total = (float) sum(y, yAt + i * n, n);
            for (int j = i * n; j < i * n + n; j++) {
                delta.floats[deltaAt + j] = a.floats[aAt + j] * total - y.floats[yAt + j];
            }
        }
    }

    @Override
    int right(CpuMemory a, int aAt, CpuMemory y, int yAt, int rows, int columns) {
        int right = 0;
        for (int i = 0; i < rows; i++) {
            right += right(a.floats, aAt + i * columns, y.floats, yAt + i * columns, columns) ? 1 : 0;
        }
        return right;
    }

    private static boolean right(float[] a, int aAt, float[] y, int yAt, int n) {
        if (n == 1) {
            return a[aAt] > 0.5f == y[yAt] > 0.5f;
        }
        return n > 0 && largest(a, aAt, n) == largest(y, yAt, n);
    }

    private static int largest(float[] x, int at, int n) {
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
        float[] room = scratch[worker];
        for (int i = 0; i < n; i += BLOCK) {
            int width = Math.min(BLOCK, n - i);
            if (changed) {
                penalize((float) rule.l1(), (float) rule.l2(), w.floats, wAt + i, g.floats, gAt + i, room, width);
            }
            FloatDescent.step(
                    rule.optimizer(),
                    penalized,
                    w.floats,
                    wAt + i,
                    changed ? room : g.floats,
                    changed ? 0 : gAt + i,
                    state.floats,
                    slot0 + i,
                    slot1 + i,
                    schedule,
                    rowAt,
                    width);
        }
    }

    private static void penalize(float l1, float l2, float[] w, int wAt, float[] g, int gAt, float[] into, int n) {
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
        float factor = (float) (1 / (1 - rate));
        int[] block = words[worker];
        for (int i = from; i < to; i += block.length) {
            Philox.block(seed, (i >> 2) + (step << 32), stream, block);
            for (int j = i; j < Math.min(to, i + block.length); j++) {
                y.floats[yAt + j] = keeps(block[j - i], rate) ? x.floats[xAt + j] * factor : 0;
            }
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
