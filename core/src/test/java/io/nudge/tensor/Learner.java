package io.nudge.tensor;

import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** A network in training on one backend, each step a recorded program as a trainer's is, to be looked at between the steps. */
final class Learner implements AutoCloseable {
    /** All that a training depends on. */
    record Setting(Architecture architecture, Descent descent, int examples, int batch, DType type, long seed) {
        int stepsOfAnEpoch() {
            return (examples + batch - 1) / batch;
        }

        /** How many examples the step has: the last of an epoch has what is left. */
        int rows(int step) {
            return Math.min(batch, examples - first(step));
        }

        int first(int step) {
            return step % stepsOfAnEpoch() * batch;
        }
    }

    private final Setting setting;
    private final Backend backend;
    private final Scope scope = Scope.open();
    private final Network network;
    private final Pass whole;
    private final Tensor inputs;
    private final Tensor targets;
    private final Tensor order;
    private final Tensor state;
    private final Tensor schedule;
    private final Map<Integer, Program> programs = new LinkedHashMap<>();

    /**
     * Makes one.
     *
     * @param steps how many there will be
     */
    Learner(Setting setting, Backend backend, int steps) {
        this.setting = setting;
        this.backend = backend;
        Architecture architecture = setting.architecture();
        network = Network.create(architecture, Initializer.NORMAL, setting.seed(), backend, setting.type());
        Draw draw = new Draw(setting.seed(), DType.FLOAT32, false);
        inputs = backend.tensor(
                drawn(draw, setting.examples() * architecture.inputs()),
                Shape.of(setting.examples(), architecture.inputs()),
                setting.type());
        targets = backend.tensor(
                oneHot(draw, architecture.outputs()),
                Shape.of(setting.examples(), architecture.outputs()),
                setting.type());
        order = backend.zeros(Shape.of(setting.examples()), DType.INT64);
        order.write(backwards());
        Optimizer optimizer = setting.descent().optimizer();
        state = backend.zeros(Shape.of(optimizer.slots() * network.parameters().size()), setting.type());
        schedule = backend.zeros(Shape.of(steps, Optimizer.COLUMNS), DType.FLOAT64);
        double[] rows = new double[steps * Optimizer.COLUMNS];
        for (int step = 0; step < steps; step++) {
            System.arraycopy(optimizer.row(1, step), 0, rows, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        schedule.write(rows);
        whole = Pass.descent(network, setting.batch(), setting.seed(), setting.descent(), schedule);
    }

    /** Between −2 and 2, in quarters. */
    private static double[] drawn(Draw draw, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = (draw.below(17) - 8) / 4.0;
        }
        return values;
    }

    private double[] oneHot(Draw draw, int classes) {
        double[] values = new double[setting.examples() * classes];
        for (int i = 0; i < setting.examples(); i++) {
            values[i * classes + draw.below(classes)] = 1;
        }
        return values;
    }

    private long[] backwards() {
        long[] numbers = new long[setting.examples()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (long) numbers.length - 1 - i;
        }
        return numbers;
    }

    /** Takes parameters and optimizer state from another. */
    void follow(Learner other) {
        network.parameters().write(other.network.parameters().doubles());
        state.write(other.state.doubles());
    }

    /** What the next step leads to, with bounds, and where to find it. */
    Map<Expected, Tensor> expectations(int step) {
        double[] parameters = network.parameters().doubles();
        double[] memory = state.doubles();
        StepAnalysis analysis = new StepAnalysis(
                setting.type(),
                setting.architecture(),
                parameters,
                new Dropped(setting.seed(), step),
                batchOf(inputs, step),
                batchOf(targets, step));
        Rounded[] moved = analysis.step(
                setting.descent(), memory, setting.descent().optimizer().row(1, step));
        Pass pass = whole.first(setting.rows(step));
        Map<Expected, Tensor> expectations = new LinkedHashMap<>();
        String when = "step " + step;
        for (int l = 1; l <= setting.architecture().depth(); l++) {
            add(expectations, when, "z of layer " + l, pass.weightedSum(l), flat(analysis.weightedSums.get(l)));
            add(expectations, when, "a of layer " + l, pass.activation(l), flat(analysis.activations.get(l)));
            add(expectations, when, "δ of layer " + l, pass.delta(l), flat(analysis.deltas.get(l)));
        }
        add(expectations, when, "costs", pass.costs(), analysis.costs);
        int n = parameters.length;
        Rounded[] gradients = Arrays.copyOfRange(
                analysis.clipped(setting.descent()), n - (int) pass.gradients().size(), n);
        add(expectations, when, "gradients", pass.gradients(), gradients);
        add(expectations, when, "parameters", network.parameters(), Arrays.copyOf(moved, n));
        add(expectations, when, "state", state, Arrays.copyOfRange(moved, n, moved.length));
        return expectations;
    }

    private static void add(
            Map<Expected, Tensor> expectations, String when, String role, Tensor tensor, Rounded[] expected) {
        expectations.put(Expected.within(when, role, tensor, StepAnalysis.values(expected), expected), tensor);
    }

    private static Rounded[] flat(Rounded[][] rows) {
        return Arrays.stream(rows).flatMap(Arrays::stream).toArray(Rounded[]::new);
    }

    private double[][] batchOf(Tensor data, int step) {
        double[] all = data.doubles();
        int width = (int) data.shape().columns();
        double[][] rows = new double[setting.rows(step)][];
        for (int i = 0; i < rows.length; i++) {
            int example = setting.examples() - 1 - setting.first(step) - i;
            rows[i] = Arrays.copyOfRange(all, example * width, (example + 1) * width);
        }
        return rows;
    }

    /** One step, by the program for as many examples. */
    void step(int step) {
        if (setting.first(step) == 0) {
            whole.position().write(new long[] {0, step, step, 0, 0, 0});
        }
        programs.computeIfAbsent(setting.rows(step), rows -> backend.record(() -> learn(whole.first(rows))))
                .run();
    }

    private void learn(Pass pass) {
        Operations operations = backend.operations();
        operations.gatherBatch(inputs, targets, order, pass.position(), pass.input(), pass.target());
        pass.forwardWithDropout();
        pass.backward();
        pass.descend(state);
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
        whole.close();
        network.close();
        scope.close();
    }
}
