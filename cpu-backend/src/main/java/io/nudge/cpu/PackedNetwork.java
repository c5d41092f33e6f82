package io.nudge.cpu;

import io.nudge.math.Cost;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network that is trained for some steps with its weights packed, in float32. A step has two phases. First every thread carries
 * some examples forward and back, which needs nothing of the others; then every thread moves some of the weights, by the sum over
 * all examples. An element of a result is computed by one thread in one order, so their number does not show in it.
 */
final class PackedNetwork implements Task {
    /** Weights times examples from which on threads share a step; below, to wake one up costs more. */
    private static final long SHARED = 1L << 21;

    /** Examples that are read from memory together; {@link #touch} has as many variables. */
    private static final int TOGETHER = 10;

    /** Panels that a part of the second phase moves: the activations that it reads serve them all. */
    private static final int PANELS_IN_PART = 4;

    private final Workers workers;
    private final Kernels[] kernels;
    private final PackedLoops loops;
    private final WholeSteps shape;

    /** Rows of x that a product takes. */
    private final int height;

    private final PackedLayer[] layers;
    private final long parameters;
    private final CpuMemory x;
    private final int xStride;

    /** Where the examples of the batch begin in the data. */
    private final int[] begins;

    /** Sums that are of no account; without them the compiler would leave the reading out. */
    private final float[] touched;

    // The output layer without gaps between its rows.
    private final int outputs;
    private final CpuMemory z;
    private final CpuMemory a;
    private final CpuMemory y;
    private final CpuMemory delta;
    private final CpuMemory costs;

    /** Layer, first panel and last panel of each part of the second phase. */
    private final List<int[]> moves = new ArrayList<>();

    // The step that is being taken.
    private WholeSteps steps;
    private boolean moving;
    private int rows;
    private int rowsInPart;
    private double alpha;
    private double beta;

    PackedNetwork(Workers workers, Kernels[] kernels, PackedLoops loops, WholeSteps steps) {
        this.workers = workers;
        this.kernels = kernels;
        this.loops = loops;
        shape = steps;
        parameters = steps.parameters();
        height = loops.height(steps.batch(), areShared(steps.batch()) ? workers.count() : 1);
        int most = whole(steps.batch());
        layers = new PackedLayer[steps.layers().size()];
        for (int l = 0; l < layers.length; l++) {
            layers[l] = new PackedLayer(loops, steps.layers().get(l), height, most, l == 0);
            for (int p = 0; p < layers[l].panels(); p += PANELS_IN_PART) {
                moves.add(new int[] {l, p, Math.min(p + PANELS_IN_PART, layers[l].panels())});
            }
        }
        xStride = PackedLayer.stride(layers[0].inputs, loops.width());
        x = PackedLayer.room(loops, most, xStride);
        begins = new int[steps.batch()];
        touched = new float[steps.batch()];
        outputs = layers[layers.length - 1].neurons;
        long cells = (long) steps.batch() * outputs;
        z = room(cells);
        a = room(cells);
        y = room(cells);
        delta = room(cells);
        costs = room(steps.batch());
    }

    private static CpuMemory room(long elements) {
        return CpuMemory.allocate(DType.FLOAT32, elements);
    }

    private int whole(int count) {
        return (count + height - 1) / height * height;
    }

    /** Whether threads share a step of so many examples. */
    private boolean areShared(int examples) {
        return parameters * examples >= SHARED;
    }

    /** Whether these steps are of a network of the same shape, so that this room does for it. */
    boolean fits(WholeSteps other) {
        boolean same = shape.batch() == other.batch()
                && layers.length == other.layers().size();
        for (int l = 0; same && l < layers.length; l++) {
            WholeSteps.Layer layer = other.layers().get(l);
            same = layers[l].inputs == layer.inputs()
                    && layers[l].neurons == layer.neurons()
                    && layers[l].activation.equals(layer.activation());
        }
        return same;
    }

    /** Takes steps until so many examples were used. The weights are packed before and come back after, whatever happens. */
    void take(WholeSteps wanted, long examples) {
        steps = wanted;
        if (areShared(steps.batch())) {
            loops.prepare(height);
        }
        try {
            for (int l = 0; l < layers.length; l++) {
                layers[l].load(
                        steps.layers().get(l).weights(), steps.layers().get(l).bias());
            }
            for (long done = 0; done < examples; done += steps.batch()) {
                step((int) Math.min(steps.batch(), examples - done));
            }
        } finally {
            for (int l = 0; l < layers.length; l++) {
                layers[l].store(
                        steps.layers().get(l).weights(), steps.layers().get(l).bias());
            }
            steps = null;
        }
    }

    private void step(int examples) {
        rows = examples;
        int last = whole(rows);
        if (last > rows) {
            clear(last);
        }
        boolean shared = areShared(rows);
        int groups = last / height;
        int threads = shared ? workers.count() : 1;
        rowsInPart = (groups + threads - 1) / threads * height;
        readFactors();
        moving = false;
        run(shared, (last + rowsInPart - 1) / rowsInPart);
        CpuOperations.tally(kernels[0], costs, 0, a, 0, y, 0, rows, outputs, steps.position(), steps.tally());
        if (CpuOperations.moves(steps.position(), steps.tally())) {
            moving = true;
            run(shared, moves.size());
        }
        CpuOperations.moveOn(steps.position(), rows);
    }

    private void run(boolean shared, int parts) {
        if (shared) {
            workers.run(this, parts);
        } else {
            for (int part = 0; part < parts; part++) {
                run(part, 0);
            }
        }
    }

    private void clear(int last) {
        Arrays.fill(x.floats, rows * xStride, last * xStride, 0);
        for (PackedLayer layer : layers) {
            layer.clear(rows, last);
        }
    }

    /** After a fault nothing moves, and the schedule is not asked. */
    private void readFactors() {
        boolean moves = CpuOperations.moves(steps.position(), steps.tally());
        double rate = moves ? CpuOperations.rate(steps.schedule(), steps.position()) : 0;
        alpha = -rate / rows;
        beta = 1 - rate * steps.rule().l2();
    }

    @Override
    public void run(int part, int worker) {
        if (moving) {
            int[] move = moves.get(part);
            move(move[0], move[1], move[2], kernels[worker]);
        } else {
            int first = part * rowsInPart;
            int last = Math.min(first + rowsInPart, whole(rows));
            gather(first, Math.min(last, rows));
            forward(first, last, kernels[worker]);
            output(first, Math.min(last, rows), kernels[worker]);
            back(first, last, kernels[worker]);
        }
    }

    private void gather(int first, int last) {
        float[] inputs = CpuMemory.of(steps.inputs()).floats;
        int n = layers[0].inputs;
        long at = CpuMemory.of(steps.position()).longs[(int) steps.position().offset() + Operations.ROW];
        int examples = (int) steps.inputs().shape().rows();
        for (int i = first; i < last; i++) {
            int row = CpuOperations.example("takeSteps", steps.order(), at + i, examples);
            begins[i] = (int) steps.inputs().offset() + row * n;
            target(row, i);
        }
        for (int i = first; i < last; i++) {
            if ((i - first) % TOGETHER == 0) {
                touched[first] = touch(inputs, n, i, last);
            }
            System.arraycopy(inputs, begins[i], x.floats, i * xStride, n);
        }
    }

    /**
     * Reads a number of each line of some examples, in turn, so that all of them are on their way from memory together: one after the
     * other they would be waited for.
     *
     * @return their sum, which is of no account
     */
    private float touch(float[] inputs, int n, int first, int last) {
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
            evens += inputs[x0 + k] + inputs[x2 + k] + inputs[x4 + k] + inputs[x6 + k] + inputs[x8 + k];
            odds += inputs[x1 + k] + inputs[x3 + k] + inputs[x5 + k] + inputs[x7 + k] + inputs[x9 + k];
        }
        return evens + odds;
    }

    private void target(int row, int i) {
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

    /** Activations are made of the rows that hold an example alone: the others stay 0. */
    private void forward(int first, int last, Kernels worker) {
        int count = Math.min(last, rows) - first;
        float[] from = x.floats;
        int fromStride = xStride;
        for (int l = 0; l < layers.length; l++) {
            PackedLayer layer = layers[l];
            layer.forward(from, fromStride, first, last);
            if (l < layers.length - 1) {
                int at = first * layer.stride;
                worker.activate(layer.activation, layer.z, at, layer.a, at, count * layer.stride);
            }
            from = layer.a.floats;
            fromStride = layer.stride;
        }
    }

    private void output(int first, int last, Kernels worker) {
        PackedLayer layer = layers[layers.length - 1];
        for (int i = first; i < last; i++) {
            System.arraycopy(layer.z.floats, i * layer.stride, z.floats, i * outputs, outputs);
        }
        Cost cost = steps.cost();
        int at = first * outputs;
        int count = last - first;
        worker.activateRows(layer.activation, z, at, a, at, count, outputs);
        worker.costs(cost, layer.activation, z, at, a, at, y, at, costs, first, count, outputs);
        worker.costDelta(cost, layer.activation, z, at, a, at, y, at, delta, at, count, outputs);
        for (int i = first; i < last; i++) {
            System.arraycopy(delta.floats, i * outputs, layer.delta.floats, i * layer.stride, outputs);
        }
    }

    private void back(int first, int last, Kernels worker) {
        int count = Math.min(last, rows) - first;
        for (int l = layers.length - 1; l > 0; l--) {
            PackedLayer layer = layers[l];
            PackedLayer before = layers[l - 1];
            layer.back(before, first, last);
            int at = first * before.stride;
            int n = count * before.stride;
            worker.chain(before.activation, before.z, at, before.a, at, before.delta, at, before.delta, at, n);
        }
    }

    /** With a factor of 0 examples do not count, not even NaN. */
    private void move(int l, int firstPanel, int lastPanel, Kernels worker) {
        CpuMemory from = l == 0 ? x : layers[l - 1].a;
        int stride = l == 0 ? xStride : layers[l - 1].stride;
        layers[l].move(worker, alpha, beta, from.floats, stride, alpha == 0 ? 0 : whole(rows), firstPanel, lastPanel);
    }
}
