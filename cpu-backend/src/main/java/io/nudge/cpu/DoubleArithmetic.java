package io.nudge.cpu;

/**
 * Arithmetic over stretches of arrays in float64, in plain loops. They are fast enough where the Vector API is absent;
 * the JIT compiler of Java 17 turns none of them into vector instructions, since it cannot know that stretches which
 * begin at different places do not overlap. A result may be an operand, at the same place.
 *
 * <p>{@link FloatArithmetic} is its likeness; a change here is a change there.
 */
class DoubleArithmetic {
    /** c = a + b. */
    void add(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        if (aAt == bAt && bAt == cAt) {
            addAt(a, b, c, aAt, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] + b[bAt + i];
        }
    }

    private static void addAt(double[] a, double[] b, double[] c, int at, int n) {
        for (int i = at; i < at + n; i++) {
            c[i] = a[i] + b[i];
        }
    }

    /** Adds four rows of x, one after the other, to n sums. */
    void addFourRows(double[] sums, int sumsAt, double[] x, int xAt, int xStride, int n) {
        int row1 = xAt + xStride;
        int row2 = row1 + xStride;
        int row3 = row2 + xStride;
        for (int i = 0; i < n; i++) {
            sums[sumsAt + i] = sums[sumsAt + i] + x[xAt + i] + x[row1 + i] + x[row2 + i] + x[row3 + i];
        }
    }

    /** c = a − b. */
    void subtract(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] - b[bAt + i];
        }
    }

    /** c = a ⊙ b. */
    void hadamard(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = a[aAt + i] * b[bAt + i];
        }
    }

    /** y = alpha x. */
    void scale(double alpha, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i];
        }
    }

    /** y = y + alpha x. */
    void addScaled(double alpha, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += alpha * x[xAt + i];
        }
    }

    /** y = alpha x + beta y. */
    void combine(double alpha, double[] x, int xAt, double beta, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = alpha * x[xAt + i] + beta * y[yAt + i];
        }
    }

    /** y = x limited to [−limit, limit]. */
    void clamp(double limit, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = Math.max(-limit, Math.min(limit, x[xAt + i]));
        }
    }

    /** c = scale (a − b). */
    void difference(double scale, double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        for (int i = 0; i < n; i++) {
            c[cAt + i] = scale * (a[aAt + i] - b[bAt + i]);
        }
    }

    /** δ = upstream ⊙ a (1 − a), the derivative of the logistic function from its value. */
    void sigmoidChain(double[] a, int aAt, double[] up, int upAt, double[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * (a[aAt + i] * (1 - a[aAt + i]));
        }
    }

    /** δ = upstream ⊙ (1 − a) (1 + a), the derivative of tanh from its value; 1 − a² would lose more near a = ±1. */
    void tanhChain(double[] a, int aAt, double[] up, int upAt, double[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i++) {
            delta[deltaAt + i] = up[upAt + i] * ((1 - a[aAt + i]) * (1 + a[aAt + i]));
        }
    }

    /** s = kept s + share g². */
    void meanSquare(double kept, double[] s, int sAt, double share, double[] g, int gAt, int n) {
        for (int i = 0; i < n; i++) {
            s[sAt + i] = kept * s[sAt + i] + share * g[gAt + i] * g[gAt + i];
        }
    }

    /** w = w − rate m / (√(scale s) + epsilon). */
    void descend(
            double rate,
            double[] m,
            int mAt,
            double scale,
            double[] s,
            int sAt,
            double epsilon,
            double[] w,
            int wAt,
            int n) {
        for (int i = 0; i < n; i++) {
            w[wAt + i] -= rate * m[mAt + i] / (Math.sqrt(scale * s[sAt + i]) + epsilon);
        }
    }

    /** y = factor x where the half word is at least the least, else 0: without branches, which nobody could foretell. */
    void drop(
            int least, RandomWords random, double factor, double[] x, int xAt, double[] y, int yAt, int from, int to) {
        for (int run = from / RandomWords.LANES * RandomWords.LANES; run < to; run += RandomWords.LANES) {
            int end = Math.min(to, run + RandomWords.LANES);
            for (int i = Math.max(from, run); i < end; i++) {
                int kept = (least - 1 - random.half(run, i - run)) >> (Integer.SIZE - 1); // all bits, or none
                y[yAt + i] = Double.longBitsToDouble(Double.doubleToRawLongBits(factor * x[xAt + i]) & kept);
            }
        }
    }
}
