package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Σ x² in float64. */
@EmulatedDevice
class SumKernelsTest {
    @ParameterizedTest
    @EnumSource
    void sumsSquaresInFloat64(Real type) {
        for (int n : new int[] {1, 2, 3, 5, 255, 1024, 4095, 4096, 4097, 20_011}) {
            double one = sum(type, n, 0, Grid.chunks(n), 1);
            assertThat(sum(type, n, 0, 1, 2)).as("another grid, %d", n).isEqualTo(one);
            assertThat(sum(type, n, 1, 3, 3))
                    .as("another grid and place, %d", n)
                    .isEqualTo(one);
        }
    }

    private static double sum(Real type, int n, int before, long grid, long seed) {
        double[] x = Numbers.random(type, n, n);
        double expected = 0;
        for (double each : x) {
            expected += each * each;
        }
        try (Device device = new Device(seed)) {
            Memory into = device.room(Real.F64, 0, 1);
            Memory counter = device.counters(1);
            Memory scratch = device.room(Real.F64, 0, (int) Grid.blocks(n, 4096));
            device.run(
                    type, "sum_squares", "sum_squares", grid, device.reals(type, before, x), n, into, scratch, counter);
            double found = device.read(into)[0];
            assertThat(Math.abs(found - expected))
                    .as("Σ x² of %d", n)
                    .isLessThanOrEqualTo(2 * n * Real.F64.u * expected);
            assertThat(device.readLongs(counter)).containsExactly(0);
            return found;
        }
    }
}
