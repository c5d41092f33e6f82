package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.model.Model;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {
    @Test
    void backpropagationPasses() {
        assertThat(done("check").out()).contains("passed");
        assertThat(done("check", "--json").json())
                .singleElement()
                .satisfies(json -> assertThat(json).containsEntry("passed", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--layers 3,4,2 --activation gelu --cost cross-entropy",
                "--layers 3,4,2 --activation tanh --cost categorical-cross-entropy --sample all",
                "--layers 3,4,2 --activation leaky-relu:0.2 --output-activation identity --seed 3 --tolerance 1e-5"
            })
    void networksMayBeMadeUp(String options) {
        assertThat(done(("check --json " + options).split(" ")).lastJson()).containsEntry("passed", true);
    }

    @Test
    void aSampleIsEnough() {
        assertThat(done("check", "--sample", "7", "--json").lastJson()).containsEntry("checked", 7);
    }

    @Test
    void aGradientThatIsNoNumberIsAFailure(@TempDir Path folder) {
        String model = folder.resolve("iris.nudge").toString();
        try (Backend backend = Backends.open("cpu");
                Network network = Network.zeros(Architecture.sigmoid(4, 3), backend, DType.FLOAT32)) {
            network.bias(1).write(new double[] {Double.NaN, 0, 0});
            Model.of(network).save(Path.of(model));
        }
        Cli cli = nudge("check", "--model", model, "--data", "iris", "--json");
        assertThat(cli.lastJson()).containsEntry("passed", false);
        assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void aTrainedNetworkIsCheckedOnItsData(@TempDir Path folder) {
        String model = folder.resolve("iris.nudge").toString();
        done("train", "--data", "iris", "--epochs", "1", "--save", model);
        assertThat(done("check", "--model", model, "--data", "iris", "--sample", "50", "--json")
                        .lastJson())
                .containsEntry("passed", true)
                .containsEntry("batch", 10);
    }
}
