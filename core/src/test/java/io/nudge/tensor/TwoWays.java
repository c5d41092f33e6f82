package io.nudge.tensor;

import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network that learns in two ways from the same data: by steps taken as a whole, and by the same steps made of the other
 * operations. Of the parameters of the first there are tensors of their own, between which numbers stand that nothing may touch.
 */
final class TwoWays implements AutoCloseable {
    /**
     * All that such a training depends on.
     *
     * @param architecture without dropout
     * @param l2 the penalty's factor
     * @param examples how many there are
     * @param batch how many of them are in a step
     * @param row where in their order it begins; beyond its end, it begins at the first again
     * @param labels whether targets are given as labels, where they would be one 1 in a row
     */
    record Setting(
            Architecture architecture,
            double l2,
            int examples,
            int batch,
            int row,
            boolean labels,
            DType type,
            long seed) {}

    /** How many rows the schedule has, and steps the training at most. */
    static final int STEPS = 6;

    /** Stands between the parameters. */
    private static final double GUARD = 0.625;

    private final Setting setting;
    private final Backend backend;
    private final Scope scope = Scope.open();
    private final Network network;
    private final Pass pass;
    private final Tensor room;
    private final Tensor noState;
    private final WholeSteps steps;

    /** Begins a training in either way. */
    TwoWays(Setting setting, Backend backend) {
        this.setting = setting;
        this.backend = backend;
        Architecture architecture = setting.architecture();
        Draw draw = new Draw(setting.seed(), DType.FLOAT32, false);
        Tensor inputs = backend.tensor(
                quarters(draw, setting.examples() * architecture.inputs()),
                Shape.of(setting.examples(), architecture.inputs()),
                setting.type());
        Tensor order = backend.zeros(Shape.of(setting.examples()), DType.INT64);
        order.write(shuffled(draw));
        network = Network.create(architecture, Initializer.NORMAL, setting.seed(), backend, setting.type());
        int depth = architecture.depth();
        room = backend.zeros(Shape.of(architecture.parameterCount() + 6L * depth + 1), setting.type());
        noState = backend.zeros(Shape.of(0), setting.type());
        Tensor schedule = backend.zeros(Shape.of(STEPS + 1, Optimizer.COLUMNS), DType.FLOAT64);
        schedule.write(rates());
        Descent rule = Descent.of(Optimizer.sgd(1)).withL2(setting.l2());
        steps = new WholeSteps(
                layers(),
                architecture.cost(),
                rule,
                inputs,
                targets(draw),
                order,
                schedule,
                backend.zeros(Shape.of(Operations.POSITION), DType.INT64).named("position"),
                backend.zeros(Shape.of(Operations.TALLY), DType.FLOAT64).named("tally"),
                setting.batch());
        pass = Pass.descent(network, setting.batch(), setting.seed(), rule, schedule);
        fillRoom();
        begin(setting.row(), 1);
    }

    /** Parameters as the network has them, between guards. */
    private void fillRoom() {
        backend.operations().fill(room, GUARD);
        place(network.parameters().doubles());
    }

    /** Both ways begin at a row of the order and at a step of the schedule, the step number 3 of the run. */
    void begin(long row, long step) {
        position(row, step, 3, 0, 0, 0);
    }

    /** Sets either position. */
    void position(long... values) {
        steps.position().write(values);
        pass.position().write(values);
    }

    /** Each step has its own rate. */
    private static double[] rates() {
        double[] rows = new double[(STEPS + 1) * Optimizer.COLUMNS];
        for (int step = 0; step <= STEPS; step++) {
            double[] row = Optimizer.sgd(0.1).row(1.0 / (1 + step % 3), step);
            System.arraycopy(row, 0, rows, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        return rows;
    }

    /** Between −2 and 2. */
    private static double[] quarters(Draw draw, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = (draw.below(17) - 8) / 4.0;
        }
        return values;
    }

    private long[] shuffled(Draw draw) {
        long[] numbers = new long[setting.examples()];
        for (int i = 0; i < numbers.length; i++) {
            int other = draw.below(i + 1);
            numbers[i] = numbers[other];
            numbers[other] = i;
        }
        return numbers;
    }

    /** Labels, or rows of numbers that add up to 1. */
    private Tensor targets(Draw draw) {
        int outputs = setting.architecture().outputs();
        long[] labels = new long[setting.examples()];
        double[] rows = new double[setting.examples() * outputs];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = draw.below(outputs);
            for (int quarter = 0; quarter < 4; quarter++) {
                rows[i * outputs + draw.below(outputs)] += 0.25;
            }
        }
        if (!setting.labels()) {
            return backend.tensor(rows, Shape.of(setting.examples(), outputs), setting.type());
        }
        Tensor numbers = backend.zeros(Shape.of(setting.examples()), DType.INT64);
        numbers.write(labels);
        return numbers;
    }

    // ---- parameters -------------------------------------------------------------------------------------------------

    /** Bias and weights of each layer, so far from each other that they lie on any multiple of their size. */
    private List<WholeSteps.Layer> layers() {
        Architecture architecture = setting.architecture();
        List<WholeSteps.Layer> layers = new ArrayList<>();
        long at = 1;
        for (int l = 1; l <= architecture.depth(); l++) {
            int neurons = architecture.neurons(l);
            int before = architecture.neurons(l - 1);
            Tensor bias = room.view(at, Shape.of(neurons)).named("bias " + l);
            at += neurons + 1 + l % 3;
            Tensor weights = room.view(at, Shape.of(neurons, before)).named("weights " + l);
            at += (long) neurons * before + 1 + l % 2;
            layers.add(new WholeSteps.Layer(weights, bias, architecture.layer(l).activation()));
        }
        return layers;
    }

    private void place(double[] parameters) {
        for (int l = 1; l <= setting.architecture().depth(); l++) {
            WholeSteps.Layer layer = steps.layers().get(l - 1);
            layer.weights().write(part(parameters, setting.architecture().weightOffset(l), layer.weights()));
            layer.bias().write(part(parameters, setting.architecture().biasOffset(l), layer.bias()));
        }
    }

    private static double[] part(double[] all, long from, Tensor like) {
        return Arrays.copyOfRange(all, (int) from, (int) (from + like.size()));
    }

    /** Those that whole steps move, in the order of a network's. */
    double[] parameters() {
        double[] all = new double[(int) setting.architecture().parameterCount()];
        for (int l = 1; l <= setting.architecture().depth(); l++) {
            WholeSteps.Layer layer = steps.layers().get(l - 1);
            fill(all, setting.architecture().weightOffset(l), layer.weights());
            fill(all, setting.architecture().biasOffset(l), layer.bias());
        }
        return all;
    }

    private static void fill(double[] all, long from, Tensor values) {
        System.arraycopy(values.doubles(), 0, all, (int) from, (int) values.size());
    }

    /** How many of the numbers between the parameters are not as they were. */
    long guardsTouched() {
        double[] all = room.doubles();
        long guards = Arrays.stream(all).filter(each -> each == GUARD).count();
        long among = Arrays.stream(parameters()).filter(each -> each == GUARD).count();
        return all.length - setting.architecture().parameterCount() - (guards - among);
    }

    // ---- learning ---------------------------------------------------------------------------------------------------

    WholeSteps steps() {
        return steps;
    }

    /** Whether the backend takes steps of such a network as a whole. */
    boolean areTaken() {
        return backend.operations().stepsAtOnce(steps) > 1;
    }

    /** Takes whole steps. */
    void take(long examples) {
        backend.operations().takeSteps(steps, examples);
    }

    /** Gives the parameters of whole steps to those that single operations move. */
    void follow() {
        network.parameters().write(parameters());
        pass.tally().write(steps.tally().doubles());
    }

    /** One step made of the other operations. */
    void takeSingly(int rows) {
        pass.train(steps.inputs(), steps.targets(), steps.order(), noState, rows);
    }

    /** Those that single operations move. */
    Tensor singleParameters() {
        return network.parameters();
    }

    double[] singleTally() {
        return pass.tally().doubles();
    }

    long[] singlePosition() {
        return pass.position().longs();
    }

    /** Where all of it is after whole steps: parameters, tally and position. */
    double[] state() {
        List<double[]> parts = List.of(
                parameters(),
                steps.tally().doubles(),
                Arrays.stream(steps.position().longs()).asDoubleStream().toArray());
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /** What the next step leads to, with bounds. */
    StepAnalysis analysis(int rows) {
        long first = steps.position().longs()[Operations.ROW];
        double[][] x = new double[rows][];
        double[][] y = new double[rows][];
        double[] inputs = steps.inputs().doubles();
        double[] targets = targetRows();
        long[] order = steps.order().longs();
        for (int i = 0; i < rows; i++) {
            int example = (int) order[(int) ((first + i) % order.length)];
            x[i] = row(inputs, example, setting.architecture().inputs());
            y[i] = row(targets, example, setting.architecture().outputs());
        }
        return new StepAnalysis(setting.type(), setting.architecture(), parameters(), new Dropped(0, 0), x, y);
    }

    private static double[] row(double[] all, int number, int width) {
        return Arrays.copyOfRange(all, number * width, (number + 1) * width);
    }

    private double[] targetRows() {
        if (steps.targets().type() != DType.INT64) {
            return steps.targets().doubles();
        }
        long[] labels = steps.targets().longs();
        int outputs = setting.architecture().outputs();
        double[] rows = new double[labels.length * outputs];
        for (int i = 0; i < labels.length; i++) {
            rows[i * outputs + (int) labels[i]] = 1;
        }
        return rows;
    }

    /** The row of the schedule for the next step. */
    double[] rates(int columns) {
        int step = (int) steps.position().longs()[Operations.STEP];
        return row(steps.schedule().doubles(), step, columns);
    }

    @Override
    public void close() {
        pass.close();
        network.close();
        scope.close();
    }
}
