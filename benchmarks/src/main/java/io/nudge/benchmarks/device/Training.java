package io.nudge.benchmarks.device;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import java.util.List;

/**
 * A network, and how it is trained: what the other benchmarks measure too.
 *
 * @param name for people
 * @param layers n of layer 0, 1, …, L
 * @param sigmoid sigmoid with the quadratic cost, else ReLU and softmax with cross-entropy
 * @param adam Adam, else plain gradient descent
 * @param batch examples in a step
 */
record Training(String name, List<Integer> layers, boolean sigmoid, boolean adam, int batch) {
    private static final List<Integer> MEDIUM = List.of(784, 512, 512, 10);

    /** A, B, B with Adam and C. */
    static final List<Training> ALL = List.of(
            new Training("A", List.of(784, 30, 10), true, false, 10),
            new Training("B", MEDIUM, false, false, 128),
            new Training("B with Adam", MEDIUM, false, true, 128),
            new Training("C", List.of(1024, 2048, 2048, 1024, 10), false, false, 512));

    private static final double RATE = 0.01;

    /** w and, of Adam, its two averages. */
    private static final int ADAM_ARRAYS = 3;

    /** z, a and δ of a layer. */
    private static final int LAYER_ARRAYS = 3;

    /** Keeps its own list. */
    Training {
        layers = List.copyOf(layers);
    }

    Architecture architecture() {
        int[] neurons = layers.stream().mapToInt(Integer::intValue).toArray();
        return sigmoid
                ? Architecture.sigmoid(neurons)
                : Architecture.uniform(Activation.RELU, Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY, neurons);
    }

    Optimizer optimizer() {
        return adam ? Optimizer.adam(RATE) : Optimizer.sgd(RATE);
    }

    /** What it is, in a line. */
    String describe() {
        return String.join("-", layers.stream().map(String::valueOf).toList())
                + (sigmoid ? ", sigmoid, quadratic cost" : ", ReLU, softmax with cross-entropy")
                + (adam ? ", Adam" : ", SGD")
                + ", batches of " + batch;
    }

    /** Floating-point operations of the products of a step: W a and δ aᵀ in every layer, Wᵀ δ in every layer but the first. */
    double operations() {
        double weights = 0;
        for (int l = 1; l < layers.size(); l++) {
            weights += (double) layers.get(l) * layers.get(l - 1);
        }
        double first = (double) layers.get(0) * layers.get(1);
        return 2 * batch * (3 * weights - first);
    }

    /**
     * The bytes that a step cannot do without: the batch is read from the data (inputs of float32, a class and a place in the order
     * of int64), and parameters, with what the optimizer keeps of each, are read once and written once. All else could stay on
     * the chip.
     */
    double leastBytes() {
        double perExample = (double) layers.get(0) * Float.BYTES + 2 * Long.BYTES;
        return batch * perExample + 2 * keptBytes();
    }

    /** Parameters, and what the optimizer keeps of each. */
    private double keptBytes() {
        return (adam ? ADAM_ARRAYS : 1) * (double) Float.BYTES * architecture().parameterCount();
    }

    /**
     * The bytes that one step after another comes back to: where these fit into the device's cache, its memory sees little of
     * them. Parameters and what the optimizer keeps, their gradients where they are stored, and z, a and δ of every layer.
     */
    double workingBytes() {
        double neurons = layers.stream().skip(1).mapToInt(Integer::intValue).sum();
        double inLayers = batch * (layers.get(0) + LAYER_ARRAYS * neurons) * Float.BYTES;
        double gradients = adam ? (double) Float.BYTES * architecture().parameterCount() : 0;
        return keptBytes() + gradients + inLayers;
    }
}
