package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FactorsTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @Test
    void float16HasElevenBitsAndANarrowRange() {
        double[] values = {
            1 + 0x1p-11, 1 + 0x3p-11, 65519, -65520, 0x1p-24, 0x1p-25, -0x1.8p-25, -0.0, Double.NaN, INFINITY
        };
        assertThat(Factors.FLOAT16.rounded(values, DType.FLOAT32))
                .containsExactly(1, 1 + 0x1p-9, 65504, -INFINITY, 0x1p-24, 0, -0x1p-24, -0.0, Double.NaN, INFINITY);
    }

    @Test
    void bfloat16HasEightBitsAndTheRangeOfFloat32() {
        double[] values = {1 + 0x1p-8, 1 + 0x3p-8, Float.MAX_VALUE, -Float.MAX_VALUE, 0x1p-133, 0x1p-134, 3e38};
        assertThat(Factors.BFLOAT16.rounded(values, DType.FLOAT32))
                .containsExactly(1, 1 + 0x1p-6, INFINITY, -INFINITY, 0x1p-133, 0, 0x1.c4p127);
    }

    @Test
    void otherwiseNothingIsRounded() {
        double[] values = {1 + 0x1p-20, 1e38, -1e-40};
        assertThat(Factors.WHOLE.rounded(values, DType.FLOAT32)).containsExactly(values);
        assertThat(Factors.FLOAT16.rounded(values, DType.FLOAT64)).containsExactly(values);
    }
}
