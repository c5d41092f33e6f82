package io.nudge.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.tensor.AlteredBackend;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link GradientCheck} promises, on any backend: right gradients pass, wrong ones do not. */
public abstract class GradientCheckSpecification {
    private static final List<Activation> ELEMENTWISE = List.of(
            Activation.SIGMOID,
            Activation.RELU,
            Activation.LEAKY_RELU,
            Activation.ELU,
            new Activation.Elu(0.5),
            Activation.TANH,
            Activation.SOFTPLUS,
            Activation.SILU,
            Activation.GELU,
            Activation.IDENTITY);

    private Backend backend;

    /**
     * Opens the backend under test.
     *
     * @return a backend that the test closes
     */
    protected abstract Backend open();

    /**
     * Which parameters of a right network are checked.
     *
     * @return all; on a device in software, which is slow, a sample
     */
    protected GradientCheck.Options options() {
        return GradientCheck.Options.all();
    }

    @BeforeEach
    void openBackend() {
        backend = open();
    }

    /** A leak of any test shows here: closing names what is still open. */
    @AfterEach
    void closeBackend() {
        backend.close();
    }

    private static Architecture architecture(Activation hidden, Activation output, Cost cost, int... sizes) {
        return Architecture.uniform(hidden, output, cost, sizes);
    }

    private GradientReport check(Architecture architecture, int batch, long seed) {
        return check(backend, architecture, batch, seed, options());
    }

    private static GradientReport check(
            Backend backend, Architecture architecture, int batch, long seed, GradientCheck.Options options) {
        try (Network network = Network.create(architecture, Initializer.NORMAL, seed, backend, DType.FLOAT64)) {
            return GradientCheck.run(network, Examples.drawn(architecture, batch, seed), options);
        }
    }

    // ---- right gradients --------------------------------------------------------------------------------------------

    /** Every cost with every output activation that it allows. */
    static Stream<Arguments> outputs() {
        List<Activation> activations = Stream.concat(ELEMENTWISE.stream(), Stream.of(Activation.SOFTMAX))
                .toList();
        return Stream.of(
                        Cost.QUADRATIC,
                        Cost.HALF_QUADRATIC,
                        Cost.MEAN_SQUARED_ERROR,
                        Cost.BINARY_CROSS_ENTROPY,
                        Cost.CATEGORICAL_CROSS_ENTROPY)
                .flatMap(cost -> activations.stream()
                        .filter(output -> allowed(cost, output))
                        .map(output -> Arguments.of(cost, output)));
    }

    private static boolean allowed(Cost cost, Activation output) {
        try {
            cost.requireOutput(output);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("outputs")
    void everyHiddenActivationPasses(Cost cost, Activation output) {
        for (Activation hidden : ELEMENTWISE) {
            for (int batch : new int[] {1, 3}) {
                Architecture architecture = architecture(hidden, output, cost, 3, 4, 3, 2);
                GradientReport report = check(architecture, batch, 5);
                assertThat(report.passed()).as(report.toText()).isTrue();
                long asked = options().sample() == 0
                        ? architecture.parameterCount()
                        : options().sample();
                assertThat(report.checked() + report.leftOut()).isEqualTo(asked);
                assertThat(report.leftOut()).as("left out").isLessThan(asked / 4);
            }
        }
    }

    static Stream<int[]> shapes() {
        return Stream.of(
                new int[] {1, 1},
                new int[] {1, 1, 1, 1},
                new int[] {2, 7, 1},
                new int[] {1, 13, 3},
                new int[] {33, 5, 2},
                new int[] {4, 3, 3, 3, 3, 3, 2});
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyShapePasses(int... sizes) {
        for (Activation hidden : List.of(Activation.SIGMOID, Activation.RELU)) {
            for (int batch : new int[] {1, 2, 17}) {
                GradientReport report =
                        check(architecture(hidden, Activation.SIGMOID, Cost.QUADRATIC, sizes), batch, 3);
                assertThat(report.passed()).as(report.toText()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void theNetworkIsOfAnyTypeAndStaysAsItIs(DType type) {
        Architecture architecture = Architecture.sigmoid(3, 4, 2);
        try (Network network = Network.create(architecture, Initializer.NORMAL, 1, backend, type)) {
            double[] before = network.parameters().doubles();
            GradientReport report =
                    GradientCheck.run(network, Examples.drawn(architecture, 2, 1), GradientCheck.Options.all());
            assertThat(report.passed()).as(report.toText()).isTrue();
            assertThat(network.parameters().doubles()).containsExactly(before);
        }
    }

    /** Inputs that are not scaled, such as grey values up to 255, move z far: the nudge is made as much smaller. */
    @Test
    void largeInputsPass() {
        Architecture architecture = Architecture.sigmoid(2, 3, 1);
        Initializer small = Initializer.GLOROT_NORMAL;
        try (Network network = Network.create(architecture, small, 1, backend, DType.FLOAT64)) {
            Examples examples = new Examples(new double[][] {{2.55, -1.7}, {255, 3}}, new double[][] {{0}, {1}});
            GradientReport report = GradientCheck.run(network, examples, GradientCheck.Options.all());
            assertThat(report.passed()).as(report.toText()).isTrue();
        }
    }

    @Test
    void dropoutIsLeftOutAndSaidToBe() {
        List<Dense> layers = List.of(new Dense(4, Activation.TANH, 0.5), new Dense(2, Activation.SIGMOID));
        GradientReport report = check(new Architecture(3, layers, Cost.QUADRATIC), 2, 1);
        assertThat(report.passed()).as(report.toText()).isTrue();
        assertThat(report.dropoutLeftOut()).isTrue();
        assertThat(report.toText()).contains("dropout is left out");
    }

    // ---- kinks ------------------------------------------------------------------------------------------------------

    /** w = 1, b = −0.5, then w = 2, b = 0.1: the input 0.5 puts the hidden neuron on its kink, any other does not. */
    private GradientReport atKink(Activation hidden, double input) {
        Architecture architecture = architecture(hidden, Activation.IDENTITY, Cost.QUADRATIC, 1, 1, 1);
        List<Initializer> given = List.of(
                Initializer.given(new double[][] {{1}}, new double[] {-0.5}),
                Initializer.given(new double[][] {{2}}, new double[] {0.1}));
        try (Network network = Network.create(architecture, given, 0, backend, DType.FLOAT64)) {
            Examples examples = new Examples(new double[][] {{input}}, new double[][] {{1}});
            return GradientCheck.run(network, examples, GradientCheck.Options.all());
        }
    }

    static Stream<Activation> kinked() {
        return Stream.of(Activation.RELU, Activation.LEAKY_RELU, Activation.ELU, new Activation.Elu(2));
    }

    @ParameterizedTest
    @MethodSource("kinked")
    void whatANudgeCarriesOverAKinkIsLeftOutAndCounted(Activation hidden) {
        GradientReport report = atKink(hidden, 0.5);
        assertThat(report.leftOut()).as("the weight and the bias of the neuron").isEqualTo(2);
        assertThat(report.checked()).as("those of the next").isEqualTo(2);
        assertThat(report.passed()).as(report.toText()).isTrue();
        assertThat(report.toText()).contains("2  left out: a kink of the activation is in reach of the nudge");
    }

    @ParameterizedTest
    @MethodSource("kinked")
    void nearAKinkTheNudgeIsMadeSmaller(Activation hidden) {
        GradientReport report = atKink(hidden, 0.501);
        assertThat(report.leftOut()).isZero();
        assertThat(report.checked()).isEqualTo(4);
        assertThat(report.passed()).as(report.toText()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinked")
    void aKinkThatIsAlmostTouchedCountsAsMet(Activation hidden) {
        assertThat(atKink(hidden, 0.5 + 2e-4).leftOut()).isEqualTo(2);
    }

    @Test
    void aSmoothActivationHasNoKink() {
        assertThat(atKink(Activation.SOFTPLUS, 0.5).leftOut()).isZero();
    }

    /** A dead neuron is on its kink for good if neither weights nor bias move it; that is no reason to leave others out. */
    @Test
    void aKinkThatNoNudgeMovesIsNoMatter() {
        Architecture architecture = architecture(Activation.RELU, Activation.IDENTITY, Cost.QUADRATIC, 1, 2, 1);
        List<Initializer> given = List.of(
                Initializer.given(new double[][] {{0}, {1}}, new double[] {0, 1}),
                Initializer.given(new double[][] {{1, 1}}, new double[] {0.5}));
        try (Network network = Network.create(architecture, given, 0, backend, DType.FLOAT64)) {
            Examples examples = new Examples(new double[][] {{1}}, new double[][] {{1}});
            GradientReport report = GradientCheck.run(network, examples, GradientCheck.Options.all());
            assertThat(report.leftOut())
                    .as("weight and bias of the dead neuron")
                    .isEqualTo(2);
            assertThat(report.checked()).isEqualTo(5);
        }
    }

    // ---- samples ----------------------------------------------------------------------------------------------------

    @Test
    void aSampleIsSpreadOverLayersAndRepeatsWithItsSeed() {
        Architecture architecture = Architecture.sigmoid(30, 20, 10);
        GradientCheck.Options options = GradientCheck.Options.sample(40, 7);
        GradientReport report = check(backend, architecture, 2, 1, options);
        assertThat(report.passed()).as(report.toText()).isTrue();
        assertThat(report.checked()).isEqualTo(40);
        assertThat(check(backend, architecture, 2, 1, options)).isEqualTo(report);
        assertThat(report.toText()).contains("40  of 830 weights and biases looked at, drawn with seed 7");
    }

    @Test
    void aSampleLargerThanTheNetworkIsAllOfIt() {
        Architecture architecture = Architecture.sigmoid(2, 2);
        GradientReport report = check(backend, architecture, 1, 1, GradientCheck.Options.sample(1000, 1));
        assertThat(report.checked()).isEqualTo(6);
    }

    /** Half of a sample goes to a layer's only bias and half to its weights, as far as they reach. */
    @Test
    void aSampleTakesWhatThereIsOfTheFew() {
        GradientReport report = check(backend, Architecture.sigmoid(50, 1), 1, 1, GradientCheck.Options.sample(20, 1));
        assertThat(report.checked()).isEqualTo(20);
    }

    // ---- wrong gradients --------------------------------------------------------------------------------------------

    private GradientReport withWrong(AlteredBackend.Alteration wrong, Architecture architecture, int batch) {
        try (Backend altered = new AlteredBackend(open(), wrong)) {
            return check(altered, architecture, batch, 5, GradientCheck.Options.all());
        }
    }

    private static Tensor tensor(Object[] arguments, int i) {
        return (Tensor) arguments[i];
    }

    @Test
    void aForgottenDerivativeOfTheActivationIsFound() {
        GradientReport report = withWrong(
                (right, name, arguments) -> {
                    if (!name.equals("delta")) {
                        return false;
                    }
                    Tensor delta = tensor(arguments, 4);
                    right.copy(tensor(arguments, 3), delta);
                    right.sumRows(delta, (double) arguments[5], 0, tensor(arguments, 6));
                    return true;
                },
                Architecture.sigmoid(3, 4, 2),
                2);
        assertThat(report.passed()).isFalse();
        assertThat(report.failures()).allMatch(failure -> failure.place().layer() == 1);
        assertThat(report.failed()).isEqualTo(4 * 3 + 4);
    }

    @Test
    void aTransposeThatWasForgottenIsFound() {
        GradientReport report = withWrong(
                (right, name, arguments) -> {
                    Tensor w = (Tensor) (name.equals("inputGradient") ? arguments[1] : null);
                    if (w == null || w.shape().rows() != w.shape().columns()) { // else the shapes would give it away
                        return false;
                    }
                    right.product(1, tensor(arguments, 0), Transpose.NO, w, Transpose.YES, 0, tensor(arguments, 2));
                    return true;
                },
                Architecture.sigmoid(3, 4, 4),
                2);
        assertThat(report.passed()).isFalse();
        assertThat(report.failures()).allMatch(failure -> failure.place().layer() == 1);
    }

    @Test
    void aSumInsteadOfTheMeanOverTheBatchIsFoundAndTheRatioIsTheBatch() {
        AlteredBackend.Alteration wrong = (right, name, arguments) -> {
            if (!name.equals("weightGradient")) {
                return false;
            }
            right.weightGradient(
                    tensor(arguments, 0), tensor(arguments, 1), 1, (double) arguments[3], tensor(arguments, 4));
            return true;
        };
        Architecture architecture = Architecture.sigmoid(3, 4, 2);
        GradientReport report = withWrong(wrong, architecture, 4);
        assertThat(report.failed()).as("all weights, no bias").isEqualTo(4 * 3 + 2 * 4);
        assertThat(report.failures()).hasSize(10).allSatisfy(failure -> {
            assertThat(failure.place().kind()).isEqualTo("weight");
            assertThat(failure.backpropagation() / failure.differences()).isBetween(3.999, 4.001);
        });
        assertThat(withWrong(wrong, architecture, 1).passed())
                .as("a batch of one")
                .isTrue();
    }

    @Test
    void aBiasGradientThatWasForgottenIsFound() {
        GradientReport report = withWrong(
                (right, name, arguments) -> {
                    if (name.equals("outputDelta")) {
                        outputDelta(right, arguments);
                        right.fill(tensor(arguments, 8), 0);
                        return true;
                    }
                    return false;
                },
                Architecture.sigmoid(3, 4, 2),
                2);
        assertThat(report.failed()).isEqualTo(2);
        assertThat(report.failures())
                .extracting(failure -> failure.place())
                .containsExactly(Parameter.bias(2, 0), Parameter.bias(2, 1));
    }

    private static void outputDelta(Operations right, Object[] arguments) {
        right.outputDelta(
                (Cost) arguments[0],
                (Activation) arguments[1],
                tensor(arguments, 2),
                tensor(arguments, 3),
                tensor(arguments, 4),
                tensor(arguments, 5),
                tensor(arguments, 6),
                (double) arguments[7],
                tensor(arguments, 8),
                tensor(arguments, 9),
                tensor(arguments, 10));
    }

    @Test
    void aBiasThatIsNotAddedOnTheWayForwardIsFound() {
        GradientReport report = withWrong(
                (right, name, arguments) -> {
                    if (!name.equals("forward")) {
                        return false;
                    }
                    right.product(
                            1,
                            tensor(arguments, 0),
                            Transpose.NO,
                            tensor(arguments, 1),
                            Transpose.YES,
                            0,
                            tensor(arguments, 4));
                    right.activate((Activation) arguments[3], tensor(arguments, 4), tensor(arguments, 5));
                    return true;
                },
                Architecture.sigmoid(3, 4, 2),
                2);
        assertThat(report.failed()).isEqualTo(4 + 2);
        assertThat(report.failures())
                .allMatch(failure -> failure.place().kind().equals("bias") && failure.differences() == 0);
    }

    /** One part in a million is ten times the tolerance; one in a hundred million is below it. */
    @Test
    void whatIsAlmostRightIsToldFromWhatIsRight() {
        Architecture architecture = Architecture.sigmoid(3, 4, 2);
        GradientReport report = withWrong(scaled(1 + 1e-6), architecture, 2);
        assertThat(report.passed()).isFalse();
        assertThat(report.failed()).isGreaterThan(10);
        assertThat(report.worst().error()).isBetween(4e-7, 6e-7);
        assertThat(withWrong(scaled(1 + 1e-8), architecture, 2).passed()).isTrue();
    }

    private static AlteredBackend.Alteration scaled(double factor) {
        return (right, name, arguments) -> {
            if (!name.equals("weightGradient")) {
                return false;
            }
            double scale = (double) arguments[2] * factor;
            right.weightGradient(
                    tensor(arguments, 0), tensor(arguments, 1), scale, (double) arguments[3], tensor(arguments, 4));
            return true;
        };
    }

    @Test
    void aGradientThatIsNotANumberFailsAndIsTheWorst() {
        GradientReport report = withWrong(scaled(Double.NaN), Architecture.sigmoid(2, 2), 2);
        assertThat(report.failed()).isEqualTo(4);
        assertThat(report.worst().error()).isNaN();
        assertThat(report.toText()).contains("NaN");
        assertThat(report.toJson()).contains("\"passed\" : false");
    }

    // ---- what is said -----------------------------------------------------------------------------------------------

    @Test
    void aFailureNamesLayerIndexAndBothValues() {
        GradientReport report = withWrong(scaled(2), Architecture.sigmoid(1, 1, 1), 1);
        String text = report.toText();
        assertThat(text)
                .contains("FAILED. Backpropagation and central differences disagree.")
                .contains("2  disagree")
                .contains("layer 1, w[0, 0]")
                .contains("layer 2, w[0, 0]")
                .contains(Text.precise(report.failures().get(0).backpropagation()))
                .contains(Text.precise(report.failures().get(0).differences()));
        assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void aPassNamesTheLargestErrorAndTheJsonHoldsItAll() {
        GradientReport report = check(backend, Architecture.sigmoid(2, 3, 1), 2, 1, GradientCheck.Options.all());
        assertThat(report.toText())
                .contains("passed. Backpropagation agrees with central differences.")
                .contains("2-3-1, sigmoid, quadratic cost, float64 on")
                .contains("13  of 13 weights and biases looked at")
                .contains(report.worst().place().toString());
        assertThat(report.toJson())
                .contains("\"passed\" : true")
                .contains("\"checked\" : 13")
                .contains("\"leftOut\" : 0")
                .contains("\"tolerance\" : 1.0E-7")
                .contains("\"worst\" : {")
                .contains("\"failures\" : [ ]");
    }

    @Test
    void nothingCheckedIsNotPassed() {
        Architecture architecture = architecture(Activation.RELU, Activation.RELU, Cost.QUADRATIC, 1, 1);
        try (Network network = Network.zeros(architecture, backend, DType.FLOAT64)) {
            Examples examples = new Examples(new double[][] {{1}}, new double[][] {{1}});
            GradientReport report = GradientCheck.run(network, examples, GradientCheck.Options.all());
            assertThat(report.checked()).isZero();
            assertThat(report.leftOut()).isEqualTo(2);
            assertThat(report.passed()).isFalse();
            assertThat(report.toText()).contains("Nothing could be compared");
            assertThat(report.toJson()).contains("\"passed\" : false").doesNotContain("\"worst\"");
        }
    }

    @Test
    void examplesThatDoNotFitAreRefused() {
        try (Network network = Network.zeros(Architecture.sigmoid(2, 1), backend, DType.FLOAT32)) {
            Examples examples = new Examples(new double[][] {{1}}, new double[][] {{1}});
            assertThatThrownBy(() -> GradientCheck.run(network, examples, GradientCheck.Options.all()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("example 0 has 1 inputs, but the network has 2 inputs");
        }
    }
}
