package io.nudge.cpu;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The steps of {@link FloatMath} in vectors, operation by operation, so that both give the same bits; the reasons are told
 * there. Each step is a loop over a block of so many elements that what it leaves is still in the first cache for the next.
 * n is a multiple of the vector's length.
 *
 * <p>No loop calls a method of our own: where the compiler then decides not to inline that, it makes an object of each
 * vector, and the loop is fifty times slower.
 */
final class VectorFloatMath {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    private VectorFloatMath() {}

    /** y = −factor |z|. */
    static void minusSize(float factor, float[] z, int zAt, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(SPECIES, z, zAt + i).abs().mul(-factor).intoArray(y, i);
        }
    }

    /** y = factor eˣ. */
    static void exp(float[] x, float[] factor, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector limited =
                    FloatVector.fromArray(SPECIES, x, i).min(FloatMath.EXP_MOST).max(FloatMath.EXP_LEAST);
            FloatVector shifted = limited.mul(FloatMath.LOG2_E).add(FloatMath.ROUNDER);
            FloatVector whole = shifted.sub(FloatMath.ROUNDER);
            FloatVector r = limited.sub(whole.mul(FloatMath.LN2_HIGH)).sub(whole.mul(FloatMath.LN2_LOW));
            FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
            p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
            p = p.mul(r.mul(r)).add(r).add(1f);
            IntVector power = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
            IntVector half = power.lanewise(ASHR, 1);
            IntVector rest = power.sub(half);
            p.mul(half.add(127).lanewise(LSHL, 23).reinterpretAsFloats())
                    .mul(FloatVector.fromArray(SPECIES, factor, i))
                    .mul(rest.add(127).lanewise(LSHL, 23).reinterpretAsFloats())
                    .intoArray(y, i);
        }
    }

    /** For {@link #exp}: y is x − max, and factor corrects what that lost. */
    static void lessMax(float max, float[] x, int xAt, float[] y, float[] factor, int n) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, x, xAt + i);
            FloatVector difference = each.sub(max);
            FloatVector subtracted = difference.sub(each);
            FloatVector lost = each.sub(difference.sub(subtracted)).sub(subtracted.add(max));
            VectorMask<Float> counts = lost.abs().compare(LT, FloatMath.LOST_MOST);
            difference.intoArray(y, i);
            zero.blend(lost, counts).add(1f).intoArray(factor, i);
        }
    }

    /** From e^(−|z|). */
    static void sigmoid(float[] z, int zAt, float[] e, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector power = FloatVector.fromArray(SPECIES, e, i);
            VectorMask<Float> right = FloatVector.fromArray(SPECIES, z, zAt + i).compare(GE, 0f);
            power.blend(1f, right).div(power.add(1f)).intoArray(y, i);
        }
    }

    /** factor e / (1 + e)²; from e^(−|z|) and 1 for the logistic function, from e^(−2|z|) and 4 for tanh. */
    static void bump(float factor, float[] e, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector power = FloatVector.fromArray(SPECIES, e, i);
            FloatVector d = power.add(1f);
            power.mul(factor).div(d.mul(d)).intoArray(y, i);
        }
    }

    /** From e^(−2|z|). */
    static void tanh(float[] z, int zAt, float[] e, float[] y, int n) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            FloatVector power = FloatVector.fromArray(SPECIES, e, i);
            FloatVector large = one.sub(power).div(power.add(1f));
            FloatVector s = each.mul(each);
            FloatVector p = s.mul(FloatMath.T4).add(FloatMath.T3).mul(s).add(FloatMath.T2);
            p = p.mul(s).add(FloatMath.T1).mul(s).add(FloatMath.T0);
            FloatVector small = p.mul(s).mul(each).add(each);
            FloatVector signed = large.blend(large.neg(), each.compare(LT, 0f));
            signed.blend(small, each.abs().compare(LT, FloatMath.TANH_SMALL)).intoArray(y, i);
        }
    }

    static void relu(float[] z, int zAt, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(SPECIES, z, zAt + i).max(0f).intoArray(y, i);
        }
    }

    static void leaky(float slope, float[] z, int zAt, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            each.mul(slope).blend(each, each.compare(GT, 0f)).intoArray(y, i);
        }
    }

    /** 1 above 0, else the slope; NaN for NaN. */
    static void step(float slope, float[] z, int zAt, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            each.blend(slope, each.compare(LE, 0f))
                    .blend(1f, each.compare(GT, 0f))
                    .intoArray(y, i);
        }
    }

    static void elu(float alpha, float[] z, int zAt, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            FloatVector limited = each.min(0f).max(FloatMath.EXPM1_LEAST);
            FloatVector shifted = limited.mul(FloatMath.LOG2_E).add(FloatMath.ROUNDER);
            FloatVector whole = shifted.sub(FloatMath.ROUNDER);
            FloatVector r = limited.sub(whole.mul(FloatMath.LN2_HIGH)).sub(whole.mul(FloatMath.LN2_LOW));
            FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
            p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
            p = p.mul(r.mul(r)).add(r);
            IntVector power = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
            FloatVector scale = power.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector below = scale.sub(1f).add(scale.mul(p)).mul(alpha);
            below.blend(each, each.compare(GT, 0f)).intoArray(y, i);
        }
    }

    /** From eᶻ. */
    static void eluPrime(float alpha, float[] z, int zAt, float[] e, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMask<Float> right = FloatVector.fromArray(SPECIES, z, zAt + i).compare(GT, 0f);
            FloatVector.fromArray(SPECIES, e, i).mul(alpha).blend(1f, right).intoArray(y, i);
        }
    }

    /** From e^(−|z|). */
    static void softplus(float[] z, int zAt, float[] e, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector power = FloatVector.fromArray(SPECIES, e, i);
            VectorMask<Float> large = power.compare(GT, FloatMath.ROOT2_LESS_1);
            FloatVector f = power.blend(power.sub(1f).mul(0.5f), large);
            FloatVector s = f.mul(f);
            FloatVector p = f.mul(FloatMath.L8).add(FloatMath.L7).mul(f).add(FloatMath.L6);
            p = p.mul(f).add(FloatMath.L5).mul(f).add(FloatMath.L4).mul(f).add(FloatMath.L3);
            p = p.mul(f).add(FloatMath.L2).mul(f).add(FloatMath.L1).mul(f).add(FloatMath.L0);
            FloatVector log = f.add(p.mul(f).mul(s).sub(s.mul(0.5f)));
            log = log.blend(log.add(FloatMath.LN2_LOW).add(FloatMath.LN2_HIGH), large);
            FloatVector.fromArray(SPECIES, z, zAt + i).max(0f).add(log).intoArray(y, i);
        }
    }

    /** For {@link #exp}, from e^(−|z|). */
    static void siluFactor(float[] z, int zAt, float[] e, float[] x, float[] factor, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector below = FloatVector.fromArray(SPECIES, z, zAt + i).max(FloatMath.EXP_LEAST);
            FloatVector d = FloatVector.fromArray(SPECIES, e, i).add(1f);
            below.intoArray(x, i);
            below.div(d).intoArray(factor, i);
        }
    }

    /** From e^(−|z|), and what is right below 0. */
    static void silu(float[] z, int zAt, float[] e, float[] left, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            FloatVector right = each.div(FloatVector.fromArray(SPECIES, e, i).add(1f));
            FloatVector.fromArray(SPECIES, left, i)
                    .blend(right, each.compare(GE, 0f))
                    .intoArray(y, i);
        }
    }

    /** For {@link #exp}, from e^(−|z|). */
    static void siluPrimeFactor(float[] z, int zAt, float[] e, float[] x, float[] factor, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector below = FloatVector.fromArray(SPECIES, z, zAt + i).max(FloatMath.EXP_LEAST);
            FloatVector d = FloatVector.fromArray(SPECIES, e, i).add(1f);
            below.intoArray(x, i);
            below.div(d).add(1f).div(d).intoArray(factor, i);
        }
    }

    /** From e^(−|z|), and what is right below 0. */
    static void siluPrime(float[] z, int zAt, float[] e, float[] left, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            FloatVector power = FloatVector.fromArray(SPECIES, e, i);
            FloatVector d = power.add(1f);
            FloatVector right =
                    each.min(-FloatMath.EXP_LEAST).mul(power).div(d).add(1f).div(d);
            FloatVector.fromArray(SPECIES, left, i)
                    .blend(right, each.compare(GE, 0f))
                    .intoArray(y, i);
        }
    }

    /** t = |z|, limited, and the tail of the normal distribution beyond it. */
    static void tail(float[] z, int zAt, float[] t, float[] tail, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector size = FloatVector.fromArray(SPECIES, z, zAt + i).abs().min(FloatMath.FAR);
            FloatVector x = size.mul(FloatMath.ROOT_HALF);
            FloatVector q = x.sub(2f).div(x.add(2f));
            FloatVector p = q.mul(FloatMath.N9).add(FloatMath.N8).mul(q).add(FloatMath.N7);
            p = p.mul(q).add(FloatMath.N6).mul(q).add(FloatMath.N5).mul(q).add(FloatMath.N4);
            p = p.mul(q).add(FloatMath.N3).mul(q).add(FloatMath.N2).mul(q).add(FloatMath.N1);
            size.intoArray(t, i);
            p.mul(q).add(FloatMath.N0).mul(0.5f).div(x.mul(2f).add(1f)).intoArray(tail, i);
        }
    }

    /** From the tail, what the bell is multiplied by. */
    static void geluFactor(float[] z, int zAt, float[] t, float[] tail, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, tail, i);
            VectorMask<Float> right = FloatVector.fromArray(SPECIES, z, zAt + i).compare(GE, 0f);
            FloatVector size = FloatVector.fromArray(SPECIES, t, i);
            size.neg().mul(each).blend(each, right).intoArray(tail, i);
        }
    }

    /** From the tail, what the bell is multiplied by. */
    static void geluPrimeFactor(float[] t, float[] tail, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector size = FloatVector.fromArray(SPECIES, t, i);
            FloatVector.fromArray(SPECIES, tail, i)
                    .sub(size.mul(FloatMath.DENSITY_AT_ZERO))
                    .intoArray(tail, i);
        }
    }

    /** For {@link #exp}: makes of t and a factor the exponent and the factor of the bell. */
    static void bell(float[] t, float[] factor, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, t, i);
            FloatVector high = each.reinterpretAsInts()
                    .lanewise(AND, FloatMath.LEADING_BITS)
                    .reinterpretAsFloats();
            FloatVector r = each.sub(high).mul(each.add(high)).mul(-0.5f);
            FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
            p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
            p = p.mul(r.mul(r)).add(r).add(1f);
            high.mul(high).mul(-0.5f).intoArray(t, i);
            p.mul(FloatVector.fromArray(SPECIES, factor, i)).intoArray(factor, i);
        }
    }

    /** From the bell times its factor. */
    static void gelu(float[] z, int zAt, float[] bell, float[] y, int n) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            FloatVector part = FloatVector.fromArray(SPECIES, bell, i);
            part.blend(each.mul(one.sub(part)), each.compare(GE, 0f)).intoArray(y, i);
        }
    }

    /** From the bell times its factor. */
    static void geluPrime(float[] z, int zAt, float[] bell, float[] y, int n) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < n; i += LANES) {
            VectorMask<Float> right = FloatVector.fromArray(SPECIES, z, zAt + i).compare(GE, 0f);
            FloatVector part = FloatVector.fromArray(SPECIES, bell, i);
            part.blend(one.sub(part), right).intoArray(y, i);
        }
    }

    /** y = x ⊙ up. */
    static void times(float[] x, float[] up, int upAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(SPECIES, up, upAt + i)
                    .mul(FloatVector.fromArray(SPECIES, x, i))
                    .intoArray(y, yAt + i);
        }
    }
}
