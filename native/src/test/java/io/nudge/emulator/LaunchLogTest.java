package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.jcublas.JCublas2;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each kernel and each product did, a line for each that ran. */
@EmulatedDevice
class LaunchLogTest {
    private static final String MODULE = "sharing";

    @TempDir
    private Path folder;

    private List<String> log(Runnable work) throws IOException {
        Path file = folder.resolve("launches.json");
        Emulator.logLaunchesTo(file);
        work.run();
        Emulator.drain();
        Emulator.endLaunchLog();
        return Files.readAllLines(file);
    }

    private static CUdeviceptr zeros(Cuda cuda, int n) {
        return cuda.floats(new float[n]);
    }

    @Test
    void hasALineForEachKernelWithItsGridAndCounters() throws IOException {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = zeros(cuda, 128);
            CUdeviceptr q = zeros(cuda, 128);
            List<String> lines = log(() -> {
                cuda.run(MODULE, "strided", 2, 64, 0, p, q, 1, 0);
                cuda.run(MODULE, "vectors", 1, 32, 0, p, q);
            });
            assertThat(lines).hasSize(2);
            assertThat(lines.get(0))
                    .startsWith(
                            "{\"number\":1,\"kernel\":\"strided\",\"grid\":[2,1,1],\"block\":[64,1,1],\"counters\":{")
                    .contains(
                            "\"requests.read\":4,\"bytes.read\":512,\"sectors.read\":16,\"footprint.read\":16,",
                            "\"kinds\":{")
                    .contains("\"ret\":4")
                    .doesNotContain("atomic");
            assertThat(lines.get(1))
                    .startsWith("{\"number\":2,\"kernel\":\"vectors\",\"grid\":[1,1,1],\"block\":[32,1,1],")
                    .contains("\"ret\":1");
        }
    }

    /** Two warps read one number: two requests of a sector, which is one sector. */
    @Test
    void theFootprintHasASectorOnceHoweverOftenItIsAccessed() throws IOException {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr one = zeros(cuda, 1);
            CUdeviceptr into = zeros(cuda, 64);
            List<String> lines = log(() -> cuda.run(MODULE, "same", 1, 64, 0, one, into));
            assertThat(lines.get(0))
                    .contains("\"sectors.read\":2,\"footprint.read\":1,", "\"sectors.write\":8,\"footprint.write\":8");
        }
    }

    /** Every so-many-th element: from eight on each lies in a sector of its own. */
    @ParameterizedTest
    @CsvSource({"1, 16", "2, 32", "8, 128", "32, 128"})
    void theFootprintHasAllSectorsThatAreTouched(int stride, int sectors) throws IOException {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = zeros(cuda, 128 * stride);
            CUdeviceptr q = zeros(cuda, 128 * stride);
            List<String> lines = log(() -> cuda.run(MODULE, "strided", 2, 64, 0, p, q, stride, 0));
            assertThat(lines.get(0))
                    .contains("\"footprint.read\":" + sectors + ",", "\"footprint.write\":" + sectors + "}");
        }
    }

    /** 4096 warps: enough that the launch is shared out. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void isTheSameForAnyNumberOfThreads(int threads) throws IOException {
        try (Cuda cuda = new Cuda()) {
            int n = 1 << 17;
            CUdeviceptr p = zeros(cuda, n);
            CUdeviceptr q = zeros(cuda, n);
            List<String> one = log(() -> cuda.run(MODULE, "strided", n / 256, 256, 0, p, q, 1, 0));
            Emulator.set("threads", String.valueOf(threads));
            List<String> several = log(() -> cuda.run(MODULE, "strided", n / 256, 256, 0, p, q, 1, 0));
            assertThat(several).isEqualTo(one);
            assertThat(one.get(0)).contains("\"footprint.read\":" + n / 8 + ",");
        }
    }

    /** To the barrier the first warp comes last, after 6 instructions; from there the second has more to do, 4. */
    @Test
    void theWayThroughABlockIsThatOfTheSlowestWarpFromBarrierToBarrier() throws IOException {
        String twoWarps = """
                .version 7.0
                .target sm_70
                .address_size 64
                .visible .entry two_warps()
                {
                  .reg .u32 %t;
                  .reg .pred %p;
                  .shared .align 4 .b8 room[12];
                  mov.u32 %t, %tid.x;
                  setp.ge.u32 %p, %t, 32;
                  @%p bra second;
                  add.u32 %t, %t, 1;
                  add.u32 %t, %t, 1;
                  bar.sync 1, 64;
                  ret;
                second:
                  bar.sync 1, 64;
                  add.u32 %t, %t, 1;
                  add.u32 %t, %t, 1;
                  add.u32 %t, %t, 1;
                  ret;
                }
                """;
        try (Cuda cuda = new Cuda()) {
            CUfunction function = new CUfunction();
            cuModuleGetFunction(function, cuda.load(twoWarps), "two_warps");
            List<String> lines = log(() -> Cuda.launch(function, 3, 64, 100, null));
            assertThat(lines.get(0))
                    .contains("\"way.instructions\":30,\"way.barriers\":3,\"shared.bytes\":112}")
                    .contains("\"instructions.warp\":45,");
        }
    }

    /** Two loads in a row are waited for together, those of a loop one by one, and so is one whose address is loaded. */
    @Test
    void saysHowOftenTheLongestWayWaitsForDeviceMemory() throws IOException {
        String sixWaits = """
                .version 7.0
                .target sm_60
                .address_size 64
                .visible .entry six_waits(.param .u64 values) {
                  .reg .pred %p;
                  .reg .u32 %x<8>;
                  .reg .u64 %a<3>;
                  ld.param.u64 %a0, [values];
                  ld.global.u32 %x0, [%a0];
                  mov.u32 %x7, %x0;
                  ld.global.u32 %x1, [%a0+4];
                  add.u32 %x2, %x7, %x1;
                  mov.u32 %x3, 0;
                again:
                  ld.global.u32 %x4, [%a0+8];
                  add.u32 %x2, %x2, %x4;
                  add.u32 %x3, %x3, 1;
                  setp.lt.u32 %p, %x3, 4;
                  @%p bra again;
                  ld.global.u32 %x5, [%a0+12];
                  mul.wide.u32 %a1, %x5, 4;
                  add.u64 %a2, %a0, %a1;
                  ld.global.u32 %x6, [%a2];
                  add.u32 %x2, %x2, %x6;
                  st.global.u32 [%a0+16], %x2;
                  ret;
                }
                """;
        try (Cuda cuda = new Cuda()) {
            CUfunction function = new CUfunction();
            cuModuleGetFunction(function, cuda.load(sixWaits), "six_waits");
            CUdeviceptr values = zeros(cuda, 5);
            List<String> lines = log(() -> Cuda.launch(function, 2, 1, 0, null, values));
            assertThat(lines.get(0)).contains("\"way.waits\":12,");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.5, 1"})
    void hasALineForEachProductWithItsShape(float beta, int kept) throws IOException {
        try (Blas blas = new Blas()) {
            CUdeviceptr a = zeros(blas.cuda, 6);
            CUdeviceptr b = zeros(blas.cuda, 12);
            CUdeviceptr c = zeros(blas.cuda, 8);
            List<String> lines = log(() -> JCublas2.cublasSgemm(
                    blas.handle,
                    0,
                    0,
                    2,
                    4,
                    3,
                    Blas.host(Numbers.F32, 1),
                    a,
                    2,
                    b,
                    3,
                    Blas.host(Numbers.F32, beta),
                    c,
                    2));
            assertThat(lines)
                    .containsExactly("{\"number\":1,\"product\":\"cublasSgemm\",\"m\":2,\"n\":4,\"k\":3,\"count\":1,"
                            + "\"factorBytes\":4,\"resultBytes\":4,\"kept\":" + kept + "}");
        }
    }

    @Test
    void beginsAnewWhereTheFileIsTheSame() throws IOException {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = zeros(cuda, 128);
            CUdeviceptr q = zeros(cuda, 128);
            List<String> lines = log(() -> cuda.run(MODULE, "vectors", 1, 32, 0, p, q));
            assertThat(log(() -> cuda.run(MODULE, "vectors", 1, 32, 0, p, q))).isEqualTo(lines);
        }
    }

    @Test
    void endsWhereItIsTold() throws IOException {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = zeros(cuda, 128);
            List<String> lines = log(() -> cuda.run(MODULE, "vectors", 1, 32, 0, p, zeros(cuda, 128)));
            cuda.run(MODULE, "vectors", 1, 32, 0, p, zeros(cuda, 128));
            assertThat(Files.readAllLines(folder.resolve("launches.json"))).isEqualTo(lines);
        }
    }
}
