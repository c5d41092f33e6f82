package io.nudge.cpu;

import io.nudge.math.Activation;

/**
 * The activations over stretches of arrays in float32, one element at a time. A result may be an operand, at the same
 * place.
 */
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
        if (f instanceof Activation.Relu && zAt == upAt && upAt == deltaAt) {
            rectifiedChain(z, up, delta, zAt, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * FloatMath.prime(f, z[zAt + i]);
        }
    }

    /** Of stretches that begin at the same place the compiler sees that they do not overlap, and makes vectors. */
    private static void rectifiedChain(float[] z, float[] up, float[] delta, int at, int n) {
        for (int i = at; i < at + n; i++) {
            delta[i] = up[i] * FloatMath.unitStep(z[i]);
        }
    }

    /** y_ij = e to the power of z_ij − max_k z_ik, for rows of a matrix. */
    void powers(float[] z, int zAt, float[] y, int yAt, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            int from = zAt + i * columns;
            float max = max(z, from, columns);
            for (int j = 0; j < columns; j++) {
                y[yAt + i * columns + j] = FloatMath.expLess(max, z[from + j]);
            }
        }
    }

    /** The largest of n ≥ 0 numbers; NaN if one is. */
    static float max(float[] x, int at, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, x[at + j]);
        }
        return max;
    }
}
