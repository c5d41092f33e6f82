package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.nn.Architecture;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A data set in the memory of a backend, from which batches are gathered in any order. It lies there whole, or in one or
 * two parts that take turns; a step is recorded once for each part.
 */
abstract class DeviceData implements AutoCloseable {
    /** No more than this share of the free memory is taken by data that stay: the passes need some too. */
    private static final int SHARE = 2;

    /** So many values are copied at a time, so that what they take in passing stays small. */
    static final int VALUES_AT_ONCE = 1 << 22;

    final Cleanup resources = new Cleanup();
    final Dataset dataset;
    private final Backend backend;
    private final DType type;
    private float[] block = new float[0];

    DeviceData(Dataset dataset, Backend backend, DType type) {
        this.dataset = dataset;
        this.backend = backend;
        this.type = type;
    }

    /**
     * Brings a data set to a backend: all of it if it takes at most half of the free memory, else part by part.
     *
     * @param dataset the data, with targets
     * @param backend where to
     * @param type of the inputs
     * @param batch how many examples will be gathered at a time
     */
    static DeviceData of(Dataset dataset, Backend backend, DType type, int batch) {
        long free = backend.freeMemory();
        long example = bytesOfExample(dataset, type);
        return example <= free / SHARE / dataset.size()
                ? new ResidentData(dataset, backend, type)
                : new StreamedData(dataset, backend, type, batch, free / SHARE / example);
    }

    private static long bytesOfExample(Dataset dataset, DType type) {
        long targets = dataset.isClassification() ? DType.INT64.bytes() : (long) dataset.outputs() * type.bytes();
        return (long) dataset.inputs() * type.bytes() + targets + DType.INT64.bytes();
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

    /** In how many parts the data take turns, numbered from 0: one or two. */
    abstract int parts();

    /** Sets the order in which examples are gathered. */
    abstract void writeOrder(int[] examples);

    /**
     * Sees to it that the batch that begins with an example can be gathered, and loads some of what comes after it.
     *
     * @param row the number of the batch's first example in the order
     * @return the part to gather it from
     */
    abstract int load(int row);

    /** Gathers the batch at a pass's position, loaded before, into its input and target. */
    abstract void gather(Pass pass, int part);

    /** How many steps a recording of {@link #train} had better take. */
    abstract int stepsAtOnce(Pass pass);

    /** Trains on so many examples from a pass's position on, loaded before. */
    abstract void train(Pass pass, int part, Tensor state, long examples);

    final int size() {
        return dataset.size();
    }

    final Tensor makeInputs(int examples) {
        return make(Shape.of(examples, dataset.inputs()), type).named("inputs of the data");
    }

    final Tensor makeTargets(int examples) {
        return dataset.isClassification()
                ? make(Shape.of(examples), DType.INT64).named("labels of the data")
                : make(Shape.of(examples, dataset.outputs()), type).named("targets of the data");
    }

    final Tensor makeOrder(int examples) {
        return make(Shape.of(examples), DType.INT64).named("order of the data");
    }

    private Tensor make(Shape shape, DType elements) {
        return resources.add(Scope.unscoped(() -> backend.zeros(shape, elements)));
    }

    /** Copies examples of a data set to the rows of a part, from the row {@code at} on. */
    final void write(Dataset from, int first, int count, Tensor inputs, Tensor targets, int at) {
        int most = Math.max(1, VALUES_AT_ONCE / Math.max(from.inputs(), from.outputs()));
        for (int done = 0; done < count; done += most) {
            int rows = Math.min(most, count - done);
            float[] values = block(rows * from.inputs());
            from.copyInputs(first + done, rows, values);
            inputs.rows(at + done, rows).write(values);
            writeTargets(from, first + done, rows, targets.rows(at + done, rows));
        }
    }

    private void writeTargets(Dataset from, int first, int rows, Tensor targets) {
        if (from.isClassification()) {
            long[] labels = new long[rows];
            for (int i = 0; i < rows; i++) {
                labels[i] = from.label(first + i);
            }
            targets.write(labels);
        } else {
            float[] values = block(rows * from.outputs());
            from.copyTargets(first, rows, values);
            targets.write(values);
        }
    }

    /** An array of exactly this length: the last one again, where it fits. */
    private float[] block(int length) {
        if (block.length != length) {
            block = new float[length];
        }
        return block;
    }

    /** Records a step for each part; {@code owner} closes the programs. */
    final List<Program> record(Cleanup owner, IntConsumer step) {
        List<Program> programs = new ArrayList<>();
        for (int i = 0; i < parts(); i++) {
            int part = i;
            programs.add(owner.add(backend.record(() -> step.accept(part))));
        }
        return programs;
    }

    final void gather(Pass pass, Tensor inputs, Tensor targets, Tensor order) {
        backend.operations().gatherBatch(inputs, targets, order, pass.position(), pass.input(), pass.target());
    }

    static int[] inOrder(int examples) {
        int[] order = new int[examples];
        for (int i = 0; i < examples; i++) {
            order[i] = i;
        }
        return order;
    }

    static long[] toLongs(int[] numbers) {
        long[] longs = new long[numbers.length];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = numbers[i];
        }
        return longs;
    }

    @Override
    public final void close() {
        resources.close();
    }
}
