package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntToLongFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Training with packed weights, or with OpenBLAS, where layers have several panels and products several parts: as by single operations
 * in float64, and packed with the same bits on any number of threads. Small networks are in the specification of all backends.
 */
class PackedNetworkTest {
    private static final int EXAMPLES = 1801;
    private static final int STEPS = 3;

    /** Steps sway a parameter by no more than this; each rounds some sums of up to 900 terms. */
    private static final double BOUND = 1e-5;

    static Stream<Arguments> networks() {
        int[][] layers = {
            {100, 200, 150, 10},
            {513, 301, 47, 33},
            {784, 30, 10},
            {300, 35},
            {40, 900, 33},
            {1031, 40, 1040, 12},
            {2049, 20, 12},
            {32, 64, 32, 64},
            {1, 161, 1}
        };
        return Arrays.stream(layers)
                .flatMap(
                        each -> IntStream.of(1, 10, 20, 37, 73, 323, 600).mapToObj(batch -> Arguments.of(each, batch)));
    }

    /** A network and the data to train it on. */
    private static final class Training implements AutoCloseable {
        private final Backend backend;
        private final Scope scope = Scope.open();
        private final Network network;
        private final Pass pass;
        private final Tensor inputs;
        private final Tensor labels;
        private final Tensor order;
        private final Tensor none;
        private final Tensor schedule;

        Training(int[] layers, int batch, DType type, int threads) {
            this(layers, batch, type, new CpuOptions(threads, ProductChoice.JAVA, true));
        }

        Training(int[] layers, int batch, DType type, CpuOptions options) {
            this(Architecture.sigmoid(layers), layers, batch, type, options);
        }

        Training(Architecture architecture, int[] layers, int batch, DType type, CpuOptions options) {
            backend = CpuBackend.open(options);
            network = Network.create(architecture, Initializer.NORMAL_SCALED, 1, backend, type);
            RandomStream random = RandomStream.of(1, RandomStream.Use.DATA, 0);
            inputs = backend.zeros(Shape.of(EXAMPLES, layers[0]), type);
            inputs.write(DoubleStream.generate(() -> (float) random.uniform())
                    .limit((long) EXAMPLES * layers[0])
                    .toArray());
            int classes = layers[layers.length - 1];
            labels = numbers(i -> i % classes);
            order = numbers(i -> i * 7L % EXAMPLES);
            none = backend.zeros(Shape.of(0), type);
            schedule = backend.zeros(Shape.of(STEPS, Optimizer.COLUMNS), DType.FLOAT64);
            double[] rows = new double[STEPS * Optimizer.COLUMNS];
            for (int step = 0; step < STEPS; step++) {
                rows[step * Optimizer.COLUMNS] = 0.5 / (1 + step);
            }
            schedule.write(rows);
            pass = Pass.descent(network, batch, 1, Descent.of(Optimizer.sgd(1)).withL2(0.01), schedule);
        }

        private Tensor numbers(IntToLongFunction number) {
            Tensor numbers = backend.zeros(Shape.of(EXAMPLES), DType.INT64);
            numbers.write(IntStream.range(0, EXAMPLES).mapToLong(number).toArray());
            return numbers;
        }

        boolean isTakenWhole() {
            return pass.stepsAtOnce(inputs, labels, order) > 1;
        }

        void train(long examples) {
            pass.train(inputs, labels, order, none, examples);
        }

        @Override
        public void close() {
            pass.close();
            network.close();
            scope.close();
            backend.close();
        }
    }

    /** Some whole steps and a ragged one. */
    private static double[] trained(int[] layers, int batch, DType type, int threads) {
        return trained(layers, batch, (batch + 1) / 2, type, threads);
    }

    private static double[] trained(int[] layers, int batch, int last, DType type, int threads) {
        return trained(layers, batch, last, type, new CpuOptions(threads, ProductChoice.JAVA, true));
    }

    private static double[] trained(int[] layers, int batch, int last, DType type, CpuOptions options) {
        try (Training training = new Training(layers, batch, type, options)) {
            assertThat(training.isTakenWhole()).isEqualTo(type == DType.FLOAT32);
            training.train((STEPS - 1L) * batch + last);
            return training.network.parameters().doubles();
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void itLearnsWhatSingleOperationsLearn(int[] layers, int batch) {
        double[] expected = trained(layers, batch, DType.FLOAT64, 1);
        double[] found = trained(layers, batch, DType.FLOAT32, 1);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("parameter %d", i).isCloseTo(expected[i], within(BOUND));
        }
    }

    /** So few examples have a loop of their own where all batches are of so many. */
    @Test
    void aFewExamplesAfterBatchesOfManyCountLikeOthers() {
        int[] layers = {100, 50, 10};
        double[] expected = trained(layers, 73, 10, DType.FLOAT64, 1);
        double[] found = trained(layers, 73, 10, DType.FLOAT32, 1);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("parameter %d", i).isCloseTo(expected[i], within(BOUND));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theNumberOfThreadsDoesNotShow(int[] layers, int batch) {
        assertThat(trained(layers, batch, DType.FLOAT32, 3)).isEqualTo(trained(layers, batch, DType.FLOAT32, 1));
    }

    /** Networks and batches whose products OpenBLAS takes, with one thread and with some, where there are no packed loops. */
    static Stream<Arguments> openBlasSteps() {
        int[][] layers = {{100, 200, 150, 10}, {513, 301, 47, 33}, {40, 900, 33}, {1031, 40, 1040, 12}};
        return Arrays.stream(layers)
                .flatMap(each -> IntStream.of(73, 323, 600).mapToObj(batch -> Arguments.of(each, batch)))
                .flatMap(each ->
                        IntStream.of(1, 2, 3).mapToObj(threads -> Arguments.of(each.get()[0], each.get()[1], threads)));
    }

    @ParameterizedTest
    @MethodSource("openBlasSteps")
    void byOpenBlasItLearnsTheSame(int[] layers, int batch, int threads) {
        CpuOptions options = new CpuOptions(threads, ProductChoice.OPENBLAS, false);
        double[] expected = trained(layers, batch, DType.FLOAT64, 1);
        double[] found = trained(layers, batch, (batch + 1) / 2, DType.FLOAT32, options);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("parameter %d", i).isCloseTo(expected[i], within(BOUND));
        }
    }

    static Stream<Activation> activations() {
        return Stream.of(
                Activation.RELU, Activation.TANH, Activation.GELU, Activation.SIGMOID, new Activation.LeakyRelu(0.1));
    }

    /** With more neurons than passes have at a time, and with fewer. */
    @ParameterizedTest
    @MethodSource("activations")
    void byOpenBlasEachActivationLearnsTheSame(Activation hidden) {
        int[] layers = {30, 1100, 70, 10};
        Architecture architecture =
                Architecture.uniform(hidden, Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY, layers);
        double[] expected = trainedBy(architecture, layers, DType.FLOAT64, true);
        double[] found = trainedBy(architecture, layers, DType.FLOAT32, false);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("parameter %d", i).isCloseTo(expected[i], within(BOUND));
        }
    }

    private static double[] trainedBy(Architecture architecture, int[] layers, DType type, boolean vectors) {
        CpuOptions options = new CpuOptions(2, ProductChoice.OPENBLAS, vectors);
        try (Training training = new Training(architecture, layers, 37, type, options)) {
            assertThat(training.isTakenWhole()).isEqualTo(type == DType.FLOAT32);
            training.train(37L + 20);
            return training.network.parameters().doubles();
        }
    }

    /** With vectors, and more parameters than are packed. */
    @Test
    void networksTooLargeToBePackedAreOpenBlas() {
        int[] layers = {3000, 3400, 10};
        long before = Pointer.totalBytes();
        CpuOptions options = new CpuOptions(2, ProductChoice.AUTO, true);
        try (Training training = new Training(layers, 3, DType.FLOAT32, options);
                Training single = new Training(layers, 3, DType.FLOAT64, options)) {
            training.train(3);
            assertThat(Pointer.totalBytes() - before).as("bytes outside").isGreaterThan(4L * 3000 * 3400);
            single.train(3);
            float[] found = CpuMemory.of(training.network.parameters()).floats;
            double[] expected = CpuMemory.of(single.network.parameters()).doubles;
            for (int i = 0; i < expected.length; i++) {
                if (Math.abs(found[i] - expected[i]) > BOUND) {
                    assertThat((double) found[i]).as("parameter %d", i).isCloseTo(expected[i], within(BOUND));
                }
            }
        }
    }

    /** Calls of OpenBLAS for products so small cost more than single operations in Java. */
    @Test
    void smallStepsAreNotOpenBlas() {
        CpuOptions options = new CpuOptions(2, ProductChoice.AUTO, false);
        try (Training small = new Training(new int[] {784, 30, 10}, 10, DType.FLOAT32, options);
                Training large = new Training(new int[] {784, 30, 10}, 100, DType.FLOAT32, options)) {
            assertThat(small.isTakenWhole()).isFalse();
            assertThat(large.isTakenWhole()).isTrue();
        }
    }

    @Test
    void withoutOpenBlasAndVectorsOperationsAreSingle() {
        CpuOptions options = new CpuOptions(2, ProductChoice.JAVA, false);
        try (Training training = new Training(new int[] {784, 30, 10}, 100, DType.FLOAT32, options)) {
            assertThat(training.isTakenWhole()).isFalse();
        }
    }

    /** Of two networks in turn, and when the backend is closed. */
    @Test
    void whatIsOutsideOfTheHeapIsGivenBack() {
        CpuOptions options = new CpuOptions(2, ProductChoice.OPENBLAS, false);
        long before = Pointer.totalBytes();
        try (Training training = new Training(new int[] {784, 300, 10}, 100, DType.FLOAT32, options)) {
            training.train(100);
            long first = Pointer.totalBytes();
            assertThat(first - before).as("bytes outside").isGreaterThan(4L * 784 * 300);
            try (Pass other = Pass.descent(training.network, 101, 1, Descent.of(Optimizer.sgd(1)), training.schedule)) {
                other.train(training.inputs, training.labels, training.order, training.none, 101);
                assertThat(Pointer.totalBytes() - first).as("bytes more").isLessThan(4L * 784 * 300);
            }
        }
        assertThat(Pointer.totalBytes() - before).as("bytes outside").isLessThan(4L * 784);
    }

    static Stream<Arguments> stops() {
        return Stream.of(new int[] {784, 30, 10}, new int[] {40, 17, 10}, new int[] {513, 301, 47, 33})
                .flatMap(each -> IntStream.of(1, 2).mapToObj(threads -> Arguments.of(each, threads)));
    }

    /** All inputs, two parts of them, and steps that threads share: what was learned before stays. */
    @ParameterizedTest
    @MethodSource("stops")
    void anOrderThatNamesNoExampleStopsBeforeItsStep(int[] layers, int threads) {
        assertStopsBeforeItsStep(layers, 10, new CpuOptions(threads, ProductChoice.JAVA, true));
    }

    @Test
    void byOpenBlasItStopsThereToo() {
        assertStopsBeforeItsStep(new int[] {513, 301, 47, 33}, 100, new CpuOptions(2, ProductChoice.OPENBLAS, false));
    }

    private static void assertStopsBeforeItsStep(int[] layers, int batch, CpuOptions options) {
        try (Training one = new Training(layers, batch, DType.FLOAT32, options);
                Training more = new Training(layers, batch, DType.FLOAT32, options)) {
            one.train(2L * batch);
            long[] order = more.order.longs();
            order[2 * batch + 3] = EXAMPLES;
            more.order.write(order);
            assertThatThrownBy(() -> more.train(STEPS * (long) batch))
                    .hasMessageContaining("the order names example " + EXAMPLES);
            assertThat(more.network.parameters().doubles())
                    .isEqualTo(one.network.parameters().doubles());
            assertThat(more.pass.position().longs())
                    .isEqualTo(one.pass.position().longs());
        }
    }

    /** One thread or two, as is faster at the time: training that goes on has both. */
    @Test
    void turnsOfOneThreadAndOfTwoHaveTheSameBits() {
        int[] layers = {784, 30, 10};
        try (Training one = new Training(layers, 10, DType.FLOAT32, 1);
                Training two = new Training(layers, 10, DType.FLOAT32, 2)) {
            for (int turn = 0; turn < 4; turn++) {
                one.pass.position().write(new long[Operations.POSITION]);
                two.pass.position().write(new long[Operations.POSITION]);
                one.train(STEPS * 10L - 3);
                two.train(STEPS * 10L - 3);
                assertThat(two.network.parameters().doubles())
                        .as("turn %d", turn)
                        .isEqualTo(one.network.parameters().doubles());
            }
        }
    }

    /** Else what trains later would have one thread for good. */
    @Test
    void networksThatAreNoLongerTrainedAreNotCounted() {
        int[] layers = {784, 30, 10};
        try (Training training = new Training(layers, 10, DType.FLOAT32, 2)) {
            training.train(STEPS * 10L);
            long[] order = training.order.longs();
            order[0] = EXAMPLES;
            training.order.write(order);
            training.pass.position().write(new long[Operations.POSITION]);
            assertThatThrownBy(() -> training.train(STEPS * 10L)).hasMessageContaining("order");
        }
        assertThat(new Pace(2, 2).threads()).isEqualTo(2);
    }

    @Test
    void recordedStepsAllocateNothing() {
        assertRecordedStepsAllocateNothing(new int[] {40, 17, 10}, 10, new CpuOptions(1, ProductChoice.JAVA, true));
    }

    @Test
    void withAHelperTheyAllocateNothingEither() {
        assertRecordedStepsAllocateNothing(new int[] {784, 30, 10}, 10, new CpuOptions(2, ProductChoice.JAVA, true));
    }

    @Test
    void byOpenBlasTheyAllocateNothingEither() {
        assertRecordedStepsAllocateNothing(
                new int[] {100, 200, 10}, 100, new CpuOptions(2, ProductChoice.OPENBLAS, false));
    }

    private static void assertRecordedStepsAllocateNothing(int[] layers, int batch, CpuOptions options) {
        try (Training training = new Training(layers, batch, DType.FLOAT32, options);
                Program program = training.backend.record(() -> training.train(STEPS * (long) batch))) {
            long least =
                    Allocation.least(() -> training.pass.position().write(new long[Operations.POSITION]), program::run);
            assertThat(least).as("bytes allocated in %d steps", STEPS).isZero();
        }
    }
}
