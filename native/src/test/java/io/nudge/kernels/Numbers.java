package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;

/** Numbers to try a kernel with, and how they are compared. */
final class Numbers {
    /** What shows mistakes in formulas: both zeros, subnormals, the tails of exponentials, infinities, NaN. */
    private static final double[] SPECIAL = {
        0,
        -0.0,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        1e-40,
        -1e-40,
        1e-8,
        -1e-8,
        0.5,
        -0.5,
        1,
        -1,
        5.5,
        -5.5,
        10,
        -10,
        16,
        -16,
        17.5,
        -17.5,
        30,
        -30,
        88,
        -88,
        90,
        -90,
        104,
        -104,
        700,
        -700,
        740,
        -740,
        1000,
        -1000,
        3e38,
        -3e38,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };

    private Numbers() {}

    /** From a normal distribution, rounded to the type. */
    static double[] random(Real type, int n, long seed) {
        Random random = new Random(seed);
        return type.round(random.doubles(n).map(x -> random.nextGaussian()).toArray());
    }

    static double[] special(Real type) {
        return type.round(SPECIAL);
    }

    /** Special values, many between −12 and 12, and some farther out. */
    static double[] wide(Real type, long seed) {
        double[] special = special(type);
        double[] all = new double[special.length + 2000];
        Random random = new Random(seed);
        for (int i = 0; i < all.length; i++) {
            double x = i % 4 == 0 ? 220 * random.nextDouble() - 110 : 24 * random.nextDouble() - 12;
            all[i] = i < special.length ? special[i] : type.round(x);
        }
        return all;
    }

    /** The same bits, but any NaN is like any other. */
    static void assertSame(double[] actual, double[] expected, String what) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (Double.compare(actual[i], expected[i]) != 0) {
                fail("%s, element %d: %s, expected %s", what, i, actual[i], expected[i]);
            }
        }
    }

    /** Each within its bound; NaN and infinities must be there where they are expected. */
    static void assertWithin(double[] actual, double[] expected, double[] bounds, String what) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            boolean finite = Double.isFinite(expected[i]);
            boolean fits = finite
                    ? Math.abs(actual[i] - expected[i]) <= bounds[i]
                    : Double.compare(actual[i], expected[i]) == 0;
            if (!fits) {
                double off = (actual[i] - expected[i]) / bounds[i];
                fail("%s, element %d: %s, expected %s; that is %.3g bounds off", what, i, actual[i], expected[i], off);
            }
        }
    }
}
