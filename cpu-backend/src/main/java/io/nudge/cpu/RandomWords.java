package io.nudge.cpu;

import io.nudge.math.Philox;
import java.util.Arrays;

/**
 * The words that dropout draws, as {@link io.nudge.tensor.Operations#dropout} lays them out, two to a number of 64 bits. Used by one
 * thread at a time.
 *
 * <p>Many blocks go through a round of {@link Philox} together, in plain loops over arrays, of which the compiler makes vectors: of
 * products of 64 bits where there are vectors that multiply them, else of products of half words.
 */
final class RandomWords {
    /** Words in a block of {@link Philox}. */
    static final int IN_BLOCK = 4;

    /** Words in a number. */
    static final int IN_NUMBER = 2;

    private static final int ROUNDS = 10;
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int LOW = 0xFFFF;
    private static final int HALF = 16;
    private static final long WORD = 0xFFFFFFFFL;

    /** Blocks that are taken through the rounds together, at most. */
    private static final int AT_ONCE = Kernels.BLOCK / IN_BLOCK;

    /** So many had better be drawn together, at least. */
    private static final int MANY = 32;

    private final boolean wide;
    private final int[] block = new int[IN_BLOCK];

    // The first words of all blocks, the second, and so on.
    private final int[] c0 = new int[AT_ONCE];
    private final int[] c1 = new int[AT_ONCE];
    private final int[] c2 = new int[AT_ONCE];
    private final int[] c3 = new int[AT_ONCE];

    // The first and second words of all blocks, and the others.
    private final long[] c01 = new long[AT_ONCE];
    private final long[] c23 = new long[AT_ONCE];

    /**
     * Chooses the loops.
     *
     * @param wide whether vectors multiply numbers of 64 bits, as they do with AVX-512
     */
    RandomWords(boolean wide) {
        this.wide = wide;
    }

    /** One of the words. */
    static int word(long[] words, int i) {
        return (int) (words[i / IN_NUMBER] >>> (i % IN_NUMBER * Integer.SIZE));
    }

    /**
     * Draws the words of a stretch of elements.
     *
     * @param seed the key
     * @param stream the upper half of the counter
     * @param step counts the steps; its lower half counts
     * @param first the first block: a quarter of the first element's number
     * @param blocks how many
     * @param words receives two numbers for each: of the first two words, the first one in the lower half, and of the others
     */
    void draw(long seed, long stream, long step, int first, int blocks, long[] words) {
        for (int i = 0; i < blocks; i += AT_ONCE) {
            int some = Math.min(AT_ONCE, blocks - i);
            int at = i * (IN_BLOCK / IN_NUMBER);
            if (some < MANY) {
                drawFew(seed, stream, step, first + i, some, words, at);
            } else if (wide) {
                drawWide(seed, stream, step, first + i, some, words, at);
            } else {
                drawHalves(seed, stream, step, first + i, some, words, at);
            }
        }
    }

    private void drawFew(long seed, long stream, long step, int first, int blocks, long[] words, int at) {
        for (int i = 0; i < blocks; i++) {
            Philox.block(seed, first + i + (step << Integer.SIZE), stream, block);
            words[at + 2 * i] = joined(block[0], block[1]);
            words[at + 2 * i + 1] = joined(block[2], block[3]);
        }
    }

    private static long joined(int low, int high) {
        return (low & WORD) | ((long) high << Integer.SIZE);
    }

    private void drawWide(long seed, long stream, long step, int first, int n, long[] words, int at) {
        long upper = step << Integer.SIZE;
        for (int i = 0; i < n; i++) {
            c01[i] = upper | (first + i);
        }
        Arrays.fill(c23, 0, n, stream);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> Integer.SIZE);
        for (int round = 0; round < ROUNDS; round++) {
            wideRound(k0 & WORD, k1 & WORD, c01, c23, n);
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        for (int i = 0; i < n; i++) {
            words[at + 2 * i] = c01[i];
            words[at + 2 * i + 1] = c23[i];
        }
    }

    /** A product with its halves exchanged has what becomes of both words: the upper half below, the lower one above. */
    private static void wideRound(long k0, long k1, long[] c01, long[] c23, int n) {
        for (int i = 0; i < n; i++) {
            long x = c01[i];
            long y = c23[i];
            long product0 = (x & WORD) * (MULTIPLIER_0 & WORD);
            long product1 = (y & WORD) * (MULTIPLIER_1 & WORD);
            c01[i] = exchanged(product1) ^ (x >>> Integer.SIZE) ^ k0;
            c23[i] = exchanged(product0) ^ (y >>> Integer.SIZE) ^ k1;
        }
    }

    private static long exchanged(long halves) {
        return (halves << Integer.SIZE) | (halves >>> Integer.SIZE);
    }

    private void drawHalves(long seed, long stream, long step, int first, int n, long[] words, int at) {
        for (int i = 0; i < n; i++) {
            c0[i] = first + i;
        }
        Arrays.fill(c1, 0, n, (int) step);
        Arrays.fill(c2, 0, n, (int) stream);
        Arrays.fill(c3, 0, n, (int) (stream >>> Integer.SIZE));
        int k0 = (int) seed;
        int k1 = (int) (seed >>> Integer.SIZE);
        for (int round = 0; round < ROUNDS; round++) {
            round(k0, k1, c0, c1, c2, c3, n);
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        for (int i = 0; i < n; i++) {
            words[at + 2 * i] = joined(c0[i], c1[i]);
            words[at + 2 * i + 1] = joined(c2[i], c3[i]);
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
}
