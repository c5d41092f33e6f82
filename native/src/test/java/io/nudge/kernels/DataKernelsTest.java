package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes before a step and after it: a batch by a shuffled order, and the position that moves on. */
@EmulatedDevice
class DataKernelsTest {
    private static final int EXAMPLES = 11;
    private static final long[] ORDER = {3, 0, 10, 7, 7, 1, 9};
    private static final long[] LABELS = {2, 0, 1, 4, 3, 3, 2, 1, 0, 4, 2};

    /** The example of row i of a batch. */
    private static int example(long row, int i) {
        return (int) ORDER[(int) Math.floorMod(row + i, (long) ORDER.length)];
    }

    private static double[] rows(double[] all, long row, int m, int n) {
        double[] batch = new double[m * n];
        for (int i = 0; i < m; i++) {
            System.arraycopy(all, example(row, i) * n, batch, i * n, n);
        }
        return batch;
    }

    private static double[] oneHot(long row, int m, int classes) {
        double[] batch = new double[m * classes];
        for (int i = 0; i < m; i++) {
            batch[i * classes + (int) LABELS[example(row, i)]] = 1;
        }
        return batch;
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 1, 1, 0, 0", "F32, 5, 784, 3, 0", "F32, 9, 3, 6, 0", "F32, 20, 33, -2, 0", "F32, 3, 64, 1000000000000, 1",
        "F64, 1, 1, 0, 0", "F64, 5, 784, 3, 0", "F64, 9, 3, 6, 0", "F64, 20, 33, -2, 0", "F64, 3, 64, 1000000000000, 1"
    })
    void gathersRowsInOrderAndBeginsAnewAfterItsEnd(Real type, int m, int n, long row, int before) {
        double[] all = Numbers.random(type, EXAMPLES * n, 1);
        double[] values = Numbers.random(type, EXAMPLES * 5, 2);
        try (Device device = new Device()) {
            Memory rows = device.reals(type, before, all);
            Memory order = device.longs(ORDER);
            Memory position = device.longs(row, 0, 0, 0, 0, 0);
            Memory fault = device.longs(0, 0, 0, 0);
            Memory labels = device.longs(LABELS);
            long grid = Grid.elements((long) m * n);
            Memory batch = device.room(type, before, m * n);
            device.run(
                    type, "gather", "gather", grid, rows, EXAMPLES, order, ORDER.length, position, batch, m, n, fault);
            Numbers.assertSame(device.read(batch), rows(all, row, m, n), "batch");

            for (int classes : new int[] {5, 8}) {
                Memory hot = device.room(type, before, m * classes);
                Memory targets = device.room(type, 0, m * classes);
                Memory inputs = device.room(type, 1 - before, m * n);
                device.run(
                        type,
                        "gather",
                        "gather_one_hot",
                        1,
                        labels,
                        EXAMPLES,
                        order,
                        ORDER.length,
                        position,
                        hot,
                        m,
                        classes,
                        fault);
                Numbers.assertSame(device.read(hot), oneHot(row, m, classes), "targets");
                device.run(
                        type,
                        "gather",
                        "gather_batch",
                        grid,
                        rows,
                        labels,
                        EXAMPLES,
                        order,
                        ORDER.length,
                        position,
                        inputs,
                        targets,
                        m,
                        n,
                        classes,
                        fault);
                Numbers.assertSame(device.read(inputs), rows(all, row, m, n), "inputs, in one launch");
                Numbers.assertSame(device.read(targets), oneHot(row, m, classes), "targets, in one launch");
            }

            Memory pair = device.room(type, 0, m * n);
            Memory numbers = device.room(type, 0, m * 5);
            device.run(
                    type,
                    "gather",
                    "gather_pair",
                    grid,
                    rows,
                    device.reals(type, 0, values),
                    EXAMPLES,
                    order,
                    ORDER.length,
                    position,
                    pair,
                    numbers,
                    m,
                    n,
                    5,
                    fault);
            Numbers.assertSame(device.read(pair), rows(all, row, m, n), "inputs of a pair");
            Numbers.assertSame(device.read(numbers), rows(values, row, m, 5), "targets of a pair");
            assertThat(device.readLongs(fault)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anExampleThatThereIsNotIsNotedAndItsRowIsZero(Real type) {
        for (long bad : new long[] {-1, 2, 1L << 40}) {
            try (Device device = new Device()) {
                Memory fault = device.longs(0, 0, 0, 0);
                Memory order = device.longs(1, bad);
                Memory batch = device.room(type, 0, 6);
                Memory rows = device.reals(type, 0, 1, 2, 3, 4, 5, 6);
                Memory position = device.longs(0, 0, 0, 0, 0, 0);
                device.run(type, "gather", "gather", 1, rows, 2, order, 2, position, batch, 2, 3, fault);
                assertThat(device.read(batch)).containsExactly(4, 5, 6, 0, 0, 0);
                assertThat(device.readLongs(fault)).containsExactly(1, bad, 2, 0);

                Memory hot = device.room(type, 0, 6);
                Memory labels = device.longs(0, 2);
                device.run(type, "gather", "gather_one_hot", 1, labels, 2, order, 2, position, hot, 2, 3, fault);
                assertThat(device.read(hot)).containsExactly(0, 0, 1, 0, 0, 0);
                assertThat(device.readLongs(fault)).as("the first fault stays").containsExactly(1, bad, 2, 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLabelBeyondTheClassesIsNotedAndItsRowIsZero(Real type) {
        for (long bad : new long[] {-1, 3, 1L << 40}) {
            try (Device device = new Device()) {
                Memory fault = device.longs(0, 0, 0, 0);
                Memory hot = device.room(type, 0, 6);
                Memory labels = device.longs(1, bad);
                Memory order = device.longs(0, 1);
                Memory position = device.longs(0, 0, 0, 0, 0, 0);
                device.run(type, "gather", "gather_one_hot", 1, labels, 2, order, 2, position, hot, 2, 3, fault);
                assertThat(device.read(hot)).containsExactly(0, 1, 0, 0, 0, 0);
                assertThat(device.readLongs(fault)).containsExactly(2, 1, bad, 3);
            }
        }
    }

    @Test
    void aPositionMovesOn() {
        try (Device device = new Device()) {
            Memory position = device.longs(10, 20, 1L << 40, 3, 4, 5);
            device.launch("advance", "advance", 1, 1, position, 32);
            assertThat(device.readLongs(position)).containsExactly(42, 21, (1L << 40) + 1, 3, 4, 5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFactorsOfAStepAreThoseOfItsRowUnlessItMovesNothing(Real type) {
        double[] stopped = {0, 1};
        double[] moving = {type.round(-0.25 / 3), type.round(1 - 0.25 * 0.1)};
        assertThat(factors(type, 1, 0, 0)).containsExactly(moving);
        assertThat(factors(type, 1, 0, 5)).as("after a fault").containsExactly(stopped);
        assertThat(factors(type, 1, 1, 0)).as("skipped").containsExactly(stopped);
        assertThat(factors(type, 2, 0, 0)).as("beyond the schedule").containsExactly(stopped);
    }

    private static double[] factors(Real type, long step, long skip, double faultOfTally) {
        try (Device device = new Device()) {
            Memory fault = device.longs(0, 0, 0, 0);
            Memory factors = device.room(type, 0, 2);
            device.run(
                    type,
                    "step_factors",
                    "step_factors",
                    1,
                    1 / 3.0,
                    0.1,
                    device.reals(Real.F64, 0, 0.5, 1, 1, 0.25, 1, 1),
                    2,
                    device.longs(0, step, 9, 0, 0, skip),
                    device.reals(Real.F64, 0, 1, 1, faultOfTally),
                    fault,
                    factors);
            assertThat(device.readLongs(fault)).startsWith(step == 2 ? 3 : 0, step == 2 ? 2 : 0);
            return device.read(factors);
        }
    }
}
