package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The known answers of Random123, the reference implementation of Philox (file kat_vectors, philox4x32 10). */
class PhiloxTest {
    @Test
    void zeros() {
        assertBlock(0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    }

    @Test
    void ones() {
        assertBlock(-1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    }

    /** Low words first: the counter is 243f6a88 85a308d3 13198a2e 03707344, the key a4093822 299f31d0. */
    @Test
    void digitsOfPi() {
        assertBlock(
                0x299f31d0a4093822L,
                0x85a308d3243f6a88L,
                0x0370734413198a2eL,
                0xd16cfe09,
                0x94fdcceb,
                0x5001e420,
                0x24126ea1);
    }

    private static void assertBlock(long key, long counterLow, long counterHigh, int... expected) {
        int[] block = new int[4];
        Philox.block(key, counterLow, counterHigh, block);
        assertThat(hex(block)).isEqualTo(hex(expected));
    }

    private static String hex(int[] words) {
        StringBuilder text = new StringBuilder();
        for (int word : words) {
            text.append(String.format("%08x ", word));
        }
        return text.toString();
    }

    /** Every bit of key and counter has its say. */
    @Test
    void everyBitOfKeyAndCounterCounts() {
        Set<String> seen = new HashSet<>();
        int[] block = new int[4];
        for (int bit = 0; bit < 64; bit++) {
            for (int word = 0; word < 3; word++) {
                long set = 1L << bit;
                Philox.block(word == 0 ? set : 0, word == 1 ? set : 0, word == 2 ? set : 0, block);
                seen.add(Arrays.toString(block));
            }
        }
        assertThat(seen).hasSize(3 * 64);
    }
}
