package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nudge.model.Checkpoint;
import io.nudge.model.Model;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals, broken pipes, full disks. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessTest {
    private static final String FOREVER = "1000000";

    @TempDir
    private Path folder;

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void ctrlCSavesWhatThereIs() throws IOException, InterruptedException {
        assumeFalse(Spawned.ignoresInterrupts(), "Ctrl-C is ignored by all that is started here");
        String[] command = {
            "train",
            "--epochs",
            FOREVER,
            "--json",
            "--save",
            file("model"),
            "--plot",
            file("curve.png"),
            "--checkpoint",
            file("run")
        };
        try (Spawned nudge = new Spawned(folder, command)) {
            assertThat(nudge.readLine()).startsWith("{\"epoch\":1,");
            assertThat(nudge.readLine()).startsWith("{\"epoch\":2,");
            nudge.signal("INT");
            List<String> rest = nudge.readAll();
            assertThat(rest.get(rest.size() - 1)).startsWith("{\"final\":true,").contains("\"interrupted\":true");
            assertThat(nudge.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(nudge.errors())
                    .contains("nudge: stopping after this step")
                    .doesNotContain("Exception", "error");
        }
        assertThat(Model.load(folder.resolve("model")).architecture().inputs()).isEqualTo(400);
        assertThat(Checkpoint.load(folder.resolve("run")).state().epoch()).isGreaterThanOrEqualTo(2);
        assertThat(ImageIO.read(folder.resolve("curve.png").toFile())).isNotNull();
    }

    @Test
    void terminationSavesAsWell() throws IOException, InterruptedException {
        try (Spawned nudge = new Spawned(folder, "train", "--epochs", FOREVER, "--json", "--save", file("model"))) {
            assertThat(nudge.readLine()).startsWith("{\"epoch\":1,");
            nudge.signal("TERM");
            nudge.readAll();
            assertThat(nudge.exitCode()).isEqualTo(128 + 15);
        }
        assertThat(Model.load(folder.resolve("model")).architecture().inputs()).isEqualTo(400);
    }

    @Test
    void whenNobodyReadsTheTrainingEndsQuietlyAndSaves() throws IOException, InterruptedException {
        try (Spawned nudge =
                new Spawned(folder, "train", "--backend", "cpu", "--epochs", FOREVER, "--save", file("model"))) {
            assertThat(nudge.readLine()).startsWith("device");
            nudge.stopReading();
            assertThat(nudge.exitCode()).isEqualTo(ExitCode.UNREAD);
            assertThat(nudge.errors()).isEmpty();
        }
        assertThat(Model.load(folder.resolve("model")).architecture().inputs()).isEqualTo(400);
    }

    @Test
    void whenNobodyReadsThePredictionsEndQuietly() throws IOException, InterruptedException {
        Cli.done("train", "--epochs", "1", "--save", file("model"));
        try (Spawned nudge = new Spawned(folder, "predict", file("model"), "--backend", "cpu")) {
            assertThat(nudge.readLine()).startsWith("     0  ");
            nudge.stopReading();
            assertThat(nudge.exitCode()).isIn(ExitCode.UNREAD, ExitCode.DONE);
            assertThat(nudge.errors()).isEmpty();
        }
    }

    @Test
    void aDiskThatFillsUpIsToldAndTheOldModelStays() throws IOException, InterruptedException {
        Path model = Files.writeString(folder.resolve("model"), "as it was");
        Path shell = Path.of("/bin/sh");
        assumeTrue(Files.isExecutable(shell), "needs a shell to limit the size of files");
        String quoted = String.join(
                        " ", Spawned.command("train", "--backend", "cpu", "--epochs", "1", "--save", file("model")))
                .replace("'", "'\\''");
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(shell.toString(), "-c", "ulimit -f 16; exec " + quoted)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor()).isEqualTo(ExitCode.FAILED);
        assertThat(Files.readString(err).strip())
                .startsWith("nudge: " + model + " cannot be written: ")
                .doesNotContain("\n");
        assertThat(model).hasContent("as it was");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("model", "err.txt");
    }

    @Test
    void logsAreOneLineOnStandardErrorAndNoBarIsDrawnInAFile() throws IOException, InterruptedException {
        try (Spawned nudge = new Spawned(folder, "train", "--data", "iris", "--epochs", "2", "--backend", "auto")) {
            nudge.readAll();
            assertThat(nudge.exitCode()).isZero();
            assertThat(nudge.errors())
                    .startsWith("nudge: backend auto: cpu:0")
                    .hasLineCount(1)
                    .doesNotContain("\r");
        }
    }

    @Test
    void aNetworkThatDoesNotFitInMemoryIsToldInOneLine() throws IOException, InterruptedException {
        List<String> command = Spawned.command("train", "--backend", "cpu", "--hidden", "1000000");
        command.add(1, "-Xmx200m");
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor()).isEqualTo(ExitCode.FAILED);
        assertThat(Files.readString(err).strip())
                .startsWith("nudge: ")
                .contains("-Xmx")
                .doesNotContain("\n");
    }
}
