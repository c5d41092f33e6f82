package io.nudge.emulator;

import static io.nudge.emulator.Programs.random;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuMemsetD32;
import static jcuda.driver.JCudaDriver.cuMemsetD32Async;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jcuda.CudaException;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import org.junit.jupiter.api.Test;

/** The blocks of a launch on several threads of the host: nothing that comes of it depends on how many there are. */
@EmulatedDevice
class ThreadsTest {
    private static final int SEEDS = 4;
    private static final int N = 40_000;

    private interface Program {
        int[] run(Cuda cuda);
    }

    /** The bits of the result, or none and why the kernel failed; what was reported and counted. */
    private record Outcome(List<Integer> bits, String failure, List<Report> reports, Map<String, Long> counters) {}

    private static Outcome outcome(int threads, int seed, Program program) {
        Emulator.set("threads", Integer.toString(threads));
        Emulator.set("seed", Integer.toString(seed));
        Emulator.reset();
        Emulator.clearCounters();
        int[] bits = {};
        String failure = "";
        Cuda cuda = new Cuda();
        try {
            bits = program.run(cuda);
            cuda.close();
        } catch (CudaException e) {
            failure = e.getMessage();
        }
        Outcome result = new Outcome(Arrays.stream(bits).boxed().toList(), failure, reports(), Emulator.counters());
        Emulator.reset();
        Emulator.takeReports();
        return result;
    }

    /** Without addresses, as these are never used again. */
    private static List<Report> reports() {
        return Emulator.takeReports().stream()
                .map(r -> new Report(r.kind(), r.text().replaceAll("0x[0-9a-f]+", "...")))
                .toList();
    }

    /** What comes of it with one thread, at the first seed. */
    private static Outcome same(Program program) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            Outcome one = outcome(1, seed, program);
            for (int threads : new int[] {2, 4}) {
                assertThat(outcome(threads, seed, program))
                        .as("seed %d, %d threads", seed, threads)
                        .isEqualTo(one);
            }
        }
        return outcome(1, 1, program);
    }

    private static void sameWithoutReports(Program program) {
        Outcome outcome = same(program);
        assertThat(outcome.reports()).isEmpty();
        assertThat(outcome.failure()).isEmpty();
        assertThat(outcome.bits()).isNotEmpty();
    }

    private static int[] smooth(Cuda cuda) {
        CUdeviceptr out = cuda.allocate(4L * N);
        cuda.run("sharing", "smooth", Programs.blocks(N, 40), 40, 0, cuda.floats(random(N, 1)), out, N);
        return cuda.ints(out, N - 1); // the last one has no neighbour
    }

    @Test
    void neighboursAreReadByTwoBlocks() {
        sameWithoutReports(ThreadsTest::smooth);
    }

    @Test
    void tiledProduct() {
        sameWithoutReports(cuda -> {
            int n = 96;
            CUdeviceptr c = cuda.allocate(4L * n * n);
            Object[] arguments = {cuda.floats(random(n * n, 1)), cuda.floats(random(n * n, 2)), c, n, n, n};
            Programs.run(cuda, "product", "productTiled8", n / 8, n / 8, 8, 8, arguments);
            return cuda.ints(c, n * n);
        });
    }

    @Test
    void mandelbrot() {
        sameWithoutReports(cuda -> {
            CUdeviceptr out = cuda.allocate(4L * 70 * 70);
            Object[] arguments = {out, 70, 70, 100};
            Programs.run(cuda, "mandelbrot", "mandelbrot", 9, 9, 8, 8, arguments);
            return cuda.ints(out, 70 * 70);
        });
    }

    @Test
    void vectorsInPlace() {
        sameWithoutReports(cuda -> {
            CUdeviceptr y = cuda.floats(random(N, 2));
            int grid = Programs.blocks(N, 64);
            cuda.run("programs/vectors", "saxpy", grid, 64, 0, 2f, cuda.floats(random(N, 1)), y, N);
            return cuda.ints(y, N);
        });
    }

    @Test
    void sameValueFromTwoBlocks() {
        sameWithoutReports(cuda -> {
            CUdeviceptr out = cuda.allocate(4L * (31 * 1500 + 1));
            cuda.run("sharing", "overlap", 1500, 32, 0, out, 0);
            return cuda.ints(out, 31 * 1500 + 1);
        });
    }

    @Test
    void bytesOfOneWordFromManyBlocks() {
        sameWithoutReports(cuda -> {
            CUdeviceptr out = cuda.allocate(8000);
            cuda.run("sharing", "bytesApart", 8000, 32, 0, out);
            return cuda.ints(out, 2000);
        });
    }

    @Test
    void atomicsOfAllBlocks() {
        sameWithoutReports(cuda -> {
            CUdeviceptr count = cuda.ints(0);
            cuda.run("sharing", "atomicCount", 3000, 64, 0, count);
            return cuda.ints(count, 1);
        });
    }

    @Test
    void readsOfUnwrittenMemory() {
        Outcome outcome = same(cuda -> {
            CUdeviceptr in = cuda.allocate(4L * N);
            cuMemsetD32(in, 1, N / 2);
            cuda.run("faults", "copy", Programs.blocks(N, 32), 32, 0, in, cuda.allocate(4L * N), N);
            return new int[0];
        });
        assertThat(outcome.reports()).singleElement().extracting(Report::kind).isEqualTo("uninitialised-read");
    }

    @Test
    void faultOfABlockInTheMiddle() {
        Outcome outcome = same(cuda -> {
            CUdeviceptr out = cuda.allocate(4L * N - 8);
            cuda.run("faults", "copy", Programs.blocks(N, 32), 32, 0, cuda.floats(random(N, 1)), out, N);
            return new int[0];
        });
        assertThat(outcome.failure()).isEqualTo("CUDA_ERROR_ILLEGAL_ADDRESS");
        assertThat(outcome.reports()).singleElement().satisfies(r -> {
            assertThat(r.kind()).isEqualTo("out-of-bounds");
            assertThat(r.text()).contains("kernel copy, block (1249,0,0), thread (30,0,0)");
        });
    }

    @Test
    void manyBlocksThatFault() {
        Outcome outcome = same(cuda -> {
            CUdeviceptr out = cuda.allocate(4L * N - 32 * 4 * 20);
            cuda.run("faults", "copy", Programs.blocks(N, 32), 32, 0, cuda.floats(random(N, 1)), out, N);
            return new int[0];
        });
        assertThat(outcome.reports()).singleElement().extracting(Report::kind).isEqualTo("out-of-bounds");
    }

    /** Which of a block's threads meet depends on the order of its warps, which has to be the same whatever ran before. */
    @Test
    void warpsOfABlockInTheMiddleGoInTheSameOrder() {
        String ptx = """
                .version 7.0
                .target sm_70
                .address_size 64
                .visible .entry race() {
                  .shared .align 4 .b8 word[4];
                  .reg .pred %q;
                  .reg .b32 %r<3>;
                  mov.u32 %r0, %ctaid.x;
                  rem.u32 %r1, %r0, 1000;
                  setp.ne.u32 %q, %r1, 7;
                  @%q ret;
                  mov.u32 %r2, %tid.x;
                  st.shared.u32 [word], %r2;
                  ret;
                }
                """;
        Outcome outcome = same(cuda -> {
            CUfunction race = new CUfunction();
            cuModuleGetFunction(race, cuda.load(ptx), "race");
            Cuda.launch(race, 5000, 256, 0, null);
            cuCtxSynchronize();
            return new int[0];
        });
        assertThat(outcome.reports()).singleElement().extracting(Report::kind).isEqualTo("shared-race");
    }

    /** What is printed goes to the process's own stream, so that a process of its own prints it. */
    @Test
    void blocksPrintInTheSameOrder() throws Exception {
        List<String> one = print(1);
        assertThat(one).hasSize(5000).doesNotHaveDuplicates();
        assertThat(print(4)).isEqualTo(one);
    }

    private static List<String> print(int threads) throws Exception {
        ProcessBuilder program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PrintingBlocks.class.getName(),
                        "5000")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        program.environment().put("EMU_THREADS", Integer.toString(threads));
        Process process = program.start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }

    /** Another stream writes what the blocks read: the report names one of the readers, the same one always. */
    @Test
    void whoReadIsRemembered() {
        Outcome outcome = same(cuda -> {
            CUstream first = new CUstream();
            CUstream second = new CUstream();
            cuStreamCreate(first, 1);
            cuStreamCreate(second, 1);
            CUdeviceptr in = cuda.floats(random(N, 1));
            Cuda.launch(
                    cuda.function("sharing", "smooth"),
                    Programs.blocks(N, 40),
                    40,
                    0,
                    first,
                    in,
                    cuda.allocate(4L * N),
                    N);
            cuMemsetD32Async(in, 0, N, second);
            cuCtxSynchronize();
            cuStreamDestroy(first);
            cuStreamDestroy(second);
            return new int[0];
        });
        assertThat(outcome.reports())
                .isNotEmpty()
                .allSatisfy(r -> assertThat(r.text()).contains("kernel smooth, block (", "memset"));
    }

    @Test
    void racesAreReportedWhoeverIsFaster() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            for (int threads : new int[] {1, 2, 4}) {
                Outcome outcome = outcome(threads, seed, cuda -> {
                    CUdeviceptr values = cuda.floats(random(N, 1));
                    cuda.run("sharing", "smoothInPlace", Programs.blocks(N, 32), 32, 0, values, N);
                    return new int[0];
                });
                assertThat(outcome.reports())
                        .as("seed %d, %d threads", seed, threads)
                        .isNotEmpty()
                        .allSatisfy(r -> assertThat(r.kind()).isEqualTo("global-race"));
            }
        }
    }

    @Test
    void threadsAreReallyMade() throws IOException {
        outcome(4, 1, ThreadsTest::smooth);
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            assertThat(threads.map(ThreadsTest::nameOf)
                            .filter("emulator-blocks"::equals)
                            .count())
                    .isGreaterThanOrEqualTo(3);
        }
    }

    private static String nameOf(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    @Test
    void thereIsAtLeastOne() {
        assertThatThrownBy(() -> Emulator.set("threads", "0")).hasMessageContaining("threads");
        assertThatThrownBy(() -> Emulator.set("threads", "65")).hasMessageContaining("threads");
    }
}
