package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    @TempDir
    private Path folder;

    @Test
    void theDefaultsLearnTheDigits() {
        List<Map<String, Object>> lines =
                done("train", "--epochs", "3", "--json").json();
        assertThat(lines).hasSize(4);
        assertThat((double) lines.get(3).get("testAccuracy")).isGreaterThan(0.85);
    }

    @Test
    void deviceAndNetworkComeFirstThenALineForEachEpochThenTheTest() {
        List<String> lines = done("train", "--epochs", "3").lines();
        assertThat(lines.get(0)).startsWith("device    cpu:0");
        assertThat(lines.get(1)).startsWith("network   400-30-10, sigmoid, quadratic cost; 12,340 parameters, float32");
        assertThat(lines.get(2)).isEqualTo("data      digits: 4,000 examples to train, 1,000 to test");
        assertThat(lines.get(3)).startsWith("training  sgd, rate 1.5, batches of 10, 3 epochs, seed 1");
        assertThat(lines.get(5).strip()).startsWith("1/3 ");
        assertThat(lines.get(7).strip()).startsWith("3/3 ");
        assertThat(lines.get(8)).matches("test accuracy \\d\\d\\.\\d\\d % \\(\\d+ of 1,000\\), cost .*");
        assertThat(lines).hasSize(9);
    }

    @Test
    void jsonIsAllThatStandardOutputGets() {
        List<Map<String, Object>> lines = done(
                        "train", "--data", "iris", "--epochs", "2", "--validation", "0.25", "--json")
                .json();
        assertThat(lines.get(0))
                .containsKeys(
                        "epoch",
                        "cost",
                        "accuracy",
                        "validationAccuracy",
                        "samplesPerSecond",
                        "seconds",
                        "validationCost");
        assertThat(lines.get(0)).containsEntry("epoch", 1);
        assertThat(lines.get(1)).containsEntry("epoch", 2);
        Map<String, Object> last = lines.get(2);
        assertThat(last).containsEntry("final", true).containsEntry("total", 30).containsEntry("interrupted", false);
        assertThat((double) last.get("testAccuracy")).isEqualTo((int) last.get("correct") / 30.0);
    }

    @Test
    void theSameSeedGivesTheSameResultAndAnotherAnother() {
        String first = costs("1");
        assertThat(costs("1")).isEqualTo(first);
        assertThat(costs("2")).isNotEqualTo(first);
    }

    private static String costs(String seed) {
        return done("train", "--data", "iris", "--epochs", "3", "--seed", seed, "--json").json().stream()
                .map(line -> line.get("cost") + " " + line.get("testCost"))
                .toList()
                .toString();
    }

    @Test
    void hiddenLayersMayBeSeveralOrNone() {
        assertThat(network("--hidden", "100,30")).startsWith("4-100-30-3,");
        assertThat(network("--hidden", "")).startsWith("4-3,");
        assertThat(network("--hidden=")).startsWith("4-3,");
        assertThat(network("--hidden", "none")).startsWith("4-3,");
    }

    @Test
    void theOutputActivationGoesWithTheCost() {
        assertThat(network("--cost", "cross-entropy")).endsWith("sigmoid, binary-cross-entropy cost");
        assertThat(network("--cost", "categorical-cross-entropy"))
                .endsWith("sigmoid then softmax, categorical-cross-entropy cost");
        assertThat(network("--cost", "cross-entropy", "--output-activation", "softmax"))
                .endsWith("sigmoid then softmax, categorical-cross-entropy cost");
        assertThat(network("--activation", "elu:0.5")).endsWith("elu:0.5 then sigmoid, quadratic cost");
    }

    private static String network(String... options) {
        String[] arguments = new String[options.length + 6];
        System.arraycopy(new String[] {"train", "--data", "iris", "--epochs", "1", "--json"}, 0, arguments, 0, 6);
        System.arraycopy(options, 0, arguments, 6, options.length);
        return (String) done(arguments).lastJson().get("network");
    }

    @Test
    void everyOptionOfTrainingIsTaken() {
        Map<String, Object> last =
                done(("train --data iris --epochs 8 --hidden 8,8 --activation tanh --optimizer momentum:0.8 --rate 0.05 "
                                        + "--schedule warmup:2+cosine:28 --batch 16 --l1 1e-5 --l2 1e-4 --clip-value 5 "
                                        + "--clip-norm 2 --dropout 0.1,0 --init glorot-normal --keep-best --patience 3 "
                                        + "--validation 0.2 --seed 7 --type float64 --backend cpu --json")
                                .split(" "))
                        .lastJson();
        assertThat(last).containsEntry("type", "float64");
        assertThat(last.get("network").toString()).startsWith("4-8-8-3, tanh").contains("dropout 0.1");
        assertThat((int) last.get("bestEpoch")).isBetween(1, 8);
    }

    @Test
    void oneBatchMayHoldAllExamples() {
        assertThat(done("train", "--data", "iris", "--epochs", "1", "--batch", "full")
                        .lines()
                        .get(3))
                .contains("all examples at once");
    }

    @Test
    void aTableIsReadSplitAndScaled() throws IOException {
        Path file = SampleFiles.csv(folder);
        Cli cli = done("train", "--data", file.toString(), "--label", "kind", "--epochs", "40", "--json");
        assertThat(cli.lastJson()).containsEntry("total", 12).containsEntry("testAccuracy", 1.0);
        assertThat(cli.lastJson().get("network").toString()).startsWith("2-30-3");
    }

    @Test
    void columnsMayBeIgnored() throws IOException {
        Path file = SampleFiles.csv(folder);
        Cli cli = done(
                "train", "--data", file.toString(), "--label", "-1", "--ignore", "weight", "--epochs", "1", "--json");
        assertThat(cli.lastJson().get("network").toString()).startsWith("1-30-3");
    }

    @Test
    void numbersArePredictedInRegression() throws IOException {
        Path file = SampleFiles.numbers(folder);
        Cli cli = done(
                "train",
                "--data",
                file.toString(),
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
                "--json");
        Map<String, Object> last = cli.lastJson();
        assertThat(last).containsEntry("testAccuracy", null).containsEntry("network", "1-1, identity, quadratic cost");
        assertThat((double) last.get("testCost")).isCloseTo(0, within(1e-3));
    }

    @Test
    void aFolderIsTestedOnItsTestFiles() throws IOException {
        String data = SampleFiles.idx(folder, true).toString();
        assertThat(done("train", "--data", data, "--epochs", "2", "--json").lastJson())
                .containsEntry("total", 10);
        assertThat(done("train", "--data", data, "--epochs", "2", "--test", "0.5", "--json")
                        .lastJson())
                .containsEntry("total", 20);
    }

    @Test
    void aFolderWithoutTestFilesIsSplit() throws IOException {
        String data = SampleFiles.idx(folder, false).toString();
        assertThat(done("train", "--data", data, "--epochs", "2", "--json").lastJson())
                .containsEntry("total", 8);
    }

    @Test
    void thereNeedBeNoTest() {
        assertThat(done("train", "--data", "iris", "--epochs", "1", "--test", "none", "--json")
                        .lastJson())
                .containsEntry("testAccuracy", null)
                .containsEntry("correct", null)
                .containsEntry("total", 0);
    }

    @Test
    void validationMayComeFromAFile() throws IOException {
        String file = SampleFiles.csv(folder).toString();
        Map<String, Object> epoch = done(
                        "train", "--data", file, "--label", "kind", "--validation", file, "--epochs", "1", "--json")
                .json()
                .get(0);
        assertThat((double) epoch.get("validationAccuracy")).isBetween(0.0, 1.0);
    }

    @Test
    void thePlotIsAPicture() throws IOException {
        Path file = folder.resolve("curve.png");
        assertThat(done("train", "--data", "iris", "--epochs", "2", "--plot", file.toString())
                        .lastLine())
                .isEqualTo("plotted " + file);
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isGreaterThan(600);
        assertThat(image.getHeight()).isGreaterThan(600);
    }

    @Test
    void thePlotOfARegressionHasTheCostAlone() throws IOException {
        Path file = folder.resolve("curve.png");
        String data = SampleFiles.numbers(folder).toString();
        done(
                "train",
                "--data",
                data,
                "--label",
                "y",
                "--task",
                "regression",
                "--rate",
                "0.01",
                "--epochs",
                "1",
                "--plot",
                file.toString());
        assertThat(ImageIO.read(file.toFile()).getHeight()).isLessThan(500);
    }

    @Test
    void savingReplacesTheFileAndLeavesNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("iris.nudge"), "old");
        done("train", "--data", "iris", "--epochs", "1", "--save", file.toString());
        assertThat(Files.size(file)).isGreaterThan(100);
        assertThat(folder).isDirectoryContaining(each -> each.equals(file));
        assertThat(folder.toFile().list()).containsExactly("iris.nudge");
    }
}
