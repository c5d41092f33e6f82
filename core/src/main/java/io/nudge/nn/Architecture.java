package io.nudge.nn;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a network is made of, without its parameters: the number of inputs, the layers 1 to L, and the cost. Layer 0 is
 * the input.
 *
 * <p>All parameters lie in one vector: the weights of layer 1, row-major in [out, in], to those of layer L, then the
 * biases of layer 1 to L. So the weights, to which penalties apply, come first.
 *
 * <p>Immutable and thread-safe.
 *
 * @param inputs n of layer 0; at least 1
 * @param layers the layers 1 to L; at least one
 * @param cost C₀
 */
public record Architecture(int inputs, List<Dense> layers, Cost cost) {
    /** Checks that the parts fit together. */
    public Architecture {
        layers = List.copyOf(layers);
        if (inputs < 1) {
            throw new IllegalArgumentException("a network must have at least 1 input, but has " + inputs);
        }
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a network must have at least one layer");
        }
        Dense output = layers.get(layers.size() - 1);
        for (Dense layer : layers.subList(0, layers.size() - 1)) {
            if (!layer.activation().elementwise()) {
                throw new IllegalArgumentException(
                        layer.activation().name() + " is for the output layer only; choose another for hidden layers");
            }
        }
        if (output.dropout() > 0) {
            throw new IllegalArgumentException("dropout is for hidden layers; set that of the output layer to 0");
        }
        cost.requireOutput(output.activation());
        countParameters(inputs, layers);
    }

    private static void countParameters(int inputs, List<Dense> layers) {
        long count = 0;
        long in = inputs;
        for (Dense layer : layers) {
            count = Math.addExact(count, Math.multiplyExact(layer.neurons(), in + 1));
            in = layer.neurons();
        }
    }

    /**
     * A network with sigmoid in every layer and the quadratic cost.
     *
     * @param sizes n of layer 0, 1, …, L
     * @return the architecture
     */
    public static Architecture sigmoid(int... sizes) {
        return uniform(Activation.SIGMOID, Activation.SIGMOID, Cost.QUADRATIC, sizes);
    }

    /**
     * A network with one activation in all hidden layers.
     *
     * @param hidden σ of the layers 1 to L − 1
     * @param output σ of layer L
     * @param cost C₀
     * @param sizes n of layer 0, 1, …, L
     * @return the architecture
     */
    public static Architecture uniform(Activation hidden, Activation output, Cost cost, int... sizes) {
        if (sizes.length < 2) {
            throw new IllegalArgumentException("give the sizes of at least two layers: the inputs and the outputs");
        }
        List<Dense> layers = new ArrayList<>();
        for (int l = 1; l < sizes.length; l++) {
            layers.add(new Dense(sizes[l], l == sizes.length - 1 ? output : hidden));
        }
        return new Architecture(sizes[0], layers, cost);
    }

    /**
     * L.
     *
     * @return the number of layers, the input not counted
     */
    public int depth() {
        return layers.size();
    }

    /**
     * A layer.
     *
     * @param l 1 to L
     * @return layer l
     */
    public Dense layer(int l) {
        if (l < 1 || l > depth()) {
            throw new IndexOutOfBoundsException("there is no layer " + l + "; layers are numbered 1 to " + depth());
        }
        return layers.get(l - 1);
    }

    /**
     * The neurons of a layer.
     *
     * @param l 0 (the input) to L
     * @return how many
     */
    public int neurons(int l) {
        return l == 0 ? inputs : layer(l).neurons();
    }

    /**
     * The neurons of layer L.
     *
     * @return the number of outputs
     */
    public int outputs() {
        return neurons(depth());
    }

    /**
     * The activation of layer L.
     *
     * @return σ of the output layer
     */
    public Activation outputActivation() {
        return layer(depth()).activation();
    }

    /**
     * Where the weights of a layer begin in the vector of parameters.
     *
     * @param l 1 to L
     * @return parameters before them
     */
    public long weightOffset(int l) {
        long offset = 0;
        for (int i = 1; i < l; i++) {
            offset += (long) neurons(i) * neurons(i - 1);
        }
        return offset;
    }

    /**
     * Where the biases of a layer begin in the vector of parameters.
     *
     * @param l 1 to L
     * @return parameters before them
     */
    public long biasOffset(int l) {
        long offset = weightCount();
        for (int i = 1; i < l; i++) {
            offset += neurons(i);
        }
        return offset;
    }

    /**
     * All weights.
     *
     * @return how many
     */
    public long weightCount() {
        return weightOffset(depth() + 1);
    }

    /**
     * All weights and biases.
     *
     * @return how many
     */
    public long parameterCount() {
        return biasOffset(depth() + 1);
    }

    /** All of it in a line: {@code 784-30-10, sigmoid, quadratic cost}, with the layers' activations in their order. */
    @Override
    public String toString() {
        String sizes =
                inputs + layers.stream().map(each -> "-" + each.neurons()).collect(Collectors.joining());
        List<String> names = layers.stream().map(Architecture::functions).toList();
        List<String> hidden =
                names.subList(0, names.size() - 1).stream().distinct().toList();
        String output = names.get(names.size() - 1);
        String functions = hidden.size() > 1
                ? String.join(", then ", names)
                : hidden.isEmpty() || hidden.get(0).equals(output) ? output : hidden.get(0) + " then " + output;
        return sizes + ", " + functions + ", " + cost.name() + " cost";
    }

    private static String functions(Dense layer) {
        return layer.activation().name() + (layer.dropout() == 0 ? "" : " (dropout " + layer.dropout() + ")");
    }
}
