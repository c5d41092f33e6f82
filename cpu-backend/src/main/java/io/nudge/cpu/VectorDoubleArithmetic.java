package io.nudge.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arithmetic in float64 with the Vector API. What is left over at the end of a stretch goes to the plain loops, which
 * give the same bits. {@link VectorFloatArithmetic} is its likeness; a change here is a change there.
 */
final class VectorDoubleArithmetic extends DoubleArithmetic {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    @Override
    void add(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector.fromArray(SPECIES, a, aAt + i)
                    .add(DoubleVector.fromArray(SPECIES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        super.add(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void addFourRows(double[] sums, int sumsAt, double[] x, int xAt, int xStride, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector.fromArray(SPECIES, sums, sumsAt + i)
                    .add(DoubleVector.fromArray(SPECIES, x, xAt + i))
                    .add(DoubleVector.fromArray(SPECIES, x, xAt + xStride + i))
                    .add(DoubleVector.fromArray(SPECIES, x, xAt + 2 * xStride + i))
                    .add(DoubleVector.fromArray(SPECIES, x, xAt + 3 * xStride + i))
                    .intoArray(sums, sumsAt + i);
        }
        super.addFourRows(sums, sumsAt + end, x, xAt + end, xStride, n - end);
    }

    @Override
    void subtract(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector.fromArray(SPECIES, a, aAt + i)
                    .sub(DoubleVector.fromArray(SPECIES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        super.subtract(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void hadamard(double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector.fromArray(SPECIES, a, aAt + i)
                    .mul(DoubleVector.fromArray(SPECIES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        super.hadamard(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void scale(double alpha, double[] x, int xAt, double[] y, int yAt, int n) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, alpha);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(DoubleVector.fromArray(SPECIES, x, xAt + i)).intoArray(y, yAt + i);
        }
        super.scale(alpha, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void addScaled(double alpha, double[] x, int xAt, double[] y, int yAt, int n) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, alpha);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector.fromArray(SPECIES, y, yAt + i)
                    .add(factor.mul(DoubleVector.fromArray(SPECIES, x, xAt + i)))
                    .intoArray(y, yAt + i);
        }
        super.addScaled(alpha, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void combine(double alpha, double[] x, int xAt, double beta, double[] y, int yAt, int n) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, alpha);
        DoubleVector kept = DoubleVector.broadcast(SPECIES, beta);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(DoubleVector.fromArray(SPECIES, x, xAt + i))
                    .add(kept.mul(DoubleVector.fromArray(SPECIES, y, yAt + i)))
                    .intoArray(y, yAt + i);
        }
        super.combine(alpha, x, xAt + end, beta, y, yAt + end, n - end);
    }

    @Override
    void clamp(double limit, double[] x, int xAt, double[] y, int yAt, int n) {
        DoubleVector most = DoubleVector.broadcast(SPECIES, limit);
        DoubleVector least = DoubleVector.broadcast(SPECIES, -limit);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector.fromArray(SPECIES, x, xAt + i).min(most).max(least).intoArray(y, yAt + i);
        }
        super.clamp(limit, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void difference(double scale, double[] a, int aAt, double[] b, int bAt, double[] c, int cAt, int n) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, scale);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(DoubleVector.fromArray(SPECIES, a, aAt + i).sub(DoubleVector.fromArray(SPECIES, b, bAt + i)))
                    .intoArray(c, cAt + i);
        }
        super.difference(scale, a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void sigmoidChain(double[] a, int aAt, double[] up, int upAt, double[] delta, int deltaAt, int n) {
        DoubleVector one = DoubleVector.broadcast(SPECIES, 1);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector each = DoubleVector.fromArray(SPECIES, a, aAt + i);
            DoubleVector.fromArray(SPECIES, up, upAt + i)
                    .mul(each.mul(one.sub(each)))
                    .intoArray(delta, deltaAt + i);
        }
        super.sigmoidChain(a, aAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    @Override
    void tanhChain(double[] a, int aAt, double[] up, int upAt, double[] delta, int deltaAt, int n) {
        DoubleVector one = DoubleVector.broadcast(SPECIES, 1);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector each = DoubleVector.fromArray(SPECIES, a, aAt + i);
            DoubleVector.fromArray(SPECIES, up, upAt + i)
                    .mul(one.sub(each).mul(one.add(each)))
                    .intoArray(delta, deltaAt + i);
        }
        super.tanhChain(a, aAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    @Override
    void meanSquare(double kept, double[] s, int sAt, double share, double[] g, int gAt, int n) {
        DoubleVector keptOnes = DoubleVector.broadcast(SPECIES, kept);
        DoubleVector shares = DoubleVector.broadcast(SPECIES, share);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector each = DoubleVector.fromArray(SPECIES, g, gAt + i);
            keptOnes.mul(DoubleVector.fromArray(SPECIES, s, sAt + i))
                    .add(shares.mul(each).mul(each))
                    .intoArray(s, sAt + i);
        }
        super.meanSquare(kept, s, sAt + end, share, g, gAt + end, n - end);
    }

    @Override
    void descend(
            double rate,
            double[] m,
            int mAt,
            double scale,
            double[] s,
            int sAt,
            double epsilon,
            double[] w,
            int wAt,
            int n) {
        DoubleVector rates = DoubleVector.broadcast(SPECIES, rate);
        DoubleVector scales = DoubleVector.broadcast(SPECIES, scale);
        DoubleVector epsilons = DoubleVector.broadcast(SPECIES, epsilon);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            DoubleVector root = scales.mul(DoubleVector.fromArray(SPECIES, s, sAt + i))
                    .sqrt()
                    .add(epsilons);
            DoubleVector.fromArray(SPECIES, w, wAt + i)
                    .sub(rates.mul(DoubleVector.fromArray(SPECIES, m, mAt + i)).div(root))
                    .intoArray(w, wAt + i);
        }
        super.descend(rate, m, mAt + end, scale, s, sAt + end, epsilon, w, wAt + end, n - end);
    }
}
