package io.nudge.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as its user sees it, JMH included, though in one process and for a moment only. */
class MainTest {
    private static final String IGNORE_LOCK = "jmh.ignoreLock";
    private static final List<String> QUICKLY = List.of("-f", "0", "-wi", "0", "-i", "1", "-r", "1ms");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Somebody may be measuring on this machine; nothing is measured here. */
    @BeforeAll
    static void doNotWait() {
        System.setProperty(IGNORE_LOCK, "true");
    }

    @AfterAll
    static void waitAgain() {
        System.clearProperty(IGNORE_LOCK);
    }

    private int run(String... words) {
        List<String> all = new ArrayList<>(List.of("--out", folder.toString()));
        all.addAll(List.of(words));
        return Main.run(
                all,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private int runQuickly(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(QUICKLY);
        return run(all.toArray(String[]::new));
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theTableIsPrintedAndKeptBesideResultsAndLog() throws Exception {
        int code = runQuickly("--include", "Product.*forward", "-p", "size=10x30@10", "-p", "type=float32");
        assertThat(code).as(errors()).isZero();
        assertThat(output())
                .contains("- command: `benchmarks/run --include 'Product.*forward' --backend cpu -p size=10x30@10")
                .contains("- backend cpu: cpu:0")
                .containsPattern("\\| forward \\| 10x30@10 \\| float32 \\| cpu \\| [\\d.,]+ [nµm]?s \\|");
        assertThat(folder.resolve("table.md")).hasContent(output());
        assertThat(Result.read(folder.resolve("results.json"))).hasSize(1);
        assertThat(Files.readString(folder.resolve("log.txt"))).contains("Benchmark: io.nudge.benchmarks.Product");
        assertThat(errors()).contains("ProductBenchmark.forward cpu 10x30@10 float32: ");
    }

    @Test
    void eachIsMeasuredByAForkBeforeAnyIsByItsNext() throws Exception {
        int code = run(
                "--include",
                "Elementwise.*(copy|scale)",
                "-p",
                "size=64x512",
                "-p",
                "type=float32",
                "--full",
                "-f",
                "2",
                "-wi",
                "0",
                "-i",
                "1",
                "-r",
                "1ms");
        assertThat(code).as(errors()).isZero();
        assertThat(errors().lines().filter(line -> line.startsWith("Elementwise")))
                .extracting(line -> line.substring(0, line.indexOf(' ')))
                .containsExactly(
                        "ElementwiseBenchmark.copy",
                        "ElementwiseBenchmark.scale",
                        "ElementwiseBenchmark.copy",
                        "ElementwiseBenchmark.scale");
        assertThat(Result.read(folder.resolve("results.json")))
                .hasSize(2)
                .allSatisfy(result -> assertThat(result.forks()).hasSize(2));
        assertThat(output()).contains("- forks 2, each 0 × ");
    }

    @Test
    void severalNetworksAreTrainedAtOnceEachByAThread() {
        int code = runQuickly(
                "--include",
                "Step.*step$",
                "-p",
                "size=784-30-10@10",
                "-p",
                "type=float32",
                "-p",
                "steps=1",
                "-t",
                "2");
        assertThat(code).as(errors()).isZero();
        assertThat(output())
                .containsPattern("\\| step \\| 784-30-10@10 .*\\| float32 \\| cpu \\| 2 \\| [\\d.,]+ [nµm]?s \\|");
    }

    @Test
    void tablesAndPicturesAreMadeOfEarlierResults() throws Exception {
        assertThat(runQuickly("--include", "Product.*forward", "-p", "size=10x30@10", "-p", "type=float32"))
                .as(errors())
                .isZero();
        Path again = folder.resolve("again");
        int code = Main.run(
                List.of("--from", folder.toString(), "--plot", "--out", again.toString()),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(code).as(errors()).isZero();
        assertThat(again.resolve("table.md")).hasContent(Files.readString(folder.resolve("table.md")));
        BufferedImage picture =
                ImageIO.read(again.resolve("matrix-products.png").toFile());
        assertThat(picture.getWidth()).isGreaterThan(300);
    }

    @Test
    void aFolderWithoutResultsIsRefused() {
        assertThat(run("--from", folder.toString())).isEqualTo(2);
        assertThat(errors()).contains("there are no results in " + folder, "results.json", "--help");
    }

    /** On the emulated device: where it was not built, nothing of CUDA can be measured. */
    @Test
    void aTrainingStepIsMeasuredOnCudaAsWell() {
        assumeTrue(
                MainTest.class.getResource("/io/nudge/emulator/linux-x86_64/libcuda.so.1") != null,
                "the emulated device was not built");
        int code = runQuickly(
                "--backend",
                "cuda-emulated",
                "--include",
                "StepBenchmark.step$",
                "-p",
                "size=784-30-10@10",
                "-p",
                "type=float32",
                "-p",
                "optimizer=sgd",
                "-p",
                "activation=sigmoid");
        assertThat(code).as(errors()).isZero();
        assertThat(output())
                .contains("- backend cuda-emulated: cuda-emulated:0 (Emulated CUDA device 0")
                .containsPattern("\\| step \\| 784-30-10@10 .*\\| float32 \\| cuda-emulated \\| [\\d.,]+ [nµm]?s \\|");
    }

    @Test
    void whatFailsIsSaidAndTheRestIsInTheTable() {
        int code = runQuickly("--include", "Product.*forward", "-p", "size=10x30@10,huge", "-p", "type=float32");
        assertThat(code).isEqualTo(1);
        assertThat(output()).contains("| forward | 10x30@10 |");
        assertThat(errors())
                .contains("ProductBenchmark.forward cpu huge float32: FAILED")
                .contains("1 could not be measured; " + folder.resolve("log.txt") + " says why");
        assertThat(folder.resolve("log.txt")).content().contains("the size 'huge' is not");
    }

    @Test
    void aBackendThatIsNotThereIsToldBeforeAnythingIsMeasured() {
        assertThat(runQuickly("--backend", "cpu,abacus")).isEqualTo(2);
        assertThat(errors()).startsWith("benchmarks: ").contains("unknown backend 'abacus'");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aNameThatNoBenchmarkHasIsToldInOneLine() {
        assertThat(runQuickly("--include", "NoSuchBenchmark")).isEqualTo(2);
        assertThat(errors()).contains("no benchmark has such a name");
    }

    @Test
    void anUnknownOptionIsToldInOneLine() {
        assertThat(run("--fast")).isEqualTo(2);
        assertThat(errors()).isEqualTo("benchmarks: unknown option --fast; see --help" + System.lineSeparator());
    }

    @Test
    void anOptionWithoutItsValueIsToldInOneLine() {
        assertThat(run("--include")).isEqualTo(2);
        assertThat(errors()).contains("--include needs a value");
    }

    @Test
    void helpExplains() {
        assertThat(run("--help")).isZero();
        assertThat(output()).contains("--full").contains("-prof gc");
    }
}
