package io.nudge.cpu;

import static io.nudge.cpu.VectorFloatMath.SPECIES;

import io.nudge.cpu.VectorFloatMath.Block;
import io.nudge.cpu.VectorFloatMath.Step;
import io.nudge.math.Activation;
import jdk.incubator.vector.FloatVector;

/**
 * The activations in float32 with the Vector API, block by block. What is left over at the end of a stretch goes to the
 * plain loops, which give the same bits. Used by one thread at a time.
 */
final class VectorFloatFunctions extends FloatFunctions {
    private static final int BLOCK = Kernels.BLOCK;

    private final Block block = new Block();

    @Override
    int lanes() {
        return SPECIES.length();
    }

    @Override
    void activate(Activation f, float[] z, int zAt, float[] a, int aAt, int n) {
        Step[] steps = VectorFloatMath.value(f);
        int end = steps.length == 0 ? 0 : SPECIES.loopBound(n);
        block.parameter = VectorFloatMath.parameter(f);
        run(steps, z, zAt, a, aAt, end);
        super.activate(f, z, zAt + end, a, aAt + end, n - end);
    }

    @Override
    void prime(Activation f, float[] z, int zAt, float[] into, int intoAt, int n) {
        Step[] steps = VectorFloatMath.prime(f);
        int end = steps.length == 0 ? 0 : SPECIES.loopBound(n);
        block.parameter = VectorFloatMath.parameter(f);
        run(steps, z, zAt, into, intoAt, end);
        super.prime(f, z, zAt + end, into, intoAt + end, n - end);
    }

    @Override
    void expLess(float max, float[] x, int xAt, float[] y, int yAt, int n) {
        int end = SPECIES.loopBound(n);
        block.parameter = max;
        run(VectorFloatMath.expLess(), x, xAt, y, yAt, end);
        super.expLess(max, x, xAt + end, y, yAt + end, n - end);
    }

    private void run(Step[] steps, float[] z, int zAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += BLOCK) {
            int width = Math.min(BLOCK, n - i);
            runBlock(steps, z, zAt + i, width);
            System.arraycopy(block.y, 0, y, yAt + i, width);
        }
    }

    private void runBlock(Step[] steps, float[] z, int at, int width) {
        block.z = z;
        block.at = at;
        block.run(steps, width);
        block.z = null;
    }

    @Override
    void chain(Activation f, float[] z, int zAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        Step[] steps = VectorFloatMath.prime(f);
        int end = steps.length == 0 ? 0 : SPECIES.loopBound(n);
        block.parameter = VectorFloatMath.parameter(f);
        for (int i = 0; i < end; i += BLOCK) {
            int width = Math.min(BLOCK, end - i);
            runBlock(steps, z, zAt + i, width);
            multiply(block.y, up, upAt + i, delta, deltaAt + i, width);
        }
        super.chain(f, z, zAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }

    private static void multiply(float[] prime, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        for (int i = 0; i < n; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, up, upAt + i)
                    .mul(FloatVector.fromArray(SPECIES, prime, i))
                    .intoArray(delta, deltaAt + i);
        }
    }
}
