package io.nudge.cpu;

import io.nudge.math.Activation;

/** The activations over stretches of arrays in float32, one element at a time. A result may be an operand, at the same place. */
class FloatFunctions {
    /** Elements in a vector; 1 where there are none. */
    int lanes() {
        return 1;
    }

    /** a = σ(z). */
    void activate(Activation f, float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i++) {
            a[aAt + i] = FloatMath.value(f, z[zAt + i]);
        }
    }

    /** into = σ′(z). */
    void prime(Activation f, float[] z, int zAt, float[] into, int intoAt, int n) {
        for (int i = 0; i < n; i++) {
            into[intoAt + i] = FloatMath.prime(f, z[zAt + i]);
        }
    }

    /** δ = upstream ⊙ σ′(z). */
    void chain(Activation f, float[] z, int zAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * FloatMath.prime(f, z[zAt + i]);
        }
    }

    /** y = e to the power of x − max. */
    void expLess(float max, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.expLess(max, x[xAt + i]);
        }
    }
}
