package io.nudge.emulator;

import static io.nudge.emulator.FaultsTest.counting;
import static io.nudge.emulator.FaultsTest.pinned;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check is on unless it is switched off, and then nothing is said of its faults, whichever of the others are on. */
@EmulatedDevice
class SwitchesTest {
    private static final int SEEDS = 10;
    private static final int NON_BLOCKING = 1;
    private static final Path PAGE = Path.of("../docs/emulated-device.md");

    /** A program with a fault, the kind of its report, and the check that finds it. */
    private record Fault(String check, String kind, String name, Planted.Program program) {
        @Override
        public String toString() {
            return check + ": " + name;
        }
    }

    private static Stream<Fault> faults() {
        return Stream.of(bounds(), alignment(), freed(), pointers(), initialised(), races(), lanes(), leaks())
                .flatMap(Collection::stream);
    }

    private static Fault kernel(String check, String kind, String name, int block, int shared, Arguments arguments) {
        return new Fault(
                check,
                kind,
                name,
                cuda -> cuda.run(
                        "faults", name, 1, block, shared, arguments.of(cuda).toArray()));
    }

    private interface Arguments {
        List<Object> of(Cuda cuda);
    }

    private static List<Fault> bounds() {
        String check = "check.bounds";
        String kind = "out-of-bounds";
        return List.of(
                kernel(check, kind, "edge", 128, 0, cuda -> List.of(cuda.allocate(400), 100)),
                kernel(check, kind, "sharedOutside", 32, 128, cuda -> List.of(cuda.allocate(128), 1)),
                kernel(check, kind, "localOutside", 8, 0, cuda -> List.of(cuda.floats(counting(8)), 100)),
                new Fault(check, kind, "parameter", cuda -> outOfItsParameters(cuda)));
    }

    private static void outOfItsParameters(Cuda cuda) {
        String ptx = """
                .version 7.0
                .target sm_70
                .address_size 64
                .visible .entry k(.param .u64 out)
                {
                    .reg .u32 %r1;
                    .reg .u64 %d1;
                    ld.param.u64 %d1, [out];
                    ld.param.u32 %r1, [out+8];
                    st.global.u32 [%d1], %r1;
                    ret;
                }
                """;
        CUfunction function = new CUfunction();
        JCudaDriver.cuModuleGetFunction(function, cuda.load(ptx), "k");
        CUdeviceptr out = cuda.allocate(4);
        Cuda.launch(function, 1, 1, 0, null, out);
        assertThat(cuda.ints(out, 1)).containsOnly(0);
    }

    private static List<Fault> alignment() {
        String check = "check.alignment";
        String kind = "misaligned";
        return List.of(
                kernel(check, kind, "vectorLoad", 8, 0, SwitchesTest::misaligned),
                kernel(check, kind, "atomicAt", 1, 0, cuda -> List.of(cuda.ints(new int[4]), 2)));
    }

    private static List<Object> misaligned(Cuda cuda) {
        return List.of(cuda.floats(counting(64)), cuda.allocate(32), 1);
    }

    private static List<Fault> freed() {
        String check = "check.freed";
        return List.of(
                kernel(check, "use-after-free", "copy", 32, 0, cuda -> List.of(gone(cuda), cuda.allocate(128), 32)),
                new Fault(check, "use-before-allocation", "noEdge to what is not there yet", cuda -> tooEarly(cuda)));
    }

    private static CUdeviceptr gone(Cuda cuda) {
        CUdeviceptr in = cuda.floats(counting(32));
        cuda.free(in);
        return in;
    }

    /** One stream allocates and another one writes, which at some seeds comes first. */
    private static void tooEarly(Cuda cuda) {
        CUstream allocates = stream();
        CUstream writes = stream();
        CUdeviceptr out = new CUdeviceptr();
        JCudaDriver.cuMemAllocAsync(out, 128, allocates);
        Cuda.launch(cuda.function("faults", "noEdge"), 1, 32, 0, writes, out, 32);
        cuStreamSynchronize(writes);
        JCudaDriver.cuMemFreeAsync(out, allocates);
        cuStreamSynchronize(allocates);
        cuStreamDestroy(allocates);
        cuStreamDestroy(writes);
    }

    private static CUstream stream() {
        CUstream stream = new CUstream();
        cuStreamCreate(stream, NON_BLOCKING);
        return stream;
    }

    private static List<Fault> pointers() {
        String check = "check.pointers";
        return List.of(
                kernel(check, "null-pointer", "noEdge", 32, 0, cuda -> List.of(new CUdeviceptr(), 32)),
                new Fault(check, "host-pointer", "noEdge with a host pointer", cuda -> {
                    Pointer host = pinned(128);
                    cuda.run("faults", "noEdge", 1, 32, 0, FaultsTest.addressOf(host), 32);
                    cuMemFreeHost(host);
                }),
                new Fault(check, "device-pointer", "copy from the device as if from the host", cuda -> {
                    CUdeviceptr to = cuda.allocate(64);
                    cuMemcpyHtoD(to, cuda.floats(counting(16)), 64);
                    assertThat(cuda.floats(to, 16)).containsExactly(counting(16));
                }),
                new Fault(check, "host-pointer", "copy to the host as if to the device", cuda -> {
                    Pointer host = pinned(64);
                    cuMemcpyHtoD(asOfDevice(host), Pointer.to(counting(16)), 64);
                    assertThat(FaultsTest.floatsOf(host, 16)).containsExactly(counting(16));
                    cuMemFreeHost(host);
                }));
    }

    /** The address of host memory, as that of device memory: JCuda keeps what a copy puts into a pointer. */
    private static CUdeviceptr asOfDevice(Pointer host) {
        CUdeviceptr result = new CUdeviceptr();
        CUdeviceptr cell = new CUdeviceptr();
        cuMemAlloc(cell, 8);
        cuMemcpyHtoD(cell, Pointer.to(host), 8);
        cuMemcpyDtoH(Pointer.to(result), cell, 8);
        JCudaDriver.cuMemFree(cell);
        return result;
    }

    private static List<Fault> initialised() {
        String check = "check.initialised";
        String kind = "uninitialised-read";
        return List.of(
                kernel(check, kind, "copy", 32, 0, cuda -> List.of(cuda.allocate(128), cuda.allocate(128), 32)),
                kernel(check, kind, "sharedUnwritten", 64, 0, cuda -> List.of(cuda.allocate(256), 63)),
                new Fault(check, kind, "copy to the host", cuda -> cuda.floats(cuda.allocate(128), 32)));
    }

    private static List<Fault> races() {
        byte[] in = new byte[512]; // several lanes of a warp count the same
        return List.of(
                kernel(
                        "check.races",
                        "shared-race",
                        "racingHistogram",
                        128,
                        0,
                        cuda -> List.of(cuda.bytes(in), cuda.allocate(1024), in.length)),
                new Fault(
                        "check.races.global",
                        "global-race",
                        "unlocked",
                        cuda -> cuda.run("sharing", "unlocked", 3, 32, 0, cuda.ints(0))),
                new Fault("check.races.global", "global-race", "two streams", SwitchesTest::onTwoStreams));
    }

    private static void onTwoStreams(Cuda cuda) {
        CUdeviceptr out = cuda.allocate(128);
        CUstream first = stream();
        CUstream second = stream();
        Cuda.launch(cuda.function("faults", "noEdge"), 1, 32, 0, first, out, 32);
        JCudaDriver.cuMemsetD32Async(out, 1, 32, second);
        cuStreamSynchronize(first);
        cuStreamSynchronize(second);
        cuStreamDestroy(first);
        cuStreamDestroy(second);
    }

    private static List<Fault> lanes() {
        String barriers = "check.barriers";
        return List.of(
                kernel(barriers, "divergent-barrier", "barrierInBranch", 32, 0, cuda -> List.of(cuda.allocate(128), 0)),
                kernel(
                        barriers,
                        "divergent-barrier",
                        "leaveBeforeBarrier",
                        64,
                        0,
                        cuda -> List.of(cuda.allocate(256), 40)),
                kernel(
                        "check.shuffles",
                        "inactive-lane",
                        "shuffleHalf",
                        32,
                        0,
                        cuda -> List.of(cuda.allocate(128), -1)));
    }

    private static List<Fault> leaks() {
        return List.of(
                new Fault("check.leaks", "leak", "memory", cuda -> cuMemAlloc(new CUdeviceptr(), 64)),
                new Fault("check.leaks", "leak", "pinned memory", cuda -> pinned(64)),
                new Fault("check.leaks", "leak", "a context", cuda -> Emulator.checkLeaks()));
    }

    /** Runs it, at every seed. What is thrown has to have been reported. */
    private static List<String> kindsOfReports(Fault fault) {
        List<String> kinds = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            Emulator.set("seed", Integer.toString(seed));
            Emulator.reset();
            try {
                Cuda cuda = new Cuda();
                fault.program.run(cuda);
                cuda.close();
            } catch (CudaException e) {
                assertThat(Emulator.reports()).as(e.getMessage()).isNotEmpty();
            }
            Emulator.takeReports().forEach(report -> kinds.add(report.kind()));
        }
        Emulator.reset();
        return kinds;
    }

    private static List<String> checks() {
        return faults().map(Fault::check).distinct().toList();
    }

    @Test
    void thePageListsThem() throws IOException {
        List<String> listed = Pattern.compile("`(check\\.[a-z.]+)` \\| true")
                .matcher(Files.readString(PAGE))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(checks()).containsExactlyInAnyOrderElementsOf(listed);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isOnByItself(Fault fault) {
        assertThat(kindsOfReports(fault)).contains(fault.kind);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void needsNoOther(Fault fault) {
        checks().forEach(check -> Emulator.set(check, Boolean.toString(check.equals(fault.check))));
        assertThat(kindsOfReports(fault)).contains(fault.kind).containsOnly(fault.kind);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void canBeSwitchedOff(Fault fault) {
        Emulator.set(fault.check, "false");
        assertThat(kindsOfReports(fault)).isEmpty();
    }

    /** A process of its own: prints what is reported of all faults. */
    static final class AllFaults {
        private AllFaults() {}

        public static void main(String[] arguments) {
            faults().forEach(fault -> System.out.println(fault + " " + kindsOfReports(fault)));
        }
    }

    @Test
    void theEnvironmentSwitchesThemOffToo() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder =
                new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), AllFaults.class.getName());
        checks().forEach(check ->
                builder.environment().put("EMU_" + check.replace('.', '_').toUpperCase(Locale.ROOT), "false"));
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        assertThat(text.lines().filter(line -> line.startsWith("check.")))
                .hasSize((int) faults().count())
                .allSatisfy(line -> assertThat(line).endsWith("[]"));
    }

    @Test
    @EmulatedDevice(settings = "check.bounds=false")
    void whatIsInsideIsWrittenAndReadAllTheSame() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr out = cuda.allocate(120);
            cuda.run("faults", "noEdge", 1, 32, 0, out, 32);
            assertThat(cuda.floats(out, 30)).containsExactly(counting(30));
            CUdeviceptr all = cuda.allocate(128);
            cuda.run("faults", "copy", 1, 32, 0, out, all, 32);
            assertThat(cuda.floats(all, 32)).containsExactly(Arrays.copyOf(counting(30), 32)); // zeros where nothing is
        }
    }

    @Test
    @EmulatedDevice(settings = "check.alignment=false")
    void aMisalignedAddressIsRoundedDown() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr out = cuda.allocate(32);
            cuda.run("faults", "vectorLoad", 1, 8, 0, cuda.floats(counting(64)), out, 3);
            assertThat(cuda.floats(out, 8)).containsExactly(6, 22, 38, 54, 70, 86, 102, 118);
        }
    }

    @Test
    @EmulatedDevice(settings = "check.freed=false")
    void whatWasFreedReadsAsZero() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr out = cuda.allocate(128);
            cuda.run("faults", "copy", 1, 32, 0, gone(cuda), out, 32);
            assertThat(cuda.floats(out, 32)).containsOnly(0);
        }
    }
}
