package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.model.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTest {
    @TempDir
    private Path folder;

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static Cli train(String options, String... more) {
        return done(with("train --json " + options, more));
    }

    private static String[] with(String options, String... more) {
        return Stream.concat(Arrays.stream(options.split(" ")), Arrays.stream(more))
                .toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--data iris",
                "--data iris --validation 0.2 --keep-best --optimizer adam --dropout 0.2 --hidden 8,8",
                "--data iris --schedule warmup:2+cosine:10 --batch full --scale none --seed 5 --type float64 --test 0.3",
                "--data iris --cost cross-entropy --output-activation softmax --optimizer momentum --clip-norm 1 --l2 0.01"
            })
    void aResumedRunEndsWithTheBitsOfOneLeftAlone(String options) {
        Cli whole = train(options + " --epochs 6", "--save", file("whole"));
        train(options + " --epochs 2", "--checkpoint", file("run"));
        Cli rest = train("--epochs 6", "--resume", file("run"), "--save", file("resumed"));
        assertThat(folder.resolve("resumed")).hasSameBinaryContentAs(folder.resolve("whole"));
        assertThat(rest.lines()).hasSize(5);
        for (String quantity : List.of("testAccuracy", "testCost", "total", "bestEpoch", "network", "type")) {
            assertThat(rest.lastJson().get(quantity))
                    .as(quantity)
                    .isEqualTo(whole.lastJson().get(quantity));
        }
    }

    @Test
    void aTableIsFoundSplitAndScaledAsBefore() throws IOException {
        String data = SampleFiles.csv(folder).toString();
        String options = "--data " + data + " --label kind --ignore weight --validation 0.2";
        train(options + " --epochs 4", "--save", file("whole"));
        train(options + " --epochs 2", "--checkpoint", file("run"));
        train("--epochs 4", "--resume", file("run"), "--save", file("resumed"));
        assertThat(folder.resolve("resumed")).hasSameBinaryContentAs(folder.resolve("whole"));
    }

    @Test
    void aRunThatIsOverIsTestedOnceMore() {
        Cli first = train("--data iris --epochs 2", "--checkpoint", file("run"));
        Cli second = train("--resume " + file("run"), "--save", file("model"));
        assertThat(second.lines()).hasSize(1);
        assertThat(second.lastJson().get("testCost")).isEqualTo(first.lastJson().get("testCost"));
        assertThat(folder.resolve("model")).exists();
    }

    @Test
    void whatIsSaidAgainMayBeSaidOtherwise() {
        train("--data iris --epochs 1 --rate 0.5 --validation 0.2 --keep-best", "--checkpoint", file("run"));
        train("--resume " + file("run")
                + " --epochs 2 --rate 0.50 --data iris --schedule constant --hidden 30 --keep-best");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --rate 0.7              | --rate 0.7 contradicts the run of | --rate 0.5
            --data digits           | --data digits contradicts         | --data iris
            --hidden 31             | --hidden 31 contradicts           | --hidden 30
            --seed 2                | --seed 2 contradicts              | --seed 1
            --test 0.5              | --test 0.5 contradicts            | no --test
            --validation 0.5        | --validation 0.5 contradicts      | --validation none
            --optimizer adam        | --optimizer adam                  | --optimizer sgd
            --l2 0.1                | --l2 0.1 contradicts              | no --l2
            --type float64          | --type float64 contradicts        | --type float32
            --epochs 1              | --epochs 1 is fewer               | --epochs 2
            """)
    void whatContradictsIsRefused(String option, String now, String before) {
        train("--data iris --epochs 2 --rate 0.5", "--checkpoint", file("run"));
        Cli cli = nudge(with("train --resume " + file("run") + " " + option));
        assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err().strip()).contains(now, before).doesNotContain("\n");
    }

    @Test
    void otherDataAreRefused() throws IOException {
        Path data = SampleFiles.csv(folder);
        train("--data " + data + " --label kind --epochs 1", "--checkpoint", file("run"));
        Files.writeString(data, "1,1,a\n", StandardOpenOption.APPEND);
        Cli cli = nudge("train", "--resume", file("run"), "--epochs", "2");
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("are not those that the run of " + file("run") + " was begun with");
    }

    @Test
    void aModelIsNoRunToGoOnWith() {
        train("--data iris --epochs 1", "--save", file("model"));
        Cli cli = nudge("train", "--resume", file("model"));
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err().strip()).startsWith("nudge: " + file("model")).contains("not a checkpoint");
    }

    @Test
    void checkpointsComeEverySoManyEpochs() throws IOException {
        train("--data iris --epochs 5 --every 2", "--checkpoint", file("run"));
        assertThat(Checkpoint.load(folder.resolve("run")).state().epoch()).isEqualTo(5);
        assertThat(folder.toFile().list()).containsExactly("run");
    }
}
