package io.nudge.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import io.nudge.check.Explanation.Derivative;
import io.nudge.check.Explanation.MeanDerivative;
import io.nudge.check.Explanation.Neuron;
import io.nudge.check.Explanation.Path;
import io.nudge.check.Explanation.Sum;
import io.nudge.check.Explanation.Weight;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.AlteredBackend;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link ChainRule} promises, on any backend. */
public abstract class ChainRuleSpecification {
    private static final ChainRule.Options DEFAULT = ChainRule.Options.DEFAULT;

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

    private Explanation explain(Architecture architecture, int examples, ChainRule.Options options) {
        try (Network network = ChainRule.drawn(architecture, 4, backend)) {
            return ChainRule.explain(network, Examples.drawn(architecture, examples, 4), options);
        }
    }

    private Explanation chain(ChainRule.Options options) {
        try (Network network = ChainRule.chainOfSingleNeurons(backend)) {
            return ChainRule.explain(network, ChainRule.examplesForChain(), options);
        }
    }

    static Stream<Arguments> networks() {
        return Stream.of(
                        Architecture.sigmoid(3, 4, 2),
                        Architecture.sigmoid(1, 1),
                        uniform(Activation.TANH, Activation.IDENTITY, Cost.MEAN_SQUARED_ERROR, 2, 3, 3),
                        uniform(Activation.RELU, Activation.SIGMOID, Cost.HALF_QUADRATIC, 2, 3, 2),
                        uniform(Activation.GELU, Activation.SOFTMAX, Cost.QUADRATIC, 3, 2, 3),
                        uniform(Activation.SOFTPLUS, Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY, 2, 3, 4),
                        uniform(Activation.SIGMOID, Activation.SOFTMAX, Cost.BINARY_CROSS_ENTROPY, 2, 3, 3),
                        uniform(Activation.SILU, Activation.SIGMOID, Cost.BINARY_CROSS_ENTROPY, 2, 3, 2),
                        uniform(Activation.ELU, Activation.SIGMOID, Cost.CATEGORICAL_CROSS_ENTROPY, 2, 2, 3, 3))
                .map(Arguments::of);
    }

    private static Architecture uniform(Activation hidden, Activation output, Cost cost, int... sizes) {
        return Architecture.uniform(hidden, output, cost, sizes);
    }

    // ---- by backpropagation -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("networks")
    void everyNumberIsThatOfTheBackwardPass(Architecture architecture) {
        try (Network network = ChainRule.drawn(architecture, 4, backend);
                Pass pass = Pass.inspection(network, 1)) {
            Examples examples = Examples.drawn(architecture, 1, 4);
            examples.writeAll(pass);
            pass.forward();
            pass.backward();
            Explanation.Example example =
                    ChainRule.explain(network, examples, DEFAULT).examples().get(0);
            assertThat(example.cost()).isEqualTo(pass.costs().doubles()[0]);
            for (Explanation.Layer layer : example.layers()) {
                int l = layer.number();
                int in = architecture.neurons(l - 1);
                assertThat(layer.neurons()).hasSize(architecture.neurons(l));
                for (Neuron neuron : layer.neurons()) {
                    int j = neuron.j();
                    assertThat(neuron.weightedSum())
                            .isEqualTo(pass.weightedSum(l).doubles()[j]);
                    assertThat(neuron.activation()).isEqualTo(pass.activation(l).doubles()[j]);
                    assertThat(backpropagated(neuron.costByActivation()))
                            .isEqualTo(pass.activationGradient(l).doubles()[j]);
                    assertThat(backpropagated(neuron.costBySum()))
                            .isEqualTo(pass.delta(l).doubles()[j]);
                    assertThat(neuron.bias().costByBias().byBackpropagation())
                            .isEqualTo(pass.biasGradient(l).doubles()[j]);
                    assertThat(neuron.weights()).hasSize(in);
                    for (Weight weight : neuron.weights()) {
                        assertThat(weight.sumByWeight().byBackpropagation())
                                .isEqualTo(pass.activation(l - 1).doubles()[weight.k()]);
                        assertThat(weight.costByWeight().byBackpropagation())
                                .isEqualTo(pass.weightGradient(l).doubles()[j * in + weight.k()]);
                    }
                }
            }
            for (Explanation.Input input : example.inputs()) {
                assertThat(backpropagated(input.costByActivation()))
                        .isEqualTo(pass.activationGradient(0).doubles()[input.k()]);
            }
        }
    }

    private static double backpropagated(Sum sum) {
        return sum.total().byBackpropagation();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theFactorsMultiplyToTheDerivativeByEachWeight(Architecture architecture) {
        for (Neuron neuron : neurons(explain(architecture, 1, DEFAULT))) {
            double delta = backpropagated(neuron.costBySum());
            assertClose(neuron.bias().costByBias().byBackpropagation(), delta, "∂C₀/∂b = ∂C₀/∂z");
            for (Weight weight : neuron.weights()) {
                double product = weight.sumByWeight().byBackpropagation() * delta;
                assertClose(weight.costByWeight().byBackpropagation(), product, "∂C₀/∂w = ∂z/∂w · ∂C₀/∂z");
            }
        }
    }

    /** Those of a neuron on the next layer, and those of a softmax's z on all outputs; δ = a − y included, where it is fused. */
    @ParameterizedTest
    @MethodSource("networks")
    void thePathsAddUpToTheirSum(Architecture architecture) {
        for (int most : new int[] {1, 2, 5}) {
            for (Sum sum : sums(explain(architecture, 1, DEFAULT.withLargestTerms(most)))) {
                double total = sum.rest().sum();
                for (Path path : sum.paths()) {
                    assertClose(
                            path.term().byBackpropagation(),
                            path.factor().byBackpropagation() * path.upstream(),
                            "the term of a path");
                    total += path.term().byBackpropagation();
                }
                if (!sum.paths().isEmpty()) {
                    assertClose(total, backpropagated(sum), "the sum over the paths");
                }
            }
        }
    }

    @Test
    void theDerivativeOfSoftmaxIsAMatrix() {
        Architecture architecture =
                uniform(Activation.TANH, Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY, 2, 3, 3);
        Explanation.Example example =
                explain(architecture, 1, DEFAULT).examples().get(0);
        List<Double> a = example.outputs();
        for (Neuron neuron : example.layers().get(0).neurons()) {
            int j = neuron.j();
            assertThat(neuron.costBySum().paths()).hasSize(3);
            for (Path path : neuron.costBySum().paths()) {
                int i = path.through();
                double expected = i == j ? a.get(j) * (1 - a.get(j)) : -a.get(i) * a.get(j);
                assertClose(path.factor().byBackpropagation(), expected, "∂a_i/∂z_j");
            }
            assertClose(
                    backpropagated(neuron.costBySum()),
                    a.get(j) - example.targets().get(j),
                    "δ = a − y");
        }
    }

    // ---- by a nudge -------------------------------------------------------------------------------------------------

    /** Each ratio, computed once more from the formulas of the three neurons. */
    @Test
    void theRatiosOfTheChainAreThoseComputedByHand() {
        Explanation.Example example = chain(DEFAULT).examples().get(0);
        Neuron last = example.layers().get(0).neurons().get(0);
        double cost = costOfChain(1.5, -0.5, 0.7, -0.5, 1.8, -0.2, 0.6);
        Weight weight = last.weights().get(0);
        assertRatio(weight.costByWeight(), costOfChain(1.5, -0.5, 0.7, -0.5, 1.81, -0.2, 0.6) - cost);
        assertRatio(last.bias().costByBias(), costOfChain(1.5, -0.5, 0.7, -0.5, 1.8, -0.19, 0.6) - cost);
        double z = last.weightedSum();
        double a = last.activation();
        assertRatio(last.costBySum().paths().get(0).factor(), sigma(z + 0.01) - sigma(z));
        assertRatio(last.costBySum().total(), square(sigma(z + 0.01) - 1) - square(sigma(z) - 1));
        assertRatio(last.costByActivation().total(), square(a + 0.01 - 1) - square(a - 1));
        assertThat(weight.sumByWeight().byNudge()).isCloseTo(0.4797813716542045, within(1e-12));
        assertThat(last.bias().sumByBias().byNudge()).isCloseTo(1, within(1e-12));

        Neuron first = example.layers().get(2).neurons().get(0);
        assertRatio(first.weights().get(0).costByWeight(), costOfChain(1.51, -0.5, 0.7, -0.5, 1.8, -0.2, 0.6) - cost);
        assertRatio(first.bias().costByBias(), costOfChain(1.5, -0.49, 0.7, -0.5, 1.8, -0.2, 0.6) - cost);
        double inner = sigma(1.8 * sigma(0.7 * (sigma(0.4) + 0.01) - 0.5) - 0.2);
        assertRatio(first.costByActivation().total(), square(inner - 1) - cost);
        Sum input = example.inputs().get(0).costByActivation();
        assertRatio(input.total(), costOfChain(1.5, -0.5, 0.7, -0.5, 1.8, -0.2, 0.61) - cost);
        assertThat(input.paths().get(0).factor().byNudge()).isCloseTo(1.5, within(1e-12));
    }

    private static double costOfChain(double w1, double b1, double w2, double b2, double w3, double b3, double x) {
        return square(sigma(w3 * sigma(w2 * sigma(w1 * x + b1) + b2) + b3) - 1);
    }

    private static double sigma(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    private static double square(double x) {
        return x * x;
    }

    private static void assertRatio(Derivative derivative, double moved) {
        assertThat(derivative.byNudge()).isCloseTo(moved / 0.01, within(1e-12));
    }

    @Test
    void aRippleMultipliesToTheRatioOfTheCost() {
        Weight weight = chain(DEFAULT)
                .examples()
                .get(0)
                .layers()
                .get(1)
                .neurons()
                .get(0)
                .weights()
                .get(0);
        Explanation.Ripple ripple = weight.ripple();
        assertThat(ripple.weight()).isCloseTo(0.01, within(1e-16));
        double product = ripple.sum()
                / ripple.weight()
                * (ripple.activation() / ripple.sum())
                * (ripple.cost() / ripple.activation());
        assertThat(product).isCloseTo(weight.costByWeight().byNudge(), within(1e-12));
    }

    /** The smaller the nudge, the nearer: every ratio of every kind, on every network. */
    @ParameterizedTest
    @MethodSource("networks")
    void aSmallNudgeGivesWhatBackpropagationSays(Architecture architecture) {
        List<Derivative> derivatives = new ArrayList<>();
        collect(explain(architecture, 3, DEFAULT.withNudge(1e-6).withDetailed(3)), derivatives);
        assertThat(derivatives).hasSizeGreaterThan(20);
        for (Derivative each : derivatives) {
            double allowed = 2e-5 * (1 + Math.abs(each.byBackpropagation()) + square(each.byBackpropagation()));
            assertThat(each.byNudge()).isCloseTo(each.byBackpropagation(), within(allowed));
        }
    }

    private static void collect(Object value, List<Derivative> derivatives) {
        if (value instanceof Derivative derivative) {
            derivatives.add(derivative);
        } else if (value instanceof List<?> list) {
            list.forEach(each -> collect(each, derivatives));
        } else if (value instanceof Record each) {
            for (RecordComponent component : each.getClass().getRecordComponents()) {
                try {
                    collect(component.getAccessor().invoke(each), derivatives);
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError("a record cannot be read", e);
                }
            }
        }
    }

    /** Nothing is computed a second time: if the backward pass is wrong, so is what is shown, and the nudge tells. */
    @Test
    void aWrongBackwardPassIsShownAsItIsBesideWhatIsTrue() {
        AlteredBackend.Alteration wrong = (right, name, arguments) -> {
            if (!name.equals("delta")) {
                return false;
            }
            right.copy((Tensor) arguments[3], (Tensor) arguments[4]); // σ′ is forgotten
            right.sumRows((Tensor) arguments[4], (double) arguments[5], 0, (Tensor) arguments[6]);
            return true;
        };
        try (Backend altered = new AlteredBackend(open(), wrong);
                Network network = ChainRule.chainOfSingleNeurons(altered)) {
            Neuron neuron = ChainRule.explain(network, ChainRule.examplesForChain(), DEFAULT)
                    .examples()
                    .get(0)
                    .layers()
                    .get(1)
                    .neurons()
                    .get(0);
            assertThat(backpropagated(neuron.costBySum())).isCloseTo(-0.2745815543785780, within(1e-15));
            assertThat(neuron.costBySum().total().byNudge()).isCloseTo(-0.0683956, within(1e-6));
        }
    }

    @Test
    void aNudgeDownMeasuresTheSameDerivatives() {
        Neuron last = chain(DEFAULT.withNudge(-0.01))
                .examples()
                .get(0)
                .layers()
                .get(0)
                .neurons()
                .get(0);
        assertThat(last.costByActivation().total().byNudge())
                .isCloseTo(
                        (square(last.activation() - 0.01 - 1) - square(last.activation() - 1)) / -0.01, within(1e-12));
    }

    /** An output of 0.9999 nudged up by 0.01 would leave the range of the logarithm. */
    @Test
    void anOutputNearOneIsNudgedDownWhereTheCostIsALogarithm() {
        for (Cost cost : List.of(Cost.BINARY_CROSS_ENTROPY, Cost.QUADRATIC)) {
            Architecture architecture = new Architecture(1, List.of(new Dense(1, Activation.SIGMOID)), cost);
            Initializer given = Initializer.given(new double[][] {{10}}, new double[] {-1});
            try (Network network = Network.create(architecture, given, 0, backend, DType.FLOAT64)) {
                Examples examples = new Examples(new double[][] {{1}}, new double[][] {{0.5}});
                Neuron neuron = ChainRule.explain(network, examples, DEFAULT)
                        .examples()
                        .get(0)
                        .layers()
                        .get(0)
                        .neurons()
                        .get(0);
                double a = neuron.activation();
                double nudge = cost.equals(Cost.QUADRATIC) ? 0.01 : -0.01;
                double moved = cost.term(a + nudge, 0.5, 1) - cost.term(a, 0.5, 1);
                assertThat(neuron.costByActivation().total().byNudge()).isCloseTo(moved / nudge, within(1e-9));
            }
        }
    }

    @Test
    void inFloat32TheNudgeIsTheOneThatFits() {
        Explanation.Example example =
                chain(DEFAULT.withType(DType.FLOAT32)).examples().get(0);
        Weight weight = example.layers().get(0).neurons().get(0).weights().get(0);
        assertThat(weight.ripple().weight()).isEqualTo((double) (1.8f + 0.01f) - 1.8f);
        assertThat(weight.costByWeight().byNudge()).isCloseTo(-0.073016, within(1e-4));
        assertThat(chain(DEFAULT.withType(DType.FLOAT32)).type()).isEqualTo("float32");
    }

    @Test
    void aNudgeTooSmallForTheTypeIsNotANumber() {
        Explanation.Example example = chain(DEFAULT.withType(DType.FLOAT32).withNudge(1e-12))
                .examples()
                .get(0);
        assertThat(example.layers()
                        .get(0)
                        .neurons()
                        .get(0)
                        .weights()
                        .get(0)
                        .costByWeight()
                        .byNudge())
                .isNaN();
    }

    // ---- large layers -----------------------------------------------------------------------------------------------

    @Test
    void ofLargeLayersTheLargestTermsAreShownAndTheRestAddedUp() {
        Architecture architecture = Architecture.sigmoid(40, 30, 20);
        Explanation explanation = explain(architecture, 1, DEFAULT.withLargestTerms(3));
        Explanation.Example example = explanation.examples().get(0);
        for (Explanation.Layer layer : example.layers()) {
            assertThat(layer.neurons()).hasSize(3);
            assertThat(layer.otherNeurons()).isEqualTo(architecture.neurons(layer.number()) - 3);
            assertThat(layer.neurons())
                    .isSortedAccordingTo((first, second) -> Double.compare(
                            Math.abs(backpropagated(second.costBySum())), Math.abs(backpropagated(first.costBySum()))));
            for (Neuron neuron : layer.neurons()) {
                assertThat(neuron.weights()).hasSize(3);
                assertThat(neuron.otherWeights()).isEqualTo(architecture.neurons(layer.number() - 1) - 3);
                double least = neuron.weights().stream()
                        .mapToDouble(weight -> Math.abs(weight.costByWeight().byBackpropagation()))
                        .min()
                        .orElseThrow();
                assertThat(neuron.largestOther()).isLessThanOrEqualTo(least);
            }
        }
        Neuron hidden = example.layers().get(1).neurons().get(0);
        assertThat(hidden.costByActivation().paths()).hasSize(3);
        assertThat(hidden.costByActivation().rest().count()).isEqualTo(17);
        assertThat(explanation.toText()).contains("    and 17 more paths").contains("and 37 more weights");
    }

    // ---- the mean ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("networks")
    void theMeanIsShownExampleByExampleAndIsThatOfTheBackwardPassOfAll(Architecture architecture) {
        try (Network network = ChainRule.drawn(architecture, 4, backend);
                Pass pass = Pass.inspection(network, 3)) {
            Examples examples = Examples.drawn(architecture, 3, 4);
            examples.writeAll(pass);
            pass.forward();
            pass.backward();
            Explanation.Average average = ChainRule.explain(network, examples, DEFAULT.withLargestTerms(100))
                    .average();
            assertThat(average.costs()).hasSize(3);
            assertClose(average.cost(), mean(average.costs()), "C");
            assertThat(average.derivatives()).hasSize((int) architecture.parameterCount());
            for (MeanDerivative each : average.derivatives()) {
                int index = (int) each.place().index(architecture);
                assertThat(each.value()).isEqualTo(network.parameters().doubles()[index]);
                assertThat(each.mean().byBackpropagation())
                        .isEqualTo(pass.gradients().doubles()[index]);
                assertClose(each.mean().byBackpropagation(), mean(each.byExample()), "∂C/∂w");
            }
        }
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElseThrow();
    }

    // ---- the network stays as it is ---------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void theNetworkKeepsEveryBit(DType type) {
        Architecture architecture = Architecture.sigmoid(3, 4, 2);
        try (Network network = Network.create(architecture, Initializer.NORMAL, 1, backend, type)) {
            double[] before = network.parameters().doubles();
            for (DType computed : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                ChainRule.explain(network, Examples.drawn(architecture, 2, 1), DEFAULT.withType(computed));
            }
            assertThat(network.parameters().doubles()).containsExactly(before);
        }
    }

    /** Whatever operation fails, the parameters stay and every tensor is given back. */
    @Test
    void afterAFaultTheNetworkKeepsEveryBitAndNothingLeaks() {
        Architecture architecture = uniform(Activation.TANH, Activation.SOFTMAX, Cost.QUADRATIC, 2, 2, 2);
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        AlteredBackend.Alteration failing = (right, name, arguments) -> {
            if (left.getAndDecrement() == 0) {
                throw new IllegalStateException("planted");
            }
            return false;
        };
        try (Backend altered = new AlteredBackend(open(), failing);
                Network network = ChainRule.drawn(architecture, 1, altered)) {
            double[] before = network.parameters().doubles();
            Examples examples = Examples.drawn(architecture, 2, 1);
            ChainRule.explain(network, examples, DEFAULT);
            int operations = Integer.MAX_VALUE - left.get();
            assertThat(operations).isGreaterThan(50);
            for (int i = 0; i < operations; i++) {
                left.set(i);
                assertThatThrownBy(() -> ChainRule.explain(network, examples, DEFAULT))
                        .hasMessage("planted");
                left.set(Integer.MAX_VALUE);
                assertThat(network.parameters().doubles()).containsExactly(before);
                assertThat(altered.memory().tensors())
                        .as("tensors after operation %d failed", i)
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void dropoutIsLeftOutAndSaidToBe() {
        List<Dense> layers = List.of(new Dense(4, Activation.TANH, 0.5), new Dense(2, Activation.SIGMOID));
        Explanation explanation = explain(new Architecture(3, layers, Cost.QUADRATIC), 1, DEFAULT);
        assertThat(explanation.dropoutLeftOut()).isTrue();
        assertThat(explanation.toText()).contains("Dropout is left out.");
        for (Neuron neuron : neurons(explanation)) {
            Derivative bias = neuron.bias().costByBias();
            assertThat(bias.byNudge()).isCloseTo(bias.byBackpropagation(), within(0.01));
        }
    }

    // ---- what is said -----------------------------------------------------------------------------------------------

    @Test
    void theChainReadsAsInATextbook() {
        assertThat(chain(DEFAULT).toText().lines())
                .allMatch(line -> line.length() <= 100)
                .contains(
                        "    a⁽ᴸ⁻³⁾ ──w⁽ᴸ⁻²⁾──▶ a⁽ᴸ⁻²⁾ ──w⁽ᴸ⁻¹⁾──▶ a⁽ᴸ⁻¹⁾ ──w⁽ᴸ⁾──▶ a⁽ᴸ⁾ ───▶ C₀ ◀─── y",
                        "  cost    C₀ = (a⁽ᴸ⁾ − y)² = 0.115552",
                        "  z⁽ᴸ⁾ = w⁽ᴸ⁾ a⁽ᴸ⁻¹⁾ + b⁽ᴸ⁾ = 1.8 · 0.479781 − 0.2 = 0.663606",
                        "  a⁽ᴸ⁾ = σ(z⁽ᴸ⁾) = 0.660070",
                        columns("", "by backpropagation", "by a nudge of 0.01"),
                        columns("  ∂z⁽ᴸ⁾/∂w⁽ᴸ⁾   = a⁽ᴸ⁻¹⁾", "0.479781", "0.479781"),
                        columns("  ∂a⁽ᴸ⁾/∂z⁽ᴸ⁾   = σ′(z⁽ᴸ⁾)", "0.224378", "0.224017"),
                        columns("  ∂C₀/∂a⁽ᴸ⁾     = 2(a⁽ᴸ⁾ − y)", "−0.679860", "−0.669860"),
                        columns("  ∂C₀/∂w⁽ᴸ⁾     = the product of these three", "−0.073188", "−0.073016"),
                        columns("  ∂z⁽ᴸ⁾/∂b⁽ᴸ⁾   = 1", "1.000000", "1.000000"),
                        columns("  ∂C₀/∂b⁽ᴸ⁾     = 1 · ∂a⁽ᴸ⁾/∂z⁽ᴸ⁾ · ∂C₀/∂a⁽ᴸ⁾", "−0.152545", "−0.151798"),
                        columns("  ∂z⁽ᴸ⁾/∂a⁽ᴸ⁻¹⁾ = w⁽ᴸ⁾", "1.800000", "1.800000"),
                        columns("  ∂C₀/∂a⁽ᴸ⁻¹⁾   = w⁽ᴸ⁾ · ∂a⁽ᴸ⁾/∂z⁽ᴸ⁾ · ∂C₀/∂a⁽ᴸ⁾", "−0.274582", "−0.272164"));
    }

    private static String columns(String formula, String byBackpropagation, String byNudge) {
        return Text.left(formula, 60) + Text.right(byBackpropagation, 19) + Text.right(byNudge, 21);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyTextFitsIntoAHundredColumns(Architecture architecture) {
        assertThat(explain(architecture, 6, DEFAULT.withDetailed(2)).toText().lines())
                .allMatch(line -> line.length() <= 100)
                .noneMatch(line -> line.endsWith(" "))
                .anyMatch(line -> line.contains("Example 1"))
                .anyMatch(line -> line.contains("The average over 6 examples"));
    }

    @Test
    void aSumOverPathsIsWrittenTermByTerm() {
        Explanation explanation = explain(Architecture.sigmoid(2, 3, 2), 1, DEFAULT);
        Neuron hidden = explanation.examples().get(0).layers().get(1).neurons().get(1);
        Path path = hidden.costByActivation().paths().get(0);
        assertThat(explanation.toText().lines().map(String::strip).map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "∂z₀⁽²⁾/∂a₁⁽¹⁾ = w₀₁⁽²⁾ " + both(path.factor()),
                        "times ∂C₀/∂z₀⁽²⁾ = " + Text.number(path.upstream()) + " " + both(path.term()),
                        "∂C₀/∂a₁⁽¹⁾ = the sum over 2 paths "
                                + both(hidden.costByActivation().total()));
    }

    private static String both(Derivative derivative) {
        return Text.number(derivative.byBackpropagation()) + " " + Text.number(derivative.byNudge());
    }

    @Test
    void theJsonHoldsEveryNumber() throws IOException {
        Explanation explanation = chain(DEFAULT);
        Map<String, Object> json = JSON.std.mapFrom(explanation.toJson());
        assertThat(json)
                .containsEntry("network", "1-1-1-1, sigmoid, quadratic cost")
                .containsEntry("nudge", 0.01)
                .containsEntry("sizes", List.of(1, 1, 1, 1))
                .containsKeys("activations", "cost", "type", "dropoutLeftOut", "examples", "average");
        List<Derivative> derivatives = new ArrayList<>();
        collect(explanation, derivatives);
        List<Double> numbers = new ArrayList<>();
        collectNumbers(json, numbers);
        assertThat(numbers)
                .containsExactlyElementsOf(derivatives.stream()
                        .flatMap(each -> Stream.of(each.byBackpropagation(), each.byNudge()))
                        .toList());
    }

    private static void collectNumbers(Object value, List<Double> numbers) {
        if (value instanceof List<?> list) {
            list.forEach(each -> collectNumbers(each, numbers));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((name, each) -> {
                if (name.toString().startsWith("by") && each instanceof Number number) {
                    numbers.add(number.doubleValue());
                }
                collectNumbers(each, numbers);
            });
        }
    }

    // ---- misuse -----------------------------------------------------------------------------------------------------

    @Test
    void examplesThatDoNotFitAreRefused() {
        try (Network network = ChainRule.chainOfSingleNeurons(backend)) {
            Examples examples = new Examples(new double[][] {{1}}, new double[][] {{1, 0}});
            assertThatThrownBy(() -> ChainRule.explain(network, examples, DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("example 0 has 2 targets, but the network has 1 outputs");
        }
    }

    // ---- helpers ----------------------------------------------------------------------------------------------------

    private static List<Neuron> neurons(Explanation explanation) {
        return explanation.examples().stream()
                .flatMap(example -> example.layers().stream())
                .flatMap(layer -> layer.neurons().stream())
                .toList();
    }

    private static List<Sum> sums(Explanation explanation) {
        List<Sum> sums = new ArrayList<>();
        for (Neuron neuron : neurons(explanation)) {
            sums.add(neuron.costByActivation());
            sums.add(neuron.costBySum());
        }
        explanation
                .examples()
                .forEach(example -> example.inputs().forEach(input -> sums.add(input.costByActivation())));
        return sums;
    }

    private static void assertClose(double actual, double expected, String what) {
        assertThat(actual).as(what).isCloseTo(expected, within(1e-13 * (1 + Math.abs(expected))));
    }
}
