package io.nudge.cpu;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link io.nudge.math.Philox} with the Vector API: a lane is a block. The upper half of a product of 32-bit words is
 * put together from products of 16-bit halves, since no vector has it.
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
    private static final int[] COUNT = new int[LANES];

    static {
        for (int lane = 0; lane < LANES; lane++) {
            COUNT[lane] = lane;
        }
    }

    /** The first words of all blocks, then the second, and so on. */
    private final int[] planes = new int[IN_BLOCK * LANES];

    @Override
    void draw(long seed, long stream, long step, int first, int blocks, int[] words) {
        int end = SPECIES.loopBound(blocks);
        for (int i = 0; i < end; i += LANES) {
            draw(seed, stream, step, first + i, planes);
            for (int lane = 0; lane < LANES; lane++) {
                for (int word = 0; word < IN_BLOCK; word++) {
                    words[(i + lane) * IN_BLOCK + word] = planes[word * LANES + lane];
                }
            }
        }
        for (int i = end; i < blocks; i++) {
            drawOne(seed, stream, step, first + i, words, i * IN_BLOCK);
        }
    }

    private static void draw(long seed, long stream, long step, int first, int[] planes) {
        IntVector low = IntVector.broadcast(SPECIES, LOW);
        IntVector m0 = IntVector.broadcast(SPECIES, MULTIPLIER_0);
        IntVector m0Low = IntVector.broadcast(SPECIES, MULTIPLIER_0 & LOW);
        IntVector m0High = IntVector.broadcast(SPECIES, MULTIPLIER_0 >>> 16);
        IntVector m1 = IntVector.broadcast(SPECIES, MULTIPLIER_1);
        IntVector m1Low = IntVector.broadcast(SPECIES, MULTIPLIER_1 & LOW);
        IntVector m1High = IntVector.broadcast(SPECIES, MULTIPLIER_1 >>> 16);
        IntVector c0 = IntVector.fromArray(SPECIES, COUNT, 0).add(first);
        IntVector c1 = IntVector.broadcast(SPECIES, (int) step);
        IntVector c2 = IntVector.broadcast(SPECIES, (int) stream);
        IntVector c3 = IntVector.broadcast(SPECIES, (int) (stream >>> 32));
        IntVector k0 = IntVector.broadcast(SPECIES, (int) seed);
        IntVector k1 = IntVector.broadcast(SPECIES, (int) (seed >>> 32));
        for (int round = 0; round < ROUNDS; round++) {
            IntVector cLow = c0.and(low);
            IntVector cHigh = c0.lanewise(LSHR, 16);
            IntVector cross = cLow.mul(m0High);
            IntVector other = cHigh.mul(m0Low);
            IntVector carry =
                    cLow.mul(m0Low).lanewise(LSHR, 16).add(cross.and(low)).add(other.and(low));
            IntVector high0 = cHigh.mul(m0High)
                    .add(cross.lanewise(LSHR, 16))
                    .add(other.lanewise(LSHR, 16))
                    .add(carry.lanewise(LSHR, 16));
            cLow = c2.and(low);
            cHigh = c2.lanewise(LSHR, 16);
            cross = cLow.mul(m1High);
            other = cHigh.mul(m1Low);
            carry = cLow.mul(m1Low).lanewise(LSHR, 16).add(cross.and(low)).add(other.and(low));
            IntVector high1 = cHigh.mul(m1High)
                    .add(cross.lanewise(LSHR, 16))
                    .add(other.lanewise(LSHR, 16))
                    .add(carry.lanewise(LSHR, 16));
            IntVector next1 = c2.mul(m1);
            IntVector next3 = c0.mul(m0);
            c0 = high1.lanewise(XOR, c1).lanewise(XOR, k0);
            c2 = high0.lanewise(XOR, c3).lanewise(XOR, k1);
            c1 = next1;
            c3 = next3;
            k0 = k0.add(WEYL_0);
            k1 = k1.add(WEYL_1);
        }
        c0.intoArray(planes, 0);
        c1.intoArray(planes, LANES);
        c2.intoArray(planes, 2 * LANES);
        c3.intoArray(planes, 3 * LANES);
    }
}
