package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arithmetic in float32 with the Vector API. What is left over at the end of a stretch goes to the plain loops, which
 * give the same bits. {@link VectorDoubleArithmetic} is its likeness; a change here is a change there.
 */
final class VectorFloatArithmetic extends FloatArithmetic {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }

    private static FloatVector all(float x) {
        return FloatVector.broadcast(SPECIES, x);
    }

    @Override
    void add(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            load(a, aAt + i).add(load(b, bAt + i)).intoArray(c, cAt + i);
        }
        super.add(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void subtract(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            load(a, aAt + i).sub(load(b, bAt + i)).intoArray(c, cAt + i);
        }
        super.subtract(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void hadamard(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            load(a, aAt + i).mul(load(b, bAt + i)).intoArray(c, cAt + i);
        }
        super.hadamard(a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void scale(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector factor = all(alpha);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(load(x, xAt + i)).intoArray(y, yAt + i);
        }
        super.scale(alpha, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void addScaled(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector factor = all(alpha);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            load(y, yAt + i).add(factor.mul(load(x, xAt + i))).intoArray(y, yAt + i);
        }
        super.addScaled(alpha, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void combine(float alpha, float[] x, int xAt, float beta, float[] y, int yAt, int n) {
        FloatVector factor = all(alpha);
        FloatVector kept = all(beta);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(load(x, xAt + i)).add(kept.mul(load(y, yAt + i))).intoArray(y, yAt + i);
        }
        super.combine(alpha, x, xAt + end, beta, y, yAt + end, n - end);
    }

    @Override
    void clamp(float limit, float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector most = all(limit);
        FloatVector least = all(-limit);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            load(x, xAt + i).min(most).max(least).intoArray(y, yAt + i);
        }
        super.clamp(limit, x, xAt + end, y, yAt + end, n - end);
    }

    @Override
    void difference(float scale, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n) {
        FloatVector factor = all(scale);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            factor.mul(load(a, aAt + i).sub(load(b, bAt + i))).intoArray(c, cAt + i);
        }
        super.difference(scale, a, aAt + end, b, bAt + end, c, cAt + end, n - end);
    }

    @Override
    void sigmoidChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        FloatVector one = all(1);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector each = load(a, aAt + i);
            load(up, upAt + i).mul(each.mul(one.sub(each))).intoArray(delta, deltaAt + i);
        }
        super.sigmoidChain(a, aAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    @Override
    void tanhChain(float[] a, int aAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        FloatVector one = all(1);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector each = load(a, aAt + i);
            load(up, upAt + i).mul(one.sub(each).mul(one.add(each))).intoArray(delta, deltaAt + i);
        }
        super.tanhChain(a, aAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    @Override
    void meanSquare(float kept, float[] s, int sAt, float share, float[] g, int gAt, int n) {
        FloatVector keptOnes = all(kept);
        FloatVector shares = all(share);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector each = load(g, gAt + i);
            keptOnes.mul(load(s, sAt + i)).add(shares.mul(each).mul(each)).intoArray(s, sAt + i);
        }
        super.meanSquare(kept, s, sAt + end, share, g, gAt + end, n - end);
    }

    @Override
    void descend(
            float rate, float[] m, int mAt, float scale, float[] s, int sAt, float epsilon, float[] w, int wAt, int n) {
        FloatVector rates = all(rate);
        FloatVector scales = all(scale);
        FloatVector epsilons = all(epsilon);
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            FloatVector root = scales.mul(load(s, sAt + i)).sqrt().add(epsilons);
            load(w, wAt + i).sub(rates.mul(load(m, mAt + i)).div(root)).intoArray(w, wAt + i);
        }
        super.descend(rate, m, mAt + end, scale, s, sAt + end, epsilon, w, wAt + end, n - end);
    }
}
