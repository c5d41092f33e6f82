package io.nudge.kernels;

import io.nudge.emulator.EmulatedDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** σ, σ′ and the chain rule of the elementwise activations, over special values and many others. */
@EmulatedDevice
class ActivationKernelsTest {
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
    void valueIsNearTheReference(Sigma f, Real type) {
        double[] z = Numbers.wide(type, 1);
        double[] expected = new double[z.length];
        double[] bounds = new double[z.length];
        for (int i = 0; i < z.length; i++) {
            expected[i] = type.round(f.value(z[i]));
            bounds[i] = f.valueBound(type, z[i]);
        }
        try (Device device = new Device()) {
            Memory a = device.room(type, 0, z.length);
            device.run(type, "activate", "activate_" + f.entry, 2, device.reals(type, 0, z), a, z.length, f.parameter);
            Numbers.assertWithin(device.read(a), expected, bounds, f + " of z");
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void primeIsNearTheReference(Sigma f, Real type) {
        double[] z = Numbers.wide(type, 2);
        double[] expected = new double[z.length];
        double[] bounds = new double[z.length];
        for (int i = 0; i < z.length; i++) {
            expected[i] = type.round(f.prime(z[i]));
            bounds[i] = f.primeBound(type, z[i]);
        }
        try (Device device = new Device()) {
            Memory into = device.room(type, 0, z.length);
            device.run(
                    type,
                    "activate",
                    "activate_prime_" + f.entry,
                    2,
                    device.reals(type, 0, z),
                    into,
                    z.length,
                    f.parameter);
            Numbers.assertWithin(device.read(into), expected, bounds, f + " prime of z");
        }
    }

    /** In place of what comes from above; a is not read. */
    @ParameterizedTest
    @MethodSource("all")
    void chainMultipliesUpstreamByThePrime(Sigma f, Real type) {
        double[] z = Numbers.random(type, 77, 3);
        double[] up = Numbers.random(type, 77, 4);
        double[] expected = new double[z.length];
        double[] bounds = new double[z.length];
        for (int i = 0; i < z.length; i++) {
            expected[i] = type.round(up[i] * f.prime(z[i]));
            bounds[i] = Math.abs(up[i]) * (f.primeBound(type, z[i]) + 2 * type.u * f.primeTerms(z[i]));
        }
        for (int before = 0; before < 4; before++) {
            try (Device device = new Device()) {
                Memory delta = device.reals(type, before, up);
                device.run(
                        type,
                        "activate",
                        "chain_" + f.entry,
                        1,
                        device.reals(type, 1, z),
                        device.room(type, 0, z.length),
                        delta,
                        delta,
                        z.length,
                        f.parameter);
                Numbers.assertWithin(device.read(delta), expected, bounds, f + " chain");
            }
        }
    }
}
