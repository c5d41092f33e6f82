package io.nudge.cli;

import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong, one line says what, and an exit code whose mistake it is. */
class BadInputTest {
    @TempDir
    private Path folder;

    private Path save;

    @BeforeEach
    void saveSomething() throws IOException {
        save = Files.writeString(folder.resolve("model.nudge"), "as it was");
    }

    private static void assertOneLine(Cli cli, int exitCode, String... parts) {
        assertThat(cli.err().strip())
                .startsWith("nudge: ")
                .contains(parts)
                .doesNotContain("\n", "Exception", "internal error", "\tat ");
        assertThat(cli.exitCode()).isEqualTo(exitCode);
        assertThat(cli.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --activation sigmod       | unknown activation 'sigmod'; choose one of: sigmoid
            --activation softmax      | softmax is for the output layer only
            --output-activation foo   | unknown activation 'foo'
            --cost square             | unknown cost 'square'; choose one of: quadratic
            --optimizer adm           | unknown optimizer 'adm'; choose one of: sgd
            --schedule linear         | unknown schedule 'linear'; choose one of: constant
            --init random             | unknown initializer 'random'; choose one of: normal
            --type float16            | unknown type 'float16'; choose one of: float32, float64
            --backend gpu             | unknown backend 'gpu'; choose one of: auto
            --task guessing           | --task must be classification or regression
            --scale big               | --scale must be standard or none
            --hidden 30,0             | must have at least 1 neuron
            --hidden -3               | must have at least 1 neuron
            --hidden 30,x             | 'x' is not a whole number
            --hidden 30,              | '' is not a whole number
            --batch 0                 | --batch must be at least 1, but is 0
            --batch -1                | --batch must be at least 1, but is -1
            --batch ten               | --batch must be a whole number or full, but is 'ten'
            --epochs 0                | the number of epochs must be at least 1, but is 0
            --epochs 1.5              | '1.5' is not a whole number
            --rate 0                  | must be positive, but is 0.0
            --rate -1                 | must be positive, but is -1.0
            --rate fast               | 'fast' is not a number
            --rate NaN                | must be positive
            --l1 -1                   | l1 must be at least 0, but is -1.0
            --l2 -1                   | l2 must be at least 0, but is -1.0
            --clip-value 0            | must be positive, but is 0.0
            --clip-norm -1            | must be positive, but is -1.0
            --dropout 1               | must be at least 0 and below 1, but is 1.0
            --dropout 0.1,0.2         | --dropout has 2 shares
            --dropout x               | 'x' is not a number
            --patience 0              | --patience must be at least 1, but is 0
            --patience 3              | --patience needs data to judge by; hold some back with --validation
            --keep-best               | --keep-best needs data to judge by; hold some back with --validation
            --seed one                | 'one' is not a whole number
            --test 0                  | --test must be a share more than 0 and less than 1
            --test 1                  | --test must be a share more than 0 and less than 1
            --test -0.1               | --test must be a share more than 0 and less than 1
            --validation 2            | --validation must be a share more than 0 and less than 1
            --every 2                 | say where with --checkpoint
            --plot curve.jpg          | end the name of curve.jpg with .png
            --label x                 | --label is for CSV files, but digits is built in
            --header yes              | --header is for CSV files, but digits is built in
            --task regression         | --task regression is for CSV files, but digits has classes
            --cost cross-entropy --output-activation relu | use sigmoid or softmax in the output layer
            --hiden 3                 | did you mean --hidden?
            --rate 1 --rate 2         | should be specified only once
            --save                    | Missing required parameter for option '--save'
            extra                     | Unmatched argument
            """)
    void aBadOptionIsAMistakeInUsage(String options, String message) {
        String[] given = ("train " + options).split(" ");
        assertOneLine(nudge(given), ExitCode.USAGE, message);
    }

    @Test
    void anUnknownCommandIsAMistakeInUsage() {
        assertOneLine(nudge("trian"), ExitCode.USAGE, "did you mean train?");
    }

    @Test
    void withoutACommandTheUsageIsShown() {
        Cli cli = nudge();
        assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("Usage: nudge", "train", "evaluate", "backends");
        assertThat(cli.out()).isEmpty();
    }

    /** What stands in a file that should be a table; what is said about it. */
    static Stream<Arguments> tables() {
        return Stream.of(
                arguments("", "is empty"),
                arguments("a,b,kind\n", "has a header but no rows"),
                arguments("a,b,kind\n1,2,x\n1,2\n", "line 3 has 2 cells, but line 1 has 3"),
                arguments("a,b,kind\n1,2,x\n1,oh,y\n", "line 3, column 1 ('b'): 'oh' is not a number"),
                arguments("a,b,kind\n1,2,x\n1,,y\n", "line 3, column 1 ('b'): the value is missing"),
                arguments("a,b,kind\n1,2,x\n3,4,x\n", "has one class only"),
                arguments("a,b,c\n1,2,x\n1,2,y\n", "has no column 'kind'"));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void aTableThatIsNoneIsRefused(String content, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("data.csv"), content);
        assertRefused(message, "--data", file.toString(), "--label", "kind");
    }

    /** Training fails as it should, and what was there before is still there. */
    private void assertRefused(String message, String... options) throws IOException {
        String[] arguments = Stream.concat(
                        Stream.of("train", "--epochs", "1", "--save", save.toString()), Stream.of(options))
                .toArray(String[]::new);
        assertOneLine(nudge(arguments), ExitCode.FAILED, message);
        assertThat(save).hasContent("as it was");
    }

    @Test
    void aMissingSourceIsRefused() throws IOException {
        assertRefused(
                "there is no file, folder or built-in data set 'letters'; give digits, iris", "--data", "letters");
    }

    @Test
    void aFolderWithoutDataIsRefused() throws IOException {
        assertRefused("looked in the folder " + folder, "--data", folder.toString());
    }

    @Test
    void aWrongMagicNumberIsRefused() throws IOException {
        Path data = SampleFiles.idx(folder, false);
        byte[] images = Files.readAllBytes(data.resolve("train-images-idx3-ubyte"));
        images[2] = 0x0d;
        Files.write(data.resolve("train-images-idx3-ubyte"), images);
        assertRefused("is not an IDX file of images", "--data", data.toString());
    }

    @Test
    void aFileThatIsCutOffIsRefused() throws IOException {
        Path data = SampleFiles.idx(folder, false);
        byte[] images = Files.readAllBytes(data.resolve("train-images-idx3-ubyte"));
        Files.write(data.resolve("train-images-idx3-ubyte"), Arrays.copyOf(images, images.length - 5));
        assertRefused("train-images-idx3-ubyte", "--data", data.toString());
    }

    @Test
    void oneIdxFileIsNotEnough() throws IOException {
        Path data = SampleFiles.idx(folder, false);
        assertRefused(
                "give the folder that holds images and labels",
                "--data",
                data.resolve("train-images-idx3-ubyte").toString());
    }

    @Test
    void aTableWithoutALabelIsAMistakeInUsage() throws IOException {
        String data = SampleFiles.csv(folder).toString();
        assertOneLine(
                nudge("train", "--data", data),
                ExitCode.USAGE,
                "--label is missing: name the column of " + data + " to predict, one of size, weight, kind");
    }

    @Test
    void aTooSmallShareIsRefused() throws IOException {
        assertRefused("leaves no example to hold back", "--data", "iris", "--test", "0.001");
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        assertOneLine(nudge("train", "--backend", "cpu:7"), ExitCode.FAILED, "there is no device 'cpu:7'");
    }

    @ParameterizedTest
    @CsvSource({"--save", "--checkpoint", "--plot"})
    void whereNothingCanBeWrittenNothingIsTrained(String option) {
        Path nowhere = folder.resolve("no").resolve("file.png");
        assertOneLine(
                nudge("train", option, nowhere.toString()),
                ExitCode.FAILED,
                option + " " + nowhere + " cannot be written: there is no folder " + nowhere.getParent());
        assertOneLine(
                nudge("train", option, Files.exists(folder.resolve("x.png")) ? "" : folderNamed("x.png")),
                ExitCode.FAILED,
                "that is a folder");
    }

    private String folderNamed(String name) {
        try {
            return Files.createDirectories(folder.resolve(name)).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFolderThatTakesNoFilesIsFoundOutBeforeTraining() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs /proc, which takes no files, not even root's");
        assertOneLine(nudge("train", "--plot", "/proc/x.png"), ExitCode.FAILED, "the folder takes no new files");
        assertOneLine(nudge("train", "--save", "/proc/x"), ExitCode.FAILED, "the folder takes no new files");
    }

    @Test
    void aDeviceIsNotReplacedByAFile() {
        assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
        assertOneLine(nudge("train", "--save", "/dev/full"), ExitCode.FAILED, "that is no regular file");
    }

    @Test
    void twoResultsInOneFileAreRefused() {
        String file = folder.resolve("x").toString();
        assertOneLine(
                nudge("train", "--save", file, "--checkpoint", file),
                ExitCode.USAGE,
                "--save and --checkpoint name the same");
    }

    @Test
    void neitherDataNorTheRunResumedIsOverwritten() throws IOException {
        String data = SampleFiles.csv(folder).toString();
        assertOneLine(
                nudge("train", "--data", data, "--label", "kind", "--save", data),
                ExitCode.USAGE,
                "--save and --data name the same file");
        String run = folder.resolve("run").toString();
        Cli.done("train", "--data", "iris", "--epochs", "1", "--checkpoint", run);
        assertOneLine(
                nudge("train", "--resume", run, "--save", run),
                ExitCode.USAGE,
                "--save and --resume name the same file");
    }

    @Test
    void aLabelOutOfRangeIsRefused() throws IOException {
        Path data = SampleFiles.idx(folder, false);
        Cli.done("train", "--data", data.toString(), "--epochs", "1", "--save", save.toString());
        byte[] labels = Files.readAllBytes(data.resolve("train-labels-idx1-ubyte"));
        labels[20] = 7;
        Files.write(data.resolve("train-labels-idx1-ubyte"), labels);
        assertOneLine(
                nudge("evaluate", save.toString(), "--data", data.toString()),
                ExitCode.FAILED,
                "has the class '7', which is none of 0, 1");
    }

    @Test
    void divergenceKeepsTheFileThatIsThere() throws IOException {
        Cli cli = nudge(
                "train",
                "--data",
                "iris",
                "--output-activation",
                "identity",
                "--rate",
                "1e9",
                "--save",
                save.toString());
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("nudge: the cost is not finite in epoch 1", "try a lower rate");
        assertThat(save).hasContent("as it was");
    }

    @Test
    void aFileThatIsNoModelIsRefused() {
        assertOneLine(nudge("evaluate", save.toString()), ExitCode.FAILED, save.toString());
        assertOneLine(nudge("predict", save.toString()), ExitCode.FAILED, save.toString());
        assertOneLine(nudge("evaluate", "nowhere.nudge"), ExitCode.FAILED, "nowhere.nudge", "there is no such file");
        assertOneLine(nudge("evaluate"), ExitCode.USAGE, "Missing required parameter: 'MODEL'");
    }

    @Test
    void modelAndDataMustFit() throws IOException {
        Cli.done("train", "--data", "iris", "--epochs", "1", "--save", save.toString());
        assertOneLine(
                nudge("evaluate", save.toString(), "--data", "digits"),
                ExitCode.FAILED,
                save + " takes 4 inputs, but the examples of digits have 400");
        assertOneLine(nudge("predict", save.toString(), "--data", "digits"), ExitCode.FAILED, "takes 4 inputs");
        Path unknown =
                Files.writeString(folder.resolve("other.csv"), "a,b,c,d,species\n1,2,3,4,rose\n1,2,3,4,setosa\n");
        assertOneLine(
                nudge("evaluate", save.toString(), "--data", unknown.toString(), "--label", "species"),
                ExitCode.FAILED,
                "'rose' is none of the classes setosa, versicolor, virginica");
    }

    @Test
    void theStackTraceIsShownOnRequest() {
        Cli cli = nudge("--stacktrace", "evaluate", "nowhere.nudge");
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("ModelException", "\tat io.nudge").contains("nudge: nowhere.nudge");
        assertThat(nudge("evaluate", "nowhere.nudge", "--stacktrace").err()).contains("\tat io.nudge");
        assertThat(nudge("train", "--stacktrace", "--hiden", "3").err()).contains("\tat picocli");
    }

    @Test
    void aFullDiskIsToldInOneLine() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code;
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            code = Main.run(full, new PrintStream(err, true, StandardCharsets.UTF_8), "backends");
        }
        assertThat(code).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8).strip())
                .startsWith("nudge: standard output could not be written: ")
                .doesNotContain("\n");
    }
}
