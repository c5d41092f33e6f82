package io.nudge.cuda;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A training step as the trainer records it: labelled examples gathered, forward, backward, the optimizer, a step on. */
final class TrainingStep implements Runnable, AutoCloseable {
    private static final int EXAMPLES = 50;
    private static final int INPUTS = 6;
    private static final int CLASSES = 3;
    static final int BATCH = 10;

    private final Scope scope = Scope.open();
    private final Operations operations;
    private final Network network;
    private final Pass pass;
    private final Tensor inputs;
    private final Tensor labels;
    private final Tensor order;
    private final Tensor state;
    private final Tensor schedule;

    TrainingStep(Backend backend, DType type, int layers) {
        this(backend, type, layers, Optimizer.adam(0.01));
    }

    TrainingStep(Backend backend, DType type, int layers, Optimizer optimizer) {
        operations = backend.operations();
        Descent descent = Descent.of(optimizer);
        network = Network.create(architecture(layers), Initializer.NORMAL, 1, backend, type);
        RandomStream random = RandomStream.of(1, RandomStream.Use.DATA, 0);
        double[] values = new double[EXAMPLES * INPUTS];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.normal();
        }
        inputs = backend.tensor(values, Shape.of(EXAMPLES, INPUTS), type);
        labels = below(backend, random, CLASSES);
        order = below(backend, random, EXAMPLES);
        long parameters = network.parameters().size();
        state = backend.zeros(Shape.of(descent.optimizer().slots() * parameters), type);
        int steps = 1000;
        schedule = backend.zeros(Shape.of(steps, Optimizer.COLUMNS), DType.FLOAT64);
        double[] rows = new double[steps * Optimizer.COLUMNS];
        for (int step = 0; step < steps; step++) {
            System.arraycopy(descent.optimizer().row(1, step), 0, rows, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        schedule.write(rows);
        pass = Pass.descent(network, BATCH, 1, descent, schedule);
    }

    private static Architecture architecture(int layers) {
        List<Dense> all = new ArrayList<>();
        for (int l = 1; l < layers; l++) {
            all.add(new Dense(7 + l, Activation.SIGMOID));
        }
        all.add(new Dense(CLASSES, Activation.SOFTMAX));
        return new Architecture(INPUTS, all, Cost.CATEGORICAL_CROSS_ENTROPY);
    }

    private static Tensor below(Backend backend, RandomStream random, int bound) {
        long[] values = new long[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            values[i] = random.below(bound);
        }
        Tensor tensor = backend.zeros(Shape.of(EXAMPLES), DType.INT64);
        tensor.write(values);
        return tensor;
    }

    @Override
    public void run() {
        operations.gatherBatch(inputs, labels, order, pass.position(), pass.input(), pass.target());
        pass.forwardWithDropout();
        pass.backward();
        pass.descend(state);
    }

    double[] parameters() {
        return network.parameters().doubles();
    }

    Tensor order() {
        return order;
    }

    Tensor labels() {
        return labels;
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
