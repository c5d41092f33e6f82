package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CUDA where there is no GPU: on the emulated device, each time in a process of its own, since JCuda links once. */
@Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmulatedCudaTest {
    private static final String LIBRARIES = "/io/nudge/emulator/linux-x86_64/";
    private static final String DRIVER = "libcuda.so.1";
    private static final String CUBLAS = "libcublas.so.12";
    private static final String EMULATED = "cuda-emulated";

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheDevice() {
        assumeTrue(library(DRIVER) != null, "the emulated device was not built");
    }

    private static URL library(String name) {
        return EmulatedCudaTest.class.getResource(LIBRARIES + name);
    }

    private Cli run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        try (Spawned nudge = new Spawned(folder, environment, arguments)) {
            return nudge.end();
        }
    }

    private Cli run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    /** Where the linker finds these of the emulator's libraries, as if they were NVIDIA's. */
    private Map<String, String> installed(String... names) throws IOException {
        for (String name : names) {
            try (InputStream in = library(name).openStream()) {
                Files.copy(in, folder.resolve(name));
            }
        }
        return new HashMap<>(Map.of("LD_LIBRARY_PATH", folder.toString()));
    }

    private static void needsAMachineWithout(String library) throws IOException {
        Path cache = Path.of("/etc/ld.so.cache");
        boolean cached = Files.exists(cache)
                && new String(Files.readAllBytes(cache), java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains(library);
        assumeFalse(cached || System.getenv("LD_LIBRARY_PATH") != null, "this machine may have a " + library);
    }

    @Test
    void theDoctorSaysThatItIsEmulatedAndLetsItWork() throws Exception {
        Cli cli = run("doctor", "--backend", EMULATED);
        assertThat(cli.exitCode()).as(cli.toString()).isZero();
        assertThat(cli.lines().get(0)).startsWith("note  emulated ");
        assertThat(cli.out())
                .containsPattern("ok    libcuda +/.*/libcuda\\.so\\.1")
                .containsPattern("ok    libcublas +/.*/libcublas\\.so\\.12")
                .containsPattern("ok    JCuda +/.*libJCudaDriver-12\\.6\\.0-linux-x86_64\\.so")
                .containsPattern("ok    driver +for CUDA 12\\.6")
                .containsPattern("ok    device +cuda-emulated:0 .*capability 9\\.0.* GiB")
                .containsPattern("ok    kernels +the driver compiles all \\d+ files for cuda-emulated:0")
                .containsPattern("ok    product .*float32: relative error")
                .containsPattern("ok    training .*float64: relative error");
        assertThat(cli.lastLine()).isEqualTo("cuda-emulated can be used here: nudge train --backend cuda-emulated");
    }

    @Test
    void aProgramReadsTheDoctorsFacts() throws Exception {
        Cli cli = run(
                Map.of("EMU_CAPABILITY", "7.5", "EMU_DEVICES", "2"), "doctor", "--backend", EMULATED + ":1", "--json");
        assertThat(cli.exitCode()).as(cli.toString()).isZero();
        assertThat(cli.json())
                .filteredOn(row -> "device".equals(row.get("subject")))
                .hasSize(2)
                .allSatisfy(row ->
                        assertThat(String.valueOf(row.get("facts"))).contains("capability=7.5", "bytes=1073741824"));
        assertThat(cli.json())
                .anySatisfy(row -> assertThat(row)
                        .containsEntry("subject", "opened")
                        .extractingByKey("text")
                        .asString()
                        .startsWith("cuda-emulated:1 (Emulated"));
        assertThat(cli.lastJson())
                .containsEntry("final", true)
                .containsEntry("backend", EMULATED + ":1")
                .containsEntry("usable", true);
    }

    @Test
    void aDriverThatIsTooOldIsSaidWithWhatToDo() throws Exception {
        Cli cli = run(Map.of("EMU_DRIVER", "11080"), "doctor", "--backend", EMULATED);
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.lastLine())
                .isEqualTo(
                        "cuda-emulated cannot be used here: the NVIDIA driver is for CUDA 11.8, which is too old; install one"
                                + " for CUDA 12 or newer (525 or newer)");
        Cli train = run(Map.of("EMU_DRIVER", "11080"), "train", "--backend", EMULATED);
        assertThat(train.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(train.err()).contains("the NVIDIA driver is for CUDA 11.8").hasLineCount(1);
    }

    @Test
    void aDeviceThatIsTooOldIsSaidWithItsName() throws Exception {
        Cli cli = run(Map.of("EMU_CAPABILITY", "5.2"), "doctor", "--backend", EMULATED);
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.lastLine()).contains("has the compute capability 5.2, but 6.0 is needed; use a newer GPU");
    }

    @Test
    void withoutADriverTheDoctorSaysWhereItWasSoughtAndWhatToInstall() throws Exception {
        needsAMachineWithout(DRIVER);
        Cli cli = run(installed(CUBLAS), "doctor");
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).isEmpty();
        assertThat(cli.out())
                .containsPattern("BAD   driver +there is no NVIDIA driver, since libcuda\\.so\\.1 was not found")
                .contains("LD_LIBRARY_PATH is " + folder)
                .containsPattern("ok    libcublas +" + folder.resolve(CUBLAS) + "; not loaded");
        assertThat(cli.lastLine())
                .isEqualTo(
                        "cuda cannot be used here: there is no NVIDIA driver, since libcuda.so.1 was not found; install the"
                                + " driver of an NVIDIA GPU, version 525 or newer");
    }

    @Test
    void librariesOnTheLinkersPathAreTakenAsTheRealOnes() throws Exception {
        needsAMachineWithout(DRIVER);
        Cli cli = run(installed(DRIVER, CUBLAS), "doctor");
        assertThat(cli.exitCode()).as(cli.toString()).isZero();
        assertThat(cli.out()).containsPattern("ok    libcuda +" + folder.resolve(DRIVER));
        Cli auto = run(Map.of("LD_LIBRARY_PATH", folder.toString()), "backends", "--json");
        assertThat(auto.json())
                .filteredOn(row -> row.get("auto").equals(true))
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("backend", "cuda"));
    }

    @Test
    void aMissingCublasIsSaidWithWhereItWasSought() throws Exception {
        needsAMachineWithout(DRIVER);
        needsAMachineWithout(CUBLAS);
        Cli cli = run(installed(DRIVER), "doctor");
        assertThat(cli.exitCode()).as(cli.toString()).isZero();
        assertThat(cli.out())
                .containsPattern(
                        "note  cuBLAS +not used: libcublas\\.so\\.12 was not found; install the cuBLAS of CUDA 12")
                .contains("LD_LIBRARY_PATH is " + folder)
                .containsPattern("ok    product .*float32: relative error")
                .containsPattern("ok    training .*float64: relative error");
        assertThat(cli.lastLine())
                .isEqualTo(
                        "cuda can be used here (products by Nudge's own kernels; cuBLAS is faster, and can use TF32): "
                                + "nudge train --backend cuda");
        Map<String, String> environment =
                Map.of("LD_LIBRARY_PATH", folder.toString(), "JAVA_TOOL_OPTIONS", "-Dnudge.cuda.product=cublas");
        Cli asked = run(environment, "doctor");
        assertThat(asked.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(asked.lastLine()).contains("cannot be used here: libcublas.so.12 was not found", "=auto");
    }

    @ParameterizedTest
    @CsvSource({"bfloat16, bfloat16", "float16, TF32 or float16"})
    void factorsThatAreRoundedOnPurposeAreNoted(String precision, String words) throws Exception {
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Dnudge.cuda.precision=" + precision);
        Cli cli = run(environment, "doctor", "--backend", EMULATED);
        assertThat(cli.exitCode()).as(cli.toString()).isZero();
        assertThat(cli.out())
                .containsPattern(
                        "note  product .*float32: relative error .*, as with factors rounded to " + words + ";")
                .containsPattern("ok    product .*float64: relative error")
                .containsPattern("note  training .*float32: relative error .*, as with factors rounded to " + words);
    }

    @Test
    void withoutCublasItTrainsWithKernelsOfItsOwnAndSaysSo() throws Exception {
        needsAMachineWithout(DRIVER);
        needsAMachineWithout(CUBLAS);
        Cli backends = run(installed(DRIVER), "backends");
        assertThat(backends.out()).containsPattern("cuda:0 .*products by Nudge's own kernels\\)");
        Map<String, Object> last = run(
                        Map.of("LD_LIBRARY_PATH", folder.toString()),
                        "train",
                        "--data",
                        "iris",
                        "--epochs",
                        "2",
                        "--json",
                        "--backend",
                        "cuda")
                .lastJson();
        assertThat(String.valueOf(last.get("device"))).contains("products by Nudge's own kernels");
        double cost = testCost(iris("cpu"));
        assertThat(testCost(last)).isCloseTo(cost, within(1e-4 * cost));
    }

    @Test
    void bothKindsAreListedAndAutoTakesTheCpu() throws Exception {
        needsAMachineWithout(DRIVER);
        List<Map<String, Object>> rows = run("backends", "--json").json();
        assertThat(rows).extracting(row -> row.get("backend")).containsExactly("cuda", "cpu", EMULATED);
        assertThat(rows).extracting(row -> row.get("available")).containsExactly(false, true, true);
        assertThat(rows).extracting(row -> row.get("auto")).containsExactly(false, true, false);
        assertThat(run("backends").out())
                .contains("cuda   not available: there is no NVIDIA driver", "more: nudge doctor --backend cuda")
                .containsPattern("cuda-emulated:0 Emulated CUDA device 0 \\(in software, for tests.*\\)");
    }

    @Test
    void trainingIsThatOfTheCpuAndSaysWhereItRan() throws Exception {
        Cli text = run("train", "--data", "iris", "--epochs", "1", "--backend", EMULATED);
        assertThat(text.exitCode()).as(text.err()).isZero();
        assertThat(text.lines().get(0)).startsWith("device    cuda-emulated:0 (Emulated CUDA device 0 ");
        Map<String, Object> emulated = iris(EMULATED);
        assertThat(String.valueOf(emulated.get("device"))).startsWith("cuda-emulated:0 (Emulated CUDA device 0 ");
        double cost = testCost(iris("cpu"));
        assertThat(testCost(emulated)).isCloseTo(cost, within(1e-4 * cost));
    }

    private Map<String, Object> iris(String backend) throws IOException, InterruptedException {
        return run("train", "--data", "iris", "--epochs", "2", "--json", "--backend", backend)
                .lastJson();
    }

    private static double testCost(Map<String, Object> last) {
        return ((Number) last.get("testCost")).doubleValue();
    }
}
