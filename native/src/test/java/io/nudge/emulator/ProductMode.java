package io.nudge.emulator;

import java.util.function.DoubleUnaryOperator;

/** Types of matrices, a way to compute, what inputs are rounded to, and how exact sums are. */
record ProductMode(Numbers in, Numbers out, int compute, Numbers factor, DoubleUnaryOperator rounding, double unit) {
    static ProductMode of(Numbers in, Numbers out, int compute) {
        Numbers sums = in == Numbers.F64 ? in : Numbers.F32;
        return new ProductMode(in, out, compute, sums, v -> v, sums.unit());
    }

    static ProductMode fast(int compute, DoubleUnaryOperator rounding) {
        return new ProductMode(Numbers.F32, Numbers.F32, compute, Numbers.F32, rounding, Numbers.F32.unit());
    }

    static ProductMode half(int compute) {
        return new ProductMode(Numbers.F16, Numbers.F16, compute, Numbers.F16, v -> v, Numbers.F16.unit());
    }
}
