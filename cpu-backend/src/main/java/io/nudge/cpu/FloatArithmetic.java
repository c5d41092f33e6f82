package io.nudge.cpu;

/**
 * Arithmetic over stretches of arrays in float32, in plain loops. They are fast enough where the Vector API is absent;
 * the JIT compiler of Java 17 turns none of them into vector instructions, since it cannot know that stretches which
 * begin at different places do not overlap; those that begin at the same place have a loop of their own where that pays. A
 * result may be an operand, at the same place.
 *
 * <p>{@link DoubleArithmetic} is its likeness; a change here is a change there.
 */
class FloatArithmetic {
    /** c = a + b. */
    void add(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        if (aAt == bAt && bAt == cAt) {
            addAt(a, b, c, aAt, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] + b[bAt + i];
        }
    }

    private static void addAt(float[] a, float[] b, float[] c, int at, int n) {
        for (int i = at; i < at + n; i++) {
            c[i] = a[i] + b[i];
        }
    }

    /** Adds four rows of x, one after the other, to n sums. */
    void addFourRows(float[] sums, int sumsAt, float[] x, int xAt, int xStride, int n) {
        int row1 = xAt + xStride;
        int row2 = row1 + xStride;
        int row3 = row2 + xStride;
        for (int i = 0; i < n; i++) {
            sums[sumsAt + i] = sums[sumsAt + i] + x[xAt + i] + x[row1 + i] + x[row2 + i] + x[row3 + i];
        }
    }

    /** c = a − b. */
    void subtract(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] - b[bAt + i];
        }
    }

    /** c = a ⊙ b. */
    void hadamard(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] * b[bAt + i];
        }
    }

    /** y = alpha x. */
    void scale(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i];
        }
    }

    /** y = y + alpha x. */
    void addScaled(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += alpha * x[xAt + i];
        }
    }

    /** y = alpha x + beta y. */
    void combine(float alpha, float[] x, int xAt, float beta, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i] + beta * y[yAt + i];
        }
    }

    /** y = x limited to [−limit, limit]. */
    void clamp(float limit, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = Math.max(-limit, Math.min(limit, x[xAt + i]));
        }
    }

    /** c = scale (a − b). */
    void difference(float scale, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = scale * (a[aAt + i] - b[bAt + i]);
        }
    }

    /** δ = upstream ⊙ a (1 − a), the derivative of the logistic function from its value. */
    void sigmoidChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * (a[aAt + i] * (1 - a[aAt + i]));
        }
    }

    /** δ = upstream ⊙ (1 − a) (1 + a), the derivative of tanh from its value; 1 − a² would lose more near a = ±1. */
    void tanhChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * ((1 - a[aAt + i]) * (1 + a[aAt + i]));
        }
    }

    /** s = kept s + share g². */
    void meanSquare(float kept, float[] s, int sAt, float share, float[] g, int gAt, int n) {
        for (int i = 0; i < n; i++) {
            s[sAt + i] = kept * s[sAt + i] + share * g[gAt + i] * g[gAt + i];
        }
    }

    /** w = w − rate m / (√(scale s) + epsilon). */
    void descend(
            float rate, float[] m, int mAt, float scale, float[] s, int sAt, float epsilon, float[] w, int wAt, int n) {
        for (int i = 0; i < n; i++) {
            w[wAt + i] -= rate * m[mAt + i] / ((float) Math.sqrt(scale * s[sAt + i]) + epsilon);
        }
    }

    /** y = factor x where the half word is at least the least, else 0: without branches, which nobody could foretell. */
    void drop(int least, RandomWords random, float factor, float[] x, int xAt, float[] y, int yAt, int from, int to) {
        for (int run = from / RandomWords.LANES * RandomWords.LANES; run < to; run += RandomWords.LANES) {
            int end = Math.min(to, run + RandomWords.LANES);
            for (int i = Math.max(from, run); i < end; i++) {
                int kept = (least - 1 - random.half(run, i - run)) >> (Integer.SIZE - 1); // all bits, or none
                y[yAt + i] = Float.intBitsToFloat(Float.floatToRawIntBits(factor * x[xAt + i]) & kept);
            }
        }
    }
}
