package io.nudge.kernels;

/** The normal distribution in float64, to a few units in the last place. */
final class Normal {
    private static final double DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);
    /** From here on the continued fraction converges in so many steps, and before it ½ − (Φ(z) − ½) loses little. */
    private static final double FAR = 0.5;

    /** Beyond this the density is 0 in float64. */
    private static final double FARTHEST = 40;

    private static final int STEPS = 3000;

    private Normal() {}

    /** φ(z); what rounding takes from z² is put back, since the exponential multiplies it. */
    static double density(double z) {
        if (Math.abs(z) > FARTHEST) {
            return 0;
        }
        double square = z * z;
        double lost = Math.fma(z, z, -square);
        return DENSITY_AT_ZERO * Math.exp(-0.5 * square) * Math.exp(-0.5 * lost);
    }

    /** Φ(z). */
    static double distribution(double z) {
        if (Double.isNaN(z)) {
            return z;
        }
        double size = Math.abs(z);
        double above = size < FAR ? 0.5 - half(size) : tail(size);
        return z < 0 ? above : size < FAR ? 0.5 + half(size) : 1 - above;
    }

    /** Φ(z) − ½ = φ(z) (z + z³/3 + z⁵/(3·5) + …). */
    private static double half(double z) {
        double term = z;
        double sum = z;
        for (int k = 3; term > sum * 1e-18; k += 2) {
            term *= z * z / k;
            sum += term;
        }
        return density(z) * sum;
    }

    /** 1 − Φ(z) = φ(z) / (z + 1/(z + 2/(z + 3/(z + …)))), for z far out. */
    private static double tail(double z) {
        if (z > FARTHEST) {
            return 0;
        }
        double fraction = z;
        for (int k = STEPS; k > 0; k--) {
            fraction = z + k / fraction;
        }
        return density(z) / fraction;
    }
}
