package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainCommandTest {
    @TempDir
    private Path folder;

    private String trained() {
        String file = folder.resolve("iris.nudge").toString();
        done("train", "--data", "iris", "--epochs", "1", "--hidden", "4", "--save", file);
        return file;
    }

    @Test
    void withoutOptionsItIsAChainOfSingleNeurons() {
        assertThat(done("explain").out()).contains("1-1-1-1, sigmoid, quadratic cost");
        assertThat(done("explain", "--json").json())
                .singleElement()
                .satisfies(json -> assertThat(json).containsEntry("sizes", List.of(1, 1, 1, 1)));
    }

    @Test
    void aNetworkMayBeMadeUp() {
        Map<String, Object> json = done(
                        "explain",
                        "--layers",
                        "3,4,2",
                        "--activation",
                        "relu",
                        "--cost",
                        "categorical-cross-entropy",
                        "--nudge",
                        "0.001",
                        "--terms",
                        "2",
                        "--seed",
                        "5",
                        "--type",
                        "float32",
                        "--json")
                .lastJson();
        assertThat(json)
                .containsEntry("sizes", List.of(3, 4, 2))
                .containsEntry("activations", List.of("relu", "softmax"))
                .containsEntry("type", "float32")
                .containsEntry("nudge", 0.001);
        assertThat(done("explain", "--activation", "tanh").out()).contains("2-3-2, tanh then sigmoid");
    }

    @Test
    void examplesOfATrainedNetworkAreChosenByNumber() {
        String model = trained();
        assertThat(examples(done("explain", "--model", model, "--data", "iris", "--json")))
                .hasSize(1);
        assertThat(examples(done("explain", "--model", model, "--example", "0,75", "--json")))
                .hasSize(2);
        assertThat(examples(done("explain", "--model", model, "--example", "0", "--example", "149", "--json")))
                .hasSize(2);
        assertThat(done("explain", "--model", model, "--example", "75").out())
                .contains("4-4-3", "Example 0 is example 75 of iris.");
    }

    private static List<?> examples(Cli cli) {
        return (List<?>) cli.lastJson().get("examples");
    }

    @Test
    void anExampleThatIsNotThereIsRefused() {
        Cli cli = nudge("explain", "--model", trained(), "--example", "150");
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("--example 150: the examples of iris are numbered 0 to 149");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            explain --layers 2             | at least two layers
            explain --layers none          | at least two layers
            explain --layers 2,0,1         | at least 1 neuron
            explain --activation softmax   | softmax is for the output layer only
            explain --cost foo             | unknown cost 'foo'
            explain --nudge 0              | must be finite and not 0
            explain --terms 0              | must be at least 1
            explain --data iris            | say which with --model
            explain --example 1            | say which with --model
            explain --model x --layers 2,3 | --layers is for a made-up network
            check --layers 2               | at least two layers
            check --sample 0               | --sample must be at least 1
            check --sample few             | --sample must be a whole number or all
            check --tolerance 0            | the tolerance must be positive
            """)
    void badOptionsAreMistakesInUsage(String command, String message) {
        Cli cli = nudge(command.split(" "));
        assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err().strip()).contains(message).doesNotContain("\n");
        assertThat(cli.out()).isEmpty();
    }
}
