package io.nudge.cpu;

import static io.nudge.cpu.VectorFloatMath.SPECIES;

import io.nudge.math.Activation;
import java.util.Arrays;

/**
 * The activations in float32 with the Vector API, block by block in the steps of {@link VectorFloatMath}. What is left over
 * at the end of a stretch goes to the plain loops, which give the same bits. Used by one thread at a time.
 */
final class VectorFloatFunctions extends FloatFunctions {
    private static final int BLOCK = Kernels.BLOCK;

    /** What the steps leave for the next, and in the end the result. */
    private final float[] power = new float[BLOCK];

    private final float[] exponent = new float[BLOCK];
    private final float[] factor = new float[BLOCK];
    private final float[] result = new float[BLOCK];
    private final float[] ones = new float[BLOCK];

    VectorFloatFunctions() {
        Arrays.fill(ones, 1);
    }

    @Override
    int lanes() {
        return SPECIES.length();
    }

    @Override
    void activate(Activation f, float[] z, int zAt, float[] a, int aAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += BLOCK) {
            int width = Math.min(BLOCK, end - i);
            value(f, z, zAt + i, width);
            System.arraycopy(result, 0, a, aAt + i, width);
        }
        super.activate(f, z, zAt + end, a, aAt + end, n - end);
    }

    @Override
    void prime(Activation f, float[] z, int zAt, float[] into, int intoAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += BLOCK) {
            int width = Math.min(BLOCK, end - i);
            prime(f, z, zAt + i, width);
            System.arraycopy(result, 0, into, intoAt + i, width);
        }
        super.prime(f, z, zAt + end, into, intoAt + end, n - end);
    }

    @Override
    void chain(Activation f, float[] z, int zAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += BLOCK) {
            int width = Math.min(BLOCK, end - i);
            prime(f, z, zAt + i, width);
            VectorFloatMath.times(result, up, upAt + i, delta, deltaAt + i, width);
        }
        super.chain(f, z, zAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    @Override
    void expLess(float max, float[] x, int xAt, float[] y, int yAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += BLOCK) {
            int width = Math.min(BLOCK, end - i);
            VectorFloatMath.lessMax(max, x, xAt + i, exponent, factor, width);
            VectorFloatMath.exp(exponent, factor, result, width);
            System.arraycopy(result, 0, y, yAt + i, width);
        }
        super.expLess(max, x, xAt + end, y, yAt + end, n - end);
    }

    /** Leaves σ(z) in {@link #result}. */
    private void value(Activation f, float[] z, int at, int n) {
        if (f instanceof Activation.Sigmoid) {
            sigmoid(z, at, n);
        } else if (f instanceof Activation.Relu) {
            VectorFloatMath.relu(z, at, result, n);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            VectorFloatMath.leaky((float) leaky.slope(), z, at, result, n);
        } else if (f instanceof Activation.Elu elu) {
            VectorFloatMath.elu((float) elu.alpha(), z, at, result, n);
        } else if (f instanceof Activation.Tanh) {
            powerOfSize(2, z, at, n);
            VectorFloatMath.tanh(z, at, power, result, n);
        } else if (f instanceof Activation.Softplus) {
            powerOfSize(1, z, at, n);
            VectorFloatMath.softplus(z, at, power, result, n);
        } else if (f instanceof Activation.Silu) {
            silu(z, at, n);
        } else if (f instanceof Activation.Gelu) {
            gelu(z, at, n);
        } else if (f instanceof Activation.Identity) {
            System.arraycopy(z, at, result, 0, n);
        } else {
            super.activate(f, z, at, result, 0, n);
        }
    }

    /** Leaves σ′(z) in {@link #result}. */
    private void prime(Activation f, float[] z, int at, int n) {
        if (f instanceof Activation.Sigmoid) {
            powerOfSize(1, z, at, n);
            VectorFloatMath.bump(1, power, result, n);
        } else if (f instanceof Activation.Relu) {
            VectorFloatMath.step(0, z, at, result, n);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            VectorFloatMath.step((float) leaky.slope(), z, at, result, n);
        } else if (f instanceof Activation.Elu elu) {
            System.arraycopy(z, at, exponent, 0, n);
            VectorFloatMath.exp(exponent, ones, power, n);
            VectorFloatMath.eluPrime((float) elu.alpha(), z, at, power, result, n);
        } else if (f instanceof Activation.Tanh) {
            powerOfSize(2, z, at, n);
            VectorFloatMath.bump(4, power, result, n);
        } else if (f instanceof Activation.Softplus) {
            sigmoid(z, at, n);
        } else if (f instanceof Activation.Silu) {
            siluPrime(z, at, n);
        } else if (f instanceof Activation.Gelu) {
            geluPrime(z, at, n);
        } else if (f instanceof Activation.Identity) {
            VectorFloatMath.step(1, z, at, result, n);
        } else {
            super.prime(f, z, at, result, 0, n);
        }
    }

    /** e^(−factor |z|). */
    private void powerOfSize(float times, float[] z, int at, int n) {
        VectorFloatMath.minusSize(times, z, at, exponent, n);
        VectorFloatMath.exp(exponent, ones, power, n);
    }

    private void sigmoid(float[] z, int at, int n) {
        powerOfSize(1, z, at, n);
        VectorFloatMath.sigmoid(z, at, power, result, n);
    }

    private void silu(float[] z, int at, int n) {
        powerOfSize(1, z, at, n);
        VectorFloatMath.siluFactor(z, at, power, exponent, factor, n);
        VectorFloatMath.exp(exponent, factor, factor, n);
        VectorFloatMath.silu(z, at, power, factor, result, n);
    }

    private void siluPrime(float[] z, int at, int n) {
        powerOfSize(1, z, at, n);
        VectorFloatMath.siluPrimeFactor(z, at, power, exponent, factor, n);
        VectorFloatMath.exp(exponent, factor, factor, n);
        VectorFloatMath.siluPrime(z, at, power, factor, result, n);
    }

    private void gelu(float[] z, int at, int n) {
        VectorFloatMath.tail(z, at, exponent, factor, n);
        VectorFloatMath.geluFactor(z, at, exponent, factor, n);
        VectorFloatMath.bell(exponent, factor, n);
        VectorFloatMath.exp(exponent, factor, power, n);
        VectorFloatMath.gelu(z, at, power, result, n);
    }

    private void geluPrime(float[] z, int at, int n) {
        VectorFloatMath.tail(z, at, exponent, factor, n);
        VectorFloatMath.geluPrimeFactor(exponent, factor, n);
        VectorFloatMath.bell(exponent, factor, n);
        VectorFloatMath.exp(exponent, factor, power, n);
        VectorFloatMath.geluPrime(z, at, power, result, n);
    }
}
