package io.nudge.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nudge.data.Dataset;
import io.nudge.data.Datasets;
import io.nudge.data.Scaling;
import io.nudge.data.Split;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.math.Schedule;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.MemoryUse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a {@link Trainer} promises, on any backend. */
public abstract class TrainerSpecification {
    /** Of an optimizer with a state no backend takes several steps as one. */
    private static final Optimizer ONE_BY_ONE = new Optimizer.Momentum(0.01, 0.5);

    private static final double INFINITE = Double.POSITIVE_INFINITY;

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

    // ---- descent by hand --------------------------------------------------------------------------------------------

    /** One weight, no hidden layer: z = w x + b, a = z, C₀ = (a − y)². */
    private Network line(double w, double b) {
        Architecture architecture = new Architecture(1, List.of(new Dense(1, Activation.IDENTITY)), Cost.QUADRATIC);
        Initializer given = Initializer.given(new double[][] {{w}}, new double[] {b});
        return Network.create(architecture, given, 1, backend, DType.FLOAT64);
    }

    private static Dataset points(double[] x, double[] y) {
        double[][] inputs = new double[x.length][];
        double[][] targets = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            inputs[i] = new double[] {x[i]};
            targets[i] = new double[] {y[i]};
        }
        return Dataset.of(inputs, targets);
    }

    @Test
    void oneFullBatchStepIsTheStepComputedByHand() {
        // w = 2, b = 1; (1, 1): a = 3, a − y = 2; (3, 5): a = 7, a − y = 2. C = (4 + 4) / 2 = 4.
        // ∂C/∂w = (2·2·1 + 2·2·3) / 2 = 8, ∂C/∂b = (2·2 + 2·2) / 2 = 4. With the rate 0.1: w = 1.2, b = 0.6.
        try (Network network = line(2, 1)) {
            Trainer trainer = Trainer.builder()
                    .optimizer(Optimizer.sgd(0.1))
                    .batch(2)
                    .epochs(1)
                    .build();
            History history = trainer.train(network, points(new double[] {1, 3}, new double[] {1, 5}));
            assertThat(history.last().cost()).isEqualTo(4);
            assertThat(history.last().accuracy()).as("these are no classes").isNaN();
            assertThat(network.weights(1).doubles()[0]).isCloseTo(1.2, within(1e-15));
            assertThat(network.bias(1).doubles()[0]).isCloseTo(0.6, within(1e-15));
        }
    }

    @Test
    void theRaggedLastBatchIsUsedAndAveragedOverTheExamplesThatItHas() {
        double[] x = {1, -2, 3, 0.5, -1.5};
        double[] y = {1, 0, -1, 2, 0.25};
        double w = 0.5;
        double b = -0.25;
        double rate = 0.0625;
        int[] order = RandomStream.of(7, RandomStream.Use.SHUFFLE, 0).permutation(5);
        for (int from = 0; from < 5; from += 2) {
            int rows = Math.min(2, 5 - from);
            double gradientW = 0;
            double gradientB = 0;
            for (int i = from; i < from + rows; i++) {
                double delta = 2 * (w * x[order[i]] + b - y[order[i]]);
                gradientW += delta * x[order[i]] / rows;
                gradientB += delta / rows;
            }
            w -= rate * gradientW;
            b -= rate * gradientB;
        }
        try (Network network = line(0.5, -0.25)) {
            Trainer trainer = Trainer.builder()
                    .optimizer(Optimizer.sgd(rate))
                    .batch(2)
                    .epochs(1)
                    .seed(7)
                    .build();
            trainer.train(network, points(x, y));
            assertThat(network.weights(1).doubles()[0]).isCloseTo(w, within(1e-14));
            assertThat(network.bias(1).doubles()[0]).isCloseTo(b, within(1e-14));
        }
    }

    @Test
    void penaltiesPullAtWeightsAndNotAtBiases() {
        // At the target the data gradient is 0, so all that moves w is l2 w + l1 sign(w) = 0.5·2 + 0.25 = 1.25.
        try (Network network = line(2, 1)) {
            Descent rule = new Descent(Optimizer.sgd(0.1), 0.25, 0.5, INFINITE, INFINITE);
            Trainer.builder().descent(rule).epochs(1).build().train(network, points(new double[] {1}, new double[] {3
            }));
            assertThat(network.weights(1).doubles()[0]).isCloseTo(2 - 0.125, within(1e-15));
            assertThat(network.bias(1).doubles()[0]).isEqualTo(1);
        }
    }

    @Test
    void clippingLimitsTheStep() {
        // ∂C/∂w = 8, ∂C/∂b = 4 as above; by value to 1: both 1; by norm to 1: 8/√80 and 4/√80.
        double[] byValue = stepWith(new Descent(Optimizer.sgd(1), 0, 0, 1, INFINITE));
        assertThat(byValue).containsExactly(new double[] {1, 0}, within(1e-15));
        double[] byNorm = stepWith(new Descent(Optimizer.sgd(1), 0, 0, INFINITE, 1));
        assertThat(byNorm).containsExactly(new double[] {2 - 8 / Math.sqrt(80), 1 - 4 / Math.sqrt(80)}, within(1e-14));
    }

    private double[] stepWith(Descent rule) {
        try (Network network = line(2, 1)) {
            Trainer.builder()
                    .descent(rule)
                    .batch(2)
                    .epochs(1)
                    .build()
                    .train(network, points(new double[] {1, 3}, new double[] {1, 5}));
            return network.parameters().doubles();
        }
    }

    @Test
    void theScheduleSetsTheRateOfEveryStep() {
        // One example a batch, so that step and epoch are the same; the rate halves after each.
        try (Network network = line(0, 0)) {
            Trainer trainer = Trainer.builder()
                    .optimizer(Optimizer.sgd(0.25))
                    .schedule(Schedule.named("step:1:0.5"))
                    .epochs(2)
                    .build();
            History history = trainer.train(network, points(new double[] {0}, new double[] {1}));
            // b = 0: ∂C/∂b = −2, b = 0.5; then ∂C/∂b = −1, b = 0.5 + 0.125.
            assertThat(network.bias(1).doubles()[0]).isEqualTo(0.625);
            assertThat(history.curve(EpochResult::rate)).containsExactly(0.25, 0.125);
        }
    }

    // ---- learning ---------------------------------------------------------------------------------------------------

    private static Split irises() {
        Split split = Datasets.iris().split(0.2, 1);
        Scaling scaling = Scaling.standard(split.train());
        return new Split(scaling.apply(split.train()), scaling.apply(split.held()));
    }

    private Network irisNetwork(DType type) {
        Architecture architecture =
                Architecture.uniform(Activation.TANH, Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY, 4, 8, 3);
        return Network.create(architecture, Initializer.GLOROT_UNIFORM, 1, backend, type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"})
    void everyOptimizerLearnsTheIrises(String name) {
        double rate = name.equals("sgd") ? 0.2 : 0.02;
        try (Network network = irisNetwork(DType.FLOAT32)) {
            History history = Trainer.builder()
                    .optimizer(Optimizer.named(name, rate))
                    .epochs(30)
                    .build()
                    .train(network, irises().train());
            assertThat(history.last().cost())
                    .as("cost by epoch")
                    .isLessThan(history.epochs().get(0).cost());
            assertThat(history.last().accuracy()).isGreaterThan(0.9);
        }
    }

    @Test
    void learnsWithDropout() {
        Architecture architecture = new Architecture(
                4,
                List.of(new Dense(24, Activation.RELU, 0.25), new Dense(3, Activation.SOFTMAX)),
                Cost.CATEGORICAL_CROSS_ENTROPY);
        try (Network network = Network.create(architecture, Initializer.HE_NORMAL, 1, backend, DType.FLOAT32)) {
            Split data = irises();
            History history = Trainer.builder()
                    .optimizer(Optimizer.adam(0.02))
                    .epochs(30)
                    .validation(data.held())
                    .build()
                    .train(network, data.train());
            assertThat(history.last().validationAccuracy()).isGreaterThan(0.85);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void sameSeedSameBits(DType type) {
        double[] first = trainedWithEverything(type, 3);
        assertThat(trainedWithEverything(type, 3)).isEqualTo(first);
        assertThat(trainedWithEverything(type, 4)).isNotEqualTo(first);
    }

    private double[] trainedWithEverything(DType type, long seed) {
        Architecture architecture = new Architecture(
                4,
                List.of(new Dense(16, Activation.GELU, 0.25), new Dense(3, Activation.SOFTMAX)),
                Cost.CATEGORICAL_CROSS_ENTROPY);
        try (Network network = Network.create(architecture, Initializer.HE_NORMAL, 1, backend, type)) {
            Trainer.builder()
                    .descent(new Descent(Optimizer.adam(0.02), 1e-4, 1e-3, 1, 2))
                    .schedule(Schedule.named("warmup:1+cosine:3"))
                    .batch(7)
                    .epochs(4)
                    .seed(seed)
                    .build()
                    .train(network, irises().train());
            return network.parameters().doubles();
        }
    }

    @Test
    void float32FollowsFloat64() {
        assertThat(costAfterFiveEpochs(DType.FLOAT32)).isCloseTo(costAfterFiveEpochs(DType.FLOAT64), within(1e-5));
    }

    private double costAfterFiveEpochs(DType type) {
        try (Network network = irisNetwork(type)) {
            return Trainer.builder()
                    .optimizer(Optimizer.sgd(0.1))
                    .epochs(5)
                    .build()
                    .train(network, irises().train())
                    .last()
                    .cost();
        }
    }

    // ---- validation, stopping, listeners ----------------------------------------------------------------------------

    @Test
    void keepsTheBestEpochAndStopsWhenPatienceEnds() {
        Split data = irises();
        try (Network network = irisNetwork(DType.FLOAT32);
                Evaluator evaluator = new Evaluator(network, data.held())) {
            History history = Trainer.builder()
                    .optimizer(Optimizer.sgd(0.5))
                    .epochs(200)
                    .validation(data.held())
                    .keepBest(true)
                    .patience(5)
                    .build()
                    .train(network, data.train());
            double[] accuracies = history.curve(EpochResult::validationAccuracy);
            int best = 0;
            for (int i = 0; i < accuracies.length; i++) {
                best = accuracies[i] > accuracies[best] ? i : best;
            }
            assertThat(accuracies).as("epochs until five without gain").hasSize(best + 1 + 5);
            assertThat(evaluator.evaluate().accuracy()).isEqualTo(accuracies[best]);
            assertThat(evaluator.evaluate().cost())
                    .isEqualTo(history.epochs().get(best).validationCost());
        }
    }

    @Test
    void needsValidationDataToKeepTheBestOrToStopEarly() {
        assertThatThrownBy(() -> Trainer.builder().keepBest(true).build()).hasMessageContaining("validation data");
        assertThatThrownBy(() -> Trainer.builder().patience(3).build()).hasMessageContaining("validation data");
    }

    @Test
    void listenersHearOfEveryStepAndEpoch() {
        List<String> heard = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void started(int epochs, int examples) {
                heard.add("started " + epochs + " " + examples);
            }

            @Override
            public void stepDone(int epoch, int examples) {
                heard.add("step " + epoch + " " + examples);
            }

            @Override
            public void epochDone(EpochResult result, TrainingState.Source state) {
                heard.add("epoch " + result.epoch() + " " + state.get().steps());
            }
        };
        try (Network network = line(0, 0)) {
            Trainer.builder()
                    .batch(2)
                    .epochs(2)
                    .optimizer(ONE_BY_ONE)
                    .listener(listener)
                    .build()
                    .train(network, points(new double[] {1, 2, 3}, new double[] {1, 2, 3}));
        }
        assertThat(heard)
                .containsExactly(
                        "started 2 3", "step 1 2", "step 1 3", "epoch 1 2", "step 2 2", "step 2 3", "epoch 2 4");
    }

    @Test
    void aListenerCanStopARunInTheMiddleOfAnEpoch() {
        TrainingListener listener = new TrainingListener() {
            private int steps;

            @Override
            public void stepDone(int epoch, int examples) {
                steps++;
            }

            @Override
            public boolean shouldStop() {
                return steps >= 5;
            }
        };
        try (Network network = line(0, 0)) {
            History history = Trainer.builder()
                    .batch(1)
                    .epochs(10)
                    .optimizer(ONE_BY_ONE)
                    .listener(listener)
                    .build()
                    .train(network, points(new double[] {1, 2, 3}, new double[] {1, 2, 3}));
            assertThat(history.epochs()).as("the second epoch was cut short").hasSize(1);
        }
    }

    /** Where a backend takes several steps as one, a listener hears of them together. */
    @Test
    void listenersHearOfEveryExampleWhereStepsAreTakenTogether() {
        List<Integer> heard = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void stepDone(int epoch, int examples) {
                heard.add(10 * epoch + examples);
            }
        };
        try (Network network = line(0, 0)) {
            Trainer.builder()
                    .batch(1)
                    .epochs(2)
                    .optimizer(Optimizer.sgd(0.01))
                    .listener(listener)
                    .build()
                    .train(network, points(new double[] {1, 2, 3}, new double[] {1, 2, 3}));
        }
        assertThat(heard).isSorted().doesNotHaveDuplicates().contains(13, 23).isSubsetOf(11, 12, 13, 21, 22, 23);
    }

    // ---- what goes wrong --------------------------------------------------------------------------------------------

    @Test
    void saysWhereTheCostBeganNotToBeFinite() {
        try (Network network = line(0, 0)) {
            Trainer trainer = Trainer.builder()
                    .batch(1)
                    .epochs(50)
                    .optimizer(Optimizer.sgd(1e100))
                    .build();
            Dataset data = points(new double[] {1, 2}, new double[] {1, -1});
            assertThatThrownBy(() -> trainer.train(network, data))
                    .isInstanceOfSatisfying(DivergedException.class, diverged -> {
                        // The first step makes w and b about 10^100, the second 10^200, whose square overflows.
                        assertThat(diverged.epoch()).isEqualTo(2);
                        assertThat(diverged.batch()).isEqualTo(1);
                        assertThat(diverged.layer()).isEqualTo(2);
                    })
                    .hasMessageContaining("epoch 2, batch 1")
                    .hasMessageContaining("lower rate");
            assertThat(network.parameters().doubles())
                    .as("parameters stay as they were")
                    .doesNotContain(Double.NaN);
        }
    }

    @Test
    void noticesThatTheLastStepOfARunMadeTheParametersInfinite() {
        try (Network network = line(0, 0)) {
            Trainer trainer = Trainer.builder()
                    .batch(2)
                    .epochs(1)
                    .optimizer(Optimizer.sgd(1e308))
                    .build();
            assertThatThrownBy(() -> trainer.train(network, points(new double[] {1, 2}, new double[] {9, -7})))
                    .isInstanceOfSatisfying(DivergedException.class, diverged -> {
                        assertThat(diverged.epoch()).isEqualTo(1);
                        assertThat(diverged.layer()).isEqualTo(1);
                        assertThat(diverged.history().epochs()).isEmpty();
                    })
                    .hasMessageContaining("the parameters are not finite after epoch 1, batch 1");
        }
    }

    @Test
    void keepsTheBestEpochOfARunThatDiverges() {
        try (Network network = line(0, 0)) {
            Dataset data = points(new double[] {1, 2}, new double[] {1, -1});
            Trainer trainer = Trainer.builder()
                    .batch(1)
                    .epochs(50)
                    .optimizer(Optimizer.sgd(1e100))
                    .validation(data)
                    .keepBest(true)
                    .build();
            assertThatThrownBy(() -> trainer.train(network, data))
                    .isInstanceOfSatisfying(
                            DivergedException.class,
                            diverged -> assertThat(diverged.history().epochs()).hasSize(1));
            assertThat(network.parameters().doubles()[0])
                    .as("after the first epoch")
                    .isFinite();
        }
    }

    @Test
    void countsRightAnswersWhereDenseTargetsAreZeroOrOne() {
        Architecture architecture = Architecture.sigmoid(2, 4, 1);
        Dataset xor = Dataset.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new double[][] {{0}, {1}, {1}, {0}});
        try (Network network = Network.create(architecture, Initializer.NORMAL, 1, backend)) {
            History history = Trainer.builder()
                    .optimizer(Optimizer.adam(0.1))
                    .epochs(300)
                    .batch(4)
                    .build()
                    .train(network, xor);
            assertThat(history.last().accuracy()).isEqualTo(1);
        }
    }

    @Test
    void takesValidationDataOffTheTrainingData() {
        Dataset data = irises().train();
        Split split = data.split(0.25, 3);
        double[] bySplit;
        try (Network network = irisNetwork(DType.FLOAT32)) {
            History history = Trainer.builder()
                    .epochs(2)
                    .seed(3)
                    .validation(split.held())
                    .build()
                    .train(network, split.train());
            bySplit = history.curve(EpochResult::validationCost);
        }
        try (Network network = irisNetwork(DType.FLOAT32)) {
            History history =
                    Trainer.builder().epochs(2).seed(3).validation(0.25).build().train(network, data);
            assertThat(history.curve(EpochResult::validationCost)).isEqualTo(bySplit);
        }
        assertThatThrownBy(() -> Trainer.builder().validation(1.0)).hasMessageContaining("below 1");
    }

    @Test
    void refusesDataThatDoNotFitTheNetwork() {
        try (Network network = irisNetwork(DType.FLOAT32)) {
            Trainer trainer = Trainer.builder().epochs(1).build();
            assertThatThrownBy(() -> trainer.train(network, Datasets.digits().first(10)))
                    .hasMessageContaining("400 values per example")
                    .hasMessageContaining("4 inputs");
            Trainer wrongHeld = Trainer.builder()
                    .epochs(1)
                    .validation(Datasets.digits().first(10))
                    .build();
            assertThatThrownBy(() -> wrongHeld.train(network, irises().train()))
                    .hasMessageContaining("validation data");
        }
    }

    @Test
    void aResumedRunMustBeSetAsBefore() {
        List<TrainingState> states = new ArrayList<>();
        TrainingListener keeper = new TrainingListener() {
            @Override
            public void epochDone(EpochResult result, TrainingState.Source state) {
                states.add(state.get());
            }
        };
        try (Network network = irisNetwork(DType.FLOAT32)) {
            Dataset data = irises().train();
            Trainer.builder().epochs(1).listener(keeper).build().train(network, data);
            Trainer other = Trainer.builder().epochs(2).batch(20).build();
            assertThatThrownBy(() -> other.resume(network, data, states.get(0)))
                    .hasMessageContaining("batch = 10")
                    .hasMessageContaining("20");
        }
    }

    // ---- memory -----------------------------------------------------------------------------------------------------

    @Test
    void leavesNoTensorBehindAndMakesNoneWhileItRuns() {
        List<MemoryUse> uses = new ArrayList<>();
        TrainingListener watcher = new TrainingListener() {
            @Override
            public void epochDone(EpochResult result, TrainingState.Source state) {
                uses.add(backend.memory());
            }
        };
        try (Network network = irisNetwork(DType.FLOAT32)) {
            Split data = irises();
            long before = backend.memory().tensors();
            Trainer.builder()
                    .epochs(3)
                    .validation(data.held())
                    .keepBest(true)
                    .listener(watcher)
                    .build()
                    .train(network, data.train());
            assertThat(uses).as("memory after each epoch").containsOnly(uses.get(0));
            assertThat(backend.memory().tensors()).isEqualTo(before);
        }
    }

    @Test
    void givesItsMemoryBackWhenAListenerThrows() {
        TrainingListener thrower = new TrainingListener() {
            @Override
            public void stepDone(int epoch, int examples) {
                throw new IllegalStateException("enough");
            }
        };
        try (Network network = irisNetwork(DType.FLOAT32)) {
            long before = backend.memory().tensors();
            Trainer trainer = Trainer.builder().listener(thrower).build();
            assertThatThrownBy(() -> trainer.train(network, irises().train())).hasMessage("enough");
            assertThat(backend.memory().tensors()).isEqualTo(before);
        }
    }
}
