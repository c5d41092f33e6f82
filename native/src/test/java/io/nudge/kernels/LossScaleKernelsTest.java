package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The loss scale: what is multiplied by it, what is divided by it, and how it moves. */
@EmulatedDevice
class LossScaleKernelsTest {
    private static final int N = 1500;

    private static double[] times(double[] values, double factor) {
        return Arrays.stream(values).map(x -> x * factor).toArray();
    }

    @ParameterizedTest
    @EnumSource
    void deltaIsMultipliedByIt(Real type) {
        double[] values = Numbers.random(type, N, 1);
        try (Device device = new Device()) {
            Memory delta = device.reals(type, 1, values);
            device.run(type, "loss_scale", "scale_loss", 3, delta, N, device.longs(0, 0, 0, 16, 0, 0));
            Numbers.assertSame(device.read(delta), times(values, 0x1p16), "δ");
        }
    }

    /** SCALE and GOOD before, how many gradients are not finite; SCALE, GOOD and SKIP after. */
    @ParameterizedTest
    @CsvSource({
        "F32, 16, 5, 0, 16, 6, 0", "F32, 16, 5, 1, 15, 0, 1", "F32, 0, 7, 3, 0, 0, 1",
        "F32, 10, 1999, 0, 11, 0, 0", "F32, 24, 1999, 0, 24, 0, 0", "F32, 10, 1999, 1, 9, 0, 1",
        "F64, 16, 5, 0, 16, 6, 0", "F64, 16, 5, 1, 15, 0, 1"
    })
    void gradientsAreDividedByItAndItMoves(
            Real type, int scale, int good, int bad, long scaled, long goods, long skip) {
        double[] spoilers = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int grid : new int[] {1, 2, 5}) {
            double[] values = Numbers.random(type, N, grid);
            for (int i = 0; i < bad; i++) {
                values[(i + 1) * (N - 1) / 3] = spoilers[(i + grid) % 3];
            }
            try (Device device = new Device(grid)) {
                Memory gradients = device.reals(type, grid % 2, values);
                Memory position = device.longs(1, 2, 3, scale, good, 1 - skip);
                Memory counters = device.counters(2);
                device.run(type, "loss_scale", "unscale", grid, gradients, N, position, counters);
                Numbers.assertSame(device.read(gradients), times(values, Math.scalb(1.0, -scale)), "gradients");
                assertThat(device.readLongs(position)).containsExactly(1, 2, 3, scaled, goods, skip);
                assertThat(device.readLongs(counters)).containsOnly(0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOutputLayersErrorsAndBiasGradientComeOutTimesIt(Real type) {
        OutputLayer layer = new OutputLayer(type, OutputLayer.Cost.QUADRATIC, OutputLayer.SIGMOID, 37, 10, 1);
        double[][] plain = outputDelta(layer, 0);
        double[][] scaled = outputDelta(layer, 12);
        Numbers.assertSame(scaled[0], times(plain[0], 0x1p12), "δ");
        Numbers.assertSame(scaled[1], times(plain[1], 0x1p12), "bias gradient");
        Numbers.assertSame(scaled[2], plain[2], "costs");
        Numbers.assertSame(scaled[3], plain[3], "tally");
    }

    /** δ, bias gradient, costs, tally. */
    private static double[][] outputDelta(OutputLayer layer, long scale) {
        Real type = layer.type;
        int m = layer.m;
        int n = layer.n;
        try (Device device = new Device()) {
            Memory costs = device.room(type, 0, m);
            Memory delta = device.room(type, 0, m * n);
            Memory db = device.room(type, 0, n);
            Memory tally = device.reals(Real.F64, 0, 0, 0, 0);
            device.run(
                    type,
                    "cost",
                    "output_delta",
                    2,
                    layer.cost.code,
                    layer.f,
                    layer.parameter(),
                    device.reals(type, 0, layer.z),
                    device.reals(type, 0, layer.a),
                    device.reals(type, 0, layer.y),
                    costs,
                    delta,
                    db,
                    m,
                    n,
                    1.0 / m,
                    device.longs(0, 0, 0, scale, 0, 0),
                    tally,
                    device.room(type, 0, Grid.scratchOfRows(m, n)),
                    device.counters(1));
            return new double[][] {device.read(delta), device.read(db), device.read(costs), device.read(tally)};
        }
    }

    /** What keeps an update from moving anything: a step to be skipped, a fault in the tally, a step beyond the schedule. */
    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 0", "0, 7, 0", "0, 0, 5"})
    void theUpdateMovesThePositionOnWhateverItDoes(long skip, double tallyFault, long step) {
        boolean moves = skip == 0 && tallyFault == 0 && step == 0;
        for (Real type : Real.values()) {
            for (int grid : new int[] {1, 4}) {
                double[] values = Numbers.random(type, N, 1);
                try (Device device = new Device(grid)) {
                    Memory w = device.reals(type, 0, values);
                    Memory position = device.longs(40, step, 9, 3, 4, skip);
                    Memory counter = device.counters(1);
                    device.run(
                            type,
                            "update",
                            "update_sgd",
                            grid,
                            w,
                            N,
                            device.reals(type, 0, values),
                            null,
                            N,
                            device.reals(Real.F64, 0, 0.5, 1, 1),
                            1,
                            position,
                            device.reals(Real.F64, 0, 1, 2, tallyFault),
                            device.longs(0, 0, 0, 0),
                            0.0,
                            0.0,
                            0.0,
                            0.0,
                            0.0,
                            0.0,
                            10,
                            counter);
                    Numbers.assertSame(device.read(w), times(values, moves ? 0.5 : 1), "w");
                    assertThat(device.readLongs(position)).containsExactly(50, step + 1, 10, 3, 4, skip);
                    assertThat(device.readLongs(counter)).containsOnly(0);
                }
            }
        }
    }
}
