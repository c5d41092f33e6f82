package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuModuleGetGlobal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real kernels, compiled by nvcc (src/test/cuda/kernels.cu), against the same computation in Java. */
@EmulatedDevice
class KernelsTest {
    private static final String MODULE = "kernels";

    private static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] result = new float[n];
        for (int i = 0; i < n; i++) {
            result[i] = random.nextFloat() - 0.5f;
        }
        return result;
    }

    private static int blocks(int n, int size) {
        return (n + size - 1) / size;
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernels", "faults", "sharing", "system"})
    void nvidiaTakesThem(String module) {
        NvidiaAssembler.takes(Cuda.ptx(module));
    }

    @ParameterizedTest
    @CsvSource({"1,32", "1000,32", "1000,100", "1024,1024", "4097,256"})
    void addsVectors(int n, int block) {
        try (Cuda cuda = new Cuda()) {
            float[] a = random(n, 1);
            float[] b = random(n, 2);
            CUdeviceptr c = cuda.allocate(4L * n);
            cuda.run(MODULE, "vectorAdd", blocks(n, block), block, 0, cuda.floats(a), cuda.floats(b), c, n);
            float[] result = cuda.floats(c, n);
            for (int i = 0; i < n; i++) {
                assertThat(result[i]).isEqualTo(a[i] + b[i]);
            }
        }
    }

    @Test
    void saxpyOfAMillion() {
        try (Cuda cuda = new Cuda()) {
            int n = 1 << 20;
            float[] x = random(n, 1);
            float[] y = random(n, 2);
            CUdeviceptr device = cuda.floats(y);
            cuda.run(MODULE, "saxpy", 512, 256, 0, 2.5f, cuda.floats(x), device, n);
            float[] result = cuda.floats(device, n);
            for (int i = 0; i < n; i += 997) {
                assertThat(result[i]).isEqualTo(Math.fma(2.5f, x[i], y[i]));
            }
            assertThat(Emulator.counter("launches.saxpy")).isEqualTo(1);
            assertThat(Emulator.counter("copies.bytes.HtoD")).isEqualTo(8L * n);
            assertThat(Emulator.counter("instructions.lane")).isGreaterThan(5L * n);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void reduces(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (Cuda cuda = new Cuda()) {
            float[] in = random(10_000, seed);
            double sum = 0;
            for (float v : in) {
                sum += v;
            }
            CUdeviceptr device = cuda.floats(in);
            for (int block : new int[] {32, 64, 256, 1024}) {
                for (String kernel : new String[] {"reduceShared", "reduceShuffle"}) {
                    CUdeviceptr out = cuda.floats(0f);
                    cuda.run(MODULE, kernel, 7, block, 4 * block, device, out, in.length);
                    assertThat((double) cuda.floats(out, 1)[0]).isCloseTo(sum, within(1e-3));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "16,16,16", "17,33,50", "64,48,80"})
    void multipliesMatrices(int m, int n, int k) {
        try (Cuda cuda = new Cuda()) {
            float[] a = random(m * k, 1);
            float[] b = random(k * n, 2);
            CUdeviceptr c = cuda.allocate(4L * m * n);
            cuLaunchKernel(
                    cuda.function(MODULE, "matrixProduct"),
                    blocks(n, 16),
                    blocks(m, 16),
                    1,
                    16,
                    16,
                    1,
                    0,
                    null,
                    Cuda.parameters(cuda.floats(a), cuda.floats(b), c, m, n, k),
                    null);
            float[] result = cuda.floats(c, m * n);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int l = 0; l < k; l++) {
                        sum += (double) a[i * k + l] * b[l * n + j];
                    }
                    assertThat((double) result[i * n + j]).isCloseTo(sum, within(1e-4));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"32,32,8", "33,70,8", "1,5,32", "100,64,4"})
    void transposes(int rows, int columns, int height) {
        try (Cuda cuda = new Cuda()) {
            float[] in = random(rows * columns, 1);
            CUdeviceptr out = cuda.allocate(4L * rows * columns);
            cuLaunchKernel(
                    cuda.function(MODULE, "transpose"),
                    blocks(columns, 32),
                    blocks(rows, 32),
                    1,
                    32,
                    height,
                    1,
                    0,
                    null,
                    Cuda.parameters(cuda.floats(in), out, rows, columns),
                    null);
            float[] result = cuda.floats(out, rows * columns);
            for (int i = 0; i < rows * columns; i++) {
                assertThat(result[i % columns * rows + i / columns]).isEqualTo(in[i]);
            }
        }
    }

    @Test
    void countsWithAtomics() {
        try (Cuda cuda = new Cuda()) {
            byte[] in = new byte[5000];
            new Random(1).nextBytes(in);
            int[] expected = new int[256];
            for (byte b : in) {
                expected[b & 255]++;
            }
            CUdeviceptr bins = cuda.ints(new int[256]);
            cuda.run(MODULE, "histogram", 4, 128, 0, cuda.bytes(in), bins, in.length);
            assertThat(cuda.ints(bins, 256)).isEqualTo(expected);
        }
    }

    @Test
    void diverges() {
        try (Cuda cuda = new Cuda()) {
            int width = 50;
            int height = 40;
            CUdeviceptr out = cuda.allocate(4L * width * height);
            cuLaunchKernel(
                    cuda.function(MODULE, "mandelbrot"),
                    4,
                    5,
                    1,
                    16,
                    8,
                    1,
                    0,
                    null,
                    Cuda.parameters(out, width, height, 100),
                    null);
            int[] result = cuda.ints(out, width * height);
            assertThat(Arrays.stream(result).distinct().count()).isGreaterThan(10);
            assertThat(result[height / 2 * width + width * 2 / 3]).isEqualTo(100);
            assertThat(result[0]).isLessThan(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 96, 256})
    void softmax(int block) {
        try (Cuda cuda = new Cuda()) {
            int rows = 5;
            int columns = 77;
            float[] in = random(rows * columns, 1);
            CUdeviceptr out = cuda.allocate(4L * in.length);
            cuda.run(MODULE, "softmax", rows, block, 0, cuda.floats(in), out, columns);
            float[] result = cuda.floats(out, in.length);
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                for (int c = 0; c < columns; c++) {
                    sum += Math.exp(in[r * columns + c]);
                }
                for (int c = 0; c < columns; c++) {
                    assertThat((double) result[r * columns + c])
                            .isCloseTo(Math.exp(in[r * columns + c]) / sum, within(1e-6));
                }
            }
        }
    }

    @Test
    void blackScholesInDouble() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr out = cuda.allocate(16);
            cuda.run(
                    MODULE,
                    "blackScholes",
                    1,
                    32,
                    0,
                    cuda.doubles(100, 50),
                    cuda.doubles(100, 60),
                    cuda.doubles(1, 0.5),
                    out,
                    2);
            double[] result = cuda.doubles(out, 2);
            // The first from the formula by hand, to the digits that tables of the normal distribution give.
            assertThat(result[0]).isCloseTo(12.8216, within(1e-3));
            assertThat(result[1]).isBetween(1.0, 2.0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 32, 64, 512})
    void sorts(int n) {
        try (Cuda cuda = new Cuda()) {
            float[] values = random(n, n);
            CUdeviceptr device = cuda.floats(values);
            cuda.run(MODULE, "bitonicSort", 1, n, 4 * n, device, n);
            Arrays.sort(values);
            assertThat(cuda.floats(device, n)).isEqualTo(values);
        }
    }

    @Test
    void sumsPrefixes() {
        try (Cuda cuda = new Cuda()) {
            int n = 200;
            int[] in = new Random(1).ints(n, -50, 50).toArray();
            CUdeviceptr out = cuda.allocate(4L * n);
            cuda.run(MODULE, "prefixSum", 1, 256, 1024, cuda.ints(in), out, n);
            Arrays.parallelPrefix(in, Integer::sum);
            assertThat(cuda.ints(out, n)).isEqualTo(in);
        }
    }

    @Test
    void callsAFunctionWithConstantsAndGlobals() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr coefficients = new CUdeviceptr();
            long[] size = new long[1];
            cuModuleGetGlobal(coefficients, size, cuda.module(MODULE), "coefficients");
            assertThat(size[0]).isEqualTo(16);
            cuMemcpyHtoD(coefficients, Pointer.to(new float[] {1, 2, 3, 4}), 16);
            CUdeviceptr out = cuda.allocate(32);
            cuda.run(MODULE, "evaluate", 1, 32, 0, cuda.floats(1, 2, 3, 4, 0, -1, -2, 5), out, 2);
            assertThat(cuda.floats(out, 8)).containsExactly(10, 49, 142, 4, 1, -2, -1, 5);
            CUdeviceptr calls = new CUdeviceptr();
            cuModuleGetGlobal(calls, size, cuda.module(MODULE), "calls");
            cuCtxSynchronize();
            assertThat(cuda.ints(calls, 1)).containsExactly(5);
        }
    }
}
