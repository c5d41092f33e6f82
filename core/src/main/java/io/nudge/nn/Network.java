package io.nudge.nn;

import io.nudge.math.Initializer;
import io.nudge.math.RandomStream;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A feed-forward network on a backend: an {@link Architecture} and its parameters, which are one tensor; the weights and
 * the bias of each layer are views into it.
 *
 * <p>Reading from several threads is safe; what changes the parameters (training, writing) must be one thread's at a
 * time.
 *
 * <pre>{@code
 * try (Backend backend = Backends.open("cpu");
 *         Network network = Network.create(
 *                 Architecture.sigmoid(784, 30, 10), Initializer.NORMAL, 1, backend, DType.FLOAT32)) {
 *     double[][] outputs = network.predict(images);
 * }
 * }</pre>
 */
public final class Network implements AutoCloseable {
    private final Architecture architecture;
    private final Tensor parameters;
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Tensor> biases = new ArrayList<>();

    private Network(Architecture architecture, Backend backend, DType type) {
        this.architecture = architecture;
        this.parameters =
                alone(backend, Shape.of(architecture.parameterCount()), type).named("parameters");
        weights.addAll(weightViews(architecture, parameters));
        biases.addAll(biasViews(architecture, parameters, architecture.weightCount()));
    }

    /**
     * Makes a network whose parameters are all zero, to be written.
     *
     * @param architecture what it is made of
     * @param backend where it lives
     * @param type float32 or float64
     * @return the network, to be closed by the caller; it belongs to no scope
     */
    public static Network zeros(Architecture architecture, Backend backend, DType type) {
        return new Network(architecture, backend, type);
    }

    /**
     * Makes a network with drawn parameters. The same seed gives the same numbers on every backend.
     *
     * @param architecture what it is made of
     * @param initializer how weights and biases are drawn, in every layer
     * @param seed the run's seed
     * @param backend where it lives
     * @param type float32 or float64
     * @return the network, to be closed by the caller; it belongs to no scope
     */
    public static Network create(
            Architecture architecture, Initializer initializer, long seed, Backend backend, DType type) {
        return create(architecture, Collections.nCopies(architecture.depth(), initializer), seed, backend, type);
    }

    /**
     * Makes a float32 network with drawn parameters.
     *
     * @param architecture what it is made of
     * @param initializer how weights and biases are drawn, in every layer
     * @param seed the run's seed
     * @param backend where it lives
     * @return the network, to be closed by the caller; it belongs to no scope
     */
    public static Network create(Architecture architecture, Initializer initializer, long seed, Backend backend) {
        return create(architecture, initializer, seed, backend, DType.FLOAT32);
    }

    /**
     * Makes a network with drawn parameters, each layer in its own way.
     *
     * @param architecture what it is made of
     * @param initializers how weights and biases are drawn, one for each layer
     * @param seed the run's seed
     * @param backend where it lives
     * @param type float32 or float64
     * @return the network, to be closed by the caller; it belongs to no scope
     */
    public static Network create(
            Architecture architecture, List<Initializer> initializers, long seed, Backend backend, DType type) {
        if (initializers.size() != architecture.depth()) {
            throw new IllegalArgumentException(initializers.size() + " initializers for " + architecture.depth()
                    + " layers; give one for each layer");
        }
        Network network = new Network(architecture, backend, type);
        try {
            for (int l = 1; l <= architecture.depth(); l++) {
                int out = architecture.neurons(l);
                RandomStream random = RandomStream.of(seed, RandomStream.Use.PARAMETERS, l);
                Initializer initializer = initializers.get(l - 1);
                network.weights(l).write(initializer.weights(out, architecture.neurons(l - 1), random));
                network.bias(l).write(initializer.biases(out, random));
            }
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    /**
     * What the network is made of.
     *
     * @return the architecture
     */
    public Architecture architecture() {
        return architecture;
    }

    /**
     * Where the network lives.
     *
     * @return the backend
     */
    public Backend backend() {
        return parameters.backend();
    }

    /**
     * The type of the parameters.
     *
     * @return float32 or float64
     */
    public DType type() {
        return parameters.type();
    }

    /**
     * All parameters, in the order that {@link Architecture} says.
     *
     * @return the tensor [p]
     */
    public Tensor parameters() {
        return parameters;
    }

    /**
     * W of a layer, a view of the parameters.
     *
     * @param l 1 to L
     * @return the tensor [out, in]
     */
    public Tensor weights(int l) {
        architecture.layer(l);
        return weights.get(l - 1);
    }

    /**
     * b of a layer, a view of the parameters.
     *
     * @param l 1 to L
     * @return the tensor [out]
     */
    public Tensor bias(int l) {
        architecture.layer(l);
        return biases.get(l - 1);
    }

    /**
     * The outputs for some examples.
     *
     * @param inputs one row for each example
     * @return a⁽ᴸ⁾, one row for each example
     */
    public double[][] predict(double[][] inputs) {
        int outputs = architecture.outputs();
        double[][] rows = new double[inputs.length][outputs];
        if (inputs.length == 0) {
            return rows;
        }
        double[] flat = new double[inputs.length * architecture.inputs()];
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i].length != architecture.inputs()) {
                throw new IllegalArgumentException("example " + i + " has " + inputs[i].length
                        + " values, but the network has " + architecture.inputs() + " inputs");
            }
            System.arraycopy(inputs[i], 0, flat, i * architecture.inputs(), architecture.inputs());
        }
        try (Pass pass = Pass.inference(this, inputs.length)) {
            pass.input().write(flat);
            pass.forward();
            double[] all = pass.output().doubles();
            for (int i = 0; i < inputs.length; i++) {
                System.arraycopy(all, i * outputs, rows[i], 0, outputs);
            }
        }
        return rows;
    }

    /** Gives the parameters' memory back. */
    @Override
    public void close() {
        parameters.close();
    }

    @Override
    public String toString() {
        return architecture + ", " + type() + " on " + backend();
    }

    /** The biases of all layers: a view of the last parameters. */
    Tensor biases() {
        long first = architecture.weightCount();
        return parameters.view(first, Shape.of(parameters.size() - first));
    }

    static List<Tensor> weightViews(Architecture architecture, Tensor parameters) {
        List<Tensor> views = new ArrayList<>();
        for (int l = 1; l <= architecture.depth(); l++) {
            Shape shape = Shape.of(architecture.neurons(l), architecture.neurons(l - 1));
            views.add(parameters.view(architecture.weightOffset(l), shape));
        }
        return views;
    }

    /** The first of them at an element. */
    static List<Tensor> biasViews(Architecture architecture, Tensor parameters, long first) {
        List<Tensor> views = new ArrayList<>();
        for (int l = 1; l <= architecture.depth(); l++) {
            long offset = architecture.biasOffset(l) - architecture.weightCount();
            views.add(parameters.view(first + offset, Shape.of(architecture.neurons(l))));
        }
        return views;
    }

    /** A tensor that no scope closes. */
    private static Tensor alone(Backend backend, Shape shape, DType type) {
        return Scope.unscoped(() -> backend.zeros(shape, type));
    }
}
