package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * The exponential of {@link FloatMath} beside that of StrictMath in float64, whose own error is less than 2⁻²⁸ of a unit
 * in float32. The bounds are those of all arguments; with {@code -Dnudge.exponential=all} all are tried, in two minutes.
 */
class FloatExponentialTest {
    private static final double UNITS = 0.982;
    private static final double SUBNORMAL_UNITS = 0.751;
    private static final float WORST = -0x1.459444p6f;
    private static final float WORST_OF_SUBNORMAL = -87.33736f;
    /** Of the bits of arguments: prime, so that all of the last bits occur. */
    private static final int STRIDE =
            System.getProperty("nudge.exponential", "").equals("all") ? 1 : 211;

    private static final int MINUS_ZERO = Float.floatToRawIntBits(-0f);
    private static final int LEAST = Float.floatToRawIntBits(-130f);

    private static double unitsOff(float x) {
        double exact = StrictMath.exp(x);
        return Math.abs(FloatMath.exp(x) - exact) / Math.ulp((float) exact);
    }

    private static void assertWithin(float x) {
        double units = unitsOff(x);
        boolean normal = StrictMath.exp(x) >= Float.MIN_NORMAL;
        if (!(units <= (normal ? UNITS : SUBNORMAL_UNITS))) {
            Assertions.fail("exp(%s) is %s, off by %.3f ulp", x, FloatMath.exp(x), units);
        }
    }

    @Test
    void isWithinItsBoundAtAllMagnitudes() {
        for (int bits = MINUS_ZERO; bits <= LEAST; bits += STRIDE) {
            assertWithin(Float.intBitsToFloat(bits));
        }
    }

    /** That is, the bounds above say what there is, and not more. */
    @Test
    void isOffByItsBoundSomewhere() {
        assertThat(unitsOff(WORST)).isGreaterThan(UNITS - 0.001);
        assertThat(unitsOff(WORST_OF_SUBNORMAL)).isGreaterThan(SUBNORMAL_UNITS - 0.001);
    }

    @Test
    void isWithinItsBoundWhereItBecomesSubnormalAndWhereItVanishes() {
        for (float middle : new float[] {-87.33655f, -103.27893f, -103.97208f}) {
            float x = middle;
            for (int i = 0; i < 100; i++) {
                x = Math.nextUp(x);
            }
            for (int i = 0; i < 200; i++) {
                assertWithin(x);
                x = Math.nextDown(x);
            }
        }
        assertThat(FloatMath.exp(-103.97f)).isEqualTo(Float.MIN_VALUE);
        assertThat(FloatMath.exp(-103.98f)).isZero();
    }

    @Test
    void givesLimitsAndKeepsNaNOfAnyBits() {
        assertThat(FloatMath.exp(0f)).isEqualTo(1f);
        assertThat(FloatMath.exp(-0f)).isEqualTo(1f);
        assertThat(FloatMath.exp(-Float.MIN_VALUE)).isEqualTo(1f);
        assertThat(FloatMath.exp(-Float.MAX_VALUE)).isZero();
        assertThat(FloatMath.exp(Float.NEGATIVE_INFINITY)).isZero();
        for (int bits : new int[] {0x7FC00000, 0x7F800001, 0x7FFFFFFF, 0xFFC00001, 0xFFFFFFFF, 0x7FC00143}) {
            assertThat(FloatMath.exp(Float.intBitsToFloat(bits))).isNaN();
        }
    }

    /** As if the exponential had no rounding of its own to a subnormal number before. */
    @Test
    void aFactorComesInBeforeDigitsAreLost() {
        for (float x = -90f; x > -103f; x -= 0.37f) {
            double exact = 100 * StrictMath.exp(x);
            assertThat(Math.abs(FloatMath.exp(x, 100f) - exact)).isLessThanOrEqualTo(1.5 * Math.ulp((float) exact));
        }
    }
}
