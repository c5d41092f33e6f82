package io.nudge.check;

import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.List;

/**
 * A copy of a network to nudge, on the same backend: whatever happens, the network itself is only read. Dropout is left
 * out, since a cost that changes from run to run has no derivative to measure.
 */
final class Replica {
    private Replica() {}

    static Network of(Network network, DType type) {
        Network replica = Network.zeros(withoutDropout(network.architecture()), network.backend(), type);
        boolean made = false;
        try {
            if (type == network.type()) {
                network.backend().operations().copy(network.parameters(), replica.parameters());
            } else {
                replica.parameters().write(network.parameters().doubles());
            }
            made = true;
            return replica;
        } finally {
            if (!made) {
                replica.close();
            }
        }
    }

    static boolean dropsOut(Architecture architecture) {
        return architecture.layers().stream().anyMatch(layer -> layer.dropout() > 0);
    }

    private static Architecture withoutDropout(Architecture architecture) {
        List<Dense> layers = architecture.layers().stream()
                .map(layer -> new Dense(layer.neurons(), layer.activation()))
                .toList();
        return new Architecture(architecture.inputs(), layers, architecture.cost());
    }

    /** Writes one number of a tensor. */
    static void write(Tensor tensor, long index, double value) {
        tensor.view(index, Shape.of(1)).write(new double[] {value});
    }

    /** Reads one number of a tensor. */
    static double read(Tensor tensor, long index) {
        return tensor.view(index, Shape.of(1)).doubles()[0];
    }
}
