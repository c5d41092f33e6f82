package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.nn.Architecture;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;

/** A data set in the memory of a backend, from which batches are gathered in any order. */
final class DeviceData implements AutoCloseable {
    private static final int VALUES_AT_ONCE = 1 << 22;

    private final Cleanup resources = new Cleanup();
    private final Dataset dataset;
    private final Tensor inputs;
    private final Tensor targets;
    private final Tensor order;

    DeviceData(Dataset dataset, Backend backend, DType type) {
        this.dataset = dataset;
        int examples = dataset.size();
        boolean made = false;
        try {
            inputs = make(backend, Shape.of(examples, dataset.inputs()), type).named("inputs of the data");
            targets = dataset.isClassification()
                    ? make(backend, Shape.of(examples), DType.INT64).named("labels of the data")
                    : make(backend, Shape.of(examples, dataset.outputs()), type).named("targets of the data");
            order = make(backend, Shape.of(examples), DType.INT64).named("order of the data");
            writeInputs();
            writeTargets();
            writeOrder(inOrder(examples));
            made = true;
        } finally {
            if (!made) {
                resources.close();
            }
        }
    }

    /** Refuses data that a network cannot take in or answer. */
    static void requireFit(Dataset dataset, Architecture architecture, String what) {
        if (dataset.outputs() == 0) {
            throw new IllegalArgumentException(
                    "the " + what + " have inputs only, no targets; name the label column, or give labels or targets");
        }
        if (dataset.inputs() != architecture.inputs()) {
            throw new IllegalArgumentException("the " + what + " have " + dataset.inputs()
                    + " values per example, but the network has " + architecture.inputs()
                    + " inputs; they must be as many");
        }
        if (dataset.outputs() != architecture.outputs()) {
            throw new IllegalArgumentException("the " + what + " have " + dataset.outputs()
                    + (dataset.isClassification() ? " classes" : " target values per example")
                    + ", but the network has " + architecture.outputs() + " outputs; they must be as many");
        }
    }

    private Tensor make(Backend backend, Shape shape, DType type) {
        return resources.add(Scope.unscoped(() -> backend.zeros(shape, type)));
    }

    /** So many rows are copied at a time that what they take in passing stays small. */
    private static int rowsAtOnce(int columns) {
        return Math.max(1, VALUES_AT_ONCE / columns);
    }

    private static int[] inOrder(int examples) {
        int[] order = new int[examples];
        for (int i = 0; i < examples; i++) {
            order[i] = i;
        }
        return order;
    }

    private void writeInputs() {
        int rows = rowsAtOnce(dataset.inputs());
        for (int from = 0; from < dataset.size(); from += rows) {
            int count = Math.min(rows, dataset.size() - from);
            float[] block = new float[count * dataset.inputs()];
            dataset.copyInputs(from, count, block);
            inputs.rows(from, count).write(block);
        }
    }

    private void writeTargets() {
        if (dataset.isClassification()) {
            long[] labels = new long[dataset.size()];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = dataset.label(i);
            }
            targets.write(labels);
            return;
        }
        int rows = rowsAtOnce(dataset.outputs());
        for (int from = 0; from < dataset.size(); from += rows) {
            int count = Math.min(rows, dataset.size() - from);
            float[] block = new float[count * dataset.outputs()];
            dataset.copyTargets(from, count, block);
            targets.rows(from, count).write(block);
        }
    }

    int size() {
        return dataset.size();
    }

    /** Sets the order in which examples are gathered. */
    void writeOrder(int[] examples) {
        long[] rows = new long[examples.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = examples[i];
        }
        order.write(rows);
    }

    /** Gathers the batch at a pass's position into its input and target. */
    void gather(Pass pass) {
        Operations operations = inputs.backend().operations();
        operations.gather(inputs, order, pass.position(), pass.input());
        if (dataset.isClassification()) {
            operations.gatherOneHot(targets, order, pass.position(), pass.target());
        } else {
            operations.gather(targets, order, pass.position(), pass.target());
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
