package io.nudge.cpu;

import static io.nudge.cpu.VectorFloatMath.SPECIES;

import io.nudge.math.Activation;
import jdk.incubator.vector.FloatVector;

/**
 * The float32 passes that the JIT compiler does not turn into vector instructions by itself: those with an exponential or
 * a choice in them. What is left over at the end of a pass goes to the plain loops, which give the same bits.
 */
final class VectorFloatKernels extends FloatKernels {
    private static final int LANES = SPECIES.length();

    VectorFloatKernels(int workers) {
        super(workers);
    }

    @Override
    int lanes() {
        return LANES;
    }

    @Override
    void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n) {
        int end = SPECIES.loopBound(n);
        float[] from = z.floats;
        float[] to = a.floats;
        if (f instanceof Activation.Sigmoid) {
            sigmoid(from, zAt, to, aAt, end);
        } else if (f instanceof Activation.Relu) {
            relu(from, zAt, to, aAt, end);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            leaky((float) leaky.slope(), from, zAt, to, aAt, end);
        } else if (f instanceof Activation.Elu elu) {
            elu((float) elu.alpha(), from, zAt, to, aAt, end);
        } else if (f instanceof Activation.Tanh) {
            tanh(from, zAt, to, aAt, end);
        } else if (f instanceof Activation.Softplus) {
            softplus(from, zAt, to, aAt, end);
        } else if (f instanceof Activation.Silu) {
            silu(from, zAt, to, aAt, end);
        } else if (f instanceof Activation.Gelu) {
            gelu(from, zAt, to, aAt, end);
        } else {
            end = 0;
        }
        super.activate(f, z, zAt + end, a, aAt + end, n - end);
    }

    @Override
    void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory into, int intoAt, int n) {
        if (f instanceof Activation.Sigmoid) {
            int end = SPECIES.loopBound(n);
            sigmoidPrime(z.floats, zAt, into.floats, intoAt, end);
            super.activatePrime(f, z, zAt + end, into, intoAt + end, n - end);
        } else if (f instanceof Activation.Tanh) {
            int end = SPECIES.loopBound(n);
            tanhPrime(z.floats, zAt, into.floats, intoAt, end);
            super.activatePrime(f, z, zAt + end, into, intoAt + end, n - end);
        } else {
            chainByZ(f, z, zAt, null, 0, into, intoAt, n);
        }
    }

    @Override
    void chain(
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory up,
            int upAt,
            CpuMemory delta,
            int deltaAt,
            int n) {
        if (f instanceof Activation.Sigmoid || f instanceof Activation.Tanh) {
            super.chain(f, z, zAt, a, aAt, up, upAt, delta, deltaAt, n);
        } else {
            chainByZ(f, z, zAt, up, upAt, delta, deltaAt, n);
        }
    }

    /** δ = upstream ⊙ σ′(z), or σ′(z) itself where there is no upstream. */
    private void chainByZ(
            Activation f, CpuMemory z, int zAt, CpuMemory upstream, int upAt, CpuMemory delta, int deltaAt, int n) {
        int end = SPECIES.loopBound(n);
        float[] up = upstream == null ? null : upstream.floats;
        float[] from = z.floats;
        float[] to = delta.floats;
        if (f instanceof Activation.Relu) {
            step(0, from, zAt, up, upAt, to, deltaAt, end);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            step((float) leaky.slope(), from, zAt, up, upAt, to, deltaAt, end);
        } else if (f instanceof Activation.Identity) {
            step(1, from, zAt, up, upAt, to, deltaAt, end);
        } else if (f instanceof Activation.Elu elu) {
            eluPrime((float) elu.alpha(), from, zAt, up, upAt, to, deltaAt, end);
        } else if (f instanceof Activation.Softplus) {
            softplusPrime(from, zAt, up, upAt, to, deltaAt, end);
        } else if (f instanceof Activation.Silu) {
            siluPrime(from, zAt, up, upAt, to, deltaAt, end);
        } else if (f instanceof Activation.Gelu) {
            geluPrime(from, zAt, up, upAt, to, deltaAt, end);
        } else {
            end = 0;
        }
        if (upstream == null) {
            super.activatePrime(f, z, zAt + end, delta, deltaAt + end, n - end);
        } else {
            super.chain(f, z, zAt + end, z, zAt + end, upstream, upAt + end, delta, deltaAt + end, n - end);
        }
    }

    @Override
    void expLess(float max, float[] x, int xAt, float[] y, int yAt, int n) {
        int end = SPECIES.loopBound(n);
        for (int i = 0; i < end; i += LANES) {
            VectorFloatMath.expLess(max, load(x, xAt + i)).intoArray(y, yAt + i);
        }
        super.expLess(max, x, xAt + end, y, yAt + end, n - end);
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }

    private static FloatVector times(FloatVector x, float[] up, int upAt) {
        return up == null ? x : load(up, upAt).mul(x);
    }

    // One loop for each function, so that the compiler can put the function into the loop.

    private static void sigmoid(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.sigmoid(load(z, zAt + i)).intoArray(a, aAt + i);
        }
    }

    private static void sigmoidPrime(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.sigmoidPrime(load(z, zAt + i)).intoArray(a, aAt + i);
        }
    }

    private static void relu(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            load(z, zAt + i).max(0f).intoArray(a, aAt + i);
        }
    }

    private static void leaky(float slope, float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.leaky(load(z, zAt + i), slope).intoArray(a, aAt + i);
        }
    }

    private static void elu(float alpha, float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.elu(load(z, zAt + i), alpha).intoArray(a, aAt + i);
        }
    }

    private static void tanh(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.tanh(load(z, zAt + i)).intoArray(a, aAt + i);
        }
    }

    private static void tanhPrime(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.tanhPrime(load(z, zAt + i)).intoArray(a, aAt + i);
        }
    }

    private static void softplus(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.softplus(load(z, zAt + i)).intoArray(a, aAt + i);
        }
    }

    private static void silu(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.silu(load(z, zAt + i)).intoArray(a, aAt + i);
        }
    }

    private static void gelu(float[] z, int zAt, float[] a, int aAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorFloatMath.gelu(load(z, zAt + i)).intoArray(a, aAt + i);
        }
    }

    private static void step(float slope, float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            times(VectorFloatMath.step(load(z, zAt + i), slope), up, upAt + i).intoArray(to, toAt + i);
        }
    }

    private static void eluPrime(float alpha, float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            times(VectorFloatMath.eluPrime(load(z, zAt + i), alpha), up, upAt + i)
                    .intoArray(to, toAt + i);
        }
    }

    private static void softplusPrime(float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            times(VectorFloatMath.sigmoid(load(z, zAt + i)), up, upAt + i).intoArray(to, toAt + i);
        }
    }

    private static void siluPrime(float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            times(VectorFloatMath.siluPrime(load(z, zAt + i)), up, upAt + i).intoArray(to, toAt + i);
        }
    }

    private static void geluPrime(float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            times(VectorFloatMath.geluPrime(load(z, zAt + i)), up, upAt + i).intoArray(to, toAt + i);
        }
    }
}
