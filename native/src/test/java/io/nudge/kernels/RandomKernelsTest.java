package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Dropout: half words of Threefry 4×32-12, element by element. */
@EmulatedDevice
class RandomKernelsTest {
    private static final int[][] ROTATIONS = {
        {10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}
    };

    /** The words of a block (Salmon et al., SC11) with key k and counter x. */
    private static int[] words(int rounds, int[] k, int... x) {
        int[] key = {k[0], k[1], k[2], k[3], 0x1BD11BDA ^ k[0] ^ k[1] ^ k[2] ^ k[3]};
        for (int i = 0; i < 4; i++) {
            x[i] += key[i];
        }
        for (int round = 0; round < rounds; round++) {
            int one = round % 2 == 0 ? 1 : 3;
            int other = 4 - one;
            x[0] += x[one];
            x[one] = Integer.rotateLeft(x[one], ROTATIONS[round % 8][0]) ^ x[0];
            x[2] += x[other];
            x[other] = Integer.rotateLeft(x[other], ROTATIONS[round % 8][1]) ^ x[2];
            if (round % 4 == 3) {
                for (int i = 0; i < 4; i++) {
                    x[i] += key[(round / 4 + 1 + i) % 5];
                }
                x[3] += round / 4 + 1;
            }
        }
        return x;
    }

    /** Which 16 bits decide about an element. */
    private static int half(long seed, long stream, long step, int element) {
        int[] key = {(int) seed, (int) (seed >>> 32), (int) stream, (int) (stream >>> 32)};
        int block = element / 128 * 16 + element % 16;
        int[] words = words(12, key, block, 0, (int) step, (int) (step >>> 32));
        int half = element % 128 / 16;
        return (words[half / 2] >>> (half % 2 * 16)) & 0xFFFF;
    }

    /** Of the known answers that the authors publish with Random123. */
    @Test
    void theWordsHereAreThoseOfItsAuthors() {
        assertThat(words(20, new int[4], 0, 0, 0, 0)).containsExactly(0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8);
        assertThat(words(20, new int[] {-1, -1, -1, -1}, -1, -1, -1, -1))
                .containsExactly(0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732);
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
        int least = (int) (rate * 65536);
        double[] expected = new double[n];
        for (int i = 0; i < n; i++) {
            boolean kept = half(seed, stream, step, i) >= least;
            expected[i] = kept ? type.round(type.round(1 / (1 - least / 65536.0)) * x[i]) : 0;
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
    void keepsAnElementWhoseHalfWordIsTheLimit(Real type) {
        long seed = 3;
        double rate = half(seed, 0, 0, 0) * 0x1p-16;
        try (Device device = new Device()) {
            Memory x = device.reals(type, 0, 1);
            device.run(type, "dropout", "dropout", 1, x, x, 1, device.longs(0, 0, 0), rate, seed, 0);
            assertThat(device.read(x)).containsExactly(type.round(1 / (1 - rate)));
        }
    }
}
