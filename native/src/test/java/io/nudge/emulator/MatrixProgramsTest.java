package io.nudge.emulator;

import static io.nudge.emulator.Programs.blocks;
import static io.nudge.emulator.Programs.random;
import static io.nudge.emulator.Programs.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs over matrices, compiled by nvcc, against the same computation in Java. */
@EmulatedDevice
class MatrixProgramsTest {
    /** Rows of the first, columns of the second, and what the two have in common. */
    private static final int[][] SHAPES = {{1, 1, 1}, {32, 32, 32}, {17, 33, 50}, {40, 8, 72}};

    /** The product in float64, and by how much a sum in float32 may differ from it. */
    private static void assertProduct(
            float[] found, IntToDoubleFunction a, IntToDoubleFunction b, int m, int n, int k) {
        double[] exact = new double[m * n];
        double[] bounds = new double[m * n];
        for (int i = 0; i < m * n; i++) {
            for (int l = 0; l < k; l++) {
                double product = a.applyAsDouble(i / n * k + l) * b.applyAsDouble(l * n + i % n);
                exact[i] += product;
                bounds[i] += (k + 1) * Programs.UNIT * Math.abs(product);
            }
        }
        Programs.assertClose(found, exact, bounds);
    }

    static Stream<Arguments> tiles() {
        return Programs.seedsAndBlocks(8, 16, 32);
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void multiplies(long seed, int tile) {
        for (String kernel : new String[] {"productNaive", "productTiled" + tile}) {
            for (int[] shape : SHAPES) {
                try (Cuda cuda = Programs.device(seed)) {
                    int m = shape[0];
                    int n = shape[1];
                    int k = shape[2];
                    float[] a = random(m * k, seed);
                    float[] b = random(k * n, -seed);
                    CUdeviceptr c = cuda.allocate(4L * m * n);
                    Object[] arguments = {cuda.floats(a), cuda.floats(b), c, m, n, k};
                    run(cuda, "product", kernel, blocks(n, tile), blocks(m, tile), tile, tile, arguments);
                    assertProduct(cuda.floats(c, m * n), i -> a[i], i -> b[i], m, n, k);
                }
            }
        }
    }

    /** What a tensor core reads of a float: the upper 19 bits. */
    private static double tf32(float value) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) & ~0x1fff);
    }

    @ParameterizedTest
    @CsvSource({"1,4,4,1", "32,32,16,1", "33,36,20,2", "70,44,64,3", "16,8,100,4"})
    void multipliesOnTensorCores(int m, int n, int k, long seed) {
        try (Cuda cuda = Programs.device(seed)) {
            float[] a = random(m * k, seed);
            float[] b = random(k * n, -seed);
            CUdeviceptr c = cuda.allocate(4L * m * n);
            Object[] arguments = {cuda.floats(a), cuda.floats(b), c, m, n, k};
            run(cuda, "tensor_product", "productTf32", blocks(n, 32), blocks(m, 32), 128, 1, arguments);
            assertProduct(cuda.floats(c, m * n), i -> tf32(a[i]), i -> tf32(b[i]), m, n, k);
        }
    }

    /** Multiples of 1/1024 between -1 and 1, all of which float16 has. */
    private static int[] randomThousandths(int n, long seed) {
        return new Random(seed).ints(n, -1024, 1025).toArray();
    }

    private static byte[] halves(int[] thousandths) {
        byte[] result = new byte[2 * thousandths.length];
        for (int i = 0; i < thousandths.length; i++) {
            int magnitude = Math.abs(thousandths[i]);
            int exponent = 31 - Integer.numberOfLeadingZeros(magnitude);
            int bits = magnitude == 0 ? 0 : ((exponent + 5) << 10) | ((magnitude << (10 - exponent)) & 0x3ff);
            bits |= thousandths[i] < 0 ? 0x8000 : 0;
            result[2 * i] = (byte) bits;
            result[2 * i + 1] = (byte) (bits >> 8);
        }
        return result;
    }

    @ParameterizedTest
    @CsvSource({"1,8,8,1", "32,32,16,1", "33,40,24,2", "70,48,64,3", "16,8,104,4"})
    void multipliesHalvesOnTensorCores(int m, int n, int k, long seed) {
        try (Cuda cuda = Programs.device(seed)) {
            int[] a = randomThousandths(m * k, seed);
            int[] b = randomThousandths(k * n, -seed);
            CUdeviceptr c = cuda.allocate(4L * m * n);
            Object[] arguments = {cuda.bytes(halves(a)), cuda.bytes(halves(b)), c, m, n, k};
            run(cuda, "tensor_product", "productHalf", blocks(n, 32), blocks(m, 32), 128, 1, arguments);
            assertProduct(cuda.floats(c, m * n), i -> a[i] / 1024.0, i -> b[i] / 1024.0, m, n, k);
        }
    }

    static Stream<Arguments> heights() {
        return Programs.seedsAndBlocks(1, 4, 8, 32);
    }

    @ParameterizedTest
    @MethodSource("heights")
    void transposes(long seed, int height) {
        int[][] shapes = {{32, 32}, {33, 70}, {1, 5}, {100, 64}};
        for (int[] shape : shapes) {
            int rows = shape[0];
            int columns = shape[1];
            float[] in = random(rows * columns, seed);
            for (String kernel : new String[] {"transposeNaive", "transposePadded"}) {
                try (Cuda cuda = Programs.device(seed)) {
                    int tall = kernel.equals("transposeNaive") ? height : 32;
                    CUdeviceptr out = cuda.allocate(4L * rows * columns);
                    Object[] arguments = {cuda.floats(in), out, rows, columns};
                    run(cuda, "transpose", kernel, blocks(columns, 32), blocks(rows, tall), 32, height, arguments);
                    float[] found = cuda.floats(out, rows * columns);
                    for (int i = 0; i < rows * columns; i++) {
                        assertThat(found[i % columns * rows + i / columns]).isEqualTo(in[i]);
                    }
                }
            }
        }
    }

    static Stream<Arguments> warps() {
        return Programs.seedsAndBlocks(32, 96, 256, 1024);
    }

    @ParameterizedTest
    @MethodSource("warps")
    void softmax(long seed, int block) {
        int rows = 3;
        int columns = 333;
        float[] in = random(rows * columns, seed);
        for (int i = 0; i < in.length; i++) {
            in[i] *= 40;
        }
        try (Cuda cuda = Programs.device(seed)) {
            CUdeviceptr out = cuda.allocate(4L * in.length);
            run(cuda, "softmax", "softmax", rows, block, 0, cuda.floats(in), out, columns);
            double[] exact = new double[in.length];
            double[] bounds = new double[in.length];
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                for (int c = 0; c < columns; c++) {
                    sum += Math.exp(in[r * columns + c]);
                }
                for (int c = 0; c < columns; c++) {
                    int i = r * columns + c;
                    exact[i] = Math.exp(in[i]) / sum;
                    // The difference to the largest, at most 40, rounds, and so its exponential errs by that; expf by 2
                    // units in the
                    // last place; the sum of all terms; the division. Below 2^-126 float32 has no relative precision.
                    bounds[i] = (columns + 2 * 40 + 10) * Programs.UNIT * exact[i] + Float.MIN_NORMAL * Programs.UNIT;
                }
            }
            Programs.assertClose(cuda.floats(out, in.length), exact, bounds);
        }
    }
}
