package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs in two parts, with a thread that helps from some step on, and without: all numbers are whole, and so small that no sum is rounded. */
class InputPartsTest {
    private static final int INPUTS = 784;
    private static final int NEURONS = 30;
    private static final int BATCH = 10;
    private static final int EXAMPLES = 97;

    /** A label that there is not, of an example after the others. */
    private static final int WRONG = 77;

    /** More than a helper misses before it comes: it has ten seconds. */
    private static final int STEPS = 1_010;

    private static final int ALONE = 10;

    /** Notes who multiplies. */
    private static final class NotedLoops extends PackedLoops {
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();

        /** Asked for by whoever multiplies, before. */
        @Override
        int together() {
            threads.add(Thread.currentThread());
            return super.together();
        }
    }

    /** A first layer alone, whose δ is made up from its z. */
    private static final class FirstLayer implements AutoCloseable {
        final NotedLoops loops = new NotedLoops();
        final Workers workers;
        final Tensor order;
        final Tensor position;
        private final Backend backend = new CpuProvider().open(0);
        private final Scope scope = Scope.open();
        private final WholeSteps steps;
        private final InputParts parts;
        private final PackedLayer first;
        private int stepsDone;

        FirstLayer(int threads) {
            workers = new Workers(threads);
            Tensor inputs = backend.zeros(Shape.of(EXAMPLES + 1, INPUTS), DType.FLOAT32);
            inputs.write(IntStream.range(0, (EXAMPLES + 1) * INPUTS)
                    .mapToDouble(i -> input(i / INPUTS, i % INPUTS))
                    .toArray());
            Tensor labels = backend.zeros(Shape.of(EXAMPLES + 1), DType.INT64);
            labels.write(IntStream.rangeClosed(0, EXAMPLES)
                    .mapToLong(i -> i < EXAMPLES ? 0 : WRONG)
                    .toArray());
            order = backend.zeros(Shape.of(STEPS * BATCH), DType.INT64);
            order.write(IntStream.range(0, STEPS * BATCH)
                    .mapToLong(InputPartsTest::example)
                    .toArray());
            position = backend.zeros(Shape.of(Operations.POSITION), DType.INT64);
            steps = new WholeSteps(
                    Arrays.asList(layer()),
                    Cost.QUADRATIC,
                    Descent.of(Optimizer.sgd(1)),
                    inputs,
                    labels,
                    order,
                    null,
                    position,
                    null,
                    BATCH);
            Kernels[] kernels = new Kernels[threads];
            Arrays.setAll(
                    kernels, i -> new FloatKernels(new FloatArithmetic(), new FloatFunctions(), new RandomWords()));
            parts = new InputParts(workers, kernels, PackedLayer.with(loops), steps, false);
            assertThat(parts.parts).as("parts").hasSize(2);
            first = (PackedLayer) parts.parts.get(0).layer;
            each(layer -> layer.load(steps.layers().get(0), 0, layer.panels()));
        }

        private WholeSteps.Layer layer() {
            return new WholeSteps.Layer(
                    backend.zeros(Shape.of(NEURONS, INPUTS), DType.FLOAT32),
                    backend.zeros(Shape.of(NEURONS), DType.FLOAT32),
                    Activation.RELU);
        }

        private void each(Consumer<StepLayer> action) {
            parts.parts.forEach(part -> action.accept(part.layer));
        }

        /** All of the steps, with a thread or two; the last one is smaller. */
        void train(int threads) {
            try {
                parts.take(steps, STEPS * BATCH - 3L, () -> lead(threads));
            } finally {
                each(layer -> layer.store(steps.layers().get(0), 0, layer.panels()));
            }
        }

        private void lead(int threads) {
            int rows = 0;
            long left = STEPS * BATCH - 3L;
            boolean more = true;
            while (more) {
                int next = (int) Math.min(BATCH, left);
                boolean moves = moves(stepsDone);
                double alpha = alpha(stepsDone);
                double beta = beta(stepsDone);
                parts.release(moves, alpha, beta, rows, left);
                more = parts.turn(next);
                CpuOperations.moveOn(position, next);
                rows = next;
                left -= next;
                makeDelta(rows);
                stepsDone++;
                awaitHelper(threads);
            }
        }

        /** The helper has to be missed for some steps, and then to come. */
        private void awaitHelper(int threads) {
            if (stepsDone > ALONE && loops.threads.size() < threads) {
                try {
                    Thread.sleep(10);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private void makeDelta(int rows) {
            float[] z = sums();
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < NEURONS; j++) {
                    first.delta.floats[i * first.stride + j] = (float) error(z[i * NEURONS + j], i, j);
                }
            }
        }

        private float[] sums() {
            CpuMemory sums = CpuMemory.allocate(DType.FLOAT32, BATCH * NEURONS);
            first.copySums(null, 0, BATCH, sums);
            return sums.floats;
        }

        double[] weights() {
            return steps.layers().get(0).weights().doubles();
        }

        double[] biases() {
            return steps.layers().get(0).bias().doubles();
        }

        @Override
        public void close() {
            workers.close();
            scope.close();
            backend.close();
        }
    }

    private static double input(int example, int k) {
        return (example * 7 + k * 5) % 11 % 3;
    }

    private static int example(int at) {
        return at * 5 % EXAMPLES;
    }

    private static double error(double z, int i, int j) {
        return (z + i + j) % 3;
    }

    private static boolean moves(int step) {
        return step % 7 != 0;
    }

    private static double alpha(int step) {
        return step % 2 == 0 ? 1 : -1;
    }

    private static double beta(int step) {
        return step % 5 == 0 ? -1 : 1;
    }

    /** Weights, row after row, and then biases, by the formulas alone. */
    private static double[] expected() {
        double[] w = new double[NEURONS * INPUTS + NEURONS];
        double[][] delta = new double[BATCH][NEURONS];
        int rows = 0;
        for (int step = 0; step <= STEPS; step++) {
            for (int i = 0; moves(step) && i < NEURONS * INPUTS; i++) {
                w[i] *= beta(step);
            }
            for (int i = 0; moves(step) && i < rows; i++) {
                int example = example((step - 1) * BATCH + i);
                for (int j = 0; j < NEURONS; j++) {
                    double by = alpha(step) * delta[i][j];
                    for (int k = 0; k < INPUTS; k++) {
                        w[j * INPUTS + k] += by * input(example, k);
                    }
                    w[NEURONS * INPUTS + j] += by;
                }
            }
            rows = step == STEPS - 1 ? BATCH - 3 : BATCH;
            for (int i = 0; step < STEPS && i < rows; i++) {
                int example = example(step * BATCH + i);
                for (int j = 0; j < NEURONS; j++) {
                    double z = w[NEURONS * INPUTS + j];
                    for (int k = 0; k < INPUTS; k++) {
                        z += w[j * INPUTS + k] * input(example, k);
                    }
                    delta[i][j] = error(z, i, j);
                }
            }
        }
        return w;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 2"})
    void aHelperThatComesLaterMakesNoDifference(int threads, int used) {
        double[] expected = expected();
        try (FirstLayer layer = new FirstLayer(threads)) {
            layer.train(used);
            assertThat(layer.loops.threads).as("threads that multiplied").hasSize(used);
            assertThat(layer.weights()).as("weights").isEqualTo(Arrays.copyOf(expected, NEURONS * INPUTS));
            assertThat(layer.biases())
                    .as("biases")
                    .isEqualTo(Arrays.copyOfRange(expected, NEURONS * INPUTS, expected.length));
        }
    }

    /** What both have learned before is there, with the weights of the helper's inputs too. */
    @Test
    void anExampleThatThereIsNotStopsBothAfterTheStepBefore() {
        try (FirstLayer one = new FirstLayer(1);
                FirstLayer two = new FirstLayer(2)) {
            for (FirstLayer each : new FirstLayer[] {one, two}) {
                long[] order = each.order.longs();
                order[(STEPS - 1) * BATCH + 2] = EXAMPLES + 1;
                each.order.write(order);
                assertThatThrownBy(() -> each.train(each == one ? 1 : 2))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the order names example " + (EXAMPLES + 1));
            }
            assertThat(two.loops.threads).as("threads that multiplied").hasSize(2);
            assertThat(two.weights()).as("weights").isEqualTo(one.weights());
            assertThat(two.biases()).as("biases").isEqualTo(one.biases());
        }
    }

    /** Two things are wrong in a batch: the first one is told, though the helper sees no labels. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsToldOfABatchDoesNotDependOnTheHelper(int threads) {
        try (FirstLayer layer = new FirstLayer(threads)) {
            long[] order = layer.order.longs();
            order[(STEPS - 1) * BATCH + 2] = EXAMPLES;
            order[(STEPS - 1) * BATCH + 5] = 10 * EXAMPLES;
            layer.order.write(order);
            assertThatThrownBy(() -> layer.train(threads)).hasMessageContaining("label " + WRONG);
            assertThat(layer.loops.threads).as("threads that multiplied").hasSize(threads);
        }
    }

    /** The leader has what is above the first layer too: the more of it, the fewer inputs. */
    @ParameterizedTest
    @CsvSource({
        "784, 30, 10, 10, 288",
        "784, 30, 100, 10, 16",
        "784, 100, 10, 10, 352",
        "784, 30, 10, 5, 784",
        "319, 100, 10, 10, 319",
        "3072, 30, 10, 10, 1424"
    })
    void bothTakeAsLong(int inputs, int hidden, int outputs, int batch, int expected) {
        try (Backend backend = new CpuProvider().open(0);
                Scope scope = Scope.open()) {
            WholeSteps steps = new WholeSteps(
                    Arrays.asList(layer(backend, inputs, hidden), layer(backend, hidden, outputs)),
                    Cost.QUADRATIC,
                    Descent.of(Optimizer.sgd(1)),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    batch);
            assertThat(InputParts.firstPart(steps)).isEqualTo(expected);
        }
    }

    private static WholeSteps.Layer layer(Backend backend, int inputs, int neurons) {
        return new WholeSteps.Layer(
                backend.zeros(Shape.of(neurons, inputs), DType.FLOAT32),
                backend.zeros(Shape.of(neurons), DType.FLOAT32),
                Activation.SIGMOID);
    }
}
