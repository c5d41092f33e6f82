package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.nudge.math.Activation;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FloatMathTest {
    static Stream<Activation> elementwise() {
        return Stream.of(
                Activation.SIGMOID,
                Activation.RELU,
                Activation.LEAKY_RELU,
                Activation.ELU,
                Activation.TANH,
                Activation.SOFTPLUS,
                Activation.SILU,
                Activation.GELU,
                Activation.IDENTITY);
    }

    @ParameterizedTest
    @MethodSource("elementwise")
    void theValueIsWithinSixUnitsOfTheFormula(Activation f) {
        for (int bits = 0; bits >= 0 && bits < Float.floatToRawIntBits(130f); bits += 977) {
            for (float z : new float[] {Float.intBitsToFloat(bits), -Float.intBitsToFloat(bits)}) {
                double exact = f.value(z);
                double units = Math.abs(FloatMath.value(f, z) - exact) / Math.ulp((float) exact);
                if (!(units <= 6)) {
                    fail("%s(%s) is off by %.1f ulp", f.name(), z, units);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("elementwise")
    void thePrimeIsWithinSixUnitsOfItsLargestTerm(Activation f) {
        for (int bits = 0; bits >= 0 && bits < Float.floatToRawIntBits(130f); bits += 977) {
            for (float z : new float[] {Float.intBitsToFloat(bits), -Float.intBitsToFloat(bits)}) {
                double exact = f.prime(z);
                // Two terms of silu′ and gelu′ cancel where the derivative changes sign.
                double size = Math.max(Math.abs(exact), f == Activation.SILU || f == Activation.GELU ? terms(f, z) : 0);
                double units = Math.abs(FloatMath.prime(f, z) - exact) / Math.ulp((float) size);
                if (!(units <= 6)) {
                    fail("%s'(%s) is off by %.1f ulp", f.name(), z, units);
                }
            }
        }
    }

    private static double terms(Activation f, double z) {
        double first = z == 0 ? 0 : f.value(z) / z;
        return Math.max(first, Math.abs(f.prime(z) - first));
    }

    @ParameterizedTest
    @MethodSource("elementwise")
    void infinitiesGiveTheLimitsAndNaNStays(Activation f) {
        for (float z : new float[] {Float.NEGATIVE_INFINITY, -0f, 0f, Float.POSITIVE_INFINITY}) {
            assertThat(FloatMath.value(f, z)).as("%s(%s)", f.name(), z).isEqualTo((float) f.value(z));
            assertThat(FloatMath.prime(f, z)).as("%s'(%s)", f.name(), z).isEqualTo((float) f.prime(z));
        }
        assertThat(FloatMath.value(f, Float.NaN)).isNaN();
        assertThat(FloatMath.prime(f, Float.NaN)).isNaN();
    }
}
