package io.nudge.emulator;

import static io.nudge.emulator.Programs.blocks;
import static io.nudge.emulator.Programs.random;
import static io.nudge.emulator.Programs.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs over vectors, compiled by nvcc, against the same computation in Java. */
@EmulatedDevice
class VectorProgramsTest {
    /** A prime: no block size divides it. */
    private static final int N = 2003;

    private static final int GRID = 3;

    static Stream<Arguments> anyBlock() {
        return Programs.seedsAndBlocks(1, 33, 96, 256, 1024);
    }

    static Stream<Arguments> warps() {
        return Programs.seedsAndBlocks(32, 96, 256, 1024);
    }

    static Stream<Arguments> powersOfTwo() {
        return Programs.seedsAndBlocks(1, 8, 64, 256, 1024);
    }

    @ParameterizedTest
    @MethodSource("anyBlock")
    void addsVectors(long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            float[] a = random(N, seed);
            float[] b = random(N, -seed);
            CUdeviceptr c = cuda.allocate(4L * N);
            run(cuda, "vectors", "vectorAdd", blocks(N, block), block, 0, cuda.floats(a), cuda.floats(b), c, N);
            float[] found = cuda.floats(c, N);
            IntStream.range(0, N).forEach(i -> assertThat(found[i]).isEqualTo(a[i] + b[i]));
        }
    }

    @ParameterizedTest
    @MethodSource("anyBlock")
    void scalesAndAdds(long seed, int block) {
        for (String kernel : new String[] {"saxpy", "saxpyByFours"}) {
            try (Cuda cuda = Programs.device(seed)) {
                float[] x = random(N, seed);
                float[] y = random(N, -seed);
                CUdeviceptr device = cuda.floats(y);
                run(cuda, "vectors", kernel, GRID, block, 0, 2.5f, cuda.floats(x), device, N);
                float[] found = cuda.floats(device, N);
                IntStream.range(0, N).forEach(i -> assertThat(found[i]).isEqualTo(Math.fma(2.5f, x[i], y[i])));
            }
        }
    }

    @Test
    void scalesAndAddsAMillion() {
        try (Cuda cuda = new Cuda()) {
            int n = 1 << 20;
            float[] x = random(n, 1);
            float[] y = random(n, 2);
            CUdeviceptr device = cuda.floats(y);
            run(cuda, "vectors", "saxpy", 512, 256, 0, 2.5f, cuda.floats(x), device, n);
            float[] found = cuda.floats(device, n);
            for (int i = 0; i < n; i += 97) {
                assertThat(found[i]).isEqualTo(Math.fma(2.5f, x[i], y[i]));
            }
            assertThat(Emulator.counter("launches.saxpy")).isEqualTo(1);
            assertThat(Emulator.counter("copies.bytes.HtoD")).isEqualTo(8L * n);
            assertThat(Emulator.counter("instructions.lane")).isGreaterThan(5L * n);
        }
    }

    private static void sums(String kernel, long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            float[] in = random(N, seed);
            double sum = 0;
            double magnitude = 0;
            for (float v : in) {
                sum += v;
                magnitude += Math.abs(v);
            }
            CUdeviceptr out = cuda.floats(0f);
            run(cuda, "reduce", kernel, GRID, block, 4 * block, cuda.floats(in), out, N);
            double[] bound = {N * Programs.UNIT * magnitude};
            Programs.assertClose(cuda.floats(out, 1), new double[] {sum}, bound);
        }
    }

    @ParameterizedTest
    @MethodSource("powersOfTwo")
    void sumsInSharedMemory(long seed, int block) {
        sums("sumInShared", seed, block);
    }

    @ParameterizedTest
    @MethodSource("warps")
    void sumsByShuffles(long seed, int block) {
        sums("sumByShuffles", seed, block);
    }

    @ParameterizedTest
    @MethodSource("warps")
    void findsTheLargest(long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            float[] in = random(N, seed);
            for (int i = 0; i < N; i++) {
                in[i] = Math.round(in[i] * 100); // some are equal
            }
            int parts = Math.min(GRID, blocks(N, block));
            CUdeviceptr values = cuda.allocate(4L * parts);
            CUdeviceptr places = cuda.allocate(4L * parts);
            run(cuda, "reduce", "largest", parts, block, 0, cuda.floats(in), values, places, N);
            for (int b = 0; b < parts; b++) {
                int part = b;
                int best = IntStream.range(0, N)
                        .filter(i -> i / block % parts == part)
                        .reduce((i, j) -> in[j] > in[i] ? j : i)
                        .orElseThrow();
                assertThat(cuda.ints(places, parts)[b]).isEqualTo(best);
                assertThat(cuda.floats(values, parts)[b]).isEqualTo(in[best]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("anyBlock")
    void countsBytes(long seed, int block) {
        byte[] in = new byte[N];
        new Random(seed).nextBytes(in);
        int[] expected = new int[256];
        for (byte b : in) {
            expected[b & 255]++;
        }
        for (String kernel : new String[] {"histogramGlobal", "histogramShared"}) {
            try (Cuda cuda = Programs.device(seed)) {
                CUdeviceptr bins = cuda.ints(new int[256]);
                run(cuda, "histogram", kernel, GRID, block, 0, cuda.bytes(in), bins, N);
                assertThat(cuda.ints(bins, 256)).as(kernel).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("warps")
    void sumsPrefixesOfAnyLength(long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            int[] in = new Random(seed).ints(N, -50, 50).toArray();
            int parts = blocks(N, block);
            CUdeviceptr out = cuda.allocate(4L * N);
            CUdeviceptr sums = cuda.allocate(4L * parts);
            CUdeviceptr all = cuda.allocate(4);
            run(cuda, "scan", "scanBlocks", parts, block, 0, cuda.ints(in), out, sums, N);
            run(cuda, "scan", "scanBlocks", 1, 1024, 0, sums, sums, all, parts);
            run(cuda, "scan", "addSums", parts, block, 0, out, sums, N);
            Arrays.parallelPrefix(in, Integer::sum);
            assertThat(cuda.ints(out, N)).isEqualTo(in);
            assertThat(cuda.ints(all, 1)).containsExactly(in[N - 1]);
        }
    }

    @ParameterizedTest
    @MethodSource("powersOfTwo")
    void sumsPrefixesInOneBlock(long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            int n = Math.max(1, block - 3);
            int[] in = new Random(seed).ints(n, -50, 50).toArray();
            CUdeviceptr out = cuda.allocate(4L * n);
            run(cuda, "scan", "scanInShared", 1, block, 4 * block, cuda.ints(in), out, n);
            Arrays.parallelPrefix(in, Integer::sum);
            assertThat(cuda.ints(out, n)).isEqualTo(in);
        }
    }

    @ParameterizedTest
    @MethodSource("powersOfTwo")
    void sortsInOneBlock(long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            float[] values = random(block, seed);
            CUdeviceptr device = cuda.floats(values);
            run(cuda, "bitonic", "sortInShared", 1, block, 4 * block, device, block);
            Arrays.sort(values);
            assertThat(cuda.floats(device, block)).isEqualTo(values);
        }
    }

    @ParameterizedTest
    @MethodSource("powersOfTwo")
    void sortsInManyLaunches(long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            int n = 2048;
            float[] values = random(n, seed);
            CUdeviceptr device = cuda.floats(values);
            for (int k = 2; k <= n; k *= 2) {
                for (int j = k / 2; j > 0; j /= 2) {
                    Cuda.launch(cuda.function("programs/bitonic", "sortStep"), n / block, block, 0, null, device, j, k);
                }
            }
            Arrays.sort(values);
            assertThat(cuda.floats(device, n)).isEqualTo(values);
        }
    }
}
