package io.nudge.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;

import io.nudge.math.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations of two straight lines that meet at 0, by the Vector API: one pass each over a stretch of whole vectors. The values are
 * those of {@link FloatMath}.
 */
final class VectorRectifiers {
    private static final VectorSpecies<Float> SPECIES = VectorFloatMath.SPECIES;
    private static final int LANES = SPECIES.length();

    private VectorRectifiers() {}

    static boolean has(Activation f) {
        return f instanceof Activation.Relu || f instanceof Activation.LeakyRelu || f instanceof Activation.Identity;
    }

    /** σ′ up to 0. */
    private static float slope(Activation f) {
        if (f instanceof Activation.LeakyRelu leaky) {
            return (float) leaky.slope();
        }
        return f instanceof Activation.Identity ? 1 : 0;
    }

    /** a = σ(z). */
    static void activate(Activation f, float[] z, int zAt, float[] a, int aAt, int n) {
        if (f instanceof Activation.Relu) {
            relu(z, zAt, a, aAt, n);
        } else if (f instanceof Activation.LeakyRelu) {
            leaky(slope(f), z, zAt, a, aAt, n);
        } else {
            System.arraycopy(z, zAt, a, aAt, n);
        }
    }

    private static void relu(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(SPECIES, z, zAt + i).max(0f).intoArray(a, aAt + i);
        }
    }

    private static void leaky(float slope, float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            each.mul(slope).blend(each, each.compare(GT, 0f)).intoArray(a, aAt + i);
        }
    }

    /** into = σ′(z): 1 above 0, else the slope; NaN for NaN. */
    static void prime(Activation f, float[] z, int zAt, float[] into, int intoAt, int n) {
        float slope = slope(f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            each.blend(slope, each.compare(LE, 0f))
                    .blend(1f, each.compare(GT, 0f))
                    .intoArray(into, intoAt + i);
        }
    }

    /** δ = upstream ⊙ σ′(z). */
    static void chain(Activation f, float[] z, int zAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        float slope = slope(f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
            FloatVector prime = each.blend(slope, each.compare(LE, 0f)).blend(1f, each.compare(GT, 0f));
            FloatVector.fromArray(SPECIES, up, upAt + i).mul(prime).intoArray(delta, deltaAt + i);
        }
    }
}
