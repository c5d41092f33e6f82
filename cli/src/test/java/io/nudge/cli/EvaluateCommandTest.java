package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    @TempDir
    private Path folder;

    private Object accuracy;

    private String train(String... options) {
        String file = folder.resolve("model.nudge").toString();
        String[] arguments = Stream.concat(
                        Stream.of("train", "--epochs", "20", "--save", file, "--json"), Stream.of(options))
                .toArray(String[]::new);
        accuracy = done(arguments).lastJson().get("testAccuracy");
        return file;
    }

    @Test
    void whatWasHeldBackInTrainingIsEvaluatedAsItWasThen() {
        String model = train("--data", "iris", "--seed", "3");
        Cli cli = done("evaluate", model, "--data", "iris", "--json");
        assertThat(cli.lastJson()).containsEntry("accuracy", accuracy).containsEntry("total", 30);
        assertThat(done("evaluate", model, "--json").lastJson()).isEqualTo(cli.lastJson());
    }

    @Test
    void whatWasTrainedOnIsSaidToBe() {
        String model = train("--data", "iris");
        Cli train = done("evaluate", model, "--part", "train", "--json");
        assertThat(train.lastJson()).containsEntry("total", 120);
        assertThat(train.err()).contains("nudge: the model was trained on these examples");
        Cli all = done("evaluate", model, "--part", "all", "--json");
        assertThat(all.lastJson()).containsEntry("total", 150);
        assertThat(all.err()).contains("nudge: the model was trained on these examples");
    }

    @Test
    void theMatrixIsReadable() {
        List<String> lines = done("evaluate", train("--data", "iris")).lines();
        assertThat(lines.get(0)).startsWith("model     ").contains("4-30-3, sigmoid, quadratic cost");
        assertThat(lines.get(1)).isEqualTo("data      iris: 30 examples that were held back in training");
        assertThat(lines.get(2)).matches("accuracy  \\d+\\.\\d\\d % \\(\\d+ of 30\\), cost .*");
        assertThat(lines.get(5)).matches("true\\s+setosa\\s+versicolor\\s+virginica\\s+accuracy");
        assertThat(lines.get(6)).startsWith("setosa").endsWith(" %");
        assertThat(lines).hasSize(9);
    }

    @Test
    @SuppressWarnings("unchecked")
    void theMatrixAddsUp() {
        Map<String, Object> row =
                done("evaluate", train("--data", "iris"), "--json").lastJson();
        List<List<Integer>> counts = (List<List<Integer>>) row.get("confusion");
        int diagonal =
                counts.get(0).get(0) + counts.get(1).get(1) + counts.get(2).get(2);
        assertThat(diagonal).isEqualTo(row.get("correct"));
        assertThat(counts.stream()
                        .flatMap(List::stream)
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(30);
        assertThat(row.get("classes")).isEqualTo(List.of("setosa", "versicolor", "virginica"));
        assertThat((List<Double>) row.get("classAccuracy")).hasSize(3);
    }

    @Test
    void anotherTableIsReadWithTheSameLabelAndScale() throws IOException {
        String model = train("--data", SampleFiles.csv(folder).toString(), "--label", "kind");
        Path other = Files.writeString(folder.resolve("other.csv"), "size,weight,kind\n2,1,a\n22,1,c\n");
        Cli cli = done("evaluate", model, "--data", other.toString(), "--json");
        assertThat(cli.lastJson()).containsEntry("total", 2).containsEntry("correct", 2);
        assertThat(cli.err()).doesNotContain("trained on");
    }

    @Test
    void aFolderIsEvaluatedOnItsTestFiles() throws IOException {
        Path data = SampleFiles.idx(folder, true);
        String model = train("--data", data.toString());
        assertThat(done("evaluate", model, "--data", data.toString(), "--json").lastJson())
                .containsEntry("total", 10)
                .containsEntry("accuracy", accuracy);
        assertThat(done("evaluate", model, "--data", data.toString(), "--part", "train", "--json")
                        .lastJson())
                .containsEntry("total", 40);
        Cli missing = nudge("evaluate", model);
        assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.err()).contains("--data is missing");
    }

    @Test
    void theErrorOfARegressionIsTold() throws IOException {
        String data = SampleFiles.numbers(folder).toString();
        String model = train("--data", data, "--label", "y", "--task", "regression", "--rate", "0.01");
        Map<String, Object> row =
                done("evaluate", model, "--data", data, "--json").lastJson();
        assertThat(row).containsEntry("total", 8);
        double error = (double) ((List<?>) row.get("rootMeanSquareError")).get(0);
        assertThat(error * error).isCloseTo((double) row.get("cost"), withPercentage(0.01));
    }

    @Test
    void anotherTableHasAHeaderOrNotAsTheOneOfTheTraining() throws IOException {
        Path file = Files.writeString(folder.resolve("bare.csv"), "1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n");
        String model = train("--data", file.toString(), "--label", "1", "--header", "no", "--test", "0.4");
        Cli cli = done("evaluate", model, "--data", file.toString(), "--part", "all", "--json");
        assertThat(cli.lastJson()).containsEntry("total", 6);
    }
}
