package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.Activation;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How weights move by plain loops: all numbers are whole, and so small that no sum of them is rounded. */
class PackedLayerTest {
    private static final int INPUTS = 3;
    private static final int NEURONS = 2;

    /** Examples are taken together in equal parts; of 24,805 the last part has as many as a loop of their own is for. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 160, 161, 323, 24_805})
    void eachExampleOfABatchMovesWeightsAndBiases(int batch) {
        PackedLoops loops = new PackedLoops();
        try (Backend backend = new CpuProvider().open(0);
                Tensor weights = backend.zeros(Shape.of(NEURONS, INPUTS), DType.FLOAT32);
                Tensor bias = backend.zeros(Shape.of(NEURONS), DType.FLOAT32)) {
            int rows = (batch + loops.rows() - 1) / loops.rows() * loops.rows();
            WholeSteps.Layer of = new WholeSteps.Layer(weights, bias, Activation.RELU);
            PackedLayer layer = PackedLayer.first(loops, of, rows, INPUTS);
            layer.load(of, 0, layer.panels());
            float[] x = new float[INPUTS];
            double[] movedWeights = new double[NEURONS * INPUTS];
            double[] movedBias = new double[NEURONS];
            for (int i = 0; i < batch; i++) {
                for (int k = 0; k < INPUTS; k++) {
                    x[k] = i % (4 + k);
                }
                layer.put(x, 0, i);
                for (int j = 0; j < NEURONS; j++) {
                    float delta = i % (3 + j);
                    layer.delta.floats[i * layer.stride + j] = delta;
                    movedBias[j] -= delta;
                    for (int k = 0; k < INPUTS; k++) {
                        movedWeights[j * INPUTS + k] -= delta * (i % (4 + k));
                    }
                }
            }
            layer.move(null, -1, 1, batch, 0, layer.panels(), layer.moveRoom(batch, layer.panels()), 0);
            layer.store(of, 0, layer.panels());
            assertThat(weights.doubles()).as("weights").isEqualTo(movedWeights);
            assertThat(bias.doubles()).as("biases").isEqualTo(movedBias);
        }
    }
}
