package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.tensor.Learner.Setting;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Random networks learn step by step as they do on another backend. Before each step both have the same parameters and the
 * same state of the optimizer; after it, everything that the step computed is within the bound of a {@link StepAnalysis}, and
 * the two within twice that of each other.
 */
public abstract class WholeNetworkSpecification extends BackendSpecification {
    private static final int EPOCHS = 2;

    /**
     * Opens a backend of another kind, to be compared with.
     *
     * @return a new backend
     */
    protected abstract Backend openOther();

    @Property(tries = 60, seed = "20261125")
    void everyStepAgreesWithThatOfAnotherBackend(@ForAll("settings") Setting setting) {
        int steps = EPOCHS * setting.stepsOfAnEpoch();
        try (Backend reference = openOther();
                Learner other = new Learner(setting, reference, steps);
                Learner learner = new Learner(setting, backend, steps)) {
            for (int step = 0; step < steps; step++) {
                other.follow(learner);
                compare(learner, other, step);
            }
        }
    }

    private static void compare(Learner learner, Learner other, int step) {
        Map<Expected, Tensor> expected = learner.expectations(step);
        Iterator<Tensor> there = other.expectations(step).values().iterator();
        learner.step(step);
        other.step(step);
        expected.forEach((each, here) -> {
            each.check(here);
            each.agree(here.doubles(), there.next().doubles());
        });
    }

    /** The bounds are narrow enough to tell one learning rate from another. */
    @Example
    void aRateThatIsAThousandthOffIsSeen() {
        Descent descent = Descent.of(Optimizer.sgd(0.5));
        assertSeen(plain(descent, 0), plain(descent.withOptimizer(Optimizer.sgd(0.5005)), 0), "parameters");
    }

    @Example
    void aLimitOfTheNormThatIsAThousandthOffIsSeen() {
        Descent descent = Descent.of(Optimizer.sgd(0.5)).withClipNorm(0.1);
        assertSeen(plain(descent, 0), plain(descent.withClipNorm(0.1001), 0), "gradients");
    }

    @Example
    void whatIsNotDroppedIsSeen() {
        Descent descent = Descent.of(Optimizer.sgd(0.5));
        assertSeen(plain(descent, 0.5), plain(descent, 0), "δ of layer 1");
    }

    private void assertSeen(Function<DType, Setting> setting, Function<DType, Setting> other, String where) {
        for (DType type : floatingTypes()) {
            try (Learner learner = new Learner(setting.apply(type), backend, 1);
                    Learner off = new Learner(other.apply(type), backend, 1)) {
                assertThatThrownBy(() -> compare(learner, off, 0))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("step 0: " + where + " against the default");
            }
        }
    }

    private static Function<DType, Setting> plain(Descent descent, double dropout) {
        List<Dense> layers = List.of(new Dense(7, Activation.TANH, dropout), new Dense(3, Activation.SOFTMAX));
        Architecture architecture = new Architecture(5, layers, Cost.CATEGORICAL_CROSS_ENTROPY);
        return type -> new Setting(architecture, descent, 6, 6, type, 1);
    }

    /** What an output layer may be made of. */
    record Output(Activation activation, Cost cost) {}

    @Provide
    Arbitrary<Setting> settings() {
        Arbitrary<Architecture> architectures = Combinators.combine(
                        Arbitraries.integers().between(1, 9), hidden().list().ofMaxSize(3), neurons(), outputs())
                .as((inputs, hidden, neurons, output) -> {
                    List<Dense> layers = new ArrayList<>(hidden);
                    layers.add(new Dense(neurons, output.activation()));
                    return new Architecture(inputs, layers, output.cost());
                });
        return Combinators.combine(
                        architectures,
                        descents(),
                        Arbitraries.integers().between(1, 13),
                        Arbitraries.integers().between(1, 8),
                        Arbitraries.of(floatingTypes()),
                        Arbitraries.longs())
                .as(Setting::new);
    }

    private static Arbitrary<Integer> neurons() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.integers().between(1, 9)), Tuple.of(1, Arbitraries.of(32, 33, 40)));
    }

    private static Arbitrary<Activation> elementwise() {
        return Arbitraries.of(
                Activation.SIGMOID,
                Activation.RELU,
                Activation.LEAKY_RELU,
                Activation.ELU,
                Activation.TANH,
                Activation.SOFTPLUS,
                Activation.SILU,
                Activation.GELU,
                Activation.IDENTITY);
    }

    private static Arbitrary<Dense> hidden() {
        return Combinators.combine(neurons(), elementwise(), Arbitraries.of(0.0, 0.0, 0.25, 0.5))
                .as(Dense::new);
    }

    private static Arbitrary<Output> outputs() {
        Arbitrary<Cost> quadratic = Arbitraries.of(Cost.QUADRATIC, Cost.HALF_QUADRATIC, Cost.MEAN_SQUARED_ERROR);
        Arbitrary<Activation> any = Arbitraries.oneOf(elementwise(), Arbitraries.just(Activation.SOFTMAX));
        return Arbitraries.oneOf(
                Combinators.combine(any, quadratic).as(Output::new),
                Arbitraries.of(
                        new Output(Activation.SIGMOID, Cost.BINARY_CROSS_ENTROPY),
                        new Output(Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY)));
    }

    private static Arbitrary<Descent> descents() {
        Arbitrary<Optimizer> optimizers = Arbitraries.of(
                Optimizer.sgd(0.1),
                new Optimizer.Momentum(0.1, 0.9),
                new Optimizer.Nesterov(0.1, 0.9),
                new Optimizer.RmsProp(0.01, 0.9, 1e-6),
                Optimizer.adam(0.01),
                new Optimizer.AdamW(0.01, 0.9, 0.999, 1e-6, 0.01));
        double none = Double.POSITIVE_INFINITY;
        return Combinators.combine(
                        optimizers,
                        Arbitraries.of(0.0, 0.01),
                        Arbitraries.of(0.0, 0.001),
                        Arbitraries.of(none, none, 0.1),
                        Arbitraries.of(none, 0.1, 1.0))
                .as(Descent::new);
    }
}
