package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The known answers of Random123, the reference implementation (file kat_vectors, threefry4x32 13 and 20). */
class ThreefryTest {
    @Test
    void zeros() {
        assertBlock(Threefry.block(13, 0, 0, 0, 0), "531c7e4f 39491ee5 2c855a92 3d6abf9a");
        assertBlock(Threefry.block(20, 0, 0, 0, 0), "9c6ca96a e17eae66 fc10ecd4 5256a7d8");
    }

    @Test
    void ones() {
        assertBlock(Threefry.block(20, -1, -1, -1, -1), "2a881696 57012287 f6c7446e a16a6732");
    }

    private static void assertBlock(int[] words, String expected) {
        assertThat(String.format("%08x %08x %08x %08x", words[0], words[1], words[2], words[3]))
                .isEqualTo(expected);
    }

    /** Every bit of key and counter has its say, with as few rounds as dropout takes. */
    @Test
    void everyBitOfKeyAndCounterCounts() {
        Set<String> seen = new HashSet<>();
        for (int bit = 0; bit < 64; bit++) {
            for (int word = 0; word < 4; word++) {
                long[] set = new long[4];
                set[word] = 1L << bit;
                seen.add(Arrays.toString(Threefry.block(12, set[0], set[1], set[2], set[3])));
            }
        }
        assertThat(seen).hasSize(4 * 64);
    }

    /** 128 elements have the halves of 16 blocks, each of its own. */
    @Test
    void noTwoElementsShareTheirHalf() {
        Set<String> seen = new HashSet<>();
        for (int element = 0; element < 256; element++) {
            int block = element / 128 * 16 + element % 16;
            int[] words = Threefry.block(12, 1, 2, block, 3);
            for (int half = 0; half < 8; half++) {
                int bits = words[half / 2] >>> (16 * (half % 2)) & 0xFFFF;
                if (element % 128 / 16 == half) {
                    seen.add(block + " " + half);
                    assertThat(Threefry.half(1, 2, 3, element)).isEqualTo(bits);
                }
            }
        }
        assertThat(seen).hasSize(256);
    }
}
