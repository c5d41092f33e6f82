package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.data.Dataset;
import io.nudge.data.Datasets;
import io.nudge.data.Split;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.math.LossScale;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.tensor.DType;
import io.nudge.train.EpochResult;
import io.nudge.train.History;
import io.nudge.train.Trainer;
import io.nudge.train.TrainingListener;
import io.nudge.train.TrainingState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training with products of 16 bits: it learns as in float32, and a loss scale that is too large backs off. */
@EmulatedDevice
class HalvesTrainingTest {
    private static CudaBackend open(Precision precision, ProductChoice product) {
        return CudaBackend.open(0, new CudaOptions(precision, product, true, true, true));
    }

    // ---- digits -----------------------------------------------------------------------------------------------------

    private static EpochResult lastOfDigits(Precision precision, ProductChoice product) {
        Split split = Datasets.digits().split(0.2, 1);
        try (CudaBackend backend = open(precision, product);
                Network network = Network.create(Architecture.sigmoid(400, 16, 10), Initializer.NORMAL, 1, backend)) {
            Trainer trainer = Trainer.builder()
                    .optimizer(Optimizer.adam(0.01))
                    .batch(20)
                    .epochs(3)
                    .seed(1)
                    .validation(split.held())
                    .build();
            return trainer.train(network, split.train()).last();
        }
    }

    /**
     * A factor errs by u at most: 2⁻⁸ for bfloat16, 2⁻¹¹ for float16; so a product of two does by 2u, and the sums of many
     * such products, whose roundings go either way, by far less, forward and on the way back; 2u are allowed, if what a step
     * errs does not grow in those that follow. Within that, answers near the border between two classes may change: ten of
     * a thousand.
     */
    @ParameterizedTest
    @CsvSource({
        "BFLOAT16, CUBLAS, 0x1p-7",
        "BFLOAT16, KERNELS, 0x1p-7",
        "FLOAT16, CUBLAS, 0x1p-10",
        "FLOAT16, KERNELS, 0x1p-10"
    })
    void digitsAreLearntAsInFloat32(Precision precision, ProductChoice product, double bound) {
        EpochResult strict = lastOfDigits(Precision.STRICT, ProductChoice.CUBLAS);
        EpochResult halves = lastOfDigits(precision, product);
        assertThat(strict.validationAccuracy()).isGreaterThan(0.8);
        assertThat(halves.cost()).isCloseTo(strict.cost(), withinPercentage(100 * bound));
        assertThat(halves.validationAccuracy()).isCloseTo(strict.validationAccuracy(), within(0.01));
        assertThat(halves.cost()).as("factors were rounded").isNotEqualTo(strict.cost());
    }

    // ---- the loss scale ---------------------------------------------------------------------------------------------

    /** What is left after each epoch. */
    private record Seen(List<TrainingState> states, List<Double> weights) implements TrainingListener {
        Seen() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        @Override
        public void epochDone(EpochResult result, TrainingState.Source state) {
            states.add(state.get());
            weights.add(states.get(states.size() - 1).parameters()[0]);
        }

        List<Long> scales() {
            return states.stream().map(TrainingState::lossScale).toList();
        }
    }

    /** One weight, z = w x + b, (z − y)²: with w = b = 0 and y = −100 δ is 200, which times 2⁸ float16 holds, times 2⁹ not. */
    private static Network line(CudaBackend backend) {
        Architecture architecture = new Architecture(1, List.of(new Dense(1, Activation.IDENTITY)), Cost.QUADRATIC);
        Initializer given = Initializer.given(new double[][] {{0}}, new double[] {0});
        return Network.create(architecture, given, 1, backend, DType.FLOAT32);
    }

    private static final Dataset POINTS = Dataset.of(new double[][] {{1}, {0.5}}, new double[][] {{-100}, {-100}});

    private static Trainer trainer(int epochs, TrainingListener listener) {
        return Trainer.builder()
                .optimizer(Optimizer.sgd(0.001))
                .batch(2)
                .epochs(epochs)
                .listener(listener)
                .build();
    }

    @ParameterizedTest
    @CsvSource({"CUBLAS", "KERNELS"})
    void stepsThatOverflowAreSkippedAndTheScaleBacksOff(ProductChoice product) {
        Seen seen = new Seen();
        try (CudaBackend backend = open(Precision.FLOAT16, product);
                Network network = line(backend)) {
            trainer(11, seen).train(network, POINTS);
            assertThat(seen.scales()).containsExactly(15L, 14L, 13L, 12L, 11L, 10L, 9L, 8L, 8L, 8L, 8L);
            assertThat(seen.weights().subList(0, 8))
                    .as("steps that are skipped move nothing")
                    .containsOnly(0.0);
            assertThat(seen.weights().get(8))
                    .as("the first step, −0.001 · 200 · ¾")
                    .isCloseTo(-0.15, within(1e-7));
            assertThat(seen.states().get(10).goodSteps()).isEqualTo(3);
        }
    }

    @Test
    void afterEnoughGoodStepsTheScaleGrows() {
        Seen seen = new Seen();
        try (CudaBackend backend = open(Precision.FLOAT16, ProductChoice.AUTO);
                Network network = line(backend)) {
            trainer(9, seen).train(network, POINTS);
            TrainingState nearly = withGoodSteps(seen.states().get(8), LossScale.PERIOD - 1);
            trainer(10, seen).resume(network, POINTS, nearly);
            assertThat(seen.scales().get(9)).isEqualTo(9);
            assertThat(seen.states().get(9).goodSteps()).isZero();
        }
    }

    private static TrainingState withGoodSteps(TrainingState from, long steps) {
        return new TrainingState(
                from.settings(),
                from.epoch(),
                from.steps(),
                from.parameters(),
                from.optimizerState(),
                from.best(),
                from.bestScore(),
                from.bestEpoch(),
                from.lossScale(),
                steps,
                from.history());
    }

    /** Interrupted while the scale backs off. */
    @Test
    void aRunThatGoesOnEndsWithTheSameBits() {
        Seen straight = new Seen();
        Seen halted = new Seen();
        Seen resumed = new Seen();
        try (CudaBackend backend = open(Precision.FLOAT16, ProductChoice.AUTO)) {
            try (Network network = line(backend)) {
                trainer(12, straight).train(network, POINTS);
            }
            try (Network network = line(backend)) {
                trainer(5, halted).train(network, POINTS);
            }
            try (Network network = line(backend)) {
                History history = trainer(12, resumed)
                        .resume(network, POINTS, halted.states().get(4));
                assertThat(history.epochs()).hasSize(12);
            }
        }
        assertThat(resumed.scales()).isEqualTo(straight.scales().subList(5, 12));
        assertThat(resumed.weights()).isEqualTo(straight.weights().subList(5, 12));
    }
}
