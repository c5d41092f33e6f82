package io.nudge.cpu;

import io.nudge.math.Activation;

/**
 * The activations and what they are made of in float32, each within a few units in the last place of the formulas in
 * {@link Activation}. Written without fused operations, which not every processor has, so that {@code VectorFloatMath}
 * computes the same bits lane by lane, and so do the CUDA backend's kernels: exponential.cuh and normal.cuh have the same
 * operations in the same order, and change together with this.
 *
 * <p>Polynomials and the reduction of the exponential's argument are those of Moshier's Cephes library (expf, tanhf); those of the
 * logarithm and the normal distribution were fitted for this class.
 */
final class FloatMath {
    static final float LOG2_E = 1.442695f;
    /**
     * Adding and subtracting this rounds to a whole number n. In between n + 190 is in the low bits, which put where an
     * exponent is are 2 to the power of n + 63: a normal number for each n that occurs, though 2ⁿ may be none.
     */
    static final float ROUNDER = 0x1.8p23f + 190f;

    static final int FRACTION_BITS = 23;
    /** Makes 2ⁿ of that power, in the exponent and as a factor. */
    static final int LESS_63 = -63 << FRACTION_BITS;

    static final float POWER_OF_MINUS_63 = 0x1p-63f;
    /** ln 2 in two parts; the first has so few bits that a whole number times it is exact. */
    static final float LN2_HIGH = 0x1.63p-1f;

    static final float LN2_LOW = -0.00021219444f;
    /** Below this eˣ is 0, even 100 times as much. */
    static final float EXP_LEAST = -120f;

    /** Below this eˣ − 1 is −1. */
    static final float EXPM1_LEAST = -80f;

    /** Where more is lost of a difference, its exponential is 0. */
    static final float LOST_MOST = 0.00001f;

    static final float E0 = 0.5f;
    static final float E1 = 0.16666666f;
    static final float E2 = 0.041665796f;
    static final float E3 = 0.008333452f;
    static final float E4 = 0.0013981999f;
    static final float E5 = 0.00019875691f;

    static final float TANH_SMALL = 0.625f;
    static final float T0 = -0.3333328f;
    static final float T1 = 0.13331442f;
    static final float T2 = -0.053739715f;
    static final float T3 = 0.020639088f;
    static final float T4 = -0.0057049887f;

    // ln(1 + x) is 2 artanh s with s = x / (2 + x), at most 1/3. What follows 2s in the series of that, over s³, as a
    // polynomial in s²: a minimax fit, relative error of the logarithm below 6e-9.
    static final float L0 = 0.6666642f;
    static final float L1 = 0.40021527f;
    static final float L2 = 0.28001806f;
    static final float L3 = 0.28011987f;

    /** 1/√(2π), the density of the normal distribution at 0. */
    static final float DENSITY_AT_ZERO = 0.3989423f;
    /** Beyond so many standard deviations the normal distribution is 0 or 1 in float32; and {@link #ROUNDER} takes no power of e below that of 16. */
    static final float FAR = 15f;
    /** Keeps so many leading bits that a square is exact. */
    static final int LEADING_BITS = 0xFFFFF000;
    /** t² times this, −½ / ln 2, is the exponent of exp(−t²/2) as a power of 2. */
    static final float MINUS_HALF_LOG2_E = -0.7213475f;
    // (t + C) Φ(−t) exp(t²/2) as a polynomial in (t − C) / (t + C), after Shepherd and Laframboise (1981):
    // a minimax fit on [0, 15], relative error below 4.1e-8; N2 is four units up, so that what is computed at 0 is ½.
    static final float CENTRE = 2f;
    static final float N0 = 0.672408f;
    static final float N1 = -0.33140442f;
    static final float N2 = 0.028798284f;
    static final float N3 = 0.036720008f;
    static final float N4 = -0.0004818954f;
    static final float N5 = -0.006745983f;
    static final float N6 = -0.0018939001f;
    static final float N7 = 0.00087620836f;
    static final float N8 = 0.0007266881f;
    static final float N9 = 3.4774606e-05f;
    static final float N10 = -7.659436e-05f;

    private static final float LARGE = 0x1p127f;

    private FloatMath() {}

    /** σ(z). */
    static float value(Activation f, float z) {
        if (f instanceof Activation.Sigmoid) {
            return sigmoid(z);
        } else if (f instanceof Activation.Relu) {
            return Math.max(z, 0f);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            return z > 0 ? z : (float) leaky.slope() * z;
        } else if (f instanceof Activation.Elu elu) {
            return z > 0 ? z : (float) elu.alpha() * expm1(Math.min(z, 0f));
        } else if (f instanceof Activation.Tanh) {
            return tanh(z);
        } else if (f instanceof Activation.Softplus) {
            return Math.max(z, 0f) + log1pExp(-Math.abs(z));
        } else if (f instanceof Activation.Silu) {
            return silu(z);
        } else if (f instanceof Activation.Gelu) {
            return gelu(z);
        }
        return z;
    }

    /** σ′(z). */
    static float prime(Activation f, float z) {
        if (f instanceof Activation.Sigmoid) {
            return sigmoidPrime(z);
        } else if (f instanceof Activation.Relu) {
            return unitStep(z);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            return step(z, (float) leaky.slope());
        } else if (f instanceof Activation.Elu elu) {
            return z > 0 ? 1 : (float) elu.alpha() * exp(z);
        } else if (f instanceof Activation.Tanh) {
            return tanhPrime(z);
        } else if (f instanceof Activation.Softplus) {
            return sigmoid(z);
        } else if (f instanceof Activation.Silu) {
            return siluPrime(z);
        } else if (f instanceof Activation.Gelu) {
            return geluPrime(z);
        }
        return step(z, 1f);
    }

    /**
     * 1 above 0, else 0; NaN for NaN. The least number above 0 comes to more than 1 here, and no processor has to guess a sign, which it
     * would get wrong every other time.
     */
    static float unitStep(float z) {
        return Math.max(0f, Math.min(1f, z * LARGE * LARGE));
    }

    /** 1 above 0, else the slope; NaN for NaN. */
    private static float step(float z, float slope) {
        return z > 0 ? 1 : z <= 0 ? slope : z;
    }

    /** eˣ for x at most 0, within 0.982 units in the last place, where it is subnormal within 0.751. */
    static float exp(float x) {
        return exp(x, 1f);
    }

    /** eˣ times a factor, which comes in before the power of 2 that may make eˣ subnormal and lose its last digits. */
    static float exp(float x, float factor) {
        float limited = Math.max(EXP_LEAST, x);
        float shifted = limited * LOG2_E + ROUNDER;
        float whole = shifted - ROUNDER;
        return power((limited - whole * LN2_HIGH) - whole * LN2_LOW, shifted, factor);
    }

    /** eʳ times 2 to the power of the whole number that was rounded to, and times a factor. */
    private static float power(float r, float shifted, float factor) {
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << FRACTION_BITS);
        return (expLess1(r) + 1f) * power * factor * POWER_OF_MINUS_63;
    }

    /** e to the power of x − max. */
    static float expLess(float max, float x) {
        float difference = x - max;
        return exp(difference, 1f + lost(x, max, difference));
    }

    /** What rounding took from the difference x − max (Knuth's sum), which the exponential would multiply. */
    static float lost(float x, float max, float difference) {
        float subtracted = difference - x;
        float lost = (x - (difference - subtracted)) - (max + subtracted);
        return Math.abs(lost) < LOST_MOST ? lost : 0f;
    }

    /** eʳ − 1 for |r| at most ½ ln 2. */
    private static float expLess1(float r) {
        float p = ((((E5 * r + E4) * r + E3) * r + E2) * r + E1) * r + E0;
        return p * (r * r) + r;
    }

    /** eˣ − 1 for x at most 0. */
    static float expm1(float x) {
        float limited = Math.max(EXPM1_LEAST, x);
        float shifted = limited * LOG2_E + ROUNDER;
        float whole = shifted - ROUNDER;
        float r = (limited - whole * LN2_HIGH) - whole * LN2_LOW;
        float scale = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << FRACTION_BITS) + LESS_63);
        return (scale - 1f) + scale * expLess1(r);
    }

    static float sigmoid(float z) {
        float e = exp(-Math.abs(z));
        return (z >= 0 ? 1f : e) / (1f + e);
    }

    static float sigmoidPrime(float z) {
        float e = exp(-Math.abs(z));
        float d = 1f + e;
        return e / (d * d);
    }

    static float tanh(float z) {
        float size = Math.abs(z);
        float e = exp(-2f * size);
        float large = (1f - e) / (1f + e);
        float s = z * z;
        float small = ((((T4 * s + T3) * s + T2) * s + T1) * s + T0) * s * z + z;
        return size < TANH_SMALL ? small : z < 0 ? -large : large;
    }

    static float tanhPrime(float z) {
        float e = exp(-2f * Math.abs(z));
        float d = 1f + e;
        return 4f * e / (d * d);
    }

    /** ln(1 + eˣ) for x at most 0. */
    static float log1pExp(float x) {
        // 2s = e − s e = e − (e²/2 − s e²/2), which loses less than 2s does.
        float e = exp(x);
        float s = e / (2f + e);
        float q = s * s;
        float p = (((L3 * q + L2) * q + L1) * q + L0) * q;
        float half = 0.5f * (e * e);
        return e - (half - s * (half + p));
    }

    static float silu(float z) {
        float limited = Math.max(z, EXP_LEAST);
        float d = 1f + exp(-Math.abs(z));
        return z >= 0 ? z / d : exp(limited, limited / d);
    }

    /** s (1 + z (1 − s)) with s the logistic function; below 0, s = e / (1 + e) and 1 − s = 1 / (1 + e). */
    static float siluPrime(float z) {
        float e = exp(-Math.abs(z));
        float d = 1f + e;
        float below = Math.max(z, EXP_LEAST);
        float above = Math.min(z, -EXP_LEAST);
        return z >= 0 ? (1f + above * e / d) / d : exp(below, (1f + below / d) / d);
    }

    static float gelu(float z) {
        float t = Math.min(Math.abs(z), FAR);
        float tail = tail(t);
        return z >= 0 ? z * (1f - bell(t, tail)) : bell(t, -t * tail);
    }

    static float geluPrime(float z) {
        float t = Math.min(Math.abs(z), FAR);
        float part = bell(t, tail(t) - DENSITY_AT_ZERO * t);
        return z >= 0 ? 1f - part : part;
    }

    /** Φ(−t) exp(t²/2) for t from 0 to {@link #FAR}, with Φ the normal distribution. */
    private static float tail(float t) {
        float u = 1f / (t + CENTRE);
        float q = (t - CENTRE) * u;
        // Two halves, which wait for each other less than one polynomial's steps do.
        float s = q * q;
        float even = ((((N10 * s + N8) * s + N6) * s + N4) * s + N2) * s + N0;
        float odd = (((N9 * s + N7) * s + N5) * s + N3) * s + N1;
        return (even + odd * q) * u;
    }

    /**
     * exp(−t²/2) times a factor, for t from 0 to {@link #FAR}. The square is split into two parts, the first exact, since an
     * error of the exponent multiplies the result; the second part joins what is left of the first beside a multiple of ln 2.
     */
    private static float bell(float t, float factor) {
        float high = Float.intBitsToFloat(Float.floatToRawIntBits(t) & LEADING_BITS);
        float low = (t - high) * (t + high);
        float shifted = t * t * MINUS_HALF_LOG2_E + ROUNDER;
        float whole = shifted - ROUNDER;
        float r = (-0.5f * (high * high) - whole * LN2_HIGH) - (whole * LN2_LOW + 0.5f * low);
        return power(r, shifted, factor);
    }
}
