package io.nudge.cpu;

import static io.nudge.cpu.VectorFloatMath.SPECIES;

import io.nudge.math.Activation;
import jdk.incubator.vector.FloatVector;

/**
 * The activations in float32 with the Vector API. What is left over at the end of a stretch goes to the plain loops, which
 * give the same bits.
 */
final class VectorFloatFunctions extends FloatFunctions {
    private static final int LANES = SPECIES.length();

    @Override
    int lanes() {
        return LANES;
    }

    @Override
    void activate(Activation f, float[] z, int zAt, float[] a, int aAt, int n) {
        int end = SPECIES.loopBound(n);
        if (f instanceof Activation.Sigmoid) {
            sigmoid(z, zAt, a, aAt, end);
        } else if (f instanceof Activation.Relu) {
            relu(z, zAt, a, aAt, end);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            leaky((float) leaky.slope(), z, zAt, a, aAt, end);
        } else if (f instanceof Activation.Elu elu) {
            elu((float) elu.alpha(), z, zAt, a, aAt, end);
        } else if (f instanceof Activation.Tanh) {
            tanh(z, zAt, a, aAt, end);
        } else if (f instanceof Activation.Softplus) {
            softplus(z, zAt, a, aAt, end);
        } else if (f instanceof Activation.Silu) {
            silu(z, zAt, a, aAt, end);
        } else if (f instanceof Activation.Gelu) {
            gelu(z, zAt, a, aAt, end);
        } else {
            end = 0;
        }
        super.activate(f, z, zAt + end, a, aAt + end, n - end);
    }

    @Override
    void prime(Activation f, float[] z, int zAt, float[] into, int intoAt, int n) {
        int end = derive(f, z, zAt, null, 0, into, intoAt, n);
        super.prime(f, z, zAt + end, into, intoAt + end, n - end);
    }

    @Override
    void chain(Activation f, float[] z, int zAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        int end = derive(f, z, zAt, up, upAt, delta, deltaAt, n);
        super.chain(f, z, zAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    /** σ′(z), times upstream where there is one; returns how many elements are done. */
    private static int derive(Activation f, float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        int end = SPECIES.loopBound(n);
        if (f instanceof Activation.Relu) {
            step(0, z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.LeakyRelu leaky) {
            step((float) leaky.slope(), z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.Identity) {
            step(1, z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.Sigmoid) {
            sigmoidPrime(z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.Tanh) {
            tanhPrime(z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.Elu elu) {
            eluPrime((float) elu.alpha(), z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.Softplus) {
            softplusPrime(z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.Silu) {
            siluPrime(z, zAt, up, upAt, to, toAt, end);
        } else if (f instanceof Activation.Gelu) {
            geluPrime(z, zAt, up, upAt, to, toAt, end);
        } else {
            return 0;
        }
        return end;
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

    private static void sigmoidPrime(float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            times(VectorFloatMath.sigmoidPrime(load(z, zAt + i)), up, upAt + i).intoArray(to, toAt + i);
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

    private static void tanhPrime(float[] z, int zAt, float[] up, int upAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LANES) {
            times(VectorFloatMath.tanhPrime(load(z, zAt + i)), up, upAt + i).intoArray(to, toAt + i);
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
