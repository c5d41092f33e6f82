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

/** One step of every optimizer: the bits of the CPU backend's order of operations, each rounded to the type. */
@EmulatedDevice
class UpdateKernelsTest {
    private static final double RATE = 0.0625 / 3;

    static List<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (Optimizer optimizer : Optimizer.values()) {
            for (Real type : Real.values()) {
                all.add(Arguments.of(optimizer, type));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("all")
    void stepsToTheBitsOfTheCpu(Optimizer optimizer, Real type) {
        for (int n : new int[] {1, 2, 5, 33, 64, 1027}) {
            for (double[] penalties : new double[][] {{0, 0}, {0.01, 0}, {0, 0.02}, {0.01, 0.02}}) {
                step(optimizer, type, n, n / 2, penalties, 0, 0, 1);
            }
        }
        step(optimizer, type, 101, 55, new double[] {0, 0.1}, 1, 1, 2);
        step(optimizer, type, 101, 55, new double[] {0, 0.1}, 1, 2, 3);
        step(optimizer, type, 100, 100, new double[] {0, 0.1}, 3, 3, 4);
    }

    private static void step(
            Optimizer optimizer,
            Real type,
            int n,
            int penalized,
            double[] penalties,
            int beforeW,
            int beforeState,
            int seed) {
        double[] w = Numbers.random(type, n, seed);
        w[0] = 0;
        double[] g = Numbers.random(type, n, seed + 10);
        double[] state = new double[optimizer.slots * n];
        double[] random = Numbers.random(type, state.length, seed + 20);
        Arrays.setAll(state, i -> i < n && optimizer != Optimizer.RMSPROP ? random[i] : Math.abs(random[i]));
        double[] row = {RATE, 0.19, 0.001999};
        double[] schedule = {1, 1, 1, row[0], row[1], row[2], 1, 1, 1};
        double[] expectedW = new double[n];
        double[] expectedState = new double[state.length];
        for (int i = 0; i < n; i++) {
            double[] own = new double[optimizer.slots];
            for (int s = 0; s < own.length; s++) {
                own[s] = state[s * n + i];
            }
            boolean weight = i < penalized;
            double gradient = weight ? penalized(type, w[i], g[i], penalties[0], penalties[1]) : g[i];
            expectedW[i] = optimizer.step(type, w[i], gradient, own, row, weight);
            for (int s = 0; s < own.length; s++) {
                expectedState[s * n + i] = own[s];
            }
        }
        try (Device device = new Device(seed)) {
            Memory parameters = device.reals(type, beforeW, w);
            Memory memory = device.reals(type, beforeState, optimizer.slots == 0 ? new double[1] : state);
            Memory fault = device.longs(0, 0, 0, 0);
            Memory gradients = device.reals(type, beforeW, g);
            run(device, optimizer, type, parameters, penalized, gradients, memory, schedule, 1, 0, fault, penalties);
            String what = optimizer + " of " + n;
            Numbers.assertSame(device.read(parameters), expectedW, "parameters, " + what);
            if (optimizer.slots > 0) {
                Numbers.assertSame(device.read(memory), expectedState, "state, " + what);
            }
            assertThat(device.readLongs(fault)).containsOnly(0);
        }
    }

    private static void run(
            Device device,
            Optimizer optimizer,
            Real type,
            Memory parameters,
            int penalized,
            Memory gradients,
            Memory state,
            double[] schedule,
            long step,
            double tallyFault,
            Memory fault,
            double... penalties) {
        device.run(
                type,
                "update",
                "update_" + optimizer.entry,
                2,
                parameters,
                penalized,
                gradients,
                state,
                parameters.size,
                device.reals(Real.F64, 0, schedule),
                schedule.length / 3,
                device.longs(7, step, 9, 0, 0, 0),
                device.reals(Real.F64, 0, 1, 2, tallyFault),
                fault,
                penalties[0],
                penalties[1],
                optimizer.constant(0),
                optimizer.constant(1),
                optimizer.constant(2),
                optimizer.constant(3),
                0,
                null);
    }

    /** g + l2 w + l1 sign w. */
    private static double penalized(Real type, double w, double g, double l1, double l2) {
        if (l1 == 0 && l2 == 0) {
            return g;
        }
        double sum = type.round(g + type.round(type.round(l2) * w));
        return l1 == 0 ? sum : type.round(sum + type.round(l1) * Math.signum(w));
    }

    @ParameterizedTest
    @EnumSource
    void doesNothingWhereTheTallyHoldsAFault(Real type) {
        double[] w = Numbers.random(type, 9, 1);
        try (Device device = new Device()) {
            Memory parameters = device.reals(type, 0, w);
            Memory fault = device.longs(0, 0, 0, 0);
            Memory unread = device.room(type, 0, 9);
            run(device, Optimizer.SGD, type, parameters, 9, unread, unread, new double[3], 5, 3, fault, 1, 1);
            Numbers.assertSame(device.read(parameters), w, "parameters");
            assertThat(device.readLongs(fault)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStepBeyondTheScheduleIsNotedAndChangesNothing(Real type) {
        double[] w = Numbers.random(type, 9, 1);
        for (long step : new long[] {-1, 2, 1L << 40}) {
            try (Device device = new Device()) {
                Memory parameters = device.reals(type, 0, w);
                Memory fault = device.longs(0, 0, 0, 0);
                Memory unread = device.room(type, 0, 9);
                run(device, Optimizer.ADAM, type, parameters, 9, unread, unread, new double[6], step, 0, fault, 0, 0);
                Numbers.assertSame(device.read(parameters), w, "parameters");
                assertThat(device.readLongs(fault)).containsExactly(3, step, 2, 0);
            }
        }
    }
}
