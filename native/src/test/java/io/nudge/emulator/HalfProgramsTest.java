package io.nudge.emulator;

import static io.nudge.emulator.Programs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs with pairs of float16 and bfloat16, compiled by nvcc, against the same computation in Java: bit by bit. */
@EmulatedDevice
class HalfProgramsTest {
    private static final int N = 2006;
    private static final int PAIRS = N / 2;

    static Stream<Arguments> typesSeedsAndBlocks() {
        return Stream.of(Numbers.F16, Numbers.BF16)
                .flatMap(
                        type -> Programs.seedsAndBlocks(32, 96, 256).map(a -> arguments(type, a.get()[0], a.get()[1])));
    }

    private static String kernel(String name, Numbers type) {
        return name + (type == Numbers.F16 ? "Half" : "BFloat");
    }

    private static double[] read(Numbers type, CUdeviceptr from) {
        byte[] bytes = new byte[type.bytes * N];
        JCudaDriver.cuMemcpyDtoH(jcuda.Pointer.to(bytes), from, bytes.length);
        return type.decode(bytes);
    }

    @ParameterizedTest
    @MethodSource("typesSeedsAndBlocks")
    void scalesAndAdds(Numbers type, long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            double[] x = type.random(N, seed);
            double[] y = type.random(N, -seed);
            byte[] factor = type.encode(-1.625);
            int alpha = (factor[0] & 255) | (factor[1] & 255) << 8;
            CUdeviceptr device = cuda.bytes(type.encode(y));
            cuda.run(
                    "programs/halves",
                    kernel("axpy", type),
                    3,
                    block,
                    0,
                    alpha,
                    cuda.bytes(type.encode(x)),
                    device,
                    PAIRS);
            double[] expected = IntStream.range(0, N)
                    .mapToDouble(i -> type.round(Math.fma(-1.625, x[i], y[i])))
                    .toArray();
            assertThat(read(type, device)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("typesSeedsAndBlocks")
    void multipliesAndSums(Numbers type, long seed, int block) {
        try (Cuda cuda = Programs.device(seed)) {
            double[] x = type.random(N, seed);
            double[] y = type.random(N, -seed);
            CUdeviceptr out = cuda.allocate(4);
            CUdeviceptr deviceX = cuda.bytes(type.encode(x));
            CUdeviceptr deviceY = cuda.bytes(type.encode(y));
            run(cuda, "halves", kernel("dot", type), 1, block, 0, deviceX, deviceY, out, PAIRS);
            assertThat(cuda.floats(out, 1)).containsExactly(dot(type, x, y, block));
        }
    }

    /** In the order of the kernel: pairs by thread, lanes of a warp by halves, warps one after the other. */
    private static float dot(Numbers type, double[] x, double[] y, int block) {
        double[] sums = new double[2 * block];
        for (int i = 0; i < N; i++) {
            int at = i % (2 * block);
            sums[at] = type.round(Math.fma(x[i], y[i], sums[at]));
        }
        float[] threads = new float[block];
        for (int i = 0; i < block; i++) {
            threads[i] = (float) sums[2 * i] + (float) sums[2 * i + 1];
        }
        float all = 0;
        for (int warp = 0; warp < block; warp += 32) {
            for (int d = 16; d > 0; d /= 2) {
                for (int lane = 0; lane < d; lane++) {
                    threads[warp + lane] += threads[warp + lane + d];
                }
            }
            all += threads[warp];
        }
        return all;
    }

    static Stream<Arguments> blocks() {
        return Programs.seedsAndBlocks(1, 33, 256);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void comparesAndCutsOff(long seed, int block) {
        Numbers type = Numbers.F16;
        try (Cuda cuda = Programs.device(seed)) {
            double[] x = type.random(N, seed);
            double[] y = type.random(N, -seed);
            CUdeviceptr out = cuda.allocate(2L * N);
            CUdeviceptr deviceX = cuda.bytes(type.encode(x));
            CUdeviceptr deviceY = cuda.bytes(type.encode(y));
            int grid = Programs.blocks(PAIRS, block);
            run(cuda, "halves", "saturateAndCompare", grid, block, 0, deviceX, deviceY, out, PAIRS);
            double[] expected = IntStream.range(0, N)
                    .mapToDouble(i -> type.round(Math.max(x[i], y[i]) + (x[i] > y[i] ? y[i] : 0)))
                    .map(v -> Math.min(1, Math.max(0, v)))
                    .toArray();
            assertThat(read(type, out)).isEqualTo(expected);
        }
    }
}
