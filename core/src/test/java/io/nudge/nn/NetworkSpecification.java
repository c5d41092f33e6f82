package io.nudge.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a {@link Network} and a {@link Pass} promise, on any backend. */
public abstract class NetworkSpecification {
    private static final Architecture SMALL =
            Architecture.uniform(Activation.TANH, Activation.SIGMOID, Cost.QUADRATIC, 3, 5, 4, 2);

    private Backend backend;

    /**
     * Opens the backend under test.
     *
     * @return a backend that the test closes
     */
    protected abstract Backend open();

    @BeforeEach
    void openBackend() {
        backend = open();
    }

    /** A leak of any test shows here: closing names what is still open. */
    @AfterEach
    void closeBackend() {
        backend.close();
    }

    private Network network(DType type) {
        return Network.create(SMALL, Initializer.NORMAL, 5, backend, type);
    }

    private static double[] numbers(int count, int index) {
        RandomStream random = RandomStream.of(11, RandomStream.Use.DATA, index);
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.normal();
        }
        return numbers;
    }

    private static void fill(Pass pass) {
        pass.input().write(numbers(pass.batch() * 3, 1));
        pass.target().write(numbers(pass.batch() * 2, 2));
    }

    // ---- network ----------------------------------------------------------------------------------------------------

    @Test
    void theSameSeedDrawsTheSameNumbersInBothTypes() {
        try (Network single = network(DType.FLOAT32);
                Network twice = network(DType.FLOAT64)) {
            double[] exact = twice.parameters().doubles();
            float[] rounded = single.parameters().floats();
            for (int i = 0; i < exact.length; i++) {
                assertThat(rounded[i]).isEqualTo((float) exact[i]);
            }
        }
    }

    @Test
    void weightsAndBiasesAreViewsOfTheParameters() {
        try (Network network = network(DType.FLOAT64)) {
            network.backend().operations().fill(network.parameters(), 0);
            network.bias(3).write(new double[] {7, 8});
            network.weights(2).write(new double[20]);
            double[] parameters = network.parameters().doubles();
            assertThat(parameters[parameters.length - 2]).isEqualTo(7);
            assertThat(parameters[parameters.length - 1]).isEqualTo(8);
        }
    }

    @Test
    void outlivesTheScopeItWasMadeIn() {
        Network network;
        try (Scope scope = Scope.open()) {
            assertThat(scope).isNotNull();
            network = network(DType.FLOAT32);
        }
        assertThat(network.predict(new double[][] {{0, 0, 0}})).hasDimensions(1, 2);
        network.close();
    }

    @Test
    void predictsRowByRow() {
        double[][] inputs = {{1, 2, 3}, {-1, 0, 0.5}};
        try (Network network = network(DType.FLOAT64)) {
            double[][] both = network.predict(inputs);
            assertThat(network.predict(new double[][] {inputs[1]})[0]).containsExactly(both[1], within(1e-15));
            assertThat(network.predict(new double[0][])).isEmpty();
            assertThatThrownBy(() -> network.predict(new double[][] {{1, 2}}))
                    .hasMessageContaining("example 0 has 2 values")
                    .hasMessageContaining("3 inputs");
        }
    }

    @Test
    void refusesInitializersThatDoNotFit() {
        assertThatThrownBy(() -> Network.create(SMALL, List.of(Initializer.NORMAL), 1, backend, DType.FLOAT32))
                .hasMessageContaining("1 initializers for 3 layers");
        Initializer given = Initializer.given(new double[][] {{1}}, new double[] {0});
        assertThatThrownBy(() -> Network.create(SMALL, given, 1, backend, DType.FLOAT32))
                .hasMessageContaining("[5, 3]");
        assertThat(backend.memory().tensors()).as("nothing is left behind").isZero();
    }

    // ---- pass -------------------------------------------------------------------------------------------------------

    @Test
    void everyKindOfPassGoesForwardAlike() {
        try (Network network = network(DType.FLOAT32);
                Pass inference = Pass.inference(network, 4);
                Pass training = Pass.training(network, 4, 1);
                Pass inspection = Pass.inspection(network, 4)) {
            for (Pass pass : List.of(inference, training, inspection)) {
                fill(pass);
                pass.forward();
            }
            assertThat(training.output().floats()).isEqualTo(inference.output().floats());
            assertThat(inspection.output().floats())
                    .isEqualTo(inference.output().floats());
        }
    }

    /** To the last bit where layers go one by one, as inspection has them; together, their sums may be in another order. */
    @Test
    void trainingAndInspectionGiveTheSameGradient() {
        try (Network network = network(DType.FLOAT64);
                Pass training = Pass.training(network, 4, 1);
                Pass inspection = Pass.inspection(network, 4)) {
            for (Pass pass : List.of(training, inspection)) {
                fill(pass);
                pass.forward();
                pass.backward();
            }
            double rounding = backend.operations().joinsLayers() ? 1e-14 : 0;
            assertThat(training.gradients().doubles())
                    .containsExactly(inspection.gradients().doubles(), within(rounding));
        }
    }

    // ---- descent ----------------------------------------------------------------------------------------------------

    private static final Descent RULE = Descent.of(Optimizer.sgd(0.5)).withL2(0.1);

    private Tensor schedule() {
        return backend.matrix(new double[][] {RULE.optimizer().row(1, 0)}, DType.FLOAT64);
    }

    private static void goBack(Pass pass) {
        fill(pass);
        pass.forward();
        pass.backward();
    }

    @Test
    void descentMovesTheParametersByTheirGradient() {
        try (Tensor schedule = schedule();
                Network network = network(DType.FLOAT64);
                Pass training = Pass.training(network, 4, 1);
                Pass descent = Pass.descent(network, 4, 1, RULE, schedule);
                Tensor state = backend.zeros(Shape.of(0), DType.FLOAT64)) {
            double[] before = network.parameters().doubles();
            goBack(training);
            goBack(descent);
            descent.descend(state);
            double[] gradients = training.gradients().doubles();
            double[] after = network.parameters().doubles();
            int weights = (int) network.architecture().weightCount();
            for (int i = 0; i < before.length; i++) {
                double moved = before[i] - 0.5 * (gradients[i] + (i < weights ? 0.1 * before[i] : 0));
                assertThat(after[i]).as("parameter %d", i).isCloseTo(moved, within(1e-14));
            }
            double[] own = descent.gradients().doubles();
            assertThat(own)
                    .as("of the biases, or of all")
                    .isEqualTo(Arrays.copyOfRange(gradients, gradients.length - own.length, gradients.length));
        }
    }

    @Test
    void descentMovesNothingAfterAFaultWhateverTheGradientsAre() {
        try (Tensor schedule = schedule();
                Network network = network(DType.FLOAT64);
                Pass descent = Pass.descent(network, 4, 1, RULE, schedule);
                Tensor state = backend.zeros(Shape.of(0), DType.FLOAT64)) {
            double[] before = network.parameters().doubles();
            double[] bad = new double[(int) descent.input().size()];
            Arrays.fill(bad, Double.NaN);
            descent.input().write(bad);
            descent.forward();
            descent.backward();
            descent.descend(state);
            assertThat(descent.tally().doubles()[Operations.FAULT]).isEqualTo(1);
            assertThat(network.parameters().doubles()).isEqualTo(before);
        }
    }

    @Test
    void descentStoresNoGradientOfAWeightWhereWeightsMoveByProducts() {
        assumeTrue(backend.operations().stepsWeights(), "this backend moves them by gradients");
        try (Tensor schedule = schedule();
                Network network = network(DType.FLOAT64)) {
            long start = backend.memory().bytes();
            Pass training = Pass.training(network, 4, 1);
            long bytes = backend.memory().bytes() - start;
            training.close();
            try (Pass descent = Pass.descent(network, 4, 1, RULE, schedule)) {
                long saved = network.architecture().weightCount() - 2;
                assertThat(backend.memory().bytes() - start).isEqualTo(bytes - saved * Double.BYTES);
                assertThatThrownBy(() -> descent.weightGradient(1)).hasMessageContaining("Pass.training");
            }
        }
    }

    @Test
    void descentHasAllGradientsWhereARuleNeedsThem() {
        try (Tensor schedule = schedule();
                Network network = network(DType.FLOAT64)) {
            for (Descent each : List.of(
                    Descent.of(Optimizer.adam(1)), RULE.withL1(1), RULE.withClipNorm(1), RULE.withClipValue(1))) {
                try (Pass descent = Pass.descent(network, 4, 1, each, schedule)) {
                    double[] before = network.parameters().doubles();
                    goBack(descent);
                    assertThat(descent.gradients().size()).isEqualTo(before.length);
                    assertThat(network.parameters().doubles())
                            .as("they move by descend alone")
                            .isEqualTo(before);
                }
            }
        }
    }

    @Test
    void onlyAPassOfDescentMovesParameters() {
        try (Network network = network(DType.FLOAT64);
                Pass training = Pass.training(network, 4, 1);
                Tensor state = backend.zeros(Shape.of(0), DType.FLOAT64)) {
            assertThatThrownBy(() -> training.descend(state))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("make it with Pass.descent");
        }
    }

    @Test
    void theDeltaOfALayerIsItsActivationGradientTimesSigmaPrime() {
        try (Network network = network(DType.FLOAT64);
                Pass pass = Pass.inspection(network, 4);
                Scope scope = Scope.open()) {
            fill(pass);
            pass.forward();
            pass.backward();
            for (int l = 1; l <= 3; l++) {
                Tensor prime = pass.weightedSum(l).activatePrime(SMALL.layer(l).activation());
                assertThat(pass.delta(l).doubles())
                        .as("δ of layer %d", l)
                        .containsExactly(
                                pass.activationGradient(l).hadamard(prime).doubles(), within(1e-15));
            }
            assertThat(scope).isNotNull();
        }
    }

    @Test
    void theFirstRowsAreTheSameAsASmallerPass() {
        try (Network network = network(DType.FLOAT64);
                Pass whole = Pass.training(network, 4, 1);
                Pass small = Pass.training(network, 3, 1)) {
            fill(whole);
            Pass first = whole.first(3);
            small.input().write(first.input().doubles());
            small.target().write(first.target().doubles());
            for (Pass pass : List.of(first, small)) {
                pass.forward();
                pass.backward();
            }
            assertThat(first.gradients().doubles()).isEqualTo(small.gradients().doubles());
            assertThat(whole.first(4)).isSameAs(whole);
            assertThatThrownBy(() -> whole.first(5)).hasMessageContaining("1 to 4");
            assertThatThrownBy(() -> whole.first(0)).hasMessageContaining("1 to 4");
        }
    }

    @Test
    void theTallyCountsCostAndRightAnswersOverBatches() {
        Architecture identity = new Architecture(2, List.of(new Dense(2, Activation.IDENTITY)), Cost.QUADRATIC);
        Initializer unit = Initializer.given(new double[][] {{1, 0}, {0, 1}}, new double[] {0, 0});
        try (Network network = Network.create(identity, unit, 1, backend, DType.FLOAT32);
                Pass pass = Pass.inference(network, 2)) {
            pass.input().write(new double[] {1, 0, 0.25, 0.75});
            pass.target().write(new double[] {1, 0, 1, 0});
            pass.forward();
            pass.score();
            pass.score();
            double[] tally = pass.tally().doubles();
            assertThat(pass.costs().doubles()).containsExactly(0, 0.75 * 0.75 * 2);
            assertThat(tally[Operations.COST]).isEqualTo(2 * 0.75 * 0.75 * 2);
            assertThat(tally[Operations.CORRECT]).isEqualTo(2);
            assertThat(tally[Operations.FAULT]).isZero();
        }
    }

    @Test
    void dropoutDropsTheSameOnTheWayBack() {
        Architecture dropping = new Architecture(
                3, List.of(new Dense(64, Activation.IDENTITY, 0.5), new Dense(1, Activation.IDENTITY)), Cost.QUADRATIC);
        try (Network network = Network.create(dropping, Initializer.NORMAL, 1, backend, DType.FLOAT64);
                Pass pass = Pass.training(network, 1, 9)) {
            pass.input().write(new double[] {1, 2, 3});
            pass.target().write(new double[] {1e3});
            pass.forwardWithDropout();
            pass.backward();
            double[] outgoing = pass.weightGradient(2).doubles();
            double[] delta = pass.delta(1).doubles();
            int dropped = 0;
            for (int k = 0; k < 64; k++) {
                assertThat(delta[k] == 0).as("neuron %d", k).isEqualTo(outgoing[k] == 0);
                dropped += delta[k] == 0 ? 1 : 0;
            }
            assertThat(dropped).as("of 64 neurons at the rate one half").isBetween(16, 48);
        }
    }

    @Test
    void goingForwardWithoutDropoutGoesBackWithoutIt() {
        List<Dense> layers = List.of(new Dense(6, Activation.TANH, 0.5), new Dense(2, Activation.SIGMOID));
        List<Dense> plain = List.of(new Dense(6, Activation.TANH), new Dense(2, Activation.SIGMOID));
        double[][] gradients = new double[2][];
        for (int i = 0; i < 2; i++) {
            Architecture architecture = new Architecture(3, i == 0 ? layers : plain, Cost.QUADRATIC);
            try (Network network = Network.create(architecture, Initializer.NORMAL, 1, backend, DType.FLOAT64);
                    Pass pass = Pass.training(network, 4, 9)) {
                fill(pass);
                pass.forward();
                pass.backward();
                gradients[i] = pass.gradients().doubles();
            }
        }
        assertThat(gradients[0]).isEqualTo(gradients[1]);
    }

    @Test
    void aPassGivesOnlyWhatItKeeps() {
        try (Network network = network(DType.FLOAT32);
                Pass inference = Pass.inference(network, 1);
                Pass training = Pass.training(network, 1, 1)) {
            assertThatThrownBy(() -> inference.delta(1)).hasMessageContaining("Pass.training");
            assertThatThrownBy(inference::gradients).hasMessageContaining("forward only");
            assertThatThrownBy(() -> training.activationGradient(1)).hasMessageContaining("Pass.inspection");
            assertThatThrownBy(() -> inference.weightedSum(1)).hasMessageContaining("no z of hidden layers");
            assertThatThrownBy(() -> inference.activation(1)).hasMessageContaining("no a of hidden layers");
            assertThatThrownBy(() -> training.activation(7)).hasMessageContaining("no layer 7");
            assertThatThrownBy(() -> training.weightedSum(0)).hasMessageContaining("no layer 0");
            assertThatThrownBy(() -> Pass.inference(network, 0)).hasMessageContaining("at least 1 example");
        }
    }

    @Test
    void closingAPassLeavesTheNetworkOpen() {
        try (Network network = network(DType.FLOAT32)) {
            Pass.inspection(network, 7).close();
            assertThat(backend.memory().tensors()).isEqualTo(1);
        }
    }
}
