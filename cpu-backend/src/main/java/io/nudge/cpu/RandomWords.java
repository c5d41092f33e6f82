package io.nudge.cpu;

import java.util.Arrays;

/**
 * What dropout draws, as {@link io.nudge.tensor.Operations#dropout} lays it out: half words of Threefry 4×32 with 12 rounds (Salmon,
 * Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11). Used by one thread at a time.
 *
 * <p>Many blocks go through four rounds together, in plain loops over arrays, of which the compiler makes vectors: a round is additions,
 * rotations and exclusive ors of 32 bits, and a rotation is two shifts where a processor has none for vectors.
 */
final class RandomWords {
    /** Elements that have the half words of {@link #LANES} blocks, which no others have. */
    static final int GROUP = 128;

    /** So many neighbours have the same half of the same word, each of another block. */
    static final int LANES = 16;

    /** Elements that are drawn for at once, at most: their words stay in the first cache, and the ends of loops, which go one by one, cost little. */
    static final int MOST = 8192;

    /** Words in a block. */
    static final int WORDS = 4;

    /** Half words in a block, each of another element. */
    static final int HALVES = 2 * WORDS;

    /** Bits of a half word. */
    static final int HALF = 16;

    /** The bits of the lower one. */
    static final int LOW = 0xFFFF;

    private static final int[] FIRST = {10, 26, 11, 21, 13, 27, 23, 5};
    private static final int[] OTHERS = {6, 20, 17, 11, 25, 10, 18, 20};
    private static final int PARITY = 0x1BD11BDA;

    /** The four words of every block. */
    private final int[][] words = new int[WORDS][MOST / HALVES + Kernels.APART];

    private final int[] key = new int[5 + Kernels.APART];

    /**
     * Draws for a stretch of elements.
     *
     * @param seed the lower half of the key
     * @param stream its upper half
     * @param step the upper half of the counter
     * @param first the first element, of a group
     * @param elements how many, at most {@link #MOST}
     */
    void draw(long seed, long stream, long step, int first, int elements) {
        int n = (elements + GROUP - 1) / GROUP * LANES;
        set(seed, stream);
        begin(step, first / HALVES, n);
        fourRounds(FIRST, 1, n);
        fourRounds(OTHERS, 2, n);
        fourRounds(FIRST, 3, n);
    }

    private void set(long seed, long stream) {
        key[0] = (int) seed;
        key[1] = (int) (seed >>> Integer.SIZE);
        key[2] = (int) stream;
        key[3] = (int) (stream >>> Integer.SIZE);
        key[4] = PARITY ^ key[0] ^ key[1] ^ key[2] ^ key[3];
    }

    private void begin(long step, int block, int n) {
        int[] lowest = words[0];
        int from = block + key[0];
        for (int i = 0; i < n; i++) {
            lowest[i] = from + i;
        }
        Arrays.fill(words[1], 0, n, key[1]);
        Arrays.fill(words[2], 0, n, (int) step + key[2]);
        Arrays.fill(words[3], 0, n, (int) (step >>> Integer.SIZE) + key[3]);
    }

    /** Four rounds, and a part of the key. */
    private void fourRounds(int[] rotations, int turn, int n) {
        int[] c0 = words[0];
        int[] c1 = words[1];
        int[] c2 = words[2];
        int[] c3 = words[3];
        int k0 = key[turn % 5];
        int k1 = key[(turn + 1) % 5];
        int k2 = key[(turn + 2) % 5];
        int k3 = key[(turn + 3) % 5] + turn;
        int r0 = rotations[0];
        int r1 = rotations[1];
        int r2 = rotations[2];
        int r3 = rotations[3];
        int r4 = rotations[4];
        int r5 = rotations[5];
        int r6 = rotations[6];
        int r7 = rotations[7];
        for (int i = 0; i < n; i++) {
            int a = c0[i];
            int b = c1[i];
            int c = c2[i];
            int d = c3[i];
            a += b;
            b = Integer.rotateLeft(b, r0) ^ a;
            c += d;
            d = Integer.rotateLeft(d, r1) ^ c;
            a += d;
            d = Integer.rotateLeft(d, r2) ^ a;
            c += b;
            b = Integer.rotateLeft(b, r3) ^ c;
            a += b;
            b = Integer.rotateLeft(b, r4) ^ a;
            c += d;
            d = Integer.rotateLeft(d, r5) ^ c;
            a += d;
            d = Integer.rotateLeft(d, r6) ^ a;
            c += b;
            b = Integer.rotateLeft(b, r7) ^ c;
            c0[i] = a + k0;
            c1[i] = b + k1;
            c2[i] = c + k2;
            c3[i] = d + k3;
        }
    }

    /**
     * A word of all blocks, those of each group side by side. The lower halves are 16 elements' of the group, the upper ones the next 16's.
     */
    int[] word(int word) {
        return words[word];
    }

    /** The half word of one of {@link #LANES} neighbours, the first of which is so far from the first that was drawn for. */
    int half(int run, int lane) {
        int h = run % GROUP / LANES;
        return (words[h / 2][run / GROUP * LANES + lane] >>> (h % 2 * HALF)) & LOW;
    }

    /** The least half word of an element that is kept. */
    static int least(double rate) {
        return (int) (rate * (LOW + 1));
    }

    /** What is kept is multiplied by it, so that sums stay the same in the mean. */
    static double factor(double rate) {
        return 1 / (1 - least(rate) / (double) (LOW + 1));
    }
}
