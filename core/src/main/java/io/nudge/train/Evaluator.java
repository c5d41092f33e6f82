package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;

/**
 * Measures a network on a data set, again and again: the data stay in the backend's memory. One thread at a time.
 *
 * <pre>{@code
 * try (Evaluator evaluator = new Evaluator(network, digits)) {
 *     System.out.println(evaluator.evaluate().accuracy());
 * }
 * }</pre>
 */
public final class Evaluator implements AutoCloseable {
    private static final int BATCH = 1000;

    private final Cleanup resources = new Cleanup();
    private final DeviceData data;
    private final boolean countsAnswers;
    private final Pass pass;
    private final Program whole;
    private final Program rest;

    /**
     * Copies the data to the network's backend.
     *
     * @param network the network; it stays the caller's
     * @param dataset the data, with as many inputs and outputs as the network
     * @throws IllegalArgumentException if network and data do not fit
     */
    public Evaluator(Network network, Dataset dataset) {
        DeviceData.requireFit(dataset, network.architecture(), "data to evaluate");
        Backend backend = network.backend();
        countsAnswers = dataset.countsAnswers();
        boolean made = false;
        try {
            data = resources.add(new DeviceData(dataset, backend, network.type()));
            pass = resources.add(Pass.inference(network, Math.min(BATCH, dataset.size())));
            whole = resources.add(backend.record(() -> score(pass)));
            int ragged = dataset.size() % pass.batch();
            rest = ragged == 0 ? null : resources.add(backend.record(() -> score(pass.first(ragged))));
            made = true;
        } finally {
            if (!made) {
                resources.close();
            }
        }
    }

    private void score(Pass part) {
        data.gather(part);
        part.forward();
        part.score();
        part.network().backend().operations().advance(part.position(), part.batch());
    }

    /**
     * Carries all data through the network as it is now.
     *
     * @return cost and right answers
     */
    public Evaluation evaluate() {
        pass.position().write(new long[Operations.POSITION]);
        pass.tally().write(new double[Operations.TALLY]);
        for (int i = 0; i < data.size() / pass.batch(); i++) {
            whole.run();
        }
        if (rest != null) {
            rest.run();
        }
        double[] tally = pass.tally().doubles();
        boolean finite = tally[Operations.FAULT] == 0;
        double cost = finite ? tally[Operations.COST] / data.size() : Double.NaN;
        return new Evaluation(cost, (int) tally[Operations.CORRECT], data.size(), countsAnswers);
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        resources.close();
    }
}
