package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;

/** Every kind of operation that training uses, on a network of one hidden layer, written out. */
final class TrainingStep implements Runnable {
    private static final int EXAMPLES = 200;
    private static final int OUTPUTS = 10;
    private static final int STEPS = 1 << 16;

    private final Backend backend;
    private final DType type;
    private final Operations operations;
    private final RandomStream random = RandomStream.of(7, RandomStream.Use.DATA, 0);
    private final long batch;
    private final long weights;
    private final Activation activation;
    private final Descent rule;

    final Tensor parameters;
    final Tensor gradients;
    final Tensor tally;
    private final Tensor norm;
    private final Tensor state;
    private final Tensor schedule;
    private final Tensor position;
    private final Tensor rows;
    private final Tensor labels;
    private final Tensor order;
    private final Tensor x;
    private final Tensor y;
    private final Tensor costs;
    private final Tensor[] w = new Tensor[2];
    private final Tensor[] b = new Tensor[2];
    private final Tensor[] dw = new Tensor[2];
    private final Tensor[] db = new Tensor[2];
    private final Tensor[] z = new Tensor[2];
    private final Tensor[] a = new Tensor[2];
    private final Tensor[] delta = new Tensor[2];
    final Tensor kept;

    TrainingStep(
            Backend backend, DType type, Activation activation, Optimizer optimizer, int batch, int in, int hidden) {
        this.backend = backend;
        this.type = type;
        this.activation = activation;
        this.batch = batch;
        this.operations = backend.operations();
        this.rule = new Descent(optimizer, 1e-4, 1e-3, 0.5, 1);
        this.weights = (long) hidden * in + (long) OUTPUTS * hidden;
        long all = weights + hidden + OUTPUTS;
        parameters = random(all);
        gradients = backend.zeros(Shape.of(all), type);
        state = backend.zeros(Shape.of(optimizer.slots() * all), type);
        tally = backend.zeros(Shape.of(Operations.TALLY), DType.FLOAT64);
        norm = backend.zeros(Shape.of(1), DType.FLOAT64);
        schedule = backend.tensor(sameRows(optimizer.row(1, 0)), Shape.of(STEPS, Optimizer.COLUMNS), DType.FLOAT64);
        position = backend.zeros(Shape.of(Operations.POSITION), DType.INT64);
        rows = random(EXAMPLES, in);
        labels = whole(OUTPUTS);
        order = whole(EXAMPLES);
        x = backend.zeros(Shape.of(batch, in), type);
        y = backend.zeros(Shape.of(batch, OUTPUTS), type);
        costs = backend.zeros(Shape.of(batch), type);
        kept = backend.zeros(Shape.of(batch, hidden), type);
        layer(0, 0, weights, in, hidden);
        layer(1, (long) hidden * in, weights + hidden, hidden, OUTPUTS);
    }

    /** The next step is the first again: the schedule has an end. */
    void begin() {
        position.write(new long[Operations.POSITION]);
    }

    private static double[] sameRows(double[] row) {
        double[] rows = new double[STEPS * row.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = row[i % row.length];
        }
        return rows;
    }

    private Tensor random(long... dimensions) {
        Shape shape = Shape.of(dimensions);
        double[] values = new double[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.1 * random.normal();
        }
        return backend.tensor(values, shape, type);
    }

    private Tensor whole(int below) {
        long[] values = new long[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            values[i] = random.below(below);
        }
        Tensor tensor = backend.zeros(Shape.of(EXAMPLES), DType.INT64);
        tensor.write(values);
        return tensor;
    }

    private void layer(int l, long weightsAt, long biasAt, long in, long out) {
        w[l] = parameters.view(weightsAt, Shape.of(out, in));
        b[l] = parameters.view(biasAt, Shape.of(out));
        dw[l] = gradients.view(weightsAt, Shape.of(out, in));
        db[l] = gradients.view(biasAt, Shape.of(out));
        z[l] = backend.zeros(Shape.of(batch, out), type);
        a[l] = backend.zeros(Shape.of(batch, out), type);
        delta[l] = backend.zeros(Shape.of(batch, out), type);
    }

    @Override
    public void run() {
        operations.gather(rows, order, position, x);
        operations.gatherOneHot(labels, order, position, y);
        operations.forward(x, w[0], b[0], activation, z[0], a[0]);
        operations.dropout(0.25, 42, 3, position, a[0], kept);
        operations.forward(kept, w[1], b[1], Activation.SOFTMAX, z[1], a[1]);
        operations.outputDelta(
                Cost.CATEGORICAL_CROSS_ENTROPY,
                Activation.SOFTMAX,
                z[1],
                a[1],
                y,
                costs,
                delta[1],
                1.0 / batch,
                db[1],
                position,
                tally);
        operations.weightGradient(delta[1], kept, 1.0 / batch, 0, dw[1]);
        operations.inputGradient(delta[1], w[1], delta[0]);
        operations.dropout(0.25, 42, 3, position, delta[0], delta[0]);
        operations.delta(activation, z[0], a[0], delta[0], delta[0], 1.0 / batch, db[0]);
        operations.weightGradient(delta[0], x, 1.0 / batch, 0, dw[0]);
        operations.weightGradient(delta[0], x, 1.0 / batch, 0.5, dw[0]);
        operations.descend(rule, parameters, weights, gradients, norm, state, schedule, position, tally, batch);
    }
}
