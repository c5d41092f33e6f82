package io.nudge.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report that comes of a file which JMH wrote (its digits rounded, so that they can be followed by hand). */
class TablesTest {
    private static Path recorded() throws URISyntaxException {
        return Path.of(TablesTest.class.getResource("jmh.json").toURI());
    }

    @Test
    void aReportTellsTheMachineAndHasATableForEachClass() throws Exception {
        String report = Tables.markdown(Result.read(recorded()), List.of("machine: one of glass"));
        assertThat(report).isEqualTo("""
                        # Benchmarks

                        - machine: one of glass
                        - forks 2, each 3 × 50 ms of warm-up and 3 × 50 ms measured, JVM options `--add-modules=jdk.incubator.vector`
                        - forks 2, each 3 × 100 ms of warm-up and 3 × 100 ms measured, JVM options `--add-modules=jdk.incubator.vector`
                        - time: median over forks; from–to: least and most of all iterations

                        ## Matrix products

                        `forward` is x Wᵀ, `inputGradient` is Wᵀ δ. The size 30x784@10 means W [30, 784] and a batch of 10.

                        | operation | size | type | backend | time | from–to | GFLOP/s | B/op |
                        | --- | --- | --- | --- | ---: | ---: | ---: | ---: |
                        | forward | 10x30@10 | float32 | cpu | 792 ns | 756–834 ns | 7.57 | 76.2 |
                        | forward | 10x30@10 | float64 | cpu | 1.01 µs | 0.966–1.29 µs | 5.97 | 120 |

                        ## Training steps

                        Gather a batch, forward, backward, descend, recorded once. `step` waits for each, `stepOfTen` for ten \
                        together, as training nearly does; with `steps` a recording is of so many. The size 784-30-10@10 means these \
                        layers and a batch of 10. GFLOP/s counts the matrix products.

                        | operation | size | activation | optimizer | type | backend | time | from–to | GFLOP/s | examples/s | B/op |
                        | --- | --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |
                        | step | 784-30-10@10 | sigmoid | sgd | float32 | cpu | 321 µs | 299–365 µs | 2.98 | 31,100 | 35.9 |
                        """);
    }

    @Test
    void backendsStandBesideEachOther() throws Exception {
        List<Result> results = List.of(
                result("cpu", "30x784@10"),
                result("cpu", "512x512@128"),
                result("cuda", "30x784@10"),
                result("cuda", "512x512@128"));
        String report = Tables.markdown(results, List.of());
        assertThat(report.lines().filter(line -> line.startsWith("| forward")))
                .containsExactly(
                        "| forward | 30x784@10 | float32 | cpu | 6.00 ns | 5.00–7.00 ns | 78,400 |",
                        "| forward | 30x784@10 | float32 | cuda | 6.00 ns | 5.00–7.00 ns | 78,400 |",
                        "| forward | 512x512@128 | float32 | cpu | 6.00 ns | 5.00–7.00 ns | 11,200,000 |",
                        "| forward | 512x512@128 | float32 | cuda | 6.00 ns | 5.00–7.00 ns | 11,200,000 |");
    }

    private static Result result(String backend, String size) throws IOException, URISyntaxException {
        Result any = Result.read(recorded()).get(0);
        return new Result(
                any.benchmark(),
                Map.of("backend", backend, "size", size, "type", "float32"),
                1,
                List.of(List.of(5.0), List.of(7.0)),
                OptionalDouble.empty(),
                any.settings());
    }

    @Test
    void ratesAreThoseOfAllThreadsTogether() throws Exception {
        Result one = result("cpu", "30x784@10");
        Result two = new Result(one.benchmark(), one.parameters(), 2, one.forks(), one.allocated(), one.settings());
        assertThat(Tables.markdown(List.of(two), List.of()))
                .contains("| operation | size | type | backend | threads | time | from–to | GFLOP/s |")
                .contains("| forward | 30x784@10 | float32 | cpu | 2 | 6.00 ns | 5.00–7.00 ns | 157,000 |");
    }

    @Test
    void passesAreComparedWithACopyOfAsManyBytesAndWithAnExponential() throws Exception {
        List<Result> results = List.of(
                pass("ElementwiseBenchmark.copy", 2.0, Map.of()),
                pass("ElementwiseBenchmark.add", 6.0, Map.of()),
                pass("ActivationBenchmark.activate", 3.0, Map.of("activation", "relu")),
                pass("ActivationBenchmark.prime", 8.0, Map.of("activation", "elu")),
                pass("ActivationBenchmark.chain", 12.0, Map.of("activation", "tanh")));
        assertThat(Tables.markdown(results, List.of()).lines().filter(line -> line.contains("10x30")))
                .containsExactly(
                        "| activate | 10x30 | relu | float32 | cpu | 3.00 ns | 3.00–3.00 ns | 800 | 1.50 |  |",
                        "| prime | 10x30 | elu | float32 | cpu | 8.00 ns | 8.00–8.00 ns | 300 | 4.00 | 1.00 |",
                        "| chain | 10x30 | tanh | float32 | cpu | 12.0 ns | 12.0–12.0 ns | 300 | 4.00 | 1.50 |",
                        "| copy | 10x30 | float32 | cpu | 2.00 ns | 2.00–2.00 ns | 1,200 | 1.00 |",
                        "| add | 10x30 | float32 | cpu | 6.00 ns | 6.00–6.00 ns | 600 | 2.00 |");
    }

    @Test
    void withoutACopyOfTheSameSizeThereIsNothingToCompareWith() throws Exception {
        List<Result> results = List.of(
                pass("ElementwiseBenchmark.copy", 2.0, Map.of("size", "64x512")),
                pass("ElementwiseBenchmark.add", 6.0, Map.of()));
        assertThat(Tables.markdown(results, List.of()))
                .contains("| copy | 64x512 | float32 | cpu | 2.00 ns | 2.00–2.00 ns | 131,000 | 1.00 |")
                .contains("| add | 10x30 | float32 | cpu | 6.00 ns | 6.00–6.00 ns | 600 |  |");
    }

    private static Result pass(String method, double time, Map<String, String> own)
            throws IOException, URISyntaxException {
        Map<String, String> parameters = new TreeMap<>(Map.of("backend", "cpu", "size", "10x30", "type", "float32"));
        parameters.putAll(own);
        Result any = Result.read(recorded()).get(0);
        return new Result(
                "io.nudge.benchmarks." + method,
                parameters,
                1,
                List.of(List.of(time)),
                OptionalDouble.empty(),
                any.settings());
    }

    @Test
    void theMedianIsThatOfTheForksMediansAndTheRangeThatOfAllIterations() throws Exception {
        Result any = Result.read(recorded()).get(0);
        Result result = new Result(
                any.benchmark(),
                any.parameters(),
                1,
                List.of(List.of(1.0, 9.0, 2.0), List.of(4.0, 5.0, 6.0), List.of(8.0, 8.0, 0.5)),
                any.allocated(),
                any.settings());
        assertThat(result.median()).isEqualTo(5);
        assertThat(result.least()).isEqualTo(0.5);
        assertThat(result.most()).isEqualTo(9);
    }

    @Test
    void resultsInAnotherUnitAreRefused(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("jmh.json");
        Files.writeString(file, Files.readString(recorded()).replace("ns/op", "ops/s"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Result.read(file))
                .withMessageContaining("was measured in ops/s");
    }
}
