package io.nudge.cpu;

import io.nudge.math.Philox;
import java.util.Arrays;

/**
 * The words that dropout draws, as {@link io.nudge.tensor.Operations#dropout} lays them out. Used by one thread at a
 * time.
 *
 * <p>Many blocks go through a round of {@link Philox} together, in a plain loop over arrays, of which the compiler makes vectors. By the Vector
 * API it takes five sixths of the time, but what has been compiled before in the process decides whether two of its vectors become
 * objects in each turn of the loop, for good.
 */
final class RandomWords {
    /** Words in a block of {@link Philox}. */
    static final int IN_BLOCK = 4;

    private static final int ROUNDS = 10;
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int LOW = 0xFFFF;
    private static final int HALF = 16;

    /** Blocks that are taken through the rounds together, at most. */
    private static final int AT_ONCE = Kernels.BLOCK / IN_BLOCK;

    /** So many had better be drawn together, at least. */
    private static final int MANY = 32;

    private final int[] block = new int[IN_BLOCK];

    // The first words of all blocks, the second, and so on.
    private final int[] c0 = new int[AT_ONCE];
    private final int[] c1 = new int[AT_ONCE];
    private final int[] c2 = new int[AT_ONCE];
    private final int[] c3 = new int[AT_ONCE];

    /**
     * Draws the words of a stretch of elements.
     *
     * @param seed the key
     * @param stream the upper half of the counter
     * @param step counts the steps; its lower half counts
     * @param first the first block: a quarter of the first element's number
     * @param blocks how many
     * @param words receives four for each
     */
    void draw(long seed, long stream, long step, int first, int blocks, int[] words) {
        for (int i = 0; i < blocks; i += AT_ONCE) {
            int some = Math.min(AT_ONCE, blocks - i);
            if (some >= MANY) {
                count(stream, step, first + i, some);
                rounds((int) seed, (int) (seed >>> 32), some);
                interleave(some, words, i * IN_BLOCK);
            } else {
                drawFew(seed, stream, step, first + i, some, words, i * IN_BLOCK);
            }
        }
    }

    private void drawFew(long seed, long stream, long step, int first, int blocks, int[] words, int at) {
        for (int i = 0; i < blocks; i++) {
            Philox.block(seed, first + i + (step << 32), stream, block);
            System.arraycopy(block, 0, words, at + i * IN_BLOCK, IN_BLOCK);
        }
    }

    /** The counters, which the rounds make words of. */
    private void count(long stream, long step, int first, int n) {
        for (int i = 0; i < n; i++) {
            c0[i] = first + i;
        }
        Arrays.fill(c1, 0, n, (int) step);
        Arrays.fill(c2, 0, n, (int) stream);
        Arrays.fill(c3, 0, n, (int) (stream >>> 32));
    }

    private void rounds(int seed0, int seed1, int n) {
        int k0 = seed0;
        int k1 = seed1;
        for (int round = 0; round < ROUNDS; round++) {
            round(k0, k1, c0, c1, c2, c3, n);
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
    }

    /** The upper half of a product of 32-bit words is put together from products of halves, since no vector has it. */
    private static void round(int k0, int k1, int[] c0, int[] c1, int[] c2, int[] c3, int n) {
        for (int i = 0; i < n; i++) {
            int x = c0[i];
            int low = x & LOW;
            int high = x >>> HALF;
            int middle = ((low * (MULTIPLIER_0 & LOW)) >>> HALF) + high * (MULTIPLIER_0 & LOW);
            int cross = low * (MULTIPLIER_0 >>> HALF) + (middle & LOW);
            int upper0 = high * (MULTIPLIER_0 >>> HALF) + (middle >>> HALF) + (cross >>> HALF);
            int y = c2[i];
            low = y & LOW;
            high = y >>> HALF;
            middle = ((low * (MULTIPLIER_1 & LOW)) >>> HALF) + high * (MULTIPLIER_1 & LOW);
            cross = low * (MULTIPLIER_1 >>> HALF) + (middle & LOW);
            int upper1 = high * (MULTIPLIER_1 >>> HALF) + (middle >>> HALF) + (cross >>> HALF);
            int first = upper1 ^ c1[i] ^ k0;
            int third = upper0 ^ c3[i] ^ k1;
            c0[i] = first;
            c1[i] = y * MULTIPLIER_1;
            c2[i] = third;
            c3[i] = x * MULTIPLIER_0;
        }
    }

    private void interleave(int n, int[] words, int at) {
        for (int i = 0; i < n; i++) {
            int to = at + i * IN_BLOCK;
            words[to] = c0[i];
            words[to + 1] = c1[i];
            words[to + 2] = c2[i];
            words[to + 3] = c3[i];
        }
    }
}
