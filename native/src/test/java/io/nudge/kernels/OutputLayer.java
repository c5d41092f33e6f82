package io.nudge.kernels;

import java.util.Arrays;
import java.util.Random;

/** An output layer with its costs and errors in float64, by the formulas of io.nudge.math.Cost, and how far off kernels may be. */
final class OutputLayer {
    static final int SIGMOID = 0;
    static final int SOFTMAX = 9;
    private static final double SMALLEST = 0x1p-126;

    /** The costs, by the number that kernels know them by. */
    enum Cost {
        QUADRATIC(0),
        HALF_QUADRATIC(1),
        MEAN_SQUARED_ERROR(2),
        BINARY_CROSS_ENTROPY(3),
        CATEGORICAL_CROSS_ENTROPY(4);

        final int code;

        Cost(int code) {
            this.code = code;
        }

        /** Whether it needs outputs between 0 and 1. */
        boolean takesLogarithms() {
            return this == BINARY_CROSS_ENTROPY || this == CATEGORICAL_CROSS_ENTROPY;
        }
    }

    final Real type;
    final Cost cost;
    final int f;
    final int m;
    final int n;
    final double[] z;
    final double[] a;
    final double[] y;
    final double[] costs;
    final double[] costBounds;
    final double[] delta;
    final double[] deltaBounds;
    final double[] db;
    final double[] dbBounds;

    OutputLayer(Real type, Cost cost, int f, int m, int n, long seed) {
        this.type = type;
        this.cost = cost;
        this.f = f;
        this.m = m;
        this.n = n;
        z = Numbers.random(type, m * n, seed);
        Random random = new Random(seed);
        y = new double[m * n];
        for (int i = 0; i < m; i++) {
            y[i * n + random.nextInt(n)] = type.round(0.25 + random.nextDouble());
        }
        a = type.round(activations());
        costs = new double[m];
        costBounds = new double[m];
        delta = new double[m * n];
        deltaBounds = new double[m * n];
        db = new double[n];
        dbBounds = new double[n];
        for (int i = 0; i < m; i++) {
            row(i * n, i);
        }
        for (int e = 0; e < m * n; e++) {
            db[e % n] += delta[e] / m;
            dbBounds[e % n] += (deltaBounds[e] + (m + 4) * type.u * Math.abs(delta[e])) / m;
        }
    }

    double parameter() {
        return f < SOFTMAX ? Sigma.of(f).parameter : 0;
    }

    private double[] activations() {
        double[] values = new double[m * n];
        for (int i = 0; i < m * n; i++) {
            values[i] = f < SOFTMAX ? Sigma.of(f).value(z[i]) : Math.exp(z[i] - max(i / n * n)) / sum(i / n * n);
        }
        return values;
    }

    private double max(int row) {
        return Arrays.stream(z, row, row + n).max().orElseThrow();
    }

    private double sum(int row) {
        double max = max(row);
        return Arrays.stream(z, row, row + n).map(x -> Math.exp(x - max)).sum();
    }

    private boolean fused() {
        return (cost == Cost.BINARY_CROSS_ENTROPY && f == SIGMOID)
                || (cost == Cost.CATEGORICAL_CROSS_ENTROPY && f == SOFTMAX);
    }

    private void row(int row, int i) {
        double size = 0;
        for (int e = row; e < row + n; e++) {
            double term = fused() ? fusedTerm(row, e) : term(a[e], y[e]);
            costs[i] += term;
            size += fused() ? fusedSize(row, e) : size(a[e], y[e]);
        }
        costBounds[i] = type.u * (n + 16) * size + type.leastSubnormal();
        if (fused()) {
            fusedDelta(row);
        } else if (f < SOFTMAX) {
            for (int e = row; e < row + n; e++) {
                Sigma sigma = Sigma.of(f);
                double gradient = gradient(a[e], y[e]);
                delta[e] = gradient * sigma.prime(z[e]);
                deltaBounds[e] = gradientBound(a[e], y[e]) * Math.abs(sigma.prime(z[e]))
                        + (Math.abs(gradient) + 1e-30)
                                * (sigma.primeBound(type, z[e]) + 2 * type.u * Math.abs(delta[e]));
            }
        } else {
            softmaxDelta(row);
        }
    }

    // ---- costs ------------------------------------------------------------------------------------------------------

    private double fusedTerm(int row, int e) {
        if (f == SOFTMAX) {
            return y[e] * (Math.log(sum(row)) - (z[e] - max(row)));
        }
        return Math.max(z[e], 0) - z[e] * y[e] + Math.log1p(Math.exp(-Math.abs(z[e])));
    }

    /** The sum of the sizes of what is added up. The error of a sum of powers moves its logarithm by as much as it is relative. */
    private double fusedSize(int row, int e) {
        if (f == SOFTMAX) {
            return y[e] * (Math.abs(Math.log(sum(row))) + Math.abs(z[e] - max(row)) + 2);
        }
        return Math.max(z[e], 0) + Math.abs(z[e] * y[e]) + 1;
    }

    private double term(double out, double target) {
        double off = out - target;
        return switch (cost) {
            case QUADRATIC -> off * off;
            case HALF_QUADRATIC -> 0.5 * off * off;
            case MEAN_SQUARED_ERROR -> off * off / n;
            case BINARY_CROSS_ENTROPY ->
                -target * Math.log(Math.max(out, SMALLEST)) - (1 - target) * Math.log(Math.max(1 - out, SMALLEST));
            case CATEGORICAL_CROSS_ENTROPY -> -target * Math.log(Math.max(out, SMALLEST));
        };
    }

    private double size(double out, double target) {
        if (cost == Cost.BINARY_CROSS_ENTROPY) {
            return Math.abs(target * Math.log(Math.max(out, SMALLEST)))
                    + Math.abs((1 - target) * (Math.abs(Math.log(Math.max(1 - out, SMALLEST))) + 1));
        }
        return Math.abs(term(out, target));
    }

    // ---- errors -----------------------------------------------------------------------------------------------------

    private double gradient(double out, double target) {
        return switch (cost) {
            case QUADRATIC -> 2 * (out - target);
            case HALF_QUADRATIC -> out - target;
            case MEAN_SQUARED_ERROR -> 2 * (out - target) / n;
            case BINARY_CROSS_ENTROPY -> (1 - target) / Math.max(1 - out, SMALLEST) - target / Math.max(out, SMALLEST);
            case CATEGORICAL_CROSS_ENTROPY -> -target / Math.max(out, SMALLEST);
        };
    }

    private double gradientBound(double out, double target) {
        if (cost == Cost.BINARY_CROSS_ENTROPY) {
            double no = Math.abs((1 - target) / Math.max(1 - out, SMALLEST));
            return 5 * type.u * (no + Math.abs(target / Math.max(out, SMALLEST)));
        }
        return 4 * type.u * Math.abs(gradient(out, target));
    }

    private void fusedDelta(int row) {
        double total = f == SOFTMAX ? Arrays.stream(y, row, row + n).sum() : 1;
        for (int e = row; e < row + n; e++) {
            delta[e] = a[e] * total - y[e];
            deltaBounds[e] = type.u * ((n + 3) * Math.abs(a[e] * total) + 2 * Math.abs(y[e]));
        }
    }

    private void softmaxDelta(int row) {
        double mean = 0;
        double meanBound = 0;
        for (int e = row; e < row + n; e++) {
            double gradient = gradient(a[e], y[e]);
            mean += a[e] * gradient;
            meanBound += a[e] * (gradientBound(a[e], y[e]) + (n + 2) * type.u * Math.abs(gradient));
        }
        for (int e = row; e < row + n; e++) {
            double gradient = gradient(a[e], y[e]);
            delta[e] = a[e] * (gradient - mean);
            deltaBounds[e] = a[e] * (meanBound + gradientBound(a[e], y[e]))
                    + 3 * type.u * a[e] * (Math.abs(gradient) + Math.abs(mean))
                    + type.leastSubnormal();
        }
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    double right() {
        double right = 0;
        for (int row = 0; row < m * n; row += n) {
            boolean same = n == 1 ? a[row] > 0.5 == y[row] > 0.5 : largest(a, row) == largest(y, row);
            right += same ? 1 : 0;
        }
        return right;
    }

    private int largest(double[] x, int row) {
        int largest = 0;
        for (int j = 1; j < n; j++) {
            largest = x[row + j] > x[row + largest] ? j : largest;
        }
        return largest;
    }

    @Override
    public String toString() {
        String sigma = f < SOFTMAX ? Sigma.of(f).entry : "softmax";
        return cost + " of " + sigma + ", " + type + "[" + m + ", " + n + "]";
    }
}
