package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.math.Philox;

/** Every elementwise pass and reduction in float32, over arrays with offsets. */
class FloatKernels extends Kernels {
    private final double[] parameterState = new double[2];
    private final double[] row = new double[Optimizer.COLUMNS];
    private final int[] block = new int[4];

    @Override
    void fill(CpuMemory x, int xAt, int n, double value) {
        java.util.Arrays.fill(x.floats, xAt, xAt + n, (float) value);
    }

    @Override
    void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        float[] as = a.floats;
        float[] bs = b.floats;
        float[] cs = c.floats;
        for (int i = 0; i < n; i++) {
            cs[cAt + i] = as[aAt + i] + bs[bAt + i];
        }
    }

    @Override
    void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        float[] as = a.floats;
        float[] bs = b.floats;
        float[] cs = c.floats;
        for (int i = 0; i < n; i++) {
            cs[cAt + i] = as[aAt + i] - bs[bAt + i];
        }
    }

    @Override
    void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        float[] as = a.floats;
        float[] bs = b.floats;
        float[] cs = c.floats;
        for (int i = 0; i < n; i++) {
            cs[cAt + i] = as[aAt + i] * bs[bAt + i];
        }
    }

    @Override
    void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        float factor = (float) alpha;
        float[] xs = x.floats;
        float[] ys = y.floats;
        for (int i = 0; i < n; i++) {
            ys[yAt + i] = factor * xs[xAt + i];
        }
    }

    @Override
    void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        float factor = (float) alpha;
        float[] xs = x.floats;
        float[] ys = y.floats;
        for (int i = 0; i < n; i++) {
            ys[yAt + i] += factor * xs[xAt + i];
        }
    }

    @Override
    void sumRows(
            CpuMemory x,
            int xAt,
            int rows,
            int columns,
            int from,
            int to,
            double scale,
            double beta,
            CpuMemory into,
            int intoAt) {
        float[] xs = x.floats;
        float[] sums = into.floats;
        for (int j = from; j < to; j++) {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += xs[xAt + i * columns + j];
            }
            sums[intoAt + j] = (float) (beta == 0 ? scale * sum : scale * sum + beta * sums[intoAt + j]);
        }
    }

    @Override
    double sumSquares(CpuMemory x, int xAt, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double each = x.floats[xAt + i];
            sum += each * each;
        }
        return sum;
    }

    @Override
    void clamp(CpuMemory x, int xAt, double limit, CpuMemory y, int yAt, int n) {
        float most = (float) limit;
        for (int i = 0; i < n; i++) {
            y.floats[yAt + i] = Math.max(-most, Math.min(most, x.floats[xAt + i]));
        }
    }

    @Override
    void transpose(CpuMemory x, int xAt, int rows, int columns, CpuMemory y, int yAt) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                y.floats[yAt + j * rows + i] = x.floats[xAt + i * columns + j];
            }
        }
    }

    @Override
    void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        for (int i = 0; i < n; i++) {
            a.floats[aAt + i] = (float) f.value(z.floats[zAt + i]);
        }
    }

    @Override
    void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        for (int i = 0; i < n; i++) {
            a.floats[aAt + i] = (float) f.prime(z.floats[zAt + i]);
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
        for (int i = 0; i < n; i++) {
            delta.floats[deltaAt + i] = (float) (up.floats[upAt + i] * f.prime(z.floats[zAt + i]));
        }
    }

    @Override
    void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, z.floats[zAt + j]);
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            double e = Math.exp(z.floats[zAt + j] - max);
            sum += e;
            a.floats[aAt + j] = (float) e;
        }
        for (int j = 0; j < n; j++) {
            a.floats[aAt + j] = (float) (a.floats[aAt + j] / sum);
        }
    }

    @Override
    void softmaxChain(CpuMemory a, int aAt, CpuMemory up, int upAt, CpuMemory delta, int deltaAt, int n) {
        double mean = 0;
        for (int j = 0; j < n; j++) {
            mean += (double) a.floats[aAt + j] * up.floats[upAt + j];
        }
        for (int j = 0; j < n; j++) {
            delta.floats[deltaAt + j] = (float) (a.floats[aAt + j] * (up.floats[upAt + j] - mean));
        }
    }

    @Override
    void cost(
            Cost cost,
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            int n,
            CpuMemory costs,
            int at) {
        double sum = 0;
        if (!cost.fusesWith(f)) {
            for (int j = 0; j < n; j++) {
                sum += cost.term(a.floats[aAt + j], y.floats[yAt + j], n);
            }
        } else if (cost instanceof Cost.BinaryCrossEntropy) {
            for (int j = 0; j < n; j++) {
                double each = z.floats[zAt + j];
                sum += Math.max(each, 0.0) - each * y.floats[yAt + j] + Math.log1p(Math.exp(-Math.abs(each)));
            }
        } else {
            sum = categorical(z, zAt, y, yAt, n);
        }
        costs.floats[at] = (float) sum;
    }

    private static double categorical(CpuMemory z, int zAt, CpuMemory y, int yAt, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, z.floats[zAt + j]);
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += Math.exp(z.floats[zAt + j] - max);
        }
        double log = Math.log(sum);
        double cost = 0;
        for (int j = 0; j < n; j++) {
            cost += y.floats[yAt + j] * (log - (z.floats[zAt + j] - max));
        }
        return cost;
    }

    @Override
    void costDelta(
            Cost cost,
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            CpuMemory delta,
            int at,
            int n) {
        if (cost.fusesWith(f)) {
            double total = f.elementwise() ? 1 : 0;
            for (int j = 0; j < n && !f.elementwise(); j++) {
                total += y.floats[yAt + j];
            }
            for (int j = 0; j < n; j++) {
                delta.floats[at + j] = (float) (a.floats[aAt + j] * total - y.floats[yAt + j]);
            }
            return;
        }
        for (int j = 0; j < n; j++) {
            double g = cost.gradient(a.floats[aAt + j], y.floats[yAt + j], n);
            delta.floats[at + j] = (float) (f.elementwise() ? g * f.prime(z.floats[zAt + j]) : g);
        }
        if (!f.elementwise()) {
            softmaxChain(a, aAt, delta, at, delta, at, n);
        }
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
    boolean right(CpuMemory a, int aAt, CpuMemory y, int yAt, int n) {
        if (n == 1) {
            return a.floats[aAt] > 0.5f == y.floats[yAt] > 0.5f;
        }
        return n > 0 && largest(a.floats, aAt, n) == largest(y.floats, yAt, n);
    }

    private static int largest(float[] x, int at, int n) {
        int largest = 0;
        for (int j = 1; j < n; j++) {
            if (x[at + j] > x[at + largest]) {
                largest = j;
            }
        }
        return largest;
    }

    @Override
    void update(
            Descent rule,
            CpuMemory w,
            int wAt,
            int from,
            int to,
            int penalized,
            CpuMemory g,
            int gAt,
            CpuMemory state,
            int stateAt,
            int stride,
            double[] schedule,
            int rowAt) {
        System.arraycopy(schedule, rowAt, row, 0, row.length);
        Optimizer optimizer = rule.optimizer();
        int slots = optimizer.slots();
        for (int i = from; i < to; i++) {
            for (int slot = 0; slot < slots; slot++) {
                parameterState[slot] = state.floats[stateAt + slot * stride + i];
            }
            double each = w.floats[wAt + i];
            double gradient = i < penalized ? rule.penalized(each, g.floats[gAt + i]) : g.floats[gAt + i];
            w.floats[wAt + i] = (float) optimizer.step(each, gradient, parameterState, row, i < penalized);
            for (int slot = 0; slot < slots; slot++) {
                state.floats[stateAt + slot * stride + i] = (float) parameterState[slot];
            }
        }
    }

    @Override
    void dropout(
            double rate,
            long seed,
            long stream,
            long total,
            CpuMemory x,
            int xAt,
            CpuMemory y,
            int yAt,
            int from,
            int to) {
        float factor = (float) (1 / (1 - rate));
        long least = (long) (rate * 0x1p32);
        for (int i = from; i < to; i++) {
            if (i % 4 == 0 || i == from) {
                Philox.block(seed, i / 4 + ((total & 0xFFFFFFFFL) << 32), stream, block);
            }
            boolean kept = (block[i % 4] & 0xFFFFFFFFL) >= least;
            y.floats[yAt + i] = kept ? x.floats[xAt + i] * factor : 0;
        }
    }

    @Override
    void set(CpuMemory x, int at, double value) {
        x.floats[at] = (float) value;
    }

    @Override
    double get(CpuMemory x, int at) {
        return x.floats[at];
    }
}
