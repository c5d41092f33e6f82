package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.tensor.JoinedLayers.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Layers that are taken together give what they give one by one: both are compared with a {@link StepAnalysis}, and with each other within
 * the bounds of both. Where products round their factors, each layer is compared with what comes of those before it.
 */
public abstract class JoinedLayersSpecification extends BackendSpecification {
    private static final String SEED = "20261126";

    private static Setting setting(DType type, int batch, int inputs, Dense... layers) {
        return new Setting(new Architecture(inputs, List.of(layers), JoinedLayers.cost()), batch, false, type, 7);
    }

    private static Setting plain(DType type) {
        return setting(
                type,
                37,
                6,
                new Dense(33, Activation.TANH),
                new Dense(9, Activation.SIGMOID),
                new Dense(4, Activation.SOFTMAX));
    }

    private static void assertRight(JoinedLayers layers, Map<String, Expected> expected) {
        Map<String, Tensor> results = layers.results(true);
        expected.forEach((name, each) -> each.check(results.get(name)));
        assertThat(layers.guardsTouched()).as("numbers between the tensors").isZero();
    }

    private boolean rounds(DType type) {
        return factors() != Factors.WHOLE && type == DType.FLOAT32;
    }

    /** What comes out, of layers that have been taken. */
    private Map<String, Expected> expected(JoinedLayers layers, DType type) {
        return rounds(type) ? layers.stepwise(reference(type)) : layers.expected();
    }

    private void assertEachIsRight(Setting setting) {
        try (JoinedLayers together = new JoinedLayers(setting, backend);
                JoinedLayers oneByOne = new JoinedLayers(setting, backend)) {
            together.together();
            oneByOne.oneByOne();
            assertRight(together, together.stepwise(reference(setting.type())));
            assertRight(oneByOne, oneByOne.stepwise(reference(setting.type())));
        }
    }

    /** Of the same layers, taken together and one by one. */
    private void assertAgree(Setting setting) {
        if (rounds(setting.type())) {
            assertEachIsRight(setting);
            return;
        }
        try (JoinedLayers together = new JoinedLayers(setting, backend);
                JoinedLayers oneByOne = new JoinedLayers(setting, backend)) {
            together.together();
            oneByOne.oneByOne();
            Map<String, Expected> expected = together.expected();
            assertRight(together, expected);
            assertRight(oneByOne, expected);
            Map<String, Tensor> others = oneByOne.results(true);
            together.results(true)
                    .forEach((name, result) -> expected.get(name)
                            .agree(result.doubles(), others.get(name).doubles()));
        }
    }

    // ---- what they give ---------------------------------------------------------------------------------------------

    @Property(tries = 60, seed = SEED)
    void layersTogetherAreThoseOneByOne(@ForAll("settings") Setting setting) {
        if (worthwhile(setting.seed(), 1)) {
            assertAgree(setting);
        }
    }

    @Example
    void everyActivationInsideAndAtTheEnd() {
        for (DType type : floatingTypes()) {
            List<Activation> ends = Catalogue.activations();
            for (int i = 0; i < ends.size(); i++) {
                Activation inside = Catalogue.ELEMENTWISE.get(i % Catalogue.ELEMENTWISE.size());
                assertAgree(setting(type, 5, 4, new Dense(7, inside), new Dense(6, inside), new Dense(3, ends.get(i))));
            }
        }
    }

    @Example
    void widthsUpToTheLimitAndBeyond() {
        int much = much(65);
        for (DType type : floatingTypes()) {
            assertAgree(setting(
                    type,
                    much,
                    128,
                    new Dense(127, Activation.RELU),
                    new Dense(128, Activation.TANH),
                    new Dense(3, Activation.SOFTMAX)));
            assertAgree(setting(
                    type,
                    33,
                    130,
                    new Dense(65, Activation.SIGMOID),
                    new Dense(1, Activation.GELU),
                    new Dense(128, Activation.SOFTMAX)));
            assertAgree(setting(type, 3, 5, new Dense(129, Activation.TANH), new Dense(2, Activation.SIGMOID)));
        }
    }

    @Example
    void manyLayers() {
        for (DType type : floatingTypes()) {
            List<Dense> layers = new ArrayList<>();
            for (int l = 1; l <= 12; l++) {
                layers.add(new Dense(1 + l * 5 % 13, Activation.TANH));
            }
            assertAgree(setting(type, 9, 3, layers.toArray(Dense[]::new)));
        }
    }

    @Example
    void aLayerAlone() {
        for (DType type : floatingTypes()) {
            assertAgree(setting(type, 40, 20, new Dense(35, Activation.SOFTMAX)));
        }
    }

    @Example
    void aWeightThatIsAThousandthOffIsSeen() {
        for (DType type : floatingTypes()) {
            try (JoinedLayers layers = new JoinedLayers(plain(type), backend)) {
                Tensor weights = layers.forward.get(1).weights();
                double[] right = weights.doubles();
                operations.scale(1.001, weights, weights);
                layers.together();
                weights.write(right);
                Map<String, Expected> expected = expected(layers, type);
                assertThatThrownBy(() -> assertRight(layers, expected)).isInstanceOf(AssertionError.class);
            }
        }
    }

    // ---- what is left out -------------------------------------------------------------------------------------------

    @Property(tries = 20, seed = SEED)
    void whereOnlyTheOutputIsWantedItIsTheSame(@ForAll("settings") Setting setting) {
        if (worthwhile(setting.seed(), 1)) {
            assertOutputIsTheSame(setting);
        }
    }

    @Example
    void whereOnlyTheOutputOfManyLayersIsWantedItIsTheSame() {
        for (DType type : floatingTypes()) {
            List<Dense> layers = new ArrayList<>();
            for (int l = 1; l <= 18; l++) {
                layers.add(new Dense(l == 13 ? 129 : 4 + l % 3, Activation.TANH));
            }
            assertOutputIsTheSame(setting(type, 3, 3, layers.toArray(Dense[]::new)));
        }
    }

    private void assertOutputIsTheSame(Setting setting) {
        Setting inPlace = new Setting(setting.architecture(), setting.batch(), true, setting.type(), setting.seed());
        try (JoinedLayers kept = new JoinedLayers(setting, backend);
                JoinedLayers forgotten = new JoinedLayers(inPlace, backend)) {
            kept.forward(true);
            forgotten.forward(false);
            Map<String, Tensor> results = kept.results(false);
            forgotten
                    .results(false)
                    .forEach((name, result) -> assertSame(
                            name + " in " + setting,
                            result.doubles(),
                            results.get(name).doubles()));
            assertThat(forgotten.guardsTouched())
                    .as("numbers between the tensors")
                    .isZero();
        }
    }

    @Example
    void anEmptyBatchHasSumsOfNothing() {
        for (DType type : floatingTypes()) {
            try (Scope scope = Scope.open()) {
                Tensor w = backend.zeros(Shape.of(3, 2), type);
                Tensor gradient = backend.vector(new double[] {5, 5}, type);
                Tensor none = backend.zeros(Shape.of(0, 2), type);
                Tensor z = backend.zeros(Shape.of(0, 3), type);
                ForwardLayer forth = new ForwardLayer(w, backend.zeros(Shape.of(3), type), Activation.TANH, z, z);
                operations.forwardLayers(none, List.of(forth), true);
                Tensor delta = backend.zeros(Shape.of(0, 2), type);
                BackwardLayer back = new BackwardLayer(w, Activation.TANH, none, none, delta, gradient);
                operations.backwardLayers(z, List.of(back), 1);
                assertThat(gradient.doubles()).containsExactly(0, 0);
            }
        }
    }

    // ---- numbers that are none --------------------------------------------------------------------------------------

    /** Nothing of a row gets into another, not even what stands where no row is. */
    @Example
    void whatIsNoNumberStaysInItsRow() {
        for (DType type : floatingTypes()) {
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                try (JoinedLayers layers = new JoinedLayers(plain(type), backend);
                        JoinedLayers sound = new JoinedLayers(plain(type), backend)) {
                    layers.x.view(35L * 6, Shape.of(6)).write(new double[] {bad, bad, bad, bad, bad, bad});
                    layers.together();
                    sound.together();
                    Map<String, Tensor> others = sound.results(true);
                    layers.results(true).forEach((name, result) -> {
                        if (result.shape().rank() == 2) {
                            assertSame(name, otherRows(result), otherRows(others.get(name)));
                        }
                    });
                }
            }
        }
    }

    private static double[] otherRows(Tensor matrix) {
        double[] all = matrix.doubles();
        int columns = (int) matrix.shape().columns();
        java.util.Arrays.fill(all, 35 * columns, 36 * columns, 0);
        return all;
    }

    @Example
    void whatIsNoNumberGoesOnToTheEndOfItsRow() {
        for (DType type : floatingTypes()) {
            try (JoinedLayers layers = new JoinedLayers(plain(type), backend)) {
                layers.x.view(35L * 6, Shape.of(1)).write(new double[] {Double.NaN});
                layers.together();
                layers.results(true).forEach((name, result) -> {
                    double[] all = result.doubles();
                    int columns = (int) result.shape().dimension(result.shape().rank() - 1);
                    int first = result.shape().rank() == 2 ? 35 * columns : 0;
                    for (int i = first; i < first + columns; i++) {
                        assertThat(all[i]).as("%s [%d]", name, i).isNaN();
                    }
                });
            }
        }
    }

    /** Of tanh it is 1, and nothing that stands beside the layers' numbers makes more of it. */
    @Example
    void whatIsInfiniteIsSoToTheEndOfItsLayerOnly() {
        for (DType type : floatingTypes()) {
            try (JoinedLayers layers = new JoinedLayers(plain(type), backend)) {
                Tensor weights = layers.forward.get(0).weights();
                operations.fill(weights, 0.5);
                layers.x.view(35L * 6, Shape.of(1)).write(new double[] {Double.POSITIVE_INFINITY});
                layers.together();
                Map<String, Tensor> results = layers.results(true);
                assertThat(results.get("z of layer 1").doubles()).contains(Double.POSITIVE_INFINITY);
                for (String name : List.of("a of layer 1", "z of layer 2", "z of layer 3", "a of layer 3")) {
                    for (double each : results.get(name).doubles()) {
                        assertThat(each).as(name).isFinite();
                    }
                }
            }
        }
    }

    // ---- programs ---------------------------------------------------------------------------------------------------

    @Example
    void recordedTheyAreTheSame() {
        for (DType type : floatingTypes()) {
            try (JoinedLayers recorded = new JoinedLayers(plain(type), backend);
                    JoinedLayers eager = new JoinedLayers(plain(type), backend);
                    Program program = backend.record(recorded::together)) {
                recorded.results(true).values().forEach(each -> operations.fill(each, 7));
                program.run();
                eager.together();
                Map<String, Tensor> others = eager.results(true);
                recorded.results(true)
                        .forEach((name, result) -> assertSame(
                                name, result.doubles(), others.get(name).doubles()));
            }
        }
    }

    @Example
    void anotherBackendOfTheKindGivesTheSameBits() {
        for (DType type : floatingTypes()) {
            Setting setting = setting(
                    type,
                    much(300),
                    20,
                    new Dense(40, Activation.SILU),
                    new Dense(17, Activation.ELU),
                    new Dense(5, Activation.TANH));
            try (Backend twin = openTwin();
                    JoinedLayers here = new JoinedLayers(setting, backend);
                    JoinedLayers there = new JoinedLayers(setting, twin)) {
                here.together();
                there.together();
                Map<String, Tensor> others = there.results(true);
                here.results(true)
                        .forEach((name, result) -> assertSame(
                                name, result.doubles(), others.get(name).doubles()));
            }
        }
    }

    // ---- networks ---------------------------------------------------------------------------------------------------

    @Provide
    Arbitrary<Setting> settings() {
        Arbitrary<List<Dense>> inside = Combinators.combine(neurons(), Arbitraries.of(Catalogue.ELEMENTWISE))
                .as(Dense::new)
                .list()
                .ofMaxSize(3);
        Arbitrary<Architecture> architectures = Combinators.combine(
                        neurons(), inside, neurons(), Arbitraries.of(Catalogue.activations()))
                .as((inputs, hidden, outputs, end) -> {
                    List<Dense> layers = new ArrayList<>(hidden);
                    layers.add(new Dense(outputs, end));
                    return new Architecture(inputs, layers, JoinedLayers.cost());
                });
        return Combinators.combine(
                        architectures,
                        Arbitraries.of(1, 2, 7, 31, 32, 33, 70),
                        Arbitraries.of(floatingTypes()),
                        Arbitraries.longs())
                .as((architecture, batch, type, seed) -> new Setting(architecture, batch, false, type, seed));
    }

    private static Arbitrary<Integer> neurons() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(1, 9)),
                Tuple.of(1, Arbitraries.of(13, 16, 31, 32, 33, 40, 64, 65, 67)));
    }
}
