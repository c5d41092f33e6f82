package io.nudge.check;

import io.nudge.check.Explanation.Ripple;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.Arrays;

/**
 * Nudges one thing at a time and carries it forward to the cost of one example, with the backend's own operations. A weight or
 * bias is nudged in the network's parameters and put back. A weighted sum or activation is nudged in the tensors of a pass,
 * each in its own row: the first row stays as it was, to be compared with.
 */
final class Nudges implements AutoCloseable {
    private final Network network;
    private final Architecture architecture;
    private final Operations operations;
    private final Examples examples;
    private final int number;
    private final double nudge;
    private final Pass single;
    private final Reading still;

    /** What every neuron and the cost show in the pass of one example, now. */
    private final class Reading {
        final double[][] sums = new double[architecture.depth() + 1][];
        final double[][] activations = new double[architecture.depth() + 1][];
        final double cost;

        Reading() {
            single.forward();
            single.score();
            cost = single.costs().doubles()[0];
            for (int l = 0; l <= architecture.depth(); l++) {
                activations[l] = single.activation(l).doubles();
                if (l > 0) {
                    sums[l] = single.weightedSum(l).doubles();
                }
            }
        }
    }

    /** By how much something is to be moved. */
    record Move(int neuron, double by) {}

    /** How far nudges carried, each in its row. */
    static final class Carried {
        private final double[] nudges;
        private final double[][] next;
        private final double[][] costs;

        Carried(double[] nudges, double[][] next, double[][] costs) {
            this.nudges = nudges;
            this.next = next;
            this.costs = costs;
        }

        /** By how much it was really nudged, after rounding. */
        double nudge(int row) {
            return nudges[row];
        }

        /** By how much the quantities that come next moved: a after z, z⁽ˡ⁺¹⁾ after a⁽ˡ⁾, nothing after the outputs. */
        double[] next(int row) {
            return next[row];
        }

        /** By how much C₀ moved. */
        double cost(int row) {
            return costs[row][0];
        }
    }

    /** For one example of a network that may be changed for a while. */
    Nudges(Network network, Examples examples, int number, double nudge) {
        this.network = network;
        this.architecture = network.architecture();
        this.operations = network.backend().operations();
        this.examples = examples;
        this.number = number;
        this.nudge = nudge;
        single = Pass.training(network, 1, 0);
        boolean made = false;
        try {
            examples.writeOne(number, single);
            still = new Reading();
            made = true;
        } finally {
            if (!made) {
                single.close();
            }
        }
    }

    /** Nudges a weight or bias. */
    Ripple parameter(Parameter place) {
        Tensor parameters = network.parameters();
        long index = place.index(architecture);
        double value = Replica.read(parameters, index);
        try {
            Replica.write(parameters, index, value + nudge);
            double moved = Replica.read(parameters, index) - value;
            Reading nudged = new Reading();
            int l = place.layer();
            int j = place.j();
            return new Ripple(
                    moved,
                    nudged.sums[l][j] - still.sums[l][j],
                    nudged.activations[l][j] - still.activations[l][j],
                    nudged.cost - still.cost);
        } finally {
            Replica.write(parameters, index, value);
        }
    }

    /** Nudges z of some neurons of a layer, each by itself. */
    Carried sums(int l, int[] neurons) {
        return sums(l, Arrays.stream(neurons).mapToObj(j -> new Move(j, nudge)).toArray(Move[]::new));
    }

    /** Moves z of some neurons of a layer, each by itself. */
    Carried sums(int l, Move[] moves) {
        try (Pass rows = rows(moves)) {
            double[] nudged = write(rows.weightedSum(l), still.sums[l], moves);
            operations.activate(architecture.layer(l).activation(), rows.weightedSum(l), rows.activation(l));
            double[][] next = changes(rows.activation(l));
            forward(rows, l);
            rows.score();
            return new Carried(nudged, next, changes(rows.costs().reshape(Shape.of(rows.batch(), 1))));
        }
    }

    /** Nudges a of some neurons of a layer, each by itself; of outputs so that they stay where C₀ is defined. */
    Carried activations(int l, int[] neurons) {
        double[] values = still.activations[l];
        return activations(
                l,
                Arrays.stream(neurons)
                        .mapToObj(j -> new Move(j, l == architecture.depth() ? nudgeOfOutput(values[j]) : nudge))
                        .toArray(Move[]::new));
    }

    /** A logarithm of a or 1 − a wants a between 0 and 1, so near to 1 the nudge goes down. */
    private double nudgeOfOutput(double a) {
        boolean logarithm = architecture.cost() instanceof Cost.BinaryCrossEntropy
                || architecture.cost() instanceof Cost.CategoricalCrossEntropy;
        boolean outside = a + nudge >= 1 || a + nudge <= 0;
        return logarithm && outside ? -nudge : nudge;
    }

    /** Moves a of some neurons of a layer, each by itself. */
    Carried activations(int l, Move[] moves) {
        try (Pass rows = rows(moves)) {
            double[] nudged = write(rows.activation(l), still.activations[l], moves);
            if (l == architecture.depth()) {
                scoreOutputs(rows);
            } else {
                forward(rows, l);
                rows.score();
            }
            double[][] next =
                    l == architecture.depth() ? new double[moves.length][0] : changes(rows.weightedSum(l + 1));
            return new Carried(nudged, next, changes(rows.costs().reshape(Shape.of(rows.batch(), 1))));
        }
    }

    private Pass rows(Move[] moves) {
        Pass rows = Pass.training(network, moves.length + 1, 0);
        examples.writeOne(number, rows);
        return rows;
    }

    /** Writes the values into every row, and into each but the first what one of them is moved to. */
    private static double[] write(Tensor tensor, double[] values, Move[] moves) {
        int n = values.length;
        double[] all = Examples.repeated(values, moves.length + 1);
        for (int i = 0; i < moves.length; i++) {
            all[(i + 1) * n + moves[i].neuron] += moves[i].by;
        }
        tensor.write(all);
        double[] written = tensor.doubles();
        double[] nudged = new double[moves.length];
        for (int i = 0; i < moves.length; i++) {
            nudged[i] = written[(i + 1) * n + moves[i].neuron] - values[moves[i].neuron];
        }
        return nudged;
    }

    /** Carries a of a layer forward to the outputs. */
    private void forward(Pass rows, int from) {
        for (int l = from + 1; l <= architecture.depth(); l++) {
            Activation f = architecture.layer(l).activation();
            operations.forward(
                    rows.activation(l - 1),
                    network.weights(l),
                    network.bias(l),
                    f,
                    rows.weightedSum(l),
                    rows.activation(l));
        }
    }

    /** C₀ as a function of the outputs alone, although backpropagation may compute it from z: as after another activation. */
    private void scoreOutputs(Pass rows) {
        Cost cost = architecture.cost();
        Activation apart = cost.fusesWith(Activation.SIGMOID) ? Activation.SOFTMAX : Activation.SIGMOID;
        operations.costs(cost, apart, rows.output(), rows.output(), rows.target(), rows.costs());
    }

    /** By how much each row differs from the first. */
    private static double[][] changes(Tensor tensor) {
        double[] all = tensor.doubles();
        int n = (int) tensor.shape().columns();
        double[][] changes = new double[all.length / n - 1][n];
        for (int i = 0; i < changes.length; i++) {
            for (int j = 0; j < n; j++) {
                changes[i][j] = all[(i + 1) * n + j] - all[j];
            }
        }
        return changes;
    }

    @Override
    public void close() {
        single.close();
    }
}
