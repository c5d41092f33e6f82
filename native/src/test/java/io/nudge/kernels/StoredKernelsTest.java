package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The variants of kernels that store a copy of 16 bits beside what they write. */
@EmulatedDevice
class StoredKernelsTest {
    private static final int SHORTS = 1 << 16;

    private static double[] sixteenBits(double[] values, Half half) {
        return Arrays.stream(values).map(x -> half.bits((float) x)).toArray();
    }

    private static double[] rounded(Device device, Half half, int before, int beforeCopy, double... values) {
        Memory x = device.reals(Real.F32, before, values);
        Memory copy = device.halves(beforeCopy, values.length, EntryArguments.UNTOUCHED);
        device.launch(
                "round" + half.suffix.replace('_', '.'), "round" + half.suffix, 2, Device.THREADS, x, copy, x.size);
        return Arrays.stream(device.readLongs(copy)).asDoubleStream().toArray();
    }

    /** Every number of 16 bits, which stays as it is, and what lies between it and the next: a tie, and on either side of it. */
    @ParameterizedTest
    @EnumSource
    void everyNumberAndEveryTieIsRoundedToTheNearest(Half half) {
        List<Double> values = new ArrayList<>();
        for (int bits = 0; bits < SHORTS; bits++) {
            float x = half == Half.BF16 ? Float.intBitsToFloat(bits << 16) : float16(bits);
            float next = half == Half.BF16 ? Float.intBitsToFloat((bits + 1) << 16) : float16(bits + 1);
            values.add((double) x);
            float tie = (float) (((double) x + next) / 2);
            if (Float.isFinite(x) && Float.isFinite(tie) && bits % 4 < 2) {
                values.addAll(List.of((double) tie, (double) Math.nextUp(tie), (double) Math.nextDown(tie)));
            }
        }
        double[] all = values.stream().mapToDouble(x -> x).toArray();
        try (Device device = new Device()) {
            Numbers.assertSame(rounded(device, half, 0, 0, all), sixteenBits(all, half), "rounded");
        }
    }

    private static float float16(int bits) {
        int exponent = bits >> 10 & 31;
        int fraction = bits & 1023;
        double sign = (bits & 0x8000) == 0 ? 1 : -1;
        if (exponent == 31) {
            return (float) (fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN);
        }
        double units = exponent == 0 ? fraction : 1024 + fraction;
        return (float) (sign * Math.scalb(units, Math.max(exponent, 1) - 25));
    }

    @Test
    void knownNumbers() {
        try (Device device = new Device()) {
            double[] values = {1, -2, 65519, 65520, 0x1p-25, 0x1.8p-25, -0.0, Double.NaN, 1 + 0x1p-11, 1 + 0x3p-11};
            assertThat(rounded(device, Half.F16, 0, 0, values))
                    .containsExactly(0x3c00, 0xc000, 0x7bff, 0x7c00, 0, 1, 0x8000, 0x7fff, 0x3c00, 0x3c02);
            double[] others = {1, -2, 1 + 0x1p-8, 1 + 0x3p-8, Float.MAX_VALUE, -0.0, Double.NaN, Float.MIN_VALUE};
            assertThat(rounded(device, Half.BF16, 0, 0, others))
                    .containsExactly(0x3f80, 0xc000, 0x3f80, 0x3f82, 0x7f80, 0x8000, 0x7fff, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyBitsAreRoundedWhereverTheyLie(Half half) {
        Random random = new Random(1);
        for (int n : new int[] {1, 2, 5, 64, 1027}) {
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
                float x = Float.intBitsToFloat(random.nextInt());
                values[i] = i % 2 == 0 ? x : (float) (random.nextGaussian() * 0x1p-14);
            }
            try (Device device = new Device(n)) {
                for (int before = 0; before < 4; before++) {
                    for (int beforeCopy = 0; beforeCopy < 2; beforeCopy++) {
                        int behind = (before + beforeCopy) % 4;
                        double[] found = rounded(device, half, before, behind, values);
                        Numbers.assertSame(found, sixteenBits(values, half), n + " numbers");
                    }
                }
            }
        }
    }

    /** Also rows that no tile holds, and a copy that lies otherwise than what it is of. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 0, 0",
        "3, 5, 1, 1",
        "33, 31, 2, 0",
        "40, 32, 0, 0",
        "16, 64, 0, 1",
        "9, 12, 2, 2",
        "3, 2100, 0, 0"
    })
    void whatIsStoredIsWhatIsWrittenRounded(int m, int n, int before, int beforeCopy) {
        List<String> checked = new ArrayList<>();
        Documentation.copied().forEach((kernel, of) -> {
            for (Half half : Half.values()) {
                if (!of.equals(Documentation.NOTHING)) {
                    check(kernel, of, half, m, n, before, beforeCopy);
                    checked.add(kernel);
                }
            }
        });
        assertThat(checked).hasSizeGreaterThan(50);
    }

    private static void check(String kernel, String of, Half half, int m, int n, int before, int beforeCopy) {
        try (Device device = new Device(m)) {
            EntryArguments plain = new EntryArguments(device, Real.F32, m, n, 1, before, beforeCopy);
            Memory expected =
                    plain.launch(Documentation.name(kernel, Real.F32.suffix), 2).get(of);
            EntryArguments storing = new EntryArguments(device, Real.F32, m, n, 1, before, beforeCopy);
            var arrays = storing.launch(Documentation.name(kernel, half.suffix), 3);
            String what = kernel + half.suffix;
            double[] written = device.read(arrays.get(of));
            Numbers.assertSame(written, device.read(expected), what + " as float32");
            double[] copy = sixteenBits(written, half);
            boolean matrix = List.of("a", "delta", "batch", "inputs").contains(of);
            Arrays.fill(copy, matrix ? m * n : n, copy.length, EntryArguments.UNTOUCHED);
            long[] stored = device.readLongs(arrays.get("stored"));
            Numbers.assertSame(Arrays.stream(stored).asDoubleStream().toArray(), copy, what);
        }
    }

    /** A product of factors rounded to 16 bits is exactly that of float32 of those factors. */
    @ParameterizedTest
    @EnumSource
    void productsRoundTheirFactors(Half half) {
        int size = 45;
        double[] a = Numbers.random(Real.F32, size * size, 1);
        double[] b = Numbers.random(Real.F32, size * size, 2);
        try (Device device = new Device()) {
            for (int before = 0; before < 2; before++) {
                for (String kernel : Documentation.copied().keySet()) {
                    if (kernel.startsWith("product:")) {
                        double[] expected =
                                product(device, kernel, Real.F32.suffix, back(a, half), back(b, half), before);
                        double[] found = product(device, kernel, half.suffix, a, b, before);
                        Numbers.assertSame(found, expected, kernel + half.suffix);
                    }
                }
            }
        }
    }

    private static double[] back(double[] values, Half half) {
        return Arrays.stream(values)
                .map(x -> {
                    int bits = half.bits((float) x);
                    return half == Half.BF16 ? Float.intBitsToFloat(bits << 16) : float16(bits);
                })
                .toArray();
    }

    private static double[] product(Device device, String kernel, String suffix, double[] a, double[] b, int before) {
        int size = (int) Math.sqrt(a.length);
        Tile tile = Tile.of(Real.F32, kernel.split("_", -1)[1]);
        Memory c = device.room(Real.F32, 0, a.length);
        String entry = Documentation.name(kernel, suffix);
        device.launch(
                entry.substring(0, entry.indexOf(':')),
                entry.substring(entry.indexOf(':') + 1),
                tile.blocks(size, size, size),
                Device.THREADS,
                1.0,
                device.reals(Real.F32, before, a),
                device.reals(Real.F32, 0, b),
                0.0,
                c,
                size,
                size,
                size,
                0,
                device.room(Real.F32, 0, (int) tile.scratch(size, size, size) + 1),
                device.counters((int) tile.tiles(size, size)),
                tile.part(size, size, size),
                tile.parts(size, size, size));
        return device.read(c);
    }
}
