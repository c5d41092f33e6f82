package io.nudge.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.data.Dataset;
import io.nudge.data.Datasets;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.ScantBackend;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A data set that does not fit into the backend's memory is trained on and measured as one that does, to the bit. */
class StreamedDataTest {
    private static final Dataset IRIS = Datasets.iris(); // 150 examples of 4 inputs
    private static final long BYTES_OF_EXAMPLE = 4 * 4 + 8 + 8;
    private static final Architecture NETWORK = Architecture.sigmoid(4, 5, 3);

    private static Backend roomFor(long bytes) {
        return new ScantBackend(bytes);
    }

    private static DeviceData data(Backend backend, Dataset dataset, int batch) {
        return DeviceData.of(dataset, backend, DType.FLOAT32, batch);
    }

    @Test
    void dataThatTakeHalfOfTheFreeMemoryStayThere() {
        try (Backend backend = roomFor(2 * 150 * BYTES_OF_EXAMPLE);
                DeviceData data = data(backend, IRIS, 10)) {
            assertThat(data.parts()).isEqualTo(1);
        }
    }

    @Test
    void dataThatTakeMorePassThroughTwoParts() {
        try (Backend backend = roomFor(2 * 150 * BYTES_OF_EXAMPLE - 1);
                DeviceData data = data(backend, IRIS, 10)) {
            assertThat(data.parts()).isEqualTo(2);
            assertThat(backend.memory().bytes()).as("bytes on the device").isLessThanOrEqualTo(150 * BYTES_OF_EXAMPLE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10, 32, 75, 150})
    void everyBatchIsTheOneThatTheOrderNames(int batch) {
        int[] order = new int[150];
        Arrays.setAll(order, i -> (i * 37 + 11) % 150);
        float[] expected = new float[4];
        try (Backend backend = roomFor(100 * BYTES_OF_EXAMPLE);
                Network network = Network.create(NETWORK, Initializer.NORMAL, 1, backend, DType.FLOAT32);
                DeviceData data = data(backend, IRIS, batch);
                Pass pass = Pass.training(network, batch, 1)) {
            data.writeOrder(order);
            for (int row = 0; row < 150; row += batch) {
                Pass part = pass.first(Math.min(batch, 150 - row));
                part.position().write(new long[] {row, 0, 0, 0, 0, 0});
                data.gather(part, data.load(row));
                float[] inputs = part.input().floats();
                float[] targets = part.target().floats();
                for (int i = 0; i < part.batch(); i++) {
                    int example = order[row + i];
                    IRIS.copyInputs(example, 1, expected);
                    assertThat(Arrays.copyOfRange(inputs, 4 * i, 4 * i + 4))
                            .as("inputs of example %d of the order", row + i)
                            .isEqualTo(expected);
                    assertThat(targets[3 * i + IRIS.label(example)])
                            .as("target of example %d of the order", row + i)
                            .isEqualTo(1);
                }
            }
        }
    }

    @Test
    void theNextPartIsLoadedBatchByBatch() {
        try (Backend backend = roomFor(80 * BYTES_OF_EXAMPLE); // two parts of 20
                Network network = Network.create(NETWORK, Initializer.NORMAL, 1, backend, DType.FLOAT32);
                DeviceData data = data(backend, IRIS, 10);
                Pass pass = Pass.training(network, 10, 1)) {
            assertThat(data.load(0)).isZero();
            pass.position().write(new long[] {20, 0, 0, 0, 0, 0});
            data.gather(pass, 1);
            float[] expected = new float[40];
            IRIS.copyInputs(20, 10, expected);
            assertThat(pass.input().floats())
                    .as("loaded beside the first batch")
                    .isEqualTo(expected);
            pass.position().write(new long[] {30, 0, 0, 0, 0, 0});
            data.gather(pass, 1);
            assertThat(pass.input().floats()).as("not loaded yet").containsOnly(0);
        }
    }

    @Test
    void aBatchLargerThanTheRoomIsLoadedAllTheSame() {
        try (Backend scant = roomFor(10 * BYTES_OF_EXAMPLE);
                Backend ample = roomFor(Long.MAX_VALUE)) {
            assertThat(trained(scant, 64)).isEqualTo(trained(ample, 64));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 100, 298})
    void trainingGivesTheSameBitsAsOnDataThatStay(int examplesOfRoom) {
        try (Backend scant = roomFor(examplesOfRoom * BYTES_OF_EXAMPLE);
                Backend ample = roomFor(Long.MAX_VALUE)) {
            assertThat(trained(scant, 7)).isEqualTo(trained(ample, 7));
        }
    }

    private static double[] trained(Backend backend, int batch) {
        try (Network network = Network.create(NETWORK, Initializer.NORMAL, 1, backend, DType.FLOAT32)) {
            Trainer.builder()
                    .optimizer(Optimizer.sgd(0.5))
                    .batch(batch)
                    .epochs(3)
                    .build()
                    .train(network, IRIS);
            return network.parameters().doubles();
        }
    }

    @Test
    void measuringCountsEveryExampleOnceAndCanBeRepeated() {
        Dataset many = IRIS.subset(repeated(3000));
        try (Backend scant = roomFor(2500 * BYTES_OF_EXAMPLE);
                Network network = Network.create(NETWORK, Initializer.NORMAL, 1, scant, DType.FLOAT32);
                Evaluator evaluator = new Evaluator(network, many);
                Evaluator small = new Evaluator(network, IRIS)) {
            Evaluation first = evaluator.evaluate();
            assertThat(first.correct()).isEqualTo(20 * small.evaluate().correct());
            assertThat(evaluator.evaluate()).isEqualTo(first);
        }
    }

    private static int[] repeated(int count) {
        int[] examples = new int[count];
        Arrays.setAll(examples, i -> i % 150);
        return examples;
    }

    @Test
    void aFaultIsExplainedFromTheBatchThatItWasIn() {
        double[][] inputs = new double[40][1];
        double[][] targets = new double[40][1];
        inputs[33][0] = 1e30; // its square overflows float32
        Architecture line = new Architecture(1, List.of(new Dense(1, Activation.IDENTITY)), Cost.QUADRATIC);
        try (Backend backend = roomFor(20L * (4 + 4 + 8));
                Network network = Network.create(line, Initializer.NORMAL, 1, backend, DType.FLOAT32)) {
            Trainer trainer = Trainer.builder()
                    .optimizer(Optimizer.sgd(1e-3))
                    .batch(5)
                    .epochs(1)
                    .build();
            assertThatThrownBy(() -> trainer.train(network, Dataset.of(inputs, targets)))
                    .isInstanceOf(DivergedException.class)
                    .hasMessageContaining("only the cost overflows");
        }
    }
}
