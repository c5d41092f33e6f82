package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.tensor.WholeSteps.Layer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;

/** Steps to be taken as a whole with something wrong are refused before any work is done, whether the backend takes such steps or not. */
public abstract class WholeStepsMisuseSpecification extends BackendSpecification {
    private static final int EXAMPLES = 4;
    private static final int INPUTS = 3;
    private static final int HIDDEN = 5;
    private static final int OUTPUTS = 2;

    /** What steps work on, to be changed before they are made. */
    private final class Parts {
        private Tensor hiddenWeights = zeros(HIDDEN, INPUTS).named("hidden weights");
        private Tensor hiddenBias = zeros(HIDDEN).named("hidden bias");
        private Tensor outputWeights = zeros(OUTPUTS, HIDDEN).named("output weights");
        private Tensor outputBias = zeros(OUTPUTS).named("output bias");
        private Tensor inputs = zeros(EXAMPLES, INPUTS).named("inputs");
        private Tensor targets = zeros(EXAMPLES, OUTPUTS).named("targets");
        private Tensor order = numbers(0, 1, 2, 3).named("order");
        private Tensor schedule = of(DType.FLOAT64, 2, Optimizer.COLUMNS).named("schedule");
        private Tensor position = numbers(0, 0, 0, 0, 0, 0).named("position");
        private Tensor tally = of(DType.FLOAT64, Operations.TALLY).named("tally");
        private Cost cost = Cost.QUADRATIC;
        private Descent rule = Descent.of(Optimizer.sgd(1));
        private int batch = 2;
        private boolean layerless;

        WholeSteps steps() {
            List<Layer> layers = new ArrayList<>();
            if (!layerless) {
                layers.add(new Layer(hiddenWeights, hiddenBias, Activation.TANH));
                layers.add(new Layer(outputWeights, outputBias, Activation.TANH));
            }
            return new WholeSteps(layers, cost, rule, inputs, targets, order, schedule, position, tally, batch);
        }
    }

    /** Makes one part wrong. */
    private interface Change {
        void of(Parts parts);
    }

    private Tensor of(DType type, long... shape) {
        return backend.zeros(Shape.of(shape), type);
    }

    private Tensor zeros(long... shape) {
        return of(DType.FLOAT32, shape);
    }

    private void assertRefused(Change change, String... words) {
        assertRefused(IllegalArgumentException.class, change, words);
    }

    private void assertRefused(Class<? extends RuntimeException> kind, Change change, String... words) {
        try (Scope scope = Scope.open()) {
            Parts parts = new Parts();
            change.of(parts);
            WholeSteps steps = parts.steps();
            assertThatThrownBy(() -> operations.stepsAtOnce(steps))
                    .isInstanceOf(kind)
                    .hasMessageStartingWith("stepsAtOnce: ")
                    .hasMessageContainingAll(words);
            assertThatThrownBy(() -> operations.takeSteps(steps, 2))
                    .isInstanceOf(kind)
                    .hasMessageStartingWith("takeSteps: ")
                    .hasMessageContainingAll(words);
        }
    }

    @Example
    void allIsWellWithoutAChange() {
        try (Scope scope = Scope.open()) {
            assertThat(operations.stepsAtOnce(new Parts().steps())).isPositive();
        }
    }

    @Example
    void aClosedTensorIsRefused() {
        List<Change> changes = List.of(
                parts -> parts.hiddenWeights.close(),
                parts -> parts.outputBias.close(),
                parts -> parts.inputs.close(),
                parts -> parts.targets.close(),
                parts -> parts.order.close(),
                parts -> parts.schedule.close(),
                parts -> parts.position.close(),
                parts -> parts.tally.close());
        changes.forEach(change -> assertRefused(IllegalStateException.class, change, "is closed"));
    }

    @Example
    void aTensorOfAnotherBackendIsRefused() {
        try (Backend other = open();
                Tensor stranger = other.zeros(Shape.of(HIDDEN), DType.FLOAT32).named("the stranger")) {
            assertRefused(parts -> parts.hiddenBias = stranger, "the stranger", "copy it over");
        }
    }

    @Example
    void aTensorOfAnotherTypeIsRefused() {
        assertRefused(parts -> parts.outputWeights = of(DType.FLOAT64, OUTPUTS, HIDDEN), "float64", "one type");
        assertRefused(parts -> parts.hiddenBias = of(DType.FLOAT64, HIDDEN), "float64", "one type");
        assertRefused(parts -> parts.inputs = of(DType.INT64, EXAMPLES, INPUTS), "int64", "float32 or float64");
        assertRefused(parts -> parts.targets = of(DType.FLOAT64, EXAMPLES, OUTPUTS), "float64", "one type");
        assertRefused(parts -> parts.order = zeros(EXAMPLES), "order", "int64");
        assertRefused(parts -> parts.schedule = zeros(2, Optimizer.COLUMNS), "schedule", "float64");
        assertRefused(parts -> parts.position = zeros(Operations.POSITION), "position", "int64");
        assertRefused(parts -> parts.tally = zeros(Operations.TALLY), "tally", "float64");
    }

    @Example
    void aShapeThatDoesNotFitIsRefused() {
        assertRefused(parts -> parts.hiddenWeights = zeros(HIDDEN, INPUTS + 1), "weights", "[5, 3]", "[5, 4]");
        assertRefused(parts -> parts.outputWeights = zeros(OUTPUTS, HIDDEN - 1), "weights", "[2, 5]", "[2, 4]");
        assertRefused(parts -> parts.outputBias = zeros(OUTPUTS + 1), "weights", "[3, 5]", "[2, 5]");
        assertRefused(parts -> parts.hiddenBias = zeros(1, HIDDEN), "a vector", "[1, 5]");
        assertRefused(parts -> parts.inputs = zeros(EXAMPLES * INPUTS), "a matrix", "[12]");
        assertRefused(parts -> parts.targets = zeros(EXAMPLES, OUTPUTS + 1), "targets", "[4, 2]", "[4, 3]");
        assertRefused(parts -> parts.targets = numbers(0, 1, 0), "labels", "[4]", "[3]");
        assertRefused(parts -> parts.order = of(DType.INT64, 0), "order", "at least one");
        assertRefused(parts -> parts.schedule = of(DType.FLOAT64, 0, Optimizer.COLUMNS), "schedule", "at least one");
        assertRefused(parts -> parts.position = numbers(0, 0, 0), "position", "[6]", "[3]");
        assertRefused(parts -> parts.tally = of(DType.FLOAT64, 4), "tally", "[3]", "[4]");
    }

    @Example
    void whatIsWrittenMayShareNoMemory() {
        assertRefused(parts -> parts.hiddenBias = parts.inputs.view(1, Shape.of(HIDDEN)), "share");
        assertRefused(parts -> parts.outputBias = parts.hiddenWeights.view(0, Shape.of(OUTPUTS)), "share");
        assertRefused(parts -> parts.tally = parts.schedule.view(0, Shape.of(Operations.TALLY)), "share");
        assertRefused(
                parts -> {
                    Tensor both = of(DType.INT64, 8);
                    parts.order = both.view(0, Shape.of(EXAMPLES));
                    parts.position = both.view(2, Shape.of(Operations.POSITION));
                },
                "share");
    }

    @Example
    void aRuleThatIsNotPlainIsRefused() {
        for (Descent rule : List.of(
                Descent.of(Optimizer.adam(0.1)),
                Descent.of(Optimizer.sgd(0.1)).withL1(0.1),
                Descent.of(Optimizer.sgd(0.1)).withClipNorm(1))) {
            assertRefused(parts -> parts.rule = rule, "plain gradient descent", "the other operations");
        }
    }

    @Example
    void aCostThatDoesNotSuitTheOutputIsRefused() {
        try (Scope scope = Scope.open()) {
            Parts parts = new Parts();
            parts.cost = Cost.CATEGORICAL_CROSS_ENTROPY;
            assertThatThrownBy(() -> operations.stepsAtOnce(parts.steps()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("categorical-cross-entropy", "tanh", "softmax");
        }
    }

    @Example
    void nothingToDoIsRefused() {
        assertRefused(parts -> parts.layerless = true, "at least one layer", "0 layers");
        assertRefused(parts -> parts.batch = 0, "a batch of at least one example", "a batch of 0");
        try (Scope scope = Scope.open()) {
            WholeSteps steps = new Parts().steps();
            for (long none : new long[] {0, -3}) {
                assertThatThrownBy(() -> operations.takeSteps(steps, none))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("takeSteps: ", "at least 1 example", "not " + none);
            }
        }
    }
}
