package io.nudge.check;

import io.nudge.nn.Architecture;

/**
 * The place of a weight or a bias in a network.
 *
 * @param layer l, 1 to L
 * @param j the neuron of layer l, from 0
 * @param k the neuron of layer l − 1 that a weight w_jk comes from, from 0; −1 for the bias b_j
 */
public record Parameter(int layer, int j, int k) {
    private static final int BIAS = -1;

    /**
     * The place of a weight.
     *
     * @param layer l, 1 to L
     * @param j the neuron of layer l
     * @param k the neuron of layer l − 1
     * @return w_jk of layer l
     */
    public static Parameter weight(int layer, int j, int k) {
        return new Parameter(layer, j, k);
    }

    /**
     * The place of a bias.
     *
     * @param layer l, 1 to L
     * @param j the neuron of layer l
     * @return b_j of layer l
     */
    public static Parameter bias(int layer, int j) {
        return new Parameter(layer, j, BIAS);
    }

    /**
     * The place of an element of {@link io.nudge.nn.Network#parameters()}.
     *
     * @param architecture what the network is made of
     * @param index which element
     * @return its place
     */
    public static Parameter at(Architecture architecture, long index) {
        if (index < 0 || index >= architecture.parameterCount()) {
            throw new IndexOutOfBoundsException(
                    "there is no parameter " + index + "; there are " + architecture.parameterCount());
        }
        boolean bias = index >= architecture.weightCount();
        int layer = 1;
        while (index >= (bias ? architecture.biasOffset(layer + 1) : architecture.weightOffset(layer + 1))) {
            layer++;
        }
        if (bias) {
            return bias(layer, (int) (index - architecture.biasOffset(layer)));
        }
        long within = index - architecture.weightOffset(layer);
        int in = architecture.neurons(layer - 1);
        return weight(layer, (int) (within / in), (int) (within % in));
    }

    /**
     * Where it lies in {@link io.nudge.nn.Network#parameters()}.
     *
     * @param architecture what the network is made of
     * @return the index of the element
     */
    public long index(Architecture architecture) {
        return k == BIAS
                ? architecture.biasOffset(layer) + j
                : architecture.weightOffset(layer) + (long) j * architecture.neurons(layer - 1) + k;
    }

    /**
     * Says which kind it is.
     *
     * @return {@code weight} or {@code bias}
     */
    public String kind() {
        return k == BIAS ? "bias" : "weight";
    }

    boolean biased() {
        return k == BIAS;
    }

    /** As in {@code layer 2, w[3, 0]} or {@code layer 2, b[3]}. */
    @Override
    public String toString() {
        return "layer " + layer + (k == BIAS ? ", b[" + j + "]" : ", w[" + j + ", " + k + "]");
    }
}
