package io.nudge.cpu;

import static io.nudge.cpu.VectorFloatMath.SPECIES;

import io.nudge.cpu.VectorFloatMath.Block;
import io.nudge.cpu.VectorFloatMath.Step;
import io.nudge.math.Activation;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The activations in float32 with the Vector API, block by block. What is left over at the end of a stretch goes to the
 * plain loops, which give the same bits; everything goes there until vectors are fast. Used by one thread at a time.
 */
final class VectorFloatFunctions extends FloatFunctions {
    /** Elements that go through all steps before the next: so few that the next are on their way from memory meanwhile. */
    private static final int AT_ONCE = 256;

    /** Elements in a trial. */
    private static final int SOME = 256;

    private static final float[] ONES = ones();

    private static final FloatFunctions LOOPS = new FloatFunctions();

    // For each σ that was asked for.
    private static final Map<Class<?>, Trial> VALUES = new ConcurrentHashMap<>();
    private static final Map<Class<?>, Trial> PRIMES = new ConcurrentHashMap<>();
    private static final Trial POWERS = powersTrial();

    private final Block block = new Block();

    /** What a block of powers comes to; the last vector may have more than is wanted. */
    private final float[] room = Block.room();

    private static float[] ones() {
        float[] ones = new float[AT_ONCE];
        Arrays.fill(ones, 1f);
        return ones;
    }

    private static boolean valuesAreWorthIt(Activation f) {
        Trial trial = VALUES.get(f.getClass());
        if (trial == null) {
            float[] room = new float[SOME];
            VectorFloatFunctions own = new VectorFloatFunctions();
            trial = VALUES.computeIfAbsent(
                    f.getClass(),
                    any -> new Trial(
                            () -> own.activateVectors(f, room, 0, room, 0, SOME),
                            () -> LOOPS.activate(f, room, 0, room, 0, SOME)));
        }
        return trial.passed();
    }

    private static boolean primesAreWorthIt(Activation f) {
        Trial trial = PRIMES.get(f.getClass());
        if (trial == null) {
            float[] room = new float[SOME];
            VectorFloatFunctions own = new VectorFloatFunctions();
            trial = PRIMES.computeIfAbsent(
                    f.getClass(),
                    any -> new Trial(
                            () -> {
                                own.primeVectors(f, room, 0, room, 0, SOME);
                                own.chainVectors(f, room, 0, room, 0, room, 0, SOME);
                            },
                            () -> {
                                LOOPS.prime(f, room, 0, room, 0, SOME);
                                LOOPS.chain(f, room, 0, room, 0, room, 0, SOME);
                            }));
        }
        return trial.passed();
    }

    private static Trial powersTrial() {
        float[] room = new float[SOME];
        VectorFloatFunctions own = new VectorFloatFunctions();
        return new Trial(
                () -> own.powerVectors(room, 0, room, 0, SOME / 10, 10),
                () -> LOOPS.powers(room, 0, room, 0, SOME / 10, 10));
    }

    @Override
    int lanes() {
        return SPECIES.length();
    }

    @Override
    void activate(Activation f, float[] z, int zAt, float[] a, int aAt, int n) {
        if (valuesAreWorthIt(f)) {
            activateVectors(f, z, zAt, a, aAt, n);
        } else {
            super.activate(f, z, zAt, a, aAt, n);
        }
    }

    private void activateVectors(Activation f, float[] z, int zAt, float[] a, int aAt, int n) {
        int end = end(f, VectorFloatMath.value(f), n);
        if (VectorRectifiers.has(f)) {
            VectorRectifiers.activate(f, z, zAt, a, aAt, end);
        } else {
            run(f, VectorFloatMath.value(f), z, zAt, ONES, 0, a, aAt, end);
        }
        super.activate(f, z, zAt + end, a, aAt + end, n - end);
    }

    /** Up to where vectors go: whole ones, if there is a way. */
    private static int end(Activation f, Step[] steps, int n) {
        return VectorRectifiers.has(f) || steps.length > 0 ? SPECIES.loopBound(n) : 0;
    }

    @Override
    void prime(Activation f, float[] z, int zAt, float[] into, int intoAt, int n) {
        if (primesAreWorthIt(f)) {
            primeVectors(f, z, zAt, into, intoAt, n);
        } else {
            super.prime(f, z, zAt, into, intoAt, n);
        }
    }

    private void primeVectors(Activation f, float[] z, int zAt, float[] into, int intoAt, int n) {
        int end = end(f, VectorFloatMath.prime(f), n);
        if (VectorRectifiers.has(f)) {
            VectorRectifiers.prime(f, z, zAt, into, intoAt, end);
        } else {
            run(f, VectorFloatMath.prime(f), z, zAt, ONES, 0, into, intoAt, end);
        }
        super.prime(f, z, zAt + end, into, intoAt + end, n - end);
    }

    @Override
    void powers(float[] z, int zAt, float[] y, int yAt, int rows, int columns) {
        if (columns <= Kernels.BLOCK && POWERS.passed()) {
            powerVectors(z, zAt, y, yAt, rows, columns);
        } else {
            super.powers(z, zAt, y, yAt, rows, columns);
        }
    }

    private void powerVectors(float[] z, int zAt, float[] y, int yAt, int rows, int columns) {
        int atOnce = Kernels.BLOCK / Math.max(1, columns);
        for (int i = 0; i < rows; i += atOnce) {
            int some = Math.min(atOnce, rows - i);
            powersOfBlock(z, zAt + i * columns, some, columns);
            System.arraycopy(room, 0, y, yAt + i * columns, some * columns);
        }
    }

    /** Rows are often shorter than a vector; so the exponents of several are put one after the other. */
    private void powersOfBlock(float[] z, int zAt, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            int from = zAt + i * columns;
            float max = max(z, from, columns);
            for (int j = 0; j < columns; j++) {
                float difference = z[from + j] - max;
                block.exponent[i * columns + j] = difference;
                block.factor[i * columns + j] = 1f + FloatMath.lost(z[from + j], max, difference);
            }
        }
        int lanes = SPECIES.length();
        VectorFloatMath.powers(block, room, (rows * columns + lanes - 1) / lanes * lanes);
    }

    /** Multiplied by ones, of which each block has the same, or by what comes from above. */
    private void run(Activation f, Step[] steps, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
        float parameter = VectorFloatMath.parameter(f);
        for (int i = 0; i < n; i += AT_ONCE) {
            int some = Math.min(AT_ONCE, n - i);
            int upstream = up == ONES ? 0 : upAt + i;
            for (Step step : steps) {
                step.run(block, parameter, z, zAt + i, up, upstream, y, yAt + i, some);
            }
        }
    }

    @Override
    void chain(Activation f, float[] z, int zAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        if (primesAreWorthIt(f)) {
            chainVectors(f, z, zAt, up, upAt, delta, deltaAt, n);
        } else {
            super.chain(f, z, zAt, up, upAt, delta, deltaAt, n);
        }
    }

    private void chainVectors(
            Activation f, float[] z, int zAt, float[] up, int upAt, float[] delta, int deltaAt, int n) {
        int end = end(f, VectorFloatMath.prime(f), n);
        if (VectorRectifiers.has(f)) {
            VectorRectifiers.chain(f, z, zAt, up, upAt, delta, deltaAt, end);
        } else {
            run(f, VectorFloatMath.prime(f), z, zAt, up, upAt, delta, deltaAt, end);
        }
        super.chain(f, z, zAt + end, up, upAt + end, delta, deltaAt + end, n - end);
    }
}
