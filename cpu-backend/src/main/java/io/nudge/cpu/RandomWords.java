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

    /** Elements that are drawn for at once, at most: what it takes stays in the first cache. */
    static final int MOST = 2048;

    /** Words in a block. */
    static final int WORDS = 4;

    private static final int HALVES = 2 * WORDS;
    private static final int HALF = 16;
    private static final int LOW = 0xFFFF;
    private static final int PARITY = 0x1BD11BDA;

    /** The four words of every block. */
    private final int[][] words = new int[WORDS][MOST / HALVES];

    private final int[] key = new int[5];

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
        firstRounds(words[0], words[1], words[2], words[3], key[1], key[2], key[3], key[4] + 1, n);
        otherRounds(words[0], words[1], words[2], words[3], key[2], key[3], key[4], key[0] + 2, n);
        firstRounds(words[0], words[1], words[2], words[3], key[3], key[4], key[0], key[1] + 3, n);
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

    /** Rounds 0 to 3 of eight, and a part of the key. */
    private static void firstRounds(int[] c0, int[] c1, int[] c2, int[] c3, int k0, int k1, int k2, int k3, int n) {
        for (int i = 0; i < n; i++) {
            int a = c0[i];
            int b = c1[i];
            int c = c2[i];
            int d = c3[i];
            a += b;
            b = Integer.rotateLeft(b, 10) ^ a;
            c += d;
            d = Integer.rotateLeft(d, 26) ^ c;
            a += d;
            d = Integer.rotateLeft(d, 11) ^ a;
            c += b;
            b = Integer.rotateLeft(b, 21) ^ c;
            a += b;
            b = Integer.rotateLeft(b, 13) ^ a;
            c += d;
            d = Integer.rotateLeft(d, 27) ^ c;
            a += d;
            d = Integer.rotateLeft(d, 23) ^ a;
            c += b;
            b = Integer.rotateLeft(b, 5) ^ c;
            c0[i] = a + k0;
            c1[i] = b + k1;
            c2[i] = c + k2;
            c3[i] = d + k3;
        }
    }

    /** Rounds 4 to 7, and a part of the key. */
    private static void otherRounds(int[] c0, int[] c1, int[] c2, int[] c3, int k0, int k1, int k2, int k3, int n) {
        for (int i = 0; i < n; i++) {
            int a = c0[i];
            int b = c1[i];
            int c = c2[i];
            int d = c3[i];
            a += b;
            b = Integer.rotateLeft(b, 6) ^ a;
            c += d;
            d = Integer.rotateLeft(d, 20) ^ c;
            a += d;
            d = Integer.rotateLeft(d, 17) ^ a;
            c += b;
            b = Integer.rotateLeft(b, 11) ^ c;
            a += b;
            b = Integer.rotateLeft(b, 25) ^ a;
            c += d;
            d = Integer.rotateLeft(d, 10) ^ c;
            a += d;
            d = Integer.rotateLeft(d, 18) ^ a;
            c += b;
            b = Integer.rotateLeft(b, 20) ^ c;
            c0[i] = a + k0;
            c1[i] = b + k1;
            c2[i] = c + k2;
            c3[i] = d + k3;
        }
    }

    /** A word of all blocks, those of each group side by side. The lower halves are 16 elements' of the group, the upper ones the next 16's. */
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
