package io.nudge.check;

import io.nudge.data.Dataset;
import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Pass;

/**
 * Some examples to look at: their inputs a⁽⁰⁾ and targets y. Immutable and thread-safe.
 *
 * <pre>{@code
 * Examples examples = new Examples(new double[][] {{0.05, 0.1}}, new double[][] {{0, 1}});
 * }</pre>
 */
public final class Examples {
    private final double[][] inputs;
    private final double[][] targets;

    /**
     * Takes inputs and targets.
     *
     * @param inputs one row for each example
     * @param targets one row for each example
     * @throws IllegalArgumentException if there is no example, or there are not as many rows of both
     */
    public Examples(double[][] inputs, double[][] targets) {
        if (inputs.length == 0 || inputs.length != targets.length) {
            throw new IllegalArgumentException(
                    "examples need as many inputs as targets and at least one of each, but there are " + inputs.length
                            + " and " + targets.length);
        }
        this.inputs = copy(inputs);
        this.targets = copy(targets);
    }

    /**
     * Takes examples out of a data set.
     *
     * @param data inputs and targets
     * @param numbers which examples, in this order
     * @return a copy of them
     * @throws IndexOutOfBoundsException if there is no such example
     */
    public static Examples of(Dataset data, int... numbers) {
        double[][] inputs = new double[numbers.length][];
        double[][] targets = new double[numbers.length][];
        for (int i = 0; i < numbers.length; i++) {
            inputs[i] = toDoubles(data.input(numbers[i]));
            targets[i] = toDoubles(data.target(numbers[i]));
        }
        return new Examples(inputs, targets);
    }

    /**
     * Makes examples up: inputs between 0 and 1 with two decimals, and as target 1 for one output and 0 for the others (0
     * or 1 for a single output). The same seed gives the same examples everywhere.
     *
     * @param architecture what they should fit
     * @param count how many; at least 1
     * @param seed decides the numbers
     * @return the examples
     */
    public static Examples drawn(Architecture architecture, int count, long seed) {
        RandomStream random = RandomStream.of(seed, RandomStream.Use.DATA, 0);
        int outputs = architecture.outputs();
        double[][] inputs = new double[count][architecture.inputs()];
        double[][] targets = new double[count][outputs];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < inputs[i].length; k++) {
                inputs[i][k] = random.below(101) / 100.0;
            }
            int one = random.below(Math.max(2, outputs));
            targets[i][outputs == 1 ? 0 : one] = outputs == 1 ? one : 1;
        }
        return new Examples(inputs, targets);
    }

    /**
     * The number of examples.
     *
     * @return at least 1
     */
    public int size() {
        return inputs.length;
    }

    /**
     * a⁽⁰⁾ of an example.
     *
     * @param i which, from 0
     * @return a copy
     */
    public double[] input(int i) {
        return inputs[i].clone();
    }

    /**
     * y of an example.
     *
     * @param i which, from 0
     * @return a copy
     */
    public double[] target(int i) {
        return targets[i].clone();
    }

    /** Refuses a network that these examples do not fit. */
    void requireFit(Architecture architecture) {
        for (int i = 0; i < size(); i++) {
            requireLength(i, "inputs", inputs[i].length, architecture.inputs());
            requireLength(i, "outputs", targets[i].length, architecture.outputs());
        }
    }

    private static void requireLength(int i, String what, int length, int needed) {
        if (length != needed) {
            throw new IllegalArgumentException(
                    "example " + i + " has " + length + (what.equals("inputs") ? " inputs" : " targets")
                            + ", but the network has " + needed + " " + what);
        }
    }

    /** Writes all examples into a pass for as many. */
    void writeAll(Pass pass) {
        pass.input().write(flat(inputs));
        pass.target().write(flat(targets));
    }

    /** Writes one example into every row of a pass. */
    void writeOne(int i, Pass pass) {
        pass.input().write(repeated(inputs[i], pass.batch()));
        pass.target().write(repeated(targets[i], pass.batch()));
    }

    static double[] repeated(double[] row, int times) {
        double[] all = new double[row.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(row, 0, all, i * row.length, row.length);
        }
        return all;
    }

    private static double[] flat(double[][] rows) {
        double[] all = new double[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, all, i * rows[i].length, rows[i].length);
        }
        return all;
    }

    private static double[][] copy(double[][] rows) {
        double[][] copy = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            copy[i] = rows[i].clone();
        }
        return copy;
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
