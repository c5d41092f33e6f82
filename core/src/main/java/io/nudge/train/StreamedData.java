package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A data set too large for the backend's memory. It passes, already in the order asked for, through two parts: with every
 * batch that is taken from one part, as many examples go to the other, whose turn is next. A write waits for no work that
 * is asked for after it, so a backend that copies beside its computing hides the copies.
 */
final class StreamedData extends DeviceData {
    private static final int PARTS = 2;
    private static final int NONE = -1;

    private final int batch;
    private final int rows;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> targets = new ArrayList<>();
    private final Tensor order;
    private final int[] chunks = new int[PARTS]; // which run of examples a part holds
    private final int[] filled = new int[PARTS]; // and how many of it so far
    private Dataset ordered;

    /**
     * Makes the parts.
     *
     * @param most examples that both parts may hold together; a part holds at least one batch all the same
     */
    StreamedData(Dataset dataset, Backend backend, DType type, int batch, long most) {
        super(dataset, backend, type);
        this.batch = batch;
        long part = Math.min(most / PARTS, VALUES_AT_ONCE / dataset.inputs());
        rows = (int) Math.max(1, part / batch) * batch;
        boolean made = false;
        try {
            for (int i = 0; i < PARTS; i++) {
                inputs.add(makeInputs(rows));
                targets.add(makeTargets(rows));
            }
            order = makeOrder(rows);
            order.write(toLongs(inOrder(rows)));
            writeOrder(inOrder(dataset.size()));
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    @Override
    int parts() {
        return PARTS;
    }

    /** What the parts hold is of another order then. */
    @Override
    void writeOrder(int[] examples) {
        ordered = dataset.subset(examples);
        Arrays.fill(chunks, NONE);
    }

    @Override
    int load(int row) {
        int chunk = row / rows;
        fill(chunk, rows);
        fill(chunk + 1, row % rows + batch);
        return chunk % PARTS;
    }

    /** Sees to it that the first examples of a chunk, as many as there are, lie in its part. */
    private void fill(int chunk, int wanted) {
        int part = chunk % PARTS;
        if (chunks[part] != chunk) {
            chunks[part] = chunk;
            filled[part] = 0;
        }
        long first = (long) chunk * rows;
        int last = (int) Math.min(wanted, size() - first);
        if (filled[part] < last) {
            int from = filled[part];
            filled[part] = last;
            write(ordered, (int) first + from, last - from, inputs.get(part), targets.get(part), from);
        }
    }

    /** The position counts the examples of the whole order; the order of a part begins anew after its end. */
    @Override
    void gather(Pass pass, int part) {
        gather(pass, inputs.get(part), targets.get(part), order);
    }

    /** One, since the batch after the next may not be there yet. */
    @Override
    int stepsAtOnce(Pass pass) {
        return 1;
    }

    @Override
    void train(Pass pass, int part, Tensor state, long examples) {
        pass.train(inputs.get(part), targets.get(part), order, state, examples);
    }
}
