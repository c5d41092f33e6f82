package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import java.util.List;

/**
 * Measures a network on a data set, again and again: the data stay in the backend's memory if there is room. One thread at
 * a time.
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
    private final List<Program> whole;
    private final List<Program> rest;

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
            int batch = Math.min(BATCH, dataset.size());
            data = resources.add(DeviceData.of(dataset, backend, network.type(), batch));
            pass = resources.add(Pass.inference(network, batch));
            whole = data.record(resources, part -> score(pass, part));
            int ragged = dataset.size() % batch;
            rest = ragged == 0 ? whole : data.record(resources, part -> score(pass.first(ragged), part));
            made = true;
        } finally {
            if (!made) {
                resources.close();
            }
        }
    }

    private void score(Pass batch, int part) {
        data.gather(batch, part);
        batch.forward();
        batch.score();
        batch.network().backend().operations().advance(batch.position(), batch.batch());
    }

    /**
     * Carries all data through the network as it is now.
     *
     * @return cost and right answers
     */
    public Evaluation evaluate() {
        pass.position().write(new long[Operations.POSITION]);
        pass.tally().write(new double[Operations.TALLY]);
        for (int row = 0; row < data.size(); row += pass.batch()) {
            boolean isWhole = data.size() - row >= pass.batch();
            (isWhole ? whole : rest).get(data.load(row)).run();
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
