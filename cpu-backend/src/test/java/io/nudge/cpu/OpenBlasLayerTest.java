package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Products of a layer by OpenBLAS, part by part: all numbers are whole, and so small that no sum of them is rounded. */
class OpenBlasLayerTest {
    private static final int WORKERS = 3;
    private static final int INPUTS = 70;
    private static final int HIDDEN = 101;
    private static final int OUTPUTS = 5;
    private static final int BATCH = 7;

    private final Backend backend = new CpuProvider().open(0);
    private final Scope scope = Scope.open();
    private final Kernels kernels = new FloatKernels(new FloatArithmetic(), new FloatFunctions(), new RandomWords());
    private WholeSteps.Layer below;
    private WholeSteps.Layer above;
    private final StepLayers layers = new OpenBlasLayer.Maker(WORKERS);
    private StepLayer first;
    private StepLayer second;

    @BeforeEach
    void make() {
        below = layer(HIDDEN, INPUTS);
        above = layer(OUTPUTS, HIDDEN);
        first = layers.first(below, BATCH, INPUTS);
        second = layers.above(first, above, BATCH);
        load(first, below);
        load(second, above);
        float[] x = new float[INPUTS];
        for (int i = 0; i < BATCH; i++) {
            for (int k = 0; k < INPUTS; k++) {
                x[k] = x(i, k);
            }
            first.put(x, 0, i);
        }
    }

    @AfterEach
    void close() {
        layers.close();
        scope.close();
        backend.close();
    }

    private WholeSteps.Layer layer(int neurons, int inputs) {
        Tensor weights = backend.zeros(Shape.of(neurons, inputs), DType.FLOAT32);
        Tensor bias = backend.zeros(Shape.of(neurons), DType.FLOAT32);
        weights.write(IntStream.range(0, neurons * inputs)
                .mapToDouble(i -> w(i / inputs, i % inputs))
                .toArray());
        bias.write(IntStream.range(0, neurons).mapToDouble(j -> j).toArray());
        return new WholeSteps.Layer(weights, bias, Activation.RELU);
    }

    /** Each panel by itself, as threads have them. */
    private static void load(StepLayer layer, WholeSteps.Layer from) {
        for (int p = 0; p < layer.panels(); p++) {
            layer.load(from, p, p + 1);
        }
    }

    private static float w(int j, int k) {
        return (3 * j + 5 * k) % 11 - 5;
    }

    private static float x(int i, int k) {
        return (i + 2 * k) % 7;
    }

    private static float z(int i, int j) {
        float sum = j;
        for (int k = 0; k < INPUTS; k++) {
            sum += x(i, k) * w(j, k);
        }
        return sum;
    }

    private static float delta(int i, int j) {
        return (2 * i + j) % 5 - 2;
    }

    @Test
    void aThreadHasAPanelWhereThereAreEnough() {
        assertThat(first.panels()).isEqualTo(WORKERS);
        assertThat(second.panels()).isEqualTo(1);
        assertThat(second.enough(OUTPUTS, WORKERS)).isFalse();
        assertThat(second.enough(WORKERS * 64, WORKERS)).isTrue();
    }

    private void forward() {
        for (int p = 0; p < first.panels(); p++) {
            first.forward(0, 4, p, p + 1, p);
            first.forward(4, BATCH, p, p + 1, p);
        }
    }

    private float[] sums(StepLayer layer) {
        CpuMemory into = CpuMemory.allocate(DType.FLOAT32, (long) BATCH * layer.neurons);
        layer.copySums(kernels, 0, 4, into);
        layer.copySums(kernels, 4, BATCH, into);
        return into.floats;
    }

    @Test
    void forwardIsTheSumOfAllInputsWithTheBias() {
        forward();
        float[] sums = sums(first);
        for (int i = 0; i < BATCH; i++) {
            for (int j = 0; j < HIDDEN; j++) {
                assertThat(sums[i * HIDDEN + j]).as("z of %d, %d", i, j).isEqualTo(z(i, j));
            }
        }
    }

    @Test
    void whatTheLayerBelowMadeGoesOn() {
        forward();
        first.activate(kernels, 0, 2, 1);
        first.activate(kernels, 2, BATCH, 2);
        second.forward(0, BATCH, 0, 1, 2);
        float[] sums = sums(second);
        for (int i = 0; i < BATCH; i++) {
            for (int j = 0; j < OUTPUTS; j++) {
                float sum = j;
                for (int k = 0; k < HIDDEN; k++) {
                    sum += Math.max(0, z(i, k)) * w(j, k);
                }
                assertThat(sums[i * OUTPUTS + j]).as("z of %d, %d", i, j).isEqualTo(sum);
            }
        }
    }

    private static void putDelta(StepLayer layer) {
        CpuMemory delta = CpuMemory.allocate(DType.FLOAT32, (long) BATCH * layer.neurons);
        for (int i = 0; i < BATCH * layer.neurons; i++) {
            delta.floats[i] = delta(i / layer.neurons, i % layer.neurons);
        }
        layer.putDelta(0, 3, delta);
        layer.putDelta(3, BATCH, delta);
    }

    /** Seen by how the layer below moves. */
    @Test
    void whatGoesBackIsTheSumOverAllPathsTimesTheSlope() {
        forward();
        putDelta(second);
        for (int p = 0; p < second.panelsBack(); p++) {
            second.back(0, 3, p, p + 1, p);
            second.back(3, BATCH, p, p + 1, p);
        }
        first.chain(kernels, 0, 5, 0);
        first.chain(kernels, 5, BATCH, 1);
        move(-1, 1, BATCH);
        assertMoved(-1, 1, BATCH, OpenBlasLayerTest::chained);
    }

    private static float chained(int i, int k) {
        float sum = 0;
        for (int j = 0; j < OUTPUTS; j++) {
            sum += delta(i, j) * w(j, k);
        }
        return z(i, k) > 0 ? sum : 0;
    }

    private void move(double alpha, double beta, int examples) {
        for (int p = 0; p < first.panels(); p++) {
            first.move(kernels, alpha, beta, examples, p, p + 1, first.moveRoom(BATCH, 1), p);
        }
        for (int p = 0; p < first.panels(); p++) {
            first.store(below, p, p + 1);
        }
    }

    /** δ of an example and a neuron. */
    private interface Delta {
        float of(int example, int neuron);
    }

    private void assertMoved(double alpha, double beta, int examples) {
        assertMoved(alpha, beta, examples, OpenBlasLayerTest::delta);
    }

    private void assertMoved(double alpha, double beta, int examples, Delta delta) {
        double[] weights = below.weights().doubles();
        double[] bias = below.bias().doubles();
        for (int j = 0; j < HIDDEN; j++) {
            double moved = j;
            for (int i = 0; i < examples; i++) {
                moved += alpha * delta.of(i, j);
            }
            assertThat(bias[j]).as("bias %d", j).isEqualTo(moved);
            for (int k = 0; k < INPUTS; k++) {
                double weight = beta * w(j, k);
                for (int i = 0; i < examples; i++) {
                    weight += alpha * delta.of(i, j) * x(i, k);
                }
                assertThat(weights[j * INPUTS + k]).as("weight %d, %d", j, k).isEqualTo(weight);
            }
        }
    }

    @Test
    void eachExampleMovesWeightsAndBiases() {
        putDelta(first);
        move(-2, 0.5, BATCH);
        assertMoved(-2, 0.5, BATCH);
    }

    @Test
    void aRaggedBatchMovesByItsExamples() {
        putDelta(first);
        move(-2, 1, 3);
        assertMoved(-2, 1, 3);
    }

    /** Not even NaN. */
    @Test
    void withNoExamplesWeightsDecayOnly() {
        CpuMemory nothing = CpuMemory.allocate(DType.FLOAT32, (long) BATCH * HIDDEN);
        nothing.floats[0] = Float.NaN;
        first.putDelta(0, BATCH, nothing);
        move(0, 0.5, 0);
        assertMoved(0, 0.5, 0);
    }

    @Test
    void whereThereIsNoRoomItSaysWhatToDo() {
        assertThatThrownBy(() -> new OutsideFloats(1L << 60, 1))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("make the batch smaller")
                .hasMessageContaining("-D" + CpuOptions.PRODUCT + "=java");
    }
}
