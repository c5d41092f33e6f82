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

/** {@link FloatMath} in vectors, operation by operation, so that both give the same bits. The reasons are told there. */
final class VectorFloatMath {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private VectorFloatMath() {}

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    static FloatVector leaky(FloatVector z, float slope) {
        return z.mul(slope).blend(z, z.compare(GT, 0f));
    }

    static FloatVector elu(FloatVector z, float alpha) {
        return expm1(z.min(0f)).mul(alpha).blend(z, z.compare(GT, 0f));
    }

    static FloatVector eluPrime(FloatVector z, float alpha) {
        return exp(z, all(1f)).mul(alpha).blend(1f, z.compare(GT, 0f));
    }

    /** 1 above 0, else the slope; NaN for NaN. */
    static FloatVector step(FloatVector z, float slope) {
        return z.blend(slope, z.compare(LE, 0f)).blend(1f, z.compare(GT, 0f));
    }

    static FloatVector softplus(FloatVector z) {
        return z.max(0f).add(log1pExp(z.abs().neg()));
    }

    private static FloatVector exp(FloatVector x, FloatVector factor) {
        FloatVector limited = x.min(FloatMath.EXP_MOST).max(FloatMath.EXP_LEAST);
        FloatVector shifted = limited.mul(FloatMath.LOG2_E).add(FloatMath.ROUNDER);
        FloatVector whole = shifted.sub(FloatMath.ROUNDER);
        FloatVector r = limited.sub(whole.mul(FloatMath.LN2_HIGH)).sub(whole.mul(FloatMath.LN2_LOW));
        IntVector n = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
        IntVector half = n.lanewise(ASHR, 1);
        return expLess1(r).add(1f).mul(power2(half)).mul(factor).mul(power2(n.sub(half)));
    }

    private static FloatVector exp(FloatVector x) {
        return exp(x, all(1f));
    }

    static FloatVector expLess(float max, FloatVector x) {
        FloatVector difference = x.sub(max);
        FloatVector subtracted = difference.sub(x);
        FloatVector lost = x.sub(difference.sub(subtracted)).sub(subtracted.add(max));
        VectorMask<Float> counts = lost.abs().compare(LT, FloatMath.LOST_MOST);
        return exp(difference, FloatVector.zero(SPECIES).blend(lost, counts).add(1f));
    }

    private static FloatVector expLess1(FloatVector r) {
        FloatVector p = r.mul(FloatMath.E5)
                .add(FloatMath.E4)
                .mul(r)
                .add(FloatMath.E3)
                .mul(r)
                .add(FloatMath.E2)
                .mul(r)
                .add(FloatMath.E1)
                .mul(r)
                .add(FloatMath.E0);
        return p.mul(r.mul(r)).add(r);
    }

    private static FloatVector power2(IntVector n) {
        return n.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    private static FloatVector expm1(FloatVector x) {
        FloatVector limited = x.max(-80f);
        FloatVector shifted = limited.mul(FloatMath.LOG2_E).add(FloatMath.ROUNDER);
        FloatVector whole = shifted.sub(FloatMath.ROUNDER);
        FloatVector r = limited.sub(whole.mul(FloatMath.LN2_HIGH)).sub(whole.mul(FloatMath.LN2_LOW));
        FloatVector scale = power2(shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS));
        return scale.sub(1f).add(scale.mul(expLess1(r)));
    }

    static FloatVector sigmoid(FloatVector z) {
        FloatVector e = exp(z.abs().neg());
        return e.blend(1f, z.compare(GE, 0f)).div(e.add(1f));
    }

    static FloatVector sigmoidPrime(FloatVector z) {
        FloatVector e = exp(z.abs().neg());
        FloatVector d = e.add(1f);
        return e.div(d.mul(d));
    }

    static FloatVector tanh(FloatVector z) {
        FloatVector size = z.abs();
        FloatVector e = exp(size.mul(-2f));
        FloatVector large = all(1f).sub(e).div(e.add(1f));
        FloatVector s = z.mul(z);
        FloatVector p = s.mul(FloatMath.T4)
                .add(FloatMath.T3)
                .mul(s)
                .add(FloatMath.T2)
                .mul(s)
                .add(FloatMath.T1)
                .mul(s)
                .add(FloatMath.T0);
        FloatVector small = p.mul(s).mul(z).add(z);
        FloatVector signed = large.blend(large.neg(), z.compare(LT, 0f));
        return signed.blend(small, size.compare(LT, FloatMath.TANH_SMALL));
    }

    static FloatVector tanhPrime(FloatVector z) {
        FloatVector e = exp(z.abs().mul(-2f));
        FloatVector d = e.add(1f);
        return e.mul(4f).div(d.mul(d));
    }

    private static FloatVector log1pExp(FloatVector x) {
        FloatVector e = exp(x);
        VectorMask<Float> large = e.compare(GT, FloatMath.ROOT2_LESS_1);
        FloatVector f = e.blend(e.sub(1f).mul(0.5f), large);
        FloatVector s = f.mul(f);
        FloatVector p = f.mul(FloatMath.L8)
                .add(FloatMath.L7)
                .mul(f)
                .add(FloatMath.L6)
                .mul(f)
                .add(FloatMath.L5)
                .mul(f)
                .add(FloatMath.L4)
                .mul(f)
                .add(FloatMath.L3)
                .mul(f)
                .add(FloatMath.L2)
                .mul(f)
                .add(FloatMath.L1)
                .mul(f)
                .add(FloatMath.L0);
        FloatVector log = f.add(p.mul(f).mul(s).sub(s.mul(0.5f)));
        return log.blend(log.add(FloatMath.LN2_LOW).add(FloatMath.LN2_HIGH), large);
    }

    static FloatVector silu(FloatVector z) {
        FloatVector limited = z.max(FloatMath.EXP_LEAST);
        FloatVector d = exp(z.abs().neg()).add(1f);
        return exp(limited, limited.div(d)).blend(z.div(d), z.compare(GE, 0f));
    }

    static FloatVector siluPrime(FloatVector z) {
        FloatVector e = exp(z.abs().neg());
        FloatVector d = e.add(1f);
        FloatVector below = z.max(FloatMath.EXP_LEAST);
        FloatVector above = z.min(-FloatMath.EXP_LEAST);
        FloatVector right = above.mul(e).div(d).add(1f).div(d);
        FloatVector left = exp(below, below.div(d).add(1f).div(d));
        return left.blend(right, z.compare(GE, 0f));
    }

    static FloatVector gelu(FloatVector z) {
        FloatVector t = z.abs().min(FloatMath.FAR);
        FloatVector tail = tail(t);
        FloatVector right = z.mul(all(1f).sub(bell(t, tail)));
        return bell(t, t.neg().mul(tail)).blend(right, z.compare(GE, 0f));
    }

    static FloatVector geluPrime(FloatVector z) {
        FloatVector t = z.abs().min(FloatMath.FAR);
        FloatVector part = bell(t, tail(t).sub(t.mul(FloatMath.DENSITY_AT_ZERO)));
        return part.blend(all(1f).sub(part), z.compare(GE, 0f));
    }

    private static FloatVector tail(FloatVector t) {
        FloatVector x = t.mul(FloatMath.ROOT_HALF);
        FloatVector q = x.sub(2f).div(x.add(2f));
        FloatVector p = q.mul(FloatMath.N9)
                .add(FloatMath.N8)
                .mul(q)
                .add(FloatMath.N7)
                .mul(q)
                .add(FloatMath.N6)
                .mul(q)
                .add(FloatMath.N5)
                .mul(q)
                .add(FloatMath.N4)
                .mul(q)
                .add(FloatMath.N3)
                .mul(q)
                .add(FloatMath.N2)
                .mul(q)
                .add(FloatMath.N1);
        return p.mul(q).add(FloatMath.N0).mul(0.5f).div(x.mul(2f).add(1f));
    }

    private static FloatVector bell(FloatVector t, FloatVector factor) {
        FloatVector high =
                t.reinterpretAsInts().lanewise(AND, FloatMath.LEADING_BITS).reinterpretAsFloats();
        FloatVector low = t.sub(high);
        FloatVector rest = expLess1(low.mul(t.add(high)).mul(-0.5f)).add(1f);
        return exp(high.mul(high).mul(-0.5f), rest.mul(factor));
    }
}
