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

    /** y = e to the power of x − max. */
    void expLess(double max, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = Math.exp(x[xAt + i] - max);
        }
    }
}
