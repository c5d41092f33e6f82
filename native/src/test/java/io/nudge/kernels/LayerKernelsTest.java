package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What follows a product in a layer, forward and backward: bias and σ; δ and the bias gradient; sums over the batch. */
@EmulatedDevice
class LayerKernelsTest {
    static List<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (Sigma f : Sigma.values()) {
            for (Real type : Real.values()) {
                all.add(Arguments.of(f, type));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("all")
    void biasActivateAddsTheBiasAndAppliesSigma(Sigma f, Real type) {
        int[][] shapes = {{1, 1}, {3, 30}, {9, 8}, {40, 12}};
        for (int[] shape : shapes) {
            biasActivate(f, type, shape[0], shape[1], 0, false);
            biasActivate(f, type, shape[0], shape[1], 0, true);
            biasActivate(f, type, shape[0], shape[1], 1, false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void biasActivateTakesAnyShape(Real type) {
        Shapes.forEach((m, n) -> biasActivate(Sigma.TANH, type, m, n, m % 2, false));
    }

    private static void biasActivate(Sigma f, Real type, int m, int n, int before, boolean inPlace) {
        double[] z = Numbers.random(type, m * n, 1);
        double[] bias = Numbers.random(type, n, 2);
        double[] sums = new double[m * n];
        double[] expected = new double[m * n];
        double[] bounds = new double[m * n];
        for (int i = 0; i < m * n; i++) {
            sums[i] = type.round(z[i] + bias[i % n]);
            expected[i] = f.value(sums[i]);
            bounds[i] = f.valueBound(type, sums[i]);
        }
        try (Device device = new Device()) {
            Memory from = device.reals(type, before, z);
            Memory a = inPlace ? from : device.room(type, 0, m * n);
            Memory shift = device.reals(type, before, bias);
            long grid = Grid.columns(type, m, n);
            device.run(type, "forward", "bias_activate_" + f.entry, grid, from, shift, a, m, n, f.parameter);
            String what = f + " of " + m + " × " + n;
            Numbers.assertWithin(device.read(a), expected, bounds, what);
            if (!inPlace) {
                Numbers.assertSame(device.read(from), sums, "z of " + what);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void deltaMultipliesByThePrimeAndSumsOverTheBatch(Sigma f, Real type) {
        int[][] shapes = {{1, 1}, {10, 30}, {33, 8}, {100, 12}};
        for (int[] shape : shapes) {
            delta(f, type, shape[0], shape[1], 0, true, 1, 1);
            delta(f, type, shape[0], shape[1], 1, true, 1, 2);
            delta(f, type, shape[0], shape[1], 0, false, 1, 3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void deltaTakesAnyShapeAndGrid(Real type) {
        Shapes.forEach((m, n) -> {
            double[] one = delta(Sigma.SIGMOID, type, m, n, 0, true, 1, 1);
            for (long seed = 2; seed < 4; seed++) {
                double[] other = delta(Sigma.SIGMOID, type, m, n, 0, true, Grid.columns(type, m, n) + seed, seed);
                Numbers.assertSame(other, one, "the bias gradient at another grid, " + m + " × " + n);
            }
        });
    }

    /** Gives the bias gradient. δ that is not in place lies otherwise in respect of 16 bytes. */
    private static double[] delta(Sigma f, Real type, int m, int n, int before, boolean inPlace, long grid, long seed) {
        double[] z = Numbers.random(type, m * n, 3);
        double[] up = Numbers.random(type, m * n, 4);
        double scale = type.round(1.0 / m);
        double[] expected = new double[m * n];
        double[] bounds = new double[m * n];
        double[] sums = new double[n];
        double[] sumBounds = new double[n];
        for (int i = 0; i < m * n; i++) {
            expected[i] = up[i] * f.prime(z[i]);
            bounds[i] = Math.abs(up[i]) * f.primeBound(type, z[i]) + type.u * Math.abs(expected[i]);
            sums[i % n] += scale * expected[i];
            sumBounds[i % n] += scale * (bounds[i] + (m + 1) * type.u * Math.abs(expected[i]));
        }
        try (Device device = new Device(seed)) {
            Memory upstream = device.reals(type, before, up);
            Memory delta = inPlace ? upstream : device.room(type, 1 - before, m * n);
            Memory db = device.room(type, before, n);
            Memory counter = device.counters(Grid.countersOfColumns(n));
            device.run(
                    type,
                    "delta",
                    "delta_" + f.entry,
                    grid,
                    device.reals(type, before, z),
                    device.room(type, 0, 1),
                    upstream,
                    delta,
                    db,
                    m,
                    n,
                    f.parameter,
                    1.0 / m,
                    device.room(type, 0, Grid.scratchOfColumns(m, n)),
                    counter);
            String what = f + " of " + m + " × " + n;
            Numbers.assertWithin(device.read(delta), expected, bounds, "δ, " + what);
            double[] gradient = device.read(db);
            Numbers.assertWithin(gradient, sums, sumBounds, "bias gradient, " + what);
            assertThat(device.readLongs(counter)).as("counters").containsOnly(0);
            return gradient;
        }
    }

    @ParameterizedTest
    @EnumSource
    void sumRowsAddsUpTheBatch(Real type) {
        Shapes.forEach((m, n) -> {
            sumRows(type, m, n, 0.25, 0, m % 2, 1);
            double[] one = sumRows(type, m, n, 0.25, -1.5, 0, 1);
            double[] other = sumRows(type, m, n, 0.25, -1.5, 0, 2);
            Numbers.assertSame(other, one, "at another order of blocks");
        });
    }

    private static double[] sumRows(Real type, int m, int n, double scale, double beta, int before, long seed) {
        double[] x = Numbers.random(type, m * n, 5);
        double[] old = Numbers.random(type, n, 6);
        double[] expected = new double[n];
        double[] bounds = new double[n];
        for (int j = 0; j < n; j++) {
            double size = 0;
            for (int i = 0; i < m; i++) {
                expected[j] += scale * x[i * n + j];
                size += Math.abs(scale * x[i * n + j]);
            }
            expected[j] += beta * old[j];
            bounds[j] = type.u * ((m + 3) * size + 3 * Math.abs(beta * old[j]));
        }
        try (Device device = new Device(seed)) {
            Memory into = beta == 0 ? device.room(type, before, n) : device.reals(type, before, old);
            Memory counter = device.counters(Grid.countersOfColumns(n));
            Memory scratch = device.room(type, 0, Grid.scratchOfColumns(m, n));
            Memory from = device.reals(type, before, x);
            long grid = Grid.columns(type, m, n);
            device.run(type, "delta", "sum_rows", grid, from, into, m, n, scale, beta, scratch, counter);
            double[] sums = device.read(into);
            Numbers.assertWithin(sums, expected, bounds, "sums of " + m + " × " + n);
            assertThat(device.readLongs(counter)).as("counters").containsOnly(0);
            return sums;
        }
    }

    // ---- softmax ----------------------------------------------------------------------------------------------------

    /** Softmax of the rows of a matrix and how far off a kernel may be: two roundings and an elementary function, and a sum. */
    private static double[][] softmax(Real type, double[] z, int n) {
        double[] a = new double[z.length];
        double[] bounds = new double[z.length];
        for (int row = 0; row < z.length; row += n) {
            double max = Arrays.stream(z, row, row + n).max().orElseThrow();
            double sum = 0;
            for (int j = row; j < row + n; j++) {
                a[j] = Math.exp(z[j] - max);
                sum += a[j];
            }
            for (int j = row; j < row + n; j++) {
                a[j] /= sum;
                double moved = (n + 20 + 2 * (max - z[j])) * type.u;
                bounds[j] = a[j] * moved + 2 * type.leastSubnormal();
            }
        }
        return new double[][] {a, bounds};
    }

    @ParameterizedTest
    @EnumSource
    void softmaxOfRows(Real type) {
        Shapes.forEach((m, n) -> softmax(type, m, n, m % 2));
        softmax(type, 3, 2100, 0);
        softmax(type, 2, 2048, 1);
        softmax(type, 64 * 16 + 1, 10, 0);
        softmax(type, 8 * 1024 + 9, 10, 0);
    }

    private static void softmax(Real type, int m, int n, int before) {
        double[] z = Numbers.random(type, m * n, 7);
        double[] bias = Numbers.random(type, n, 8);
        double[] sums = new double[m * n];
        Arrays.setAll(sums, i -> type.round(z[i] + bias[i % n]));
        long grid = Grid.rows(type, m, n);
        String what = "softmax of " + m + " × " + n;
        try (Device device = new Device()) {
            Memory from = device.reals(type, before, z);
            Memory a = device.room(type, before, m * n);
            device.run(type, "activate", "activate_softmax", grid, from, a, m, n);
            double[][] plain = softmax(type, z, n);
            Numbers.assertWithin(device.read(a), plain[0], plain[1], what);
            Memory shift = device.reals(type, before, bias);
            device.run(type, "forward", "bias_activate_softmax", grid, from, shift, a, m, n, 0.0);
            double[][] shifted = softmax(type, sums, n);
            Numbers.assertWithin(device.read(a), shifted[0], shifted[1], what + " with bias");
            Numbers.assertSame(device.read(from), sums, "z of " + what);
            device.run(type, "activate", "activate_softmax", grid, from, from, m, n);
            Numbers.assertSame(device.read(from), device.read(a), what + " in place");
        }
        try (Device device = new Device()) {
            Memory both = device.reals(type, before, z);
            device.run(
                    type, "forward", "bias_activate_softmax", grid, both, device.reals(type, 0, bias), both, m, n, 0.0);
            double[][] shifted = softmax(type, sums, n);
            Numbers.assertWithin(device.read(both), shifted[0], shifted[1], what + " with bias, in place");
        }
    }

    @ParameterizedTest
    @EnumSource
    void softmaxOfNotANumberIsNotANumber(Real type) {
        double[] z = {1, Double.NaN, 2, 3, 1, 2, Double.POSITIVE_INFINITY, 0, 0};
        try (Device device = new Device()) {
            Memory a = device.room(type, 0, 9);
            device.run(type, "activate", "activate_softmax", 1, device.reals(type, 0, z), a, 3, 3);
            double[] found = device.read(a);
            assertThat(Arrays.copyOf(found, 3)).containsOnly(Double.NaN);
            assertThat(Arrays.copyOfRange(found, 6, 9)).containsOnly(Double.NaN);
            assertThat(found[3] + found[4] + found[5]).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource
    void softmaxChain(Real type) {
        Shapes.forEach((m, n) -> {
            double[] one = softmaxDelta(type, m, n, m % 2, 1, 1);
            double[] other = softmaxDelta(type, m, n, m % 2, Grid.rows(type, m, n) + 1, 2);
            Numbers.assertSame(other, one, "the bias gradient at another grid, " + m + " × " + n);
        });
        softmaxDelta(type, 35, 2100, 0, 2, 1);
        softmaxDelta(type, 64 * 16 + 1, 10, 0, 2, 1);
    }

    /** Gives the bias gradient. */
    private static double[] softmaxDelta(Real type, int m, int n, int before, long grid, long seed) {
        double[] a = type.round(softmax(type, Numbers.random(type, m * n, 9), n)[0]);
        double[] up = Numbers.random(type, m * n, 10);
        double[] expected = new double[m * n];
        double[] bounds = new double[m * n];
        double[] sums = new double[n];
        double[] sumBounds = new double[n];
        double scale = type.round(1.0 / m);
        for (int i = 0; i < m; i++) {
            double mean = 0;
            double size = 0;
            for (int j = i * n; j < i * n + n; j++) {
                mean += a[j] * up[j];
                size += Math.abs(a[j] * up[j]);
            }
            for (int e = i * n; e < i * n + n; e++) {
                expected[e] = a[e] * (up[e] - mean);
                bounds[e] = type.u * a[e] * ((n + 4) * size + 4 * Math.abs(up[e])) + 2 * type.leastSubnormal();
                sums[e % n] += scale * expected[e];
                sumBounds[e % n] += scale * (bounds[e] + (m + 2) * type.u * Math.abs(expected[e]));
            }
        }
        try (Device device = new Device(seed)) {
            Memory outputs = device.reals(type, before, a);
            Memory from = device.reals(type, 0, up);
            Memory delta = device.room(type, before, m * n);
            Memory unread = device.room(type, 0, 1);
            Memory db = device.room(type, before, n);
            Memory counter = device.counters(1);
            Memory scratch = device.room(type, 0, Grid.scratchOfRows(m, n));
            device.run(type, "activate", "chain_softmax", grid, unread, outputs, from, delta, m, n);
            String what = "δ of softmax, " + m + " × " + n;
            Numbers.assertWithin(device.read(delta), expected, bounds, what);
            device.run(
                    type,
                    "delta",
                    "delta_softmax",
                    grid,
                    unread,
                    outputs,
                    from,
                    from,
                    db,
                    m,
                    n,
                    0.0,
                    1.0 / m,
                    scratch,
                    counter);
            Numbers.assertSame(device.read(from), device.read(delta), what + ", in place");
            double[] gradient = device.read(db);
            Numbers.assertWithin(gradient, sums, sumBounds, "bias gradient, " + what);
            assertThat(device.readLongs(counter)).as("counters").containsOnly(0);
            return gradient;
        }
    }
}
