package io.nudge.cpu;

import io.nudge.math.Activation;

/** The activations over stretches of arrays in float64, by their formulas. */
final class DoubleFunctions {
    /** a = σ(z). */
    void activate(Activation f, double[] z, int zAt, double[] a, int aAt, int n) {
        for (int i = 0; i < n; i++) {
            a[aAt + i] = f.value(z[zAt + i]);
        }
    }

    /** into = σ′(z). */
    void prime(Activation f, double[] z, int zAt, double[] into, int intoAt, int n) {
        for (int i = 0; i < n; i++) {
            into[intoAt + i] = f.prime(z[zAt + i]);
        }
    }

    /** δ = upstream ⊙ σ′(z). */
    void chain(Activation f, double[] z, int zAt, double[] up, int upAt, double[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * f.prime(z[zAt + i]);
        }
    }

    /** y_ij = e to the power of z_ij − max_k z_ik, for rows of a matrix. */
    void powers(double[] z, int zAt, double[] y, int yAt, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            int from = zAt + i * columns;
            double max = max(z, from, columns);
            for (int j = 0; j < columns; j++) {
                y[yAt + i * columns + j] = Math.exp(z[from + j] - max);
            }
        }
    }

    /** The largest of n ≥ 0 numbers; NaN if one is. */
    static double max(double[] x, int at, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, x[at + j]);
        }
        return max;
    }
}
