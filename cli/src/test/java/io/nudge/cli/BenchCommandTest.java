package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import io.nudge.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bench measures; how fast it is, no test asks. */
class BenchCommandTest {
    @TempDir
    private Path folder;

    private static String[] bench(String options) {
        return ("bench --backend cpu --layers 3,4,2 --seconds 0.05 " + options)
                .strip()
                .split(" +");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--inference",
                "--inference --batch 1 --type float64",
                "--activation relu --cost categorical-cross-entropy --optimizer adam --batch 7",
                "--output-activation identity --activation tanh"
            })
    void tellsTheSpeedAndWhatBoundsIt(String options) {
        List<String> lines = done(bench(options)).lines();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
                .contains("3-4-2", "cpu:0", "Java " + System.getProperty("java.version"))
                .startsWith(options.contains("inf") ? "inference" : "training");
        assertThat(lines.get(1)).contains("examples/s", "for a batch", "half of the rounds");
        assertThat(lines.get(2)).contains("of the roofline", "GFLOP/s", "GB/s");
        assertThat(lines.get(3)).startsWith("bound by ");
    }

    @Test
    void aProgramGetsTheSameAsJson() {
        Map<String, Object> json = done(bench("--json --batch 5")).lastJson();
        assertThat(json).containsEntry("final", true).containsKeys("device", "java", "limit", "share", "bound");
        assertThat(json)
                .extractingByKey("work", InstanceOfAssertFactories.MAP)
                .containsEntry("kind", "training")
                .containsEntry("optimizer", "sgd")
                .containsEntry("batch", 5)
                .containsEntry("type", "float32")
                .containsEntry("backend", "cpu");
        assertThat(json)
                .extractingByKey("examplesPerSecond", InstanceOfAssertFactories.DOUBLE)
                .isPositive();
        assertThat(json)
                .extractingByKey("rounds", InstanceOfAssertFactories.LIST)
                .isNotEmpty();
    }

    @Test
    void twoResultsAreCompared() throws IOException {
        Path before = folder.resolve("before.json");
        Files.writeString(before, done(bench("--json")).out());
        assertThat(done(bench("--against " + before)).lastLine())
                .matches("(faster|slower|noise): .* times the speed of .*before.json \\(now .*");
        assertThat(done(bench("--json --against " + before)).lastJson()).containsKeys("ratio", "verdict");
    }

    @Test
    void thatAnotherJavaDidItIsSaid() throws IOException {
        String now = System.getProperty("java.version");
        String other = done(bench("--json")).out().replace("\"java\":\"" + now + "\"", "\"java\":\"16.0.2\"");
        Path before = Files.writeString(folder.resolve("before.json"), other);
        assertThat(done(bench("--against " + before)).lastLine())
                .contains(" times the speed of " + before + " with Java 16.0.2 (now ");
    }

    @ParameterizedTest
    @CsvSource({"--batch 9, batch was 10", "--inference, kind was training", "--type float64, type was float32"})
    void onlyTheSameWorkIsCompared(String change, String said) throws IOException {
        Path before = folder.resolve("before.json");
        Files.writeString(before, done(bench("--json")).out());
        Cli cli = nudge(bench(change + " --against " + before));
        assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("--against", said, "measure the same work");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "{}",
                "{\"work\":{}}",
                "{\"work\":{},\"rounds\":[]}",
                "{\"work\":{},\"rounds\":[true]}"
            })
    void whatIsNoResultIsRefused(String text) throws IOException {
        Path before = Files.writeString(folder.resolve("before.json"), text);
        Cli cli = nudge(bench("--against " + before));
        assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("before.json", "nudge bench --json");
        assertThat(cli.out()).as("nothing was measured").isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--layers 3|--layers",
                "--batch 0|--batch must be at least 1",
                "--batch 2000000000|--batch: 4 batches of 2,000,000,000 examples",
                "--seconds 0|--seconds",
                "--seconds NaN|--seconds",
                "--optimizer fast|--optimizer",
                "--activation what|--activation",
                "--cost what|--cost",
                "--backend what|--backend",
                "--against missing.json|missing.json"
            })
    void badOptionsAreRefused(String options, String said) {
        Cli cli = nudge(bench(options));
        assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains(said);
    }

    // ---- the roofline -----------------------------------------------------------------------------------------------

    private static final Architecture NETWORK =
            Architecture.uniform(Activation.SIGMOID, Activation.SIGMOID, Cost.QUADRATIC, 4, 3, 2);

    /** Weights 4·3 + 3·2 = 18: forward 2·18 operations for an example; back 2·18 for ∂C/∂W and 2·6 for Wᵀδ. */
    @Test
    void theProductsOfAStepAreCounted() {
        Roofline roofline = new Roofline(1000, 1);
        assertThat(roofline.arithmetic(NETWORK, 10, true)).isEqualTo(0.36);
        assertThat(roofline.arithmetic(NETWORK, 10, false)).isEqualTo(0.84);
    }

    /** 23 parameters, read, and in training written; a batch of 10 with 4 inputs and 2 outputs: in float32, 4 bytes each. */
    @Test
    void theLeastTrafficOfAStepIsCounted() {
        Roofline roofline = new Roofline(1, 1000);
        assertThat(roofline.traffic(NETWORK, 10, true, DType.FLOAT32)).isEqualTo(0.332);
        assertThat(roofline.traffic(NETWORK, 10, false, DType.FLOAT32)).isEqualTo(0.424);
    }
}
