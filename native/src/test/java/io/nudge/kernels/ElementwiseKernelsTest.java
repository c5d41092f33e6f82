package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The primitives that arithmetic gives to the last bit, at every alignment and in place. */
@EmulatedDevice
class ElementwiseKernelsTest {
    private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 31, 32, 33, 127, 1023, 1024, 1025, 2053};

    /** All that may differ: how many elements stand before each operand, and whether the result replaces an operand. */
    private interface Case {
        void run(int n, int[] before, boolean inPlace);
    }

    private static void everywhere(Case tested) {
        for (int n : SIZES) {
            tested.run(n, new int[] {0, 0, 0}, false);
            tested.run(n, new int[] {0, 0, 0}, true);
        }
        for (int before = 1; before < 4; before++) {
            tested.run(37, new int[] {before, before, before}, true);
            tested.run(2, new int[] {before, before, before}, false);
            tested.run(37, new int[] {before, 0, 0}, false);
            tested.run(37, new int[] {0, before, 0}, false);
            tested.run(37, new int[] {0, 0, before}, false);
        }
    }

    private static double[] numbers(Real type, int n, long seed) {
        double[] numbers = Numbers.random(type, n, seed);
        double[] special = Numbers.special(type);
        for (int i = 0; i < n / 3; i++) {
            numbers[3 * i] = special[(int) ((i + seed) % special.length)];
        }
        return numbers;
    }

    private static void binary(Real type, String kernel, DoubleBinaryOperator f) {
        everywhere((n, before, inPlace) -> {
            double[] a = numbers(type, n, 1);
            double[] b = numbers(type, n, 9);
            double[] expected = new double[n];
            Arrays.setAll(expected, i -> type.round(f.applyAsDouble(a[i], b[i])));
            try (Device device = new Device()) {
                Memory left = device.reals(type, before[0], a);
                Memory into = inPlace ? left : device.room(type, before[2], n);
                device.run(
                        type, "elementwise", kernel, Grid.elements(n), left, device.reals(type, before[1], b), into, n);
                Numbers.assertSame(device.read(into), expected, kernel + " of " + n + Arrays.toString(before));
            }
        });
    }

    private static void unary(Real type, String kernel, DoubleUnaryOperator f, double parameter) {
        everywhere((n, before, inPlace) -> {
            double[] x = numbers(type, n, 2);
            double[] expected = new double[n];
            Arrays.setAll(expected, i -> type.round(f.applyAsDouble(x[i])));
            try (Device device = new Device()) {
                Memory from = device.reals(type, before[0], x);
                Memory into = inPlace ? from : device.room(type, before[1], n);
                device.run(type, "elementwise", kernel, Grid.elements(n), from, into, n, parameter);
                Numbers.assertSame(device.read(into), expected, kernel + " of " + n + Arrays.toString(before));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void add(Real type) {
        binary(type, "add", (a, b) -> a + b);
    }

    @ParameterizedTest
    @EnumSource
    void subtract(Real type) {
        binary(type, "subtract", (a, b) -> a - b);
    }

    @ParameterizedTest
    @EnumSource
    void hadamard(Real type) {
        binary(type, "hadamard", (a, b) -> a * b);
    }

    @ParameterizedTest
    @EnumSource
    void scale(Real type) {
        double alpha = type.round(0.3);
        unary(type, "scale", x -> alpha * x, 0.3);
    }

    @ParameterizedTest
    @EnumSource
    void clamp(Real type) {
        double limit = type.round(0.7);
        unary(type, "clamp", x -> Math.max(-limit, Math.min(limit, x)), 0.7);
    }

    /** The product is rounded before the sum, as on the CPU. */
    @ParameterizedTest
    @EnumSource
    void addScaled(Real type) {
        double alpha = type.round(-0.3);
        everywhere((n, before, inPlace) -> {
            double[] x = numbers(type, n, 3);
            double[] y = numbers(type, n, 4);
            double[] expected = new double[n];
            Arrays.setAll(expected, i -> type.round(y[i] + type.round(alpha * x[i])));
            try (Device device = new Device()) {
                Memory sum = device.reals(type, before[1], y);
                device.run(
                        type,
                        "elementwise",
                        "add_scaled",
                        Grid.elements(n),
                        device.reals(type, before[0], x),
                        sum,
                        n,
                        -0.3);
                Numbers.assertSame(device.read(sum), expected, "add_scaled of " + n);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void fill(Real type) {
        everywhere((n, before, inPlace) -> {
            try (Device device = new Device()) {
                Memory x = device.room(type, before[0], n);
                device.run(type, "elementwise", "fill", Grid.elements(n), x, n, 0.3);
                assertThat(device.read(x)).containsOnly(type.round(0.3));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void rescaleLimitsTheNorm(Real type) {
        double[] x = Numbers.random(type, 37, 5);
        for (double sumSquares : new double[] {100, 4, 1, 0, Double.POSITIVE_INFINITY, Double.NaN}) {
            double factor = 2 / Math.sqrt(sumSquares);
            double[] expected = x.clone();
            if (!(factor >= 1)) {
                Arrays.setAll(expected, i -> type.round(type.round(factor) * x[i]));
            }
            try (Device device = new Device()) {
                Memory all = device.reals(type, 0, x);
                Memory sum = device.reals(Real.F64, 0, sumSquares);
                device.run(type, "elementwise", "rescale", 1, all, x.length, 2.0, sum);
                Numbers.assertSame(device.read(all), expected, "norm² " + sumSquares);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void addRow(Real type) {
        Shapes.forEach((m, n) -> {
            double[] x = Numbers.random(type, m * n, 6);
            double[] row = Numbers.random(type, n, 7);
            double[] expected = new double[m * n];
            Arrays.setAll(expected, i -> type.round(x[i] + row[i % n]));
            for (int before = 0; before < 2; before++) {
                try (Device device = new Device()) {
                    Memory from = device.reals(type, before, x);
                    Memory into = before == 0 ? from : device.room(type, 0, m * n);
                    Memory shift = device.reals(type, 3 * before, row);
                    device.run(type, "elementwise", "add_row", Grid.columns(type, m, n), from, shift, into, m, n);
                    Numbers.assertSame(device.read(into), expected, "add_row of " + m + " × " + n);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void outer(Real type) {
        Shapes.forEach((m, n) -> {
            double[] a = Numbers.random(type, m, 8);
            double[] b = Numbers.random(type, n, 9);
            double[] expected = new double[m * n];
            Arrays.setAll(expected, i -> type.round(a[i / n] * b[i % n]));
            try (Device device = new Device()) {
                Memory into = device.room(type, m % 2, m * n);
                Memory left = device.reals(type, 0, a);
                Memory right = device.reals(type, n % 3, b);
                device.run(type, "elementwise", "outer", Grid.columns(type, m, n), left, right, into, m, n);
                Numbers.assertSame(device.read(into), expected, "outer of " + m + " × " + n);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void transpose(Real type) {
        Shapes.forEach((m, n) -> {
            double[] x = Numbers.random(type, m * n, 10);
            double[] expected = new double[m * n];
            Arrays.setAll(expected, i -> x[i % m * n + i / m]);
            try (Device device = new Device()) {
                Memory into = device.room(type, 0, m * n);
                Memory from = device.reals(type, 0, x);
                device.run(type, "elementwise", "transpose", Grid.tiles(m, n), from, into, m, n);
                Numbers.assertSame(device.read(into), expected, "transpose of " + m + " × " + n);
            }
        });
    }
}
