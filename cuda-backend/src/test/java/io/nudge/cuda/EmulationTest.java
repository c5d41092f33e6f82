package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nudge.emulator.Emulator;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process has the emulated device or a real one, never both. The real one here is the emulator, found by the linker. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmulationTest {
    private static final List<String> LIBRARIES = List.of("libcuda.so.1", "libcublas.so.12");

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheDevice() {
        assumeTrue(Emulator.isAvailable(), "the emulated device was not built");
    }

    /** Opens backends one after the other, and says what came of it. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] names) {
            for (String name : names) {
                try (Backend backend = Backends.open(name)) {
                    System.out.println(backend.device());
                } catch (RuntimeException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    private List<String> open(String... names) throws IOException, InterruptedException {
        for (String name : LIBRARIES) {
            try (InputStream in = Emulator.class.getResourceAsStream("linux-x86_64/" + name)) {
                Files.copy(in, folder.resolve(name));
            }
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(agents());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Opener.class.getName()));
        command.addAll(List.of(names));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        Process process = builder.redirectError(folder.resolve("err").toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(Files.readString(folder.resolve("err")))
                .isZero();
        return output.lines().toList();
    }

    /** Those of this process: what the other one executes is covered too. */
    private static List<String> agents() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:"))
                .toList();
    }

    @Test
    void whereTheEmulatedDeviceIsLoadedARealOneIsRefused() throws Exception {
        List<String> opened = open("cuda-emulated", "cuda", "cuda-emulated");
        assertThat(opened.get(0)).startsWith("cuda-emulated:0 (Emulated CUDA device 0");
        assertThat(opened.get(1))
                .isEqualTo(
                        "the backend 'cuda' cannot be opened: this process has loaded the emulated device, so it cannot use a"
                                + " real one; ask for cuda in another process");
        assertThat(opened.get(2)).startsWith("cuda-emulated:0 ");
    }

    @Test
    void whereADriverIsLoadedTheEmulatedDeviceIsRefused() throws Exception {
        List<String> opened = open("cuda", "cuda-emulated", "cuda");
        assertThat(opened.get(0)).startsWith("cuda:0 (");
        assertThat(opened.get(1))
                .isEqualTo("the backend 'cuda-emulated' cannot be opened: this process has loaded the driver "
                        + folder.resolve("libcuda.so.1")
                        + " already; ask for cuda-emulated in another process, before cuda");
        assertThat(opened.get(2)).startsWith("cuda:0 (");
    }
}
