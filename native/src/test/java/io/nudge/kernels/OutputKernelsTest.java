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

/** The output layer: costs, δ, the bias gradient and the tally, each by itself and all in one launch. */
@EmulatedDevice
class OutputKernelsTest {
    /** Every cost with every activation that it goes with; a softmax is number 9. */
    static List<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        for (Real type : Real.values()) {
            for (OutputLayer.Cost cost : OutputLayer.Cost.values()) {
                for (int f = 0; f <= OutputLayer.SOFTMAX; f++) {
                    if (!cost.takesLogarithms() || f == OutputLayer.SIGMOID || f == OutputLayer.SOFTMAX) {
                        pairs.add(Arguments.of(type, cost, f));
                    }
                }
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void costsAndErrorsAreNearTheReference(Real type, OutputLayer.Cost cost, int f) {
        check(new OutputLayer(type, cost, f, 7, 10, 1), 0, 1, 1);
        check(new OutputLayer(type, cost, f, 3, 40, 2), 0, 1, 1);
        check(new OutputLayer(type, cost, f, 5, 1, 3), 1, 1, 1);
    }

    @ParameterizedTest
    @EnumSource
    void anyShapeAndGridIsTaken(Real type) {
        Shapes.forEach((m, n) -> {
            OutputLayer layer =
                    new OutputLayer(type, OutputLayer.Cost.CATEGORICAL_CROSS_ENTROPY, OutputLayer.SOFTMAX, m, n, 4);
            double[] one = check(layer, m % 2, Grid.rows(type, m, n), 1);
            for (long seed = 2; seed < 4; seed++) {
                double[] other = check(layer, m % 2, seed, seed);
                Numbers.assertSame(other, one, "bias gradient and tally at another grid, " + m + " × " + n);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void rowsThatNoTileHoldsAreTaken(Real type) {
        for (int f : new int[] {0, OutputLayer.SOFTMAX}) {
            OutputLayer.Cost cost = f == 0 ? OutputLayer.Cost.QUADRATIC : OutputLayer.Cost.CATEGORICAL_CROSS_ENTROPY;
            OutputLayer layer = new OutputLayer(type, cost, f, 34, 2100, 5);
            Numbers.assertSame(check(layer, 0, 1, 1), check(layer, 0, 2, 2), "bias gradient and tally at another grid");
        }
    }

    /** As many rows as are spread over lanes, more, of which lanes share those of a tile, and so many that a thread has each. */
    @ParameterizedTest
    @EnumSource
    void veryManyShortRowsAreTaken(Real type) {
        for (int m : new int[] {64 * 16 - 3, 64 * 16 + 1, 8 * 1024 + 9}) {
            OutputLayer layer =
                    new OutputLayer(type, OutputLayer.Cost.CATEGORICAL_CROSS_ENTROPY, OutputLayer.SOFTMAX, m, 10, 6);
            double[] one = check(layer, 0, Grid.rows(type, m, 10), 1);
            Numbers.assertSame(check(layer, 0, 3, 2), one, "bias gradient and tally at another grid, " + m + " rows");
        }
    }

    /** Compares all kernels; gives the bias gradient and the tally. */
    private static double[] check(OutputLayer layer, int before, long grid, long seed) {
        Real type = layer.type;
        int m = layer.m;
        int n = layer.n;
        String what = layer.toString();
        try (Device device = new Device(seed)) {
            Memory z = device.reals(type, before, layer.z);
            Memory a = device.reals(type, before, layer.a);
            Memory y = device.reals(type, 0, layer.y);
            Memory position = device.longs(3, 4, 5, 0, 0, 0);
            Memory tally = device.reals(Real.F64, 0, 0.5, 2, 0);
            Memory costs = device.room(type, before, m);
            Memory delta = device.room(type, before, m * n);
            Memory db = device.room(type, before, n);
            Memory scratch = device.room(type, 0, Grid.scratchOfRows(m, n));
            Memory counter = device.counters(1);
            long cost = layer.cost.code;
            device.run(
                    type,
                    "cost",
                    "output_delta",
                    grid,
                    cost,
                    layer.f,
                    layer.parameter(),
                    z,
                    a,
                    y,
                    costs,
                    delta,
                    db,
                    m,
                    n,
                    1.0 / m,
                    position,
                    tally,
                    scratch,
                    counter);
            double[] found = device.read(costs);
            Numbers.assertWithin(found, layer.costs, layer.costBounds, "costs, " + what);
            Numbers.assertWithin(device.read(delta), layer.delta, layer.deltaBounds, "δ, " + what);
            double[] gradient = device.read(db);
            Numbers.assertWithin(gradient, layer.db, layer.dbBounds, "bias gradient, " + what);
            double[] tallied = device.read(tally);
            double sum = Arrays.stream(found).sum();
            assertThat(tallied[0] - 0.5).as("Σ C₀, %s", what).isCloseTo(sum, within(1e-13 * (1 + Math.abs(sum) * m)));
            assertThat(tallied[1] - 2).as("right answers, %s", what).isEqualTo(layer.right());
            assertThat(tallied[2]).as("fault").isZero();
            assertThat(device.readLongs(counter)).as("counters").containsOnly(0);

            apart(device, layer, grid, z, a, y, found, device.read(delta), tallied);
            double[] both = Arrays.copyOf(gradient, n + 3);
            System.arraycopy(tallied, 0, both, n, 3);
            return both;
        }
    }

    /** The kernels one by one give the same bits. */
    private static void apart(
            Device device,
            OutputLayer layer,
            long grid,
            Memory z,
            Memory a,
            Memory y,
            double[] costs,
            double[] delta,
            double[] tallied) {
        Real type = layer.type;
        int m = layer.m;
        int n = layer.n;
        long cost = layer.cost.code;
        Memory ownCosts = device.room(type, 0, m);
        device.run(type, "cost", "costs", grid, cost, layer.f, layer.parameter(), z, a, y, ownCosts, m, n);
        Numbers.assertSame(device.read(ownCosts), costs, "costs alone, " + layer);
        Memory ownDelta = device.room(type, 0, m * n);
        device.run(type, "cost", "cost_delta", grid, cost, layer.f, layer.parameter(), z, a, y, ownDelta, m, n);
        Numbers.assertSame(device.read(ownDelta), delta, "δ alone, " + layer);
        Memory tally = device.reals(Real.F64, 0, 0.5, 2, 0);
        Memory scratch = device.room(type, 0, Grid.scratchOfRows(m, n));
        Memory counter = device.counters(1);
        Memory position = device.longs(3, 4, 5, 0, 0, 0);
        device.run(type, "cost", "tally", grid, ownCosts, a, y, m, n, position, tally, scratch, counter);
        Numbers.assertSame(device.read(tally), tallied, "tally alone, " + layer);
    }

    private static org.assertj.core.data.Offset<Double> within(double bound) {
        return org.assertj.core.api.Assertions.within(bound);
    }

    // ---- the tally --------------------------------------------------------------------------------------------------

    /** The tally after a batch. */
    private static double[] tally(Real type, int n, double[] costs, double[] a, double[] y, double... before) {
        try (Device device = new Device()) {
            Memory tally = device.reals(Real.F64, 0, before);
            int m = costs.length;
            device.run(
                    type,
                    "cost",
                    "tally",
                    1,
                    device.reals(type, 0, costs),
                    device.reals(type, 0, a),
                    device.reals(type, 0, y),
                    m,
                    n,
                    device.longs(1, 2, 41, 0, 0, 0),
                    tally,
                    device.room(type, 0, Grid.scratchOfRows(m, n)),
                    device.counters(1));
            return device.read(tally);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCostThatIsNotFiniteIsNotedAndNothingIsAdded(Real type) {
        double[] both = {1, 0, 0, 1};
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThat(tally(type, 2, new double[] {1, bad}, both, both, 3, 2, 0))
                    .containsExactly(3, 2, 42);
        }
        assertThat(tally(type, 2, new double[] {1, 2}, both, both, 3, 2, 0)).containsExactly(6, 4, 0);
        assertThat(tally(type, 2, new double[] {1, 2}, both, both, 3, 2, 7)).containsExactly(3, 2, 7);
    }

    @ParameterizedTest
    @EnumSource
    void theFirstOfEqualOutputsIsTheAnswer(Real type) {
        double nan = Double.NaN;
        double none = Double.NEGATIVE_INFINITY;
        double[][] outputs = {
            {0.5, 0.5, 0.1},
            {0.5, 0.5, 0.1},
            {0.1, 0.5, 0.5},
            {0, 0, 0},
            {-1, -1, -2},
            {nan, 1, 2},
            {1, nan, 2},
            {none, nan, none}
        };
        int[] answers = {0, 0, 1, 0, 0, 0, 2, 0};
        for (int i = 0; i < outputs.length; i++) {
            for (int target = 0; target < 3; target++) {
                double[] y = new double[3];
                y[target] = 1;
                double right = tally(type, 3, new double[1], outputs[i], y, 0, 0, 0)[1];
                assertThat(right)
                        .as("%s for %d", Arrays.toString(outputs[i]), target)
                        .isEqualTo(target == answers[i] ? 1 : 0);
            }
        }
    }

    /** In rows that a warp shares as in those of one thread. */
    @ParameterizedTest
    @EnumSource
    void theFirstOfEqualsIsFoundInLongRows(Real type) {
        for (int n : new int[] {5, 33, 100, 2500}) {
            for (int first = 0; first < n; first += 1 + n / 7) {
                double[] a = new double[n];
                double[] y = new double[n];
                Arrays.fill(a, first, n, 1);
                y[first] = 1;
                assertThat(tally(type, n, new double[1], a, y, 0, 0, 0)[1])
                        .as("%d of %d", first, n)
                        .isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSingleOutputAnswersByItsSideOfAHalf(Real type) {
        double[][] outputs = {{0.9, 1}, {0.1, 0}, {0.5, 0}, {0.500001, 1}};
        for (double[] each : outputs) {
            for (double target : new double[] {0, 1}) {
                double right = tally(type, 1, new double[1], new double[] {each[0]}, new double[] {target}, 0, 0, 0)[1];
                assertThat(right).as("%s for %s", each[0], target).isEqualTo(target == each[1] ? 1 : 0);
            }
        }
    }
}
