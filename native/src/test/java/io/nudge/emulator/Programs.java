package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What the tests of the programs in {@code src/test/cuda/programs} share. */
final class Programs {
    /** Half the distance from 1 to the next float. */
    static final double UNIT = 0x1p-24;

    private Programs() {}

    /** Every seed from 1 to 3 with every block size. */
    static Stream<Arguments> seedsAndBlocks(int... blocks) {
        return LongStream.rangeClosed(1, 3)
                .boxed()
                .flatMap(seed -> Arrays.stream(blocks).mapToObj(block -> Arguments.of(seed, block)));
    }

    /** A device whose choices, and whose numbers, come from a seed. */
    static Cuda device(long seed) {
        Emulator.set("seed", Long.toString(seed));
        return new Cuda();
    }

    static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] result = new float[n];
        for (int i = 0; i < n; i++) {
            result[i] = random.nextFloat() - 0.5f;
        }
        return result;
    }

    static int blocks(int n, int size) {
        return (n + size - 1) / size;
    }

    /** Runs a kernel of a program over a plane, to its end. */
    static void run(
            Cuda cuda, String program, String kernel, int gridX, int gridY, int blockX, int blockY, Object... values) {
        cuLaunchKernel(
                cuda.function("programs/" + program, kernel),
                gridX,
                gridY,
                1,
                blockX,
                blockY,
                1,
                0,
                null,
                Cuda.parameters(values),
                null);
        cuCtxSynchronize();
    }

    /** Runs a kernel of a program over a line, to its end. */
    static void run(Cuda cuda, String program, String kernel, int grid, int block, int shared, Object... values) {
        cuda.run("programs/" + program, kernel, grid, block, shared, values);
    }

    /** No element may err by more than its bound. */
    static void assertClose(float[] found, double[] exact, double[] bounds) {
        double[] wide = new double[found.length];
        for (int i = 0; i < found.length; i++) {
            wide[i] = found[i];
        }
        assertClose(wide, exact, bounds);
    }

    /** No element may err by more than its bound. */
    static void assertClose(double[] found, double[] exact, double[] bounds) {
        assertThat(found).hasSameSizeAs(exact);
        for (int i = 0; i < found.length; i++) {
            assertThat(Math.abs(found[i] - exact[i]))
                    .as("element %d is %s, has to be %s within %s", i, found[i], exact[i], bounds[i])
                    .isLessThanOrEqualTo(bounds[i]);
        }
    }
}
