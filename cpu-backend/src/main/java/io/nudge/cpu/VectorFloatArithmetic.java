package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arithmetic in float32 with the Vector API. What is left over at the end of a stretch goes to the plain loops, which
 * give the same bits. {@link VectorDoubleArithmetic} is its likeness; a change here is a change there.
 */
final class VectorFloatArithmetic extends FloatArithmetic {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int HALF = 16;

    @Override
    void add(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, a, aAt + i)
                    .add(FloatVector.fromArray(SPECIES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        super.add(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void addFourRows(float[] sums, int sumsAt, float[] x, int xAt, int xStride, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, sums, sumsAt + i)
                    .add(FloatVector.fromArray(SPECIES, x, xAt + i))
                    .add(FloatVector.fromArray(SPECIES, x, xAt + xStride + i))
                    .add(FloatVector.fromArray(SPECIES, x, xAt + 2 * xStride + i))
                    .add(FloatVector.fromArray(SPECIES, x, xAt + 3 * xStride + i))
                    .intoArray(sums, sumsAt + i);
        }
        super.addFourRows(sums, sumsAt + end, x, xAt + end, xStride, n - end);
    }

    @Override
    void subtract(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, a, aAt + i)
                    .sub(FloatVector.fromArray(SPECIES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        super.subtract(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void hadamard(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, a, aAt + i)
                    .mul(FloatVector.fromArray(SPECIES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        super.hadamard(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void scale(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector factor = FloatVector.broadcast(SPECIES, alpha);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(FloatVector.fromArray(SPECIES, x, xAt + i)).intoArray(y, yAt + i);
        }
        super.scale(alpha, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void addScaled(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector factor = FloatVector.broadcast(SPECIES, alpha);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, y, yAt + i)
                    .add(factor.mul(FloatVector.fromArray(SPECIES, x, xAt + i)))
                    .intoArray(y, yAt + i);
        }
        super.addScaled(alpha, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void combine(float alpha, float[] x, int xAt, float beta, float[] y, int yAt, int n) {
        FloatVector factor = FloatVector.broadcast(SPECIES, alpha);
        FloatVector kept = FloatVector.broadcast(SPECIES, beta);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(FloatVector.fromArray(SPECIES, x, xAt + i))
                    .add(kept.mul(FloatVector.fromArray(SPECIES, y, yAt + i)))
                    .intoArray(y, yAt + i);
        }
        super.combine(alpha, x, xAt + end, beta, y, yAt + end, n - end);
    }

    @Override
    void clamp(float limit, float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector most = FloatVector.broadcast(SPECIES, limit);
        FloatVector least = FloatVector.broadcast(SPECIES, -limit);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xAt + i).min(most).max(least).intoArray(y, yAt + i);
        }
        super.clamp(limit, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void difference(float scale, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(FloatVector.fromArray(SPECIES, a, aAt + i).sub(FloatVector.fromArray(SPECIES, b, bAt + i)))
                    .intoArray(c, cAt + i);
        }
        super.difference(scale, a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void sigmoidChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, a, aAt + i);
            FloatVector.fromArray(SPECIES, up, upAt + i)
                    .mul(each.mul(one.sub(each)))
                    .intoArray(delta, deltaAt + i);
        }
        super.sigmoidChain(a, aAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    @Override
    void tanhChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, a, aAt + i);
            FloatVector.fromArray(SPECIES, up, upAt + i)
                    .mul(one.sub(each).mul(one.add(each)))
                    .intoArray(delta, deltaAt + i);
        }
        super.tanhChain(a, aAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    @Override
    void meanSquare(float kept, float[] s, int sAt, float share, float[] g, int gAt, int n) {
        FloatVector keptOnes = FloatVector.broadcast(SPECIES, kept);
        FloatVector shares = FloatVector.broadcast(SPECIES, share);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, g, gAt + i);
            keptOnes.mul(FloatVector.fromArray(SPECIES, s, sAt + i))
                    .add(shares.mul(each).mul(each))
                    .intoArray(s, sAt + i);
        }
        super.meanSquare(kept, s, sAt + end, share, g, gAt + end, n - end);
    }

    @Override
    void descend(
            float rate, float[] m, int mAt, float scale, float[] s, int sAt, float epsilon, float[] w, int wAt, int n) {
        FloatVector rates = FloatVector.broadcast(SPECIES, rate);
        FloatVector scales = FloatVector.broadcast(SPECIES, scale);
        FloatVector epsilons = FloatVector.broadcast(SPECIES, epsilon);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector root = scales.mul(FloatVector.fromArray(SPECIES, s, sAt + i))
                    .sqrt()
                    .add(epsilons);
            FloatVector.fromArray(SPECIES, w, wAt + i)
                    .sub(rates.mul(FloatVector.fromArray(SPECIES, m, mAt + i)).div(root))
                    .intoArray(w, wAt + i);
        }
        super.descend(rate, m, mAt + end, scale, s, sAt + end, epsilon, w, wAt + end, n - end);
    }

    @Override
    void drop(int least, RandomWords random, float factor, float[] x, int xAt, float[] y, int yAt, int from, int to) {
        if (LANES > RandomWords.LANES) {
            super.drop(least, random, factor, x, xAt, y, yAt, from, to);
            return;
        }
        int begin = Math.min(to, (from + RandomWords.GROUP - 1) / RandomWords.GROUP * RandomWords.GROUP);
        int end = begin + (to - begin) / RandomWords.GROUP * RandomWords.GROUP;
        super.drop(least, random, factor, x, xAt, y, yAt, from, begin);
        dropGroups(least << HALF, random, factor, x, xAt, y, yAt, begin, end);
        super.drop(least, random, factor, x, xAt, y, yAt, end, to);
    }

    /** Half words are compared in the upper halves of numbers; what is below them does not matter. */
    private static void dropGroups(
            int least, RandomWords random, float factor, float[] x, int xAt, float[] y, int yAt, int from, int to) {
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        FloatVector zero = FloatVector.zero(SPECIES);
        IntVector limit = IntVector.broadcast(INTS, least ^ Integer.MIN_VALUE); // as the half words are
        for (int i = from; i < to; i += RandomWords.GROUP) {
            int block = i / RandomWords.GROUP * RandomWords.LANES;
            for (int word = 0; word < RandomWords.WORDS; word++) {
                int at = i + 2 * RandomWords.LANES * word;
                for (int lane = 0; lane < RandomWords.LANES; lane += LANES) {
                    IntVector upper = IntVector.fromArray(INTS, random.word(word), block + lane);
                    int lowerAt = at + lane;
                    int upperAt = lowerAt + RandomWords.LANES;
                    zero.blend(
                                    factors.mul(FloatVector.fromArray(SPECIES, x, xAt + lowerAt)),
                                    upper.lanewise(VectorOperators.LSHL, HALF)
                                            .compare(VectorOperators.GE, limit)
                                            .cast(SPECIES))
                            .intoArray(y, yAt + lowerAt);
                    zero.blend(
                                    factors.mul(FloatVector.fromArray(SPECIES, x, xAt + upperAt)),
                                    upper.compare(VectorOperators.GE, limit).cast(SPECIES))
                            .intoArray(y, yAt + upperAt);
                }
            }
        }
    }
}
