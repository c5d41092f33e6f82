package io.nudge.cpu;

import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import java.util.Arrays;

/** The examples of a step, side by side. Threads may gather different ones at once. */
final class PackedBatch {
    /** Examples that are read from memory together; {@link #touch} has as many variables. */
    private static final int TOGETHER = 10;

    private final int firstInput;
    private final int inputs;
    private final int outputs;

    /** Where the examples of the batch begin in the data. */
    private final int[] begins;

    /** Sums that are of no account; without them the compiler would leave the reading out. */
    private final float[] touched;

    /** Whose inputs these are. */
    final StepLayer layer;

    /** Targets, without gaps; none where the inputs do not begin with the first. */
    final CpuMemory y;

    /** For a layer that has the inputs from one on. */
    PackedBatch(WholeSteps steps, StepLayer layer, int firstInput) {
        this.layer = layer;
        this.firstInput = firstInput;
        inputs = layer.inputs;
        outputs =
                firstInput == 0 ? steps.layers().get(steps.layers().size() - 1).neurons() : 0;
        begins = new int[steps.batch()];
        touched = new float[steps.batch()];
        y = CpuMemory.allocate(DType.FLOAT32, (long) steps.batch() * outputs);
    }

    /**
     * Copies some examples of a batch, and their targets where there is room for them.
     *
     * @param at where in the order the batch begins
     * @throws IllegalStateException if the order or a label names what does not exist
     */
    void gather(WholeSteps steps, long at, int first, int last) {
        float[] data = CpuMemory.of(steps.inputs()).floats;
        int all = Math.toIntExact(steps.inputs().shape().columns());
        int examples = (int) steps.inputs().shape().rows();
        for (int i = first; i < last; i++) {
            int row = CpuOperations.example("takeSteps", steps.order(), at + i, examples);
            begins[i] = (int) steps.inputs().offset() + row * all + firstInput;
            if (outputs > 0) {
                target(steps, row, i);
            }
        }
        for (int i = first; i < last; i++) {
            if ((i - first) % TOGETHER == 0) {
                touched[first] = touch(data, inputs, i, last);
            }
            layer.put(data, begins[i], i);
        }
    }

    /**
     * Reads a number of each line of some examples, in turn, so that all of them are on their way from memory together: one after the
     * other they would be waited for.
     *
     * @return their sum, which is of no account
     */
    private float touch(float[] data, int n, int first, int last) {
        int end = last - 1;
        int x0 = begins[first];
        int x1 = begins[Math.min(first + 1, end)];
        int x2 = begins[Math.min(first + 2, end)];
        int x3 = begins[Math.min(first + 3, end)];
        int x4 = begins[Math.min(first + 4, end)];
        int x5 = begins[Math.min(first + 5, end)];
        int x6 = begins[Math.min(first + 6, end)];
        int x7 = begins[Math.min(first + 7, end)];
        int x8 = begins[Math.min(first + 8, end)];
        int x9 = begins[Math.min(first + 9, end)];
        float evens = 0;
        float odds = 0;
        for (int k = 0; k < n; k += PackedLayer.LINE) {
            evens += data[x0 + k] + data[x2 + k] + data[x4 + k] + data[x6 + k] + data[x8 + k];
            odds += data[x1 + k] + data[x3 + k] + data[x5 + k] + data[x7 + k] + data[x9 + k];
        }
        return evens + odds;
    }

    private void target(WholeSteps steps, int row, int i) {
        Tensor targets = steps.targets();
        int at = i * outputs;
        if (targets.type() == DType.INT64) {
            Arrays.fill(y.floats, at, at + outputs, 0);
            y.floats[at + CpuOperations.label("takeSteps", targets, row, outputs)] = 1;
        } else {
            System.arraycopy(
                    CpuMemory.of(targets).floats, (int) targets.offset() + row * outputs, y.floats, at, outputs);
        }
    }
}
