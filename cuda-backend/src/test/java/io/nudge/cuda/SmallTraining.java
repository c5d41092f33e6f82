package io.nudge.cuda;

import io.nudge.math.Activation;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A network in training by plain gradient descent, with examples whose inputs are made up. */
final class SmallTraining implements AutoCloseable {
    /** Of every step, unless another is set. */
    static final double RATE = 0.25;

    private final Scope scope = Scope.open();
    private final Network network;
    private final Pass pass;
    private final Tensor state;
    final Tensor inputs;
    final Tensor labels;
    final Tensor order;
    private final Tensor schedule;

    SmallTraining(Backend backend, DType type, Architecture architecture, int batch, int examples) {
        this(backend, type, architecture, batch, examples, 100);
    }

    SmallTraining(Backend backend, DType type, Architecture architecture, int batch, int examples, int steps) {
        network = Network.create(architecture, Initializer.NORMAL, 1, backend, type);
        int width = architecture.inputs();
        double[] values = new double[examples * width];
        long[] right = new long[examples];
        long[] rows = new long[examples];
        for (int i = 0; i < examples; i++) {
            right[i] = i % architecture.outputs();
            rows[i] = examples - 1L - i;
            for (int k = 0; k < width; k++) {
                values[i * width + k] = ((i + 1) * (k + 3) % 17 - 8) / 16.0;
            }
        }
        inputs = backend.tensor(values, Shape.of(examples, width), type);
        labels = numbers(backend, right);
        order = numbers(backend, rows);
        state = backend.zeros(Shape.of(0), type);
        schedule = backend.zeros(Shape.of(steps, Optimizer.COLUMNS), DType.FLOAT64);
        rate(RATE);
        pass = Pass.descent(network, batch, 1, Descent.of(Optimizer.sgd(1)), schedule);
    }

    private static Tensor numbers(Backend backend, long[] values) {
        Tensor tensor = backend.zeros(Shape.of(values.length), DType.INT64);
        tensor.write(values);
        return tensor;
    }

    /** Sets the rate of every step. */
    void rate(double rate) {
        double[] rows = new double[(int) schedule.size()];
        Arrays.fill(rows, rate);
        schedule.write(rows);
    }

    int stepsAtOnce() {
        return pass.stepsAtOnce(inputs, labels, order);
    }

    void train(long examples) {
        pass.train(inputs, labels, order, state, examples);
    }

    /** What steps of this network work on, had its hidden layers another activation. */
    WholeSteps steps(Activation hidden) {
        Architecture architecture = network.architecture();
        List<WholeSteps.Layer> layers = new ArrayList<>();
        for (int l = 1; l <= architecture.depth(); l++) {
            Activation f = l < architecture.depth() ? hidden : architecture.outputActivation();
            layers.add(new WholeSteps.Layer(network.weights(l), network.bias(l), f));
        }
        return new WholeSteps(
                layers,
                architecture.cost(),
                Descent.of(Optimizer.sgd(1)),
                inputs,
                labels,
                order,
                schedule,
                pass.position(),
                pass.tally(),
                pass.batch());
    }

    void place(double... parameters) {
        network.parameters().write(parameters);
    }

    double[] tally() {
        return pass.tally().doubles();
    }

    double[] parameters() {
        return network.parameters().doubles();
    }

    Tensor position() {
        return pass.position();
    }

    @Override
    public void close() {
        pass.close();
        network.close();
        scope.close();
    }
}
