package io.nudge.math;

/**
 * Threefry 4×32, the counter-based random generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
 * (SC11), as {@link io.nudge.tensor.Operations#dropout} uses it: word by word, for backends to be compared with.
 */
public final class Threefry {
    private static final int PARITY = 0x1BD11BDA;
    private static final int ROUNDS = 12;
    private static final int[][] ROTATIONS = {
        {10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}
    };

    private Threefry() {}

    /**
     * The 16 bits that decide about an element.
     *
     * @param seed the lower half of the key
     * @param stream its upper half
     * @param step the upper half of the counter
     * @param element its number
     * @return from 0 to 65,535
     */
    public static int half(long seed, long stream, long step, long element) {
        int[] words = block(ROUNDS, seed, stream, element / 128 * 16 + element % 16, step);
        int half = (int) (element % 128 / 16);
        return words[half / 2] >>> (16 * (half % 2)) & 0xFFFF;
    }

    /** Low words first, of keys and counters. */
    static int[] block(int rounds, long keyLow, long keyHigh, long counterLow, long counterHigh) {
        int[] key = {(int) keyLow, (int) (keyLow >>> 32), (int) keyHigh, (int) (keyHigh >>> 32), PARITY};
        int[] x = {(int) counterLow, (int) (counterLow >>> 32), (int) counterHigh, (int) (counterHigh >>> 32)};
        for (int i = 0; i < 4; i++) {
            key[4] ^= key[i];
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
                int turn = round / 4 + 1;
                for (int i = 0; i < 4; i++) {
                    x[i] += key[(turn + i) % 5];
                }
                x[3] += turn;
            }
        }
        return x;
    }
}
