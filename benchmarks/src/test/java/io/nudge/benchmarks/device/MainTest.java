package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.nudge.emulator.Emulator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as its user sees it. */
class MainTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... words) {
        List<String> all =
                new ArrayList<>(List.of("--out", folder.resolve("results").toString()));
        all.addAll(List.of(words));
        return Main.run(
                all,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String table() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void needsTheDevice() {
        assumeTrue(Emulator.isAvailable(), "the emulated device was not built");
    }

    @Test
    void countsAndPredictsAndWritesBoth() throws Exception {
        needsTheDevice();
        assertThat(run("--jobs", "^A$", "--devices", "T4|L4")).as(said()).isZero();
        assertThat(table())
                .contains(
                        "Times are predicted, none is measured", "| A, L4 | ", "| A, T4 | ", "| `gather_batch_f32` | ")
                .doesNotContain("H100", "| B | ");
        assertThat(folder.resolve("results/table.md")).hasContent(table());
        assertThat(JSON.std.mapFrom(Files.readString(folder.resolve("results/counts.json"))))
                .containsKeys("about", "steps", "wholeSteps", "product");
        assertThat(said()).startsWith("A: 784-30-10, sigmoid, quadratic cost, SGD, batches of 10\n");
    }

    /** 160.3 KiB, and 912 bytes of the kernel's own; an A100 has 163. */
    @Test
    void whereOneKernelTakesWholeStepsItIsSaidWhichDevicesHaveRoom() {
        needsTheDevice();
        assertThat(run("--jobs", "^A$", "--devices", "A100|T4")).as(said()).isZero();
        assertThat(table())
                .contains("| A, A100 SXM 80GB | 161 | 163 | ")
                .containsPattern("\\| A, T4 \\| 161 \\| 64\\.0 \\| [0-9.]+ \\| does not fit \\|  \\|  \\|  \\|\n");
    }

    @Test
    void correctionsChangeWhatIsPredicted() throws Exception {
        needsTheDevice();
        Path measured = Files.writeString(
                folder.resolve("measured.csv"), "device,figure,value,source\nT4,graph us,1000,a slow host\n");
        assertThat(run("--jobs", "^A$", "--devices", "T4", "--corrections", measured.toString()))
                .as(said())
                .isZero();
        assertThat(table()).contains("| A, T4 | 1,000 | 10,000 | launches | ");
    }

    @Test
    void productsOfItsOwnAndOf16BitsAreCountedToo() {
        needsTheDevice();
        assertThat(run("--jobs", "^A$", "--devices", "T4", "--products", "kernels", "--precision", "float16"))
                .as(said())
                .isZero();
        assertThat(table()).contains("`product_small_nt_f16`", "| A | 1 | 0 | ").doesNotContain("product 10 × 30");
        assertThat(System.getProperty("nudge.cuda.precision")).isNull();
    }

    @Test
    void theLadderIsShownWithoutADevice() {
        assertThat(run("--ladder", "--devices", "H100")).as(said()).isZero();
        assertThat(table())
                .startsWith("# The ladder to Nudge's own product")
                .contains("| step | H100 SXM |\n", "| 1_naive | ", "| product | ")
                .doesNotContain("A100");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--jobs E | no job has such a name; see --help",
                "--devices H300 | no device has such a name; see --help",
                "--devices T4 --precision tf32 | none of these devices computes products in tf32; give another"
                        + " --precision, or other --devices",
                "--precision exact | --precision is 'exact'; give strict or tf32 or bfloat16 or float16",
                "--products mine | --products is 'mine'; give cublas or kernels",
                "--backend cuda | --backend is 'cuda'; give cuda-emulated",
                "--jobs ( | --jobs needs a regular expression, and '(' is none",
                "--jobs | --jobs needs a value; see --help",
                "--fast | unknown option --fast; see --help"
            })
    void wrongArgumentsAreToldInOneLine(String words, String message) {
        assertThat(run(words.split(" "))).isEqualTo(2);
        assertThat(said()).isEqualTo("device: " + message + "\n");
    }

    @Test
    void helpExplains() {
        assertThat(run("--help")).isZero();
        assertThat(table()).contains("--corrections FILE");
    }
}
