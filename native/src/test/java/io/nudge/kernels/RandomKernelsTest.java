package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Dropout: the words of Philox 4×32-10, element by element. */
@EmulatedDevice
class RandomKernelsTest {
    private static final long LOW = 0xFFFFFFFFL;

    /** Word 0 to 3 of a block (Salmon et al., SC11), each in a long. */
    private static long word(long key, long low, long high, int index) {
        long[] c = {low & LOW, low >>> 32, high & LOW, high >>> 32};
        long k0 = key & LOW;
        long k1 = key >>> 32;
        for (int round = 0; round < 10; round++) {
            long p0 = 0xD2511F53L * c[0];
            long p1 = 0xCD9E8D57L * c[2];
            c = new long[] {p1 >>> 32 ^ c[1] ^ k0, p1 & LOW, p0 >>> 32 ^ c[3] ^ k1, p0 & LOW};
            k0 = k0 + 0x9E3779B9L & LOW;
            k1 = k1 + 0xBB67AE85L & LOW;
        }
        return c[index];
    }

    /** Of the known answers that the authors publish with Random123. */
    @Test
    void theWordsHereAreThoseOfItsAuthors() {
        assertThat(word(0, 0, 0, 0)).isEqualTo(0x6627e8d5L);
        assertThat(word(-1, -1, -1, 3)).isEqualTo(0x6d5451fdL);
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 1, 0, 0.5", "F32, 7, 0, 0.25", "F32, 1030, 0, 0.9", "F32, 1030, 1, 0.1", "F32, 5000, 0, 0",
        "F64, 1, 0, 0.5", "F64, 7, 0, 0.25", "F64, 1030, 0, 0.9", "F64, 1030, 1, 0.1", "F64, 5000, 0, 0"
    })
    void keepsWhatTheGeneratorSays(Real type, int n, int before, double rate) {
        double[] x = Numbers.random(type, n, 1);
        long seed = 0x123456789abcdefL;
        long stream = -5;
        long step = 0x1_0000_0007L;
        double[] expected = new double[n];
        for (int i = 0; i < n; i++) {
            long word = word(seed, i / 4 + (step << 32), stream, i % 4);
            expected[i] = word >= (long) (rate * 0x1p32) ? type.round(type.round(1 / (1 - rate)) * x[i]) : 0;
        }
        for (long grid : new long[] {1, Grid.elements(n)}) {
            try (Device device = new Device()) {
                Memory from = device.reals(type, before, x);
                Memory into = grid == 1 ? from : device.room(type, 0, n);
                Memory position = device.longs(0, 0, step, 0, 0, 0);
                device.run(type, "dropout", "dropout", grid, from, into, n, position, rate, seed, stream);
                Numbers.assertSame(device.read(into), expected, "dropout of " + n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsAnElementWhoseWordIsTheLimit(Real type) {
        long seed = 3;
        double rate = word(seed, 0, 0, 0) * 0x1p-32;
        try (Device device = new Device()) {
            Memory x = device.reals(type, 0, 1);
            device.run(type, "dropout", "dropout", 1, x, x, 1, device.longs(0, 0, 0), rate, seed, 0);
            assertThat(device.read(x)).containsExactly(type.round(1 / (1 - rate)));
        }
    }
}
