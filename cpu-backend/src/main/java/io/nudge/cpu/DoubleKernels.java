package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.math.Philox;

/** Every elementwise pass and reduction in float64, over arrays with offsets. */
class DoubleKernels extends Kernels {
    private final double[] parameterState = new double[2];
    private final double[] row = new double[Optimizer.COLUMNS];
    private final int[] block = new int[4];

    @Override
    void fill(CpuMemory x, int xAt, int n, double value) {
        java.util.Arrays.fill(x.doubles, xAt, xAt + n, value);
    }

    @Override
    void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        double[] as = a.doubles;
        double[] bs = b.doubles;
        double[] cs = c.doubles;
        for (int i = 0; i < n; i++) {
            cs[cAt + i] = as[aAt + i] + bs[bAt + i];
        }
    }

    @Override
    void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        double[] as = a.doubles;
        double[] bs = b.doubles;
        double[] cs = c.doubles;
        for (int i = 0; i < n; i++) {
            cs[cAt + i] = as[aAt + i] - bs[bAt + i];
        }
    }

    @Override
    void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n) {
        double[] as = a.doubles;
        double[] bs = b.doubles;
        double[] cs = c.doubles;
        for (int i = 0; i < n; i++) {
            cs[cAt + i] = as[aAt + i] * bs[bAt + i];
        }
    }

    @Override
    void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        double factor = alpha;
        double[] xs = x.doubles;
        double[] ys = y.doubles;
        for (int i = 0; i < n; i++) {
            ys[yAt + i] = factor * xs[xAt + i];
        }
    }

    @Override
    void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n) {
        double factor = alpha;
        double[] xs = x.doubles;
        double[] ys = y.doubles;
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
        double[] xs = x.doubles;
        double[] sums = into.doubles;
        for (int j = from; j < to; j++) {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += xs[xAt + i * columns + j];
            }
            sums[intoAt + j] = (beta == 0 ? scale * sum : scale * sum + beta * sums[intoAt + j]);
        }
    }

    @Override
    double sumSquares(CpuMemory x, int xAt, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double each = x.doubles[xAt + i];
            sum += each * each;
        }
        return sum;
    }

    @Override
    void clamp(CpuMemory x, int xAt, double limit, CpuMemory y, int yAt, int n) {
        double most = limit;
        for (int i = 0; i < n; i++) {
            y.doubles[yAt + i] = Math.max(-most, Math.min(most, x.doubles[xAt + i]));
        }
    }

    @Override
    void transpose(CpuMemory x, int xAt, int rows, int columns, CpuMemory y, int yAt) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                y.doubles[yAt + j * rows + i] = x.doubles[xAt + i * columns + j];
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
    void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        for (int i = 0; i < n; i++) {
            a.doubles[aAt + i] = f.prime(z.doubles[zAt + i]);
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
            delta.doubles[deltaAt + i] = (up.doubles[upAt + i] * f.prime(z.doubles[zAt + i]));
        }
    }

    @Override
    void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, z.doubles[zAt + j]);
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            double e = Math.exp(z.doubles[zAt + j] - max);
            sum += e;
            a.doubles[aAt + j] = e;
        }
        for (int j = 0; j < n; j++) {
            a.doubles[aAt + j] = (a.doubles[aAt + j] / sum);
        }
    }

    @Override
    void softmaxChain(CpuMemory a, int aAt, CpuMemory up, int upAt, CpuMemory delta, int deltaAt, int n) {
        double mean = 0;
        for (int j = 0; j < n; j++) {
            mean += a.doubles[aAt + j] * up.doubles[upAt + j];
        }
        for (int j = 0; j < n; j++) {
            delta.doubles[deltaAt + j] = (a.doubles[aAt + j] * (up.doubles[upAt + j] - mean));
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
                sum += cost.term(a.doubles[aAt + j], y.doubles[yAt + j], n);
            }
        } else if (cost instanceof Cost.BinaryCrossEntropy) {
            for (int j = 0; j < n; j++) {
                double each = z.doubles[zAt + j];
                sum += Math.max(each, 0.0) - each * y.doubles[yAt + j] + Math.log1p(Math.exp(-Math.abs(each)));
            }
        } else {
            sum = categorical(z, zAt, y, yAt, n);
        }
        costs.doubles[at] = sum;
    }

    private static double categorical(CpuMemory z, int zAt, CpuMemory y, int yAt, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, z.doubles[zAt + j]);
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += Math.exp(z.doubles[zAt + j] - max);
        }
        double log = Math.log(sum);
        double cost = 0;
        for (int j = 0; j < n; j++) {
            cost += y.doubles[yAt + j] * (log - (z.doubles[zAt + j] - max));
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
                total += y.doubles[yAt + j];
            }
            for (int j = 0; j < n; j++) {
                delta.doubles[at + j] = (a.doubles[aAt + j] * total - y.doubles[yAt + j]);
            }
            return;
        }
        for (int j = 0; j < n; j++) {
            double g = cost.gradient(a.doubles[aAt + j], y.doubles[yAt + j], n);
            delta.doubles[at + j] = (f.elementwise() ? g * f.prime(z.doubles[zAt + j]) : g);
        }
        if (!f.elementwise()) {
            softmaxChain(a, aAt, delta, at, delta, at, n);
        }
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
    boolean right(CpuMemory a, int aAt, CpuMemory y, int yAt, int n) {
        if (n == 1) {
            return a.doubles[aAt] > 0.5 == y.doubles[yAt] > 0.5;
        }
        return n > 0 && largest(a.doubles, aAt, n) == largest(y.doubles, yAt, n);
    }

    private static int largest(double[] x, int at, int n) {
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
                parameterState[slot] = state.doubles[stateAt + slot * stride + i];
            }
            double each = w.doubles[wAt + i];
            double gradient = i < penalized ? rule.penalized(each, g.doubles[gAt + i]) : g.doubles[gAt + i];
            w.doubles[wAt + i] = optimizer.step(each, gradient, parameterState, row, i < penalized);
            for (int slot = 0; slot < slots; slot++) {
                state.doubles[stateAt + slot * stride + i] = parameterState[slot];
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
        double factor = (1 / (1 - rate));
        long least = (long) (rate * 0x1p32);
        for (int i = from; i < to; i++) {
            if (i % 4 == 0 || i == from) {
                Philox.block(seed, i / 4 + ((total & 0xFFFFFFFFL) << 32), stream, block);
            }
            boolean kept = (block[i % 4] & 0xFFFFFFFFL) >= least;
            y.doubles[yAt + i] = kept ? x.doubles[xAt + i] * factor : 0;
        }
    }

    @Override
    void set(CpuMemory x, int at, double value) {
        x.doubles[at] = value;
    }

    @Override
    double get(CpuMemory x, int at) {
        return x.doubles[at];
    }
}
