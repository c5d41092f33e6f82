package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import java.util.List;

/**
 * What whole training steps work on, for a backend that takes many of them as one operation: a network, the data, and how
 * parameters move. A step gathers a batch, goes forward and back, and moves the parameters, without dropout.
 *
 * <p>Immutable; what the tensors hold is not.
 *
 * @param layers from the first hidden layer to the output layer, at least one, each as wide as the next expects
 * @param cost the cost, which the output layer's activation must suit
 * @param rule how parameters move; {@linkplain Descent#isPlain() plain}
 * @param inputs [examples, n], in the type of the parameters
 * @param targets [examples, outputs], or labels, int64 [examples]
 * @param order int64 [any]: row numbers
 * @param schedule float64 [steps, {@link io.nudge.math.Optimizer#COLUMNS}]
 * @param position int64 [6]
 * @param tally float64 [3]
 * @param batch examples in a step; at least 1
 */
public record WholeSteps(
        List<Layer> layers,
        Cost cost,
        Descent rule,
        Tensor inputs,
        Tensor targets,
        Tensor order,
        Tensor schedule,
        Tensor position,
        Tensor tally,
        int batch) {

    /** Copies the list. */
    public WholeSteps {
        layers = List.copyOf(layers);
    }

    /**
     * A layer's parameters and nonlinearity.
     *
     * @param weights [out, in]; changed by a step
     * @param bias [out]; changed by a step
     * @param activation σ
     */
    public record Layer(Tensor weights, Tensor bias, Activation activation) {
        /** Neurons of the layer. */
        public int neurons() {
            return (int) weights.shape().rows();
        }

        /** Neurons of the layer before, or inputs. */
        public int inputs() {
            return (int) weights.shape().columns();
        }
    }

    /**
     * The output layer.
     *
     * @return the last of the layers
     */
    public Layer output() {
        return layers.get(layers.size() - 1);
    }

    /**
     * How many parameters the layers have together.
     *
     * @return weights and biases
     */
    public long parameters() {
        long count = 0;
        for (Layer layer : layers) {
            count += layer.weights.size() + layer.bias.size();
        }
        return count;
    }
}
