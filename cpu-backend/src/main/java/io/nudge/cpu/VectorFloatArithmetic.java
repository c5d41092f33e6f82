package io.nudge.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arithmetic in float32 with the Vector API. What is left over at the end of a stretch goes to the plain loops, which
 * give the same bits. {@link VectorDoubleArithmetic} is its likeness; a change here is a change there.
 */
final class VectorFloatArithmetic extends FloatArithmetic {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Neighbours that have the same half of the same word. */
    private static final int RUN = RandomWords.LANES;

    /** Shifted so far, a number is its sign in all bits. */
    private static final int SIGN = Integer.SIZE - 1;

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
        dropGroups(least, random, factor, x, xAt, y, yAt, begin, end);
        super.drop(least, random, factor, x, xAt, y, yAt, end, to);
    }

    /**
     * Where the half word is at least the least, the number before that minus it is below 0: its sign becomes all bits. All half words of a block are
     * written out, since in a loop over them the compiler checks every access to an array.
     */
    private static void dropGroups(
            int least, RandomWords random, float factor, float[] x, int xAt, float[] y, int yAt, int from, int to) {
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        IntVector most = IntVector.broadcast(INTS, least - 1);
        IntVector low = IntVector.broadcast(INTS, RandomWords.LOW);
        int[] w0 = random.word(0);
        int[] w1 = random.word(1);
        int[] w2 = random.word(2);
        int[] w3 = random.word(3);
        int end = to / RandomWords.HALVES;
        for (int block = from / RandomWords.HALVES; block < end; block += RUN) {
            for (int lane = 0; lane < RUN; lane += LANES) {
                int at = block + lane;
                int xs = xAt + RandomWords.HALVES * block + lane;
                int ys = yAt + RandomWords.HALVES * block + lane;
                IntVector lower0 = most.sub(IntVector.fromArray(INTS, w0, at).and(low));
                IntVector upper0 = most.sub(IntVector.fromArray(INTS, w0, at).lanewise(LSHR, RandomWords.HALF));
                FloatVector.fromArray(SPECIES, x, xs)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(lower0.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys);
                FloatVector.fromArray(SPECIES, x, xs + RUN)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(upper0.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys + RUN);
                IntVector lower1 = most.sub(IntVector.fromArray(INTS, w1, at).and(low));
                IntVector upper1 = most.sub(IntVector.fromArray(INTS, w1, at).lanewise(LSHR, RandomWords.HALF));
                FloatVector.fromArray(SPECIES, x, xs + 2 * RUN)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(lower1.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys + 2 * RUN);
                FloatVector.fromArray(SPECIES, x, xs + 3 * RUN)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(upper1.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys + 3 * RUN);
                IntVector lower2 = most.sub(IntVector.fromArray(INTS, w2, at).and(low));
                IntVector upper2 = most.sub(IntVector.fromArray(INTS, w2, at).lanewise(LSHR, RandomWords.HALF));
                FloatVector.fromArray(SPECIES, x, xs + 4 * RUN)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(lower2.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys + 4 * RUN);
                FloatVector.fromArray(SPECIES, x, xs + 5 * RUN)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(upper2.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys + 5 * RUN);
                IntVector lower3 = most.sub(IntVector.fromArray(INTS, w3, at).and(low));
                IntVector upper3 = most.sub(IntVector.fromArray(INTS, w3, at).lanewise(LSHR, RandomWords.HALF));
                FloatVector.fromArray(SPECIES, x, xs + 6 * RUN)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(lower3.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys + 6 * RUN);
                FloatVector.fromArray(SPECIES, x, xs + 7 * RUN)
                        .mul(factors)
                        .reinterpretAsInts()
                        .and(upper3.lanewise(ASHR, SIGN))
                        .reinterpretAsFloats()
                        .intoArray(y, ys + 7 * RUN);
            }
        }
    }
}
