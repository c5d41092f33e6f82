package io.nudge.cpu;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link io.nudge.math.Philox} with the Vector API: a lane is a block. The upper half of a product of 32-bit words is
 * put together from products of 16-bit halves, since no vector has it.
 *
 * <p>Between the rounds the words of many blocks lie in arrays: no vector is carried from one turn of a loop to the next.
 * And no operation but a shift takes a plain number. The compiler has to find out of which length each vector is. With
 * vectors carried over ten rounds it did not always, depending on what had run before, and then made an object of each,
 * for good. Where integer vectors of two lengths have been added to plain numbers, anywhere in the process, it takes both
 * for possible and fails more often. A gather of float64 does that: its indices are integers, half a vector of them.
 */
final class VectorRandomWords extends RandomWords {
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ROUNDS = 10;
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int LOW = 0xFFFF;

    /** Blocks that are taken through the rounds together, a multiple of the vector's length. */
    private static final int AT_ONCE = Kernels.BLOCK / IN_BLOCK;

    // The first words of all blocks, the second, and so on.
    private final int[] c0 = new int[AT_ONCE];
    private final int[] c1 = new int[AT_ONCE];
    private final int[] c2 = new int[AT_ONCE];
    private final int[] c3 = new int[AT_ONCE];

    @Override
    void draw(long seed, long stream, long step, int first, int blocks, int[] words) {
        int end = SPECIES.loopBound(blocks + LANES / 2); // a vector that is half full takes less time than its blocks
        for (int i = 0; i < end; i += AT_ONCE) {
            int some = Math.min(AT_ONCE, end - i);
            count(stream, step, first + i, some);
            rounds((int) seed, (int) (seed >>> 32), some);
            interleave(Math.min(some, blocks - i), words, i * IN_BLOCK);
        }
        for (int i = end; i < blocks; i++) {
            drawOne(seed, stream, step, first + i, words, i * IN_BLOCK);
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

    private static void round(int k0, int k1, int[] c0, int[] c1, int[] c2, int[] c3, int n) {
        IntVector key0 = IntVector.broadcast(SPECIES, k0);
        IntVector key1 = IntVector.broadcast(SPECIES, k1);
        IntVector half = IntVector.broadcast(SPECIES, LOW);
        IntVector m0 = IntVector.broadcast(SPECIES, MULTIPLIER_0);
        IntVector m0Low = IntVector.broadcast(SPECIES, MULTIPLIER_0 & LOW);
        IntVector m0High = IntVector.broadcast(SPECIES, MULTIPLIER_0 >>> 16);
        IntVector m1 = IntVector.broadcast(SPECIES, MULTIPLIER_1);
        IntVector m1Low = IntVector.broadcast(SPECIES, MULTIPLIER_1 & LOW);
        IntVector m1High = IntVector.broadcast(SPECIES, MULTIPLIER_1 >>> 16);
        for (int i = 0; i < n; i += LANES) {
            IntVector x = IntVector.fromArray(SPECIES, c0, i);
            IntVector low = x.and(half);
            IntVector high = x.lanewise(LSHR, 16);
            IntVector middle = low.mul(m0Low).lanewise(LSHR, 16).add(high.mul(m0Low));
            IntVector cross = low.mul(m0High).add(middle.and(half));
            IntVector upper0 = high.mul(m0High).add(middle.lanewise(LSHR, 16)).add(cross.lanewise(LSHR, 16));
            IntVector y = IntVector.fromArray(SPECIES, c2, i);
            low = y.and(half);
            high = y.lanewise(LSHR, 16);
            middle = low.mul(m1Low).lanewise(LSHR, 16).add(high.mul(m1Low));
            cross = low.mul(m1High).add(middle.and(half));
            IntVector upper1 = high.mul(m1High).add(middle.lanewise(LSHR, 16)).add(cross.lanewise(LSHR, 16));
            upper1.lanewise(XOR, IntVector.fromArray(SPECIES, c1, i))
                    .lanewise(XOR, key0)
                    .intoArray(c0, i);
            upper0.lanewise(XOR, IntVector.fromArray(SPECIES, c3, i))
                    .lanewise(XOR, key1)
                    .intoArray(c2, i);
            y.mul(m1).intoArray(c1, i);
            x.mul(m0).intoArray(c3, i);
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
