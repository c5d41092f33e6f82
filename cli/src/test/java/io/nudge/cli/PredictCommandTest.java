package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictCommandTest {
    @TempDir
    private Path folder;

    private String model() {
        return folder.resolve("model.nudge").toString();
    }

    private void trainOnTable() throws IOException {
        String data = SampleFiles.csv(folder).toString();
        done("train", "--data", data, "--label", "kind", "--epochs", "40", "--save", model());
    }

    @Test
    void aLineForEachExampleHasNumberClassAndOutput() throws IOException {
        trainOnTable();
        Path file = Files.writeString(folder.resolve("new.csv"), "size,weight\n2,1\n12,1\n22,1\n");
        List<String> lines = done("predict", model(), "--data", file.toString()).lines();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).matches("     0  a  0\\.\\d{4}");
        assertThat(lines.get(1)).matches("     1  b  0\\.\\d{4}");
        assertThat(lines.get(2)).matches("     2  c  0\\.\\d{4}");
    }

    @Test
    void theColumnToPredictMayBeThereWhateverItHolds() throws IOException {
        trainOnTable();
        Path file = Files.writeString(folder.resolve("new.csv"), "size,weight,kind\n2,1,\n22,1,?\n");
        assertThat(done("predict", model(), "--data", file.toString()).lines()).hasSize(2);
    }

    @Test
    void jsonHasAllOutputs() throws IOException {
        trainOnTable();
        Path file = Files.writeString(folder.resolve("new.csv"), "size,weight\n2,1\n");
        Map<String, Object> row =
                done("predict", model(), "--data", file.toString(), "--json").lastJson();
        assertThat(row).containsEntry("example", 0).containsEntry("class", "a");
        assertThat((List<?>) row.get("outputs")).hasSize(3).anyMatch(row.get("output")::equals);
    }

    @Test
    void otherColumnsAreRefused() throws IOException {
        trainOnTable();
        Path swapped = Files.writeString(folder.resolve("new.csv"), "weight,size\n2,1\n");
        Cli cli = nudge("predict", model(), "--data", swapped.toString());
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("takes 'size' as its input 0, but in " + swapped + " that is 'weight'");
    }

    @Test
    void imagesNeedNoLabels() throws IOException {
        Path data = SampleFiles.idx(folder, true);
        done("train", "--data", data.toString(), "--epochs", "1", "--save", model());
        assertThat(done("predict", model(), "--data", data.toString()).lines()).hasSize(10);
        String images = data.resolve("train-images-idx3-ubyte").toString();
        assertThat(done("predict", model(), "--data", images).lines()).hasSize(40);
    }

    @Test
    void numbersArePredictedInRegression() throws IOException {
        String data = SampleFiles.numbers(folder).toString();
        done(
                "train",
                "--data",
                data,
                "--label",
                "y",
                "--task",
                "regression",
                "--hidden",
                "none",
                "--rate",
                "0.1",
                "--epochs",
                "60",
                "--save",
                model());
        Path file = Files.writeString(folder.resolve("new.csv"), "x\n0.5\n");
        Map<String, Object> row =
                done("predict", model(), "--data", file.toString(), "--json").lastJson();
        assertThat((double) ((List<?>) row.get("outputs")).get(0)).isBetween(1.9, 2.1);
        assertThat(done("predict", model(), "--data", file.toString()).lastLine())
                .matches("     0  [12]\\.\\d+");
    }
}
