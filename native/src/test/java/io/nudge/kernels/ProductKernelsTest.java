package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our own matrix product against float64: all transpositions, tiles and edges, shared among blocks or not. */
@EmulatedDevice
class ProductKernelsTest {
    /** m, n, k. */
    private static final int[][] SHAPES = {
        {1, 1, 1},
        {1, 7, 300},
        {5, 1, 33},
        {3, 4, 5},
        {10, 30, 784},
        {30, 40, 10},
        {31, 33, 65},
        {32, 32, 32},
        {64, 48, 16},
        {65, 66, 100},
        {127, 36, 24},
        {129, 130, 9},
        {16, 8, 512}
    };

    static List<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (Real type : Real.values()) {
            for (String tile : List.of("small", "medium", "large")) {
                for (String transposes : List.of("nn", "nt", "tn", "tt")) {
                    all.add(Arguments.of(type, tile, transposes));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("all")
    void multiplies(Real type, String tile, String transposes) {
        for (int[] shape : SHAPES) {
            product(type, tile, transposes, shape, 1.5, 0, 0, 1);
        }
        int[] shape = {36, 40, 300};
        product(type, tile, transposes, shape, 1, -0.75, 0, 2);
        product(type, tile, transposes, shape, 1, 0.5, 1, 3);
    }

    @ParameterizedTest
    @MethodSource("all")
    void theBitsDoNotDependOnTheGrid(Real type, String tile, String transposes) {
        int[] shape = {70, 33, 520};
        double[] one = product(type, tile, transposes, shape, 1, 1, 0, 1);
        Numbers.assertSame(product(type, tile, transposes, shape, 1, 1, 0, 2), one, "another order");
        Numbers.assertSame(product(type, tile, transposes, shape, 1, 1, 1, 3), one, "another order and place");
    }

    @ParameterizedTest
    @MethodSource("all")
    void factorsInMemoryTakeThePlaceOfThoseGiven(Real type, String tile, String transposes) {
        for (int k : new int[] {20, 520}) {
            double[] a = Numbers.random(type, 33 * k, 1);
            double[] b = Numbers.random(type, k * 9, 2);
            double[] given = small(type, tile, transposes, k, a, b, -0.5, 0.75);
            double[] found = small(type, tile, transposes, k, a, b, 7, 7, -0.5, 0.75);
            Numbers.assertSame(found, given, "factors in memory, k = " + k);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void whereAlphaIsZeroNothingOfTheFactorsCounts(Real type, String tile, String transposes) {
        for (int k : new int[] {20, 520}) {
            double[] nothing = new double[33 * k];
            Arrays.fill(nothing, Double.NaN);
            double[] kept = small(type, tile, transposes, k, nothing, nothing, 7, 7, 0, 1);
            Numbers.assertSame(kept, Numbers.random(type, 33 * 9, 3), "c, k = " + k);
        }
    }

    /** c of [33, 9] after a product with factors given and, where there are more, in memory. */
    private static double[] small(
            Real type, String tile, String transposes, int k, double[] a, double[] b, double... factors) {
        try (Device device = new Device(1)) {
            Tile of = Tile.of(type, tile);
            Memory into = device.reals(type, 0, Numbers.random(type, 33 * 9, 3));
            Object inMemory = factors.length == 2 ? 0 : device.reals(type, 0, factors[2], factors[3]);
            device.run(
                    type,
                    "product",
                    "product_" + tile + "_" + transposes,
                    of.blocks(33, 9, k),
                    factors[0],
                    device.reals(type, 0, a),
                    device.reals(type, 0, b),
                    factors[1],
                    into,
                    33,
                    9,
                    k,
                    inMemory,
                    device.room(type, 0, (int) Math.max(1, of.scratch(33, 9, k))),
                    device.counters((int) of.tiles(33, 9)),
                    of.part(33, 9, k),
                    of.parts(33, 9, k));
            return device.read(into);
        }
    }

    private static double[] product(
            Real type, String tile, String transposes, int[] shape, double alpha, double beta, int before, int seed) {
        int m = shape[0];
        int n = shape[1];
        int k = shape[2];
        double[] a = Numbers.random(type, m * k, 1);
        double[] b = Numbers.random(type, k * n, 2);
        double[] c = Numbers.random(type, m * n, 3);
        boolean flipA = transposes.charAt(0) == 't';
        boolean flipB = transposes.charAt(1) == 't';
        double[] expected = new double[m * n];
        double[] bounds = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                double size = 0;
                for (int l = 0; l < k; l++) {
                    double term = a[flipA ? l * m + i : i * k + l] * b[flipB ? j * k + l : l * n + j];
                    sum += term;
                    size += Math.abs(term);
                }
                double old = beta == 0 ? 0 : beta * c[i * n + j];
                expected[i * n + j] = alpha * sum + old;
                bounds[i * n + j] = (k + 3) * type.u * Math.abs(alpha) * size + 3 * type.u * Math.abs(old);
            }
        }
        try (Device device = new Device(seed)) {
            Tile of = Tile.of(type, tile);
            Memory into = beta == 0 ? device.room(type, before, m * n) : device.reals(type, before, c);
            Memory counter = device.counters((int) of.tiles(m, n));
            device.run(
                    type,
                    "product",
                    "product_" + tile + "_" + transposes,
                    seed == 1 ? of.blocks(m, n, k) : seed,
                    alpha,
                    device.reals(type, before, a),
                    device.reals(type, 2 * before, b),
                    beta,
                    into,
                    m,
                    n,
                    k,
                    0,
                    device.room(type, 0, (int) Math.max(1, of.scratch(m, n, k))),
                    counter,
                    of.part(m, n, k),
                    of.parts(m, n, k));
            double[] found = device.read(into);
            String what = tile + " " + transposes + " of " + Arrays.toString(shape);
            Numbers.assertWithin(found, expected, bounds, what);
            assertThat(device.readLongs(counter)).as("counters").containsOnly(0);
            return found;
        }
    }
}
