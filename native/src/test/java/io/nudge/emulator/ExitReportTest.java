package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A program without JUnit: the environment says whether what it leaves behind is told at the end, and which calls fail. */
@EmulatedDevice
class ExitReportTest {
    /** Leaves 48 bytes on the device. */
    static final class Leaking {
        private Leaking() {}

        public static void main(String[] arguments) {
            new Cuda().allocate(48);
        }
    }

    private static String errors(String exitReport) throws IOException, InterruptedException {
        return output(0, "EMU_EXIT_REPORT", exitReport);
    }

    private static String output(int code, String variable, String value) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(
                List.of(java, "-cp", System.getProperty("java.class.path"), Leaking.class.getName()));
        builder.environment().put(variable, value);
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isEqualTo(code);
        return text;
    }

    @Test
    void leaksAreToldAtTheEnd() throws IOException, InterruptedException {
        assertThat(errors("true"))
                .contains("leak: allocation 1 of 48 bytes", "leak: 1 contexts never destroyed", "2 reports");
    }

    @Test
    void nothingIsToldUnasked() throws IOException, InterruptedException {
        assertThat(errors("false")).doesNotContain("leak");
    }

    @Test
    void theEnvironmentMakesCallsFailFromTheStart() throws IOException, InterruptedException {
        assertThat(output(1, "EMU_FAIL", "cuMemAlloc:1:2")).contains("CUDA_ERROR_OUT_OF_MEMORY");
    }
}
