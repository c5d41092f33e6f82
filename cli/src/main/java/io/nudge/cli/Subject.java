package io.nudge.cli;

import io.nudge.check.Examples;
import io.nudge.nn.Network;
import java.util.List;

/**
 * A network and examples that fit it.
 *
 * @param network the network, closed with this
 * @param examples the examples
 * @param source where they are from; empty if they are made up
 * @param numbers which of that source's examples they are
 */
record Subject(Network network, Examples examples, String source, List<Integer> numbers) implements AutoCloseable {
    /** Copies the list. */
    Subject {
        numbers = List.copyOf(numbers);
    }

    /** A network and examples that are made up. */
    static Subject madeUp(Network network, Examples examples) {
        return new Subject(network, examples, "", List.of());
    }

    boolean isMadeUp() {
        return source.isEmpty();
    }

    @Override
    public void close() {
        network.close();
    }
}
