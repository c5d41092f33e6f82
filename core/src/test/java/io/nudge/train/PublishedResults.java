package io.nudge.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nudge.data.Dataset;
import io.nudge.data.IdxReader;
import io.nudge.data.IdxReader.Folder;
import io.nudge.data.SharedData;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The accuracies that Nielsen's "Neural networks and deep learning" reports for the MNIST digits, met within the spread
 * over seeds. All train on the first 50,000 digits with mini-batches of 10; where it says validation, accuracy is on the
 * other 10,000 of the training file, else on the 10,000 of the test file.
 *
 * <p>The bounds are the smallest results of repeated runs of the same mathematics in NumPy, less a margin: a wrong
 * gradient lands far below them.
 */
@Tag("published")
public abstract class PublishedResults {
    private static final int TRAINING_DIGITS = 50_000;
    private static final String LEFT_OUT =
            "MNIST is not here, so this published result is left out; put the four IDX files "
                    + "into a folder mnist, and name the folder above it with -Dnudge.data=FOLDER";

    private Backend backend;
    private Folder mnist;

    /**
     * Opens the backend under test.
     *
     * @return a backend that the test closes
     */
    protected abstract Backend open();

    @BeforeEach
    void readMnist() {
        Optional<Path> folder = SharedData.folder("mnist");
        if (folder.isEmpty()) {
            System.out.println(LEFT_OUT); // Surefire keeps the reason of a skipped test to itself
        }
        assumeTrue(folder.isPresent(), LEFT_OUT);
        mnist = IdxReader.folder(folder.get());
        backend = open();
    }

    @AfterEach
    void closeBackend() {
        if (backend != null) {
            backend.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void thirtyHiddenNeuronsWithTheQuadraticCostReach9430(long seed) {
        History history =
                train(Cost.HALF_QUADRATIC, 30, Descent.of(Optimizer.sgd(3.0)), 30, Initializer.NORMAL, seed, test());
        report("[784,30,10] half-quadratic, rate 3, seed " + seed, history);
        assertThat(best(history))
                .as("published 95.42 %, the best of three runs")
                .isGreaterThanOrEqualTo(0.9430);
    }

    @Test
    void thirtyHiddenNeuronsWithCrossEntropyAndDecayReach9560() {
        Descent rule = decayed(0.5, 5.0);
        History history = train(Cost.BINARY_CROSS_ENTROPY, 30, rule, 30, Initializer.NORMAL, 1, test());
        report("[784,30,10] cross-entropy, rate 0.5, lambda 5", history);
        assertThat(best(history)).as("published 96.49 %").isGreaterThanOrEqualTo(0.9560);
    }

    @Test
    void hundredHiddenNeuronsWithCrossEntropyAndDecayReach9750() {
        Descent rule = decayed(0.1, 5.0);
        History history = train(Cost.BINARY_CROSS_ENTROPY, 100, rule, 60, Initializer.NORMAL_SCALED, 1, validation());
        report("[784,100,10] cross-entropy, rate 0.1, lambda 5, 60 epochs", history);
        assertThat(best(history)).as("published 98.04 %").isGreaterThanOrEqualTo(0.9750);
    }

    @Test
    void theRateHundredFailsToLearn() {
        History history =
                train(Cost.HALF_QUADRATIC, 30, Descent.of(Optimizer.sgd(100)), 30, Initializer.NORMAL, 1, test());
        report("[784,30,10] half-quadratic, rate 100", history);
        assertThat(history.last().validationAccuracy())
                .as("published about 10 %")
                .isBetween(0.05, 0.20);
    }

    @Test
    void theRateOneThousandthLearnsSlowly() {
        History history =
                train(Cost.HALF_QUADRATIC, 100, Descent.of(Optimizer.sgd(0.001)), 30, Initializer.NORMAL, 1, test());
        report("[784,100,10] half-quadratic, rate 0.001", history);
        assertThat(history.last().validationAccuracy()).as("published 21.42 %").isBetween(0.10, 0.35);
        assertThat(history.last().cost()).isLessThan(history.epochs().get(0).cost());
    }

    private static Descent decayed(double rate, double lambda) {
        double infinity = Double.POSITIVE_INFINITY;
        return new Descent(Optimizer.sgd(rate), 0, lambda / TRAINING_DIGITS, infinity, infinity);
    }

    private Dataset test() {
        return mnist.test().orElseThrow();
    }

    private Dataset validation() {
        return mnist.train().range(TRAINING_DIGITS, 60_000);
    }

    private History train(
            Cost cost, int hidden, Descent rule, int epochs, Initializer initializer, long seed, Dataset held) {
        Architecture architecture = Architecture.uniform(Activation.SIGMOID, Activation.SIGMOID, cost, 784, hidden, 10);
        Trainer trainer = Trainer.builder()
                .descent(rule)
                .batch(10)
                .epochs(epochs)
                .seed(seed)
                .validation(held)
                .build();
        try (Network network = Network.create(architecture, initializer, seed, backend, DType.FLOAT32)) {
            return trainer.train(network, mnist.train().first(TRAINING_DIGITS));
        }
    }

    private static double best(History history) {
        double best = 0;
        for (double accuracy : history.curve(EpochResult::validationAccuracy)) {
            best = Math.max(best, accuracy);
        }
        return best;
    }

    private static void report(String what, History history) {
        System.out.printf(
                java.util.Locale.ROOT,
                "%s: best epoch %.2f %%, last epoch %.2f %%, %.0f samples/s%n",
                what,
                100 * best(history),
                100 * history.last().validationAccuracy(),
                history.last().samplesPerSecond());
    }
}
