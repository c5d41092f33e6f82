package io.nudge.cpu;

import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;

/**
 * A layer whose weights lie as its loops want them, with room for a batch. Wᵀ [in, out] is cut into panels of some columns, each
 * stored row after row: x Wᵀ reads them from beginning to end, and the step Wᵀ += xᵀ δ writes them so. What goes back, δ W, needs
 * W cut in the same way: a copy, made anew with every step; the first layer has none. Where a panel ends after the matrix, it is
 * filled up with zeros, which stay zeros.
 */
final class PackedLayer extends StepLayer {
    /** Elements in a line of a cache. */
    static final int LINE = 16;

    /**
     * Neurons of the first layer that are too few panels for threads to share. Where it has most of the weights, {@linkplain InputParts a
     * part of its inputs} for each of two threads is faster up to larger steps; how many threads there are must not show.
     */
    private static final int NARROW = 32;

    private static final long SHARED_OF_NARROW = 4 * StepLayers.SHARED;

    private final PackedLoops loops;
    private final int width;

    /** Rows of x that a product takes. */
    private final int height;

    /** Terms of a sum that are taken at a time. */
    private final int depth;

    /** Rows of a panel that move at a time, at most: what inputs are read for them stays in the second cache for some panels. */
    private static final int MOVED = 256;

    /** As many, exactly: whole tiles, and whole rows of the tiles that they are flipped to. Copies of inputs end with a multiple of that. */
    private final int moved;

    /** The first of the inputs of the layer that are here; 0 except in a {@link #rest}. */
    private final int firstInput;

    /** Panels of Wᵀ, each of {@link #panelRows} rows. */
    private final CpuMemory panels;

    /** The inputs, rounded up to a multiple of a tile's rows; what is in the rows beyond is of no account. */
    private final int panelRows;

    /** Panels of W; null in the first layer. */
    private final CpuMemory flipped;

    /** Zeros in the {@link #rest} of a layer. */
    private final float[] bias;

    private final float[] nothing;

    /** The layer that this one is the {@link #rest} of; null in others. */
    private final PackedLayer leader;

    /** Elements between two rows of z, a and δ: an odd number of lines, so that many rows spread over all of a cache. */
    final int stride;

    private final CpuMemory z;
    private final CpuMemory a;
    final CpuMemory delta;

    /** The layer below; null for the first. */
    private final PackedLayer before;

    /** Null for the last. */
    private PackedLayer above;

    /** What is multiplied on the way forward. */
    private final PackedRows x;

    /** Room as large in the {@link #rest} of a layer, whose next inputs are put while these are still wanted, by turns; else x. */
    private final PackedRows next;

    /** Whether the two have changed places. */
    private boolean turned;

    /** Sums of the {@link #rest}, once there is one. */
    private CpuMemory restOfZ;

    /** What is multiplied on the way back: δ; null in the first layer. */
    private final PackedRows backward;

    /** Such layers for such loops. */
    static StepLayers with(PackedLoops loops) {
        return new StepLayers() {
            @Override
            public long shared(WholeSteps steps) {
                WholeSteps.Layer first = steps.layers().get(0);
                long weights = (long) first.inputs() * first.neurons();
                boolean narrow = first.neurons() <= NARROW
                        && 2 * weights > steps.parameters()
                        && InputParts.firstPart(steps) < first.inputs();
                return narrow ? SHARED_OF_NARROW : SHARED;
            }

            @Override
            public int height() {
                return loops.height();
            }

            @Override
            public void prepare() {
                loops.prepare();
            }

            @Override
            public StepLayer first(WholeSteps.Layer layer, int rows, int inputs) {
                return PackedLayer.first(loops, layer, rows, inputs);
            }

            @Override
            public StepLayer above(StepLayer before, WholeSteps.Layer layer, int rows) {
                return new PackedLayer(loops, layer, rows, (PackedLayer) before, 0, layer.inputs(), null);
            }

            @Override
            public void close() {}
        };
    }

    /**
     * Makes room for the first layer with its first inputs up to a number; there may be a {@link #rest}.
     *
     * @param rows examples of a step, rounded up to a multiple of a product's rows
     */
    static PackedLayer first(PackedLoops loops, WholeSteps.Layer layer, int rows, int inputs) {
        return new PackedLayer(loops, layer, rows, null, 0, inputs, null);
    }

    private PackedLayer(
            PackedLoops loops,
            WholeSteps.Layer layer,
            int rows,
            PackedLayer before,
            int firstInput,
            int inputs,
            PackedLayer leader) {
        super(layer, inputs);
        this.loops = loops;
        height = loops.height();
        this.firstInput = firstInput;
        this.before = before;
        this.leader = leader;
        width = loops.width();
        depth = loops.depth();
        int tiles = leastCommonMultiple(width, loops.rows());
        moved = Math.max(tiles, MOVED / tiles * tiles);
        assert loops.fixedStride() == 0 || depth % moved == 0 : "inputs that move together lie in two blocks";
        panelRows = (inputs + loops.rows() - 1) / loops.rows() * loops.rows();
        panels = CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(neurons) * panelRows * width);
        flipped = before == null ? null : CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(inputs) * neurons * width);
        bias = new float[panelsOf(neurons) * width];
        nothing = new float[width];
        stride = stride(neurons, width);
        z = room(loops, rows, stride);
        a = leader == null ? room(loops, rows, stride) : leader.a;
        delta = leader == null ? room(loops, rows, stride) : leader.delta;
        x = before == null
                ? PackedRows.room(loops, rows, inputs)
                : PackedRows.of(loops, before.a, before.stride, rows, inputs);
        next = leader == null ? x : PackedRows.room(loops, rows, inputs);
        backward = before == null ? null : PackedRows.of(loops, delta, stride, rows, neurons);
        if (before != null) {
            before.above = this;
        }
    }

    /** How many of so many examples are taken together: parts as equal as whole multiples of a tile's rows can be. */
    private int together(int examples, int tile) {
        int most = loops.together();
        int parts = Math.max(1, (examples + most - 1) / most);
        return Math.max(1, (examples + parts * tile - 1) / (parts * tile)) * tile;
    }

    private static int leastCommonMultiple(int a, int b) {
        int multiple = a;
        while (multiple % b != 0) {
            multiple += a;
        }
        return multiple;
    }

    /** Room for rows, and for what loops read beyond the last of them. */
    static CpuMemory room(PackedLoops loops, int rows, int stride) {
        return CpuMemory.allocate(DType.FLOAT32, (long) rows * stride + loops.rows());
    }

    /** Rows of one panel lie close enough together as it is. */
    static int stride(int columns, int width) {
        int whole = (columns + width - 1) / width * width;
        return whole > width && whole / LINE % 2 == 0 ? whole + LINE : whole;
    }

    @Override
    int panelsOf(int columns) {
        return (columns + width - 1) / width;
    }

    @Override
    boolean enough(int columns, int threads) {
        return panelsOf(columns) >= 2 * threads;
    }

    @Override
    void load(WholeSteps.Layer from, int firstPanel, int lastPanel) {
        float[] w = CpuMemory.of(from.weights()).floats;
        int row = from.inputs();
        int at = (int) from.weights().offset() + firstInput;
        Tensor biases = from.bias();
        for (int p = firstPanel; p < lastPanel; p++) {
            int columns = Math.min(width, neurons - p * width);
            int to = p * panelRows * width;
            Transposition.into(w, at + p * width * row, row, columns, inputs, panels.floats, to, width);
            if (leader == null) {
                int begin = (int) biases.offset() + p * width;
                System.arraycopy(CpuMemory.of(biases).floats, begin, bias, p * width, columns);
            }
        }
        flip(firstPanel, lastPanel, 0, inputs);
    }

    @Override
    void store(WholeSteps.Layer into, int firstPanel, int lastPanel) {
        float[] w = CpuMemory.of(into.weights()).floats;
        int row = into.inputs();
        int at = (int) into.weights().offset() + firstInput;
        Tensor biases = into.bias();
        for (int p = firstPanel; p < lastPanel; p++) {
            int columns = Math.min(width, neurons - p * width);
            int from = p * panelRows * width;
            Transposition.into(panels.floats, from, width, inputs, columns, w, at + p * width * row, row);
            if (leader == null) {
                int begin = (int) biases.offset() + p * width;
                System.arraycopy(bias, p * width, CpuMemory.of(biases).floats, begin, columns);
            }
        }
    }

    /** Copies rows of some panels of Wᵀ, which are columns of W, to the panels of W. */
    private void flip(int firstPanel, int lastPanel, int row, int rows) {
        if (flipped == null) {
            return;
        }
        for (int k = row; k < row + rows; k += width) {
            int some = Math.min(width, row + rows - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int from = (p * panelRows + k) * width;
                int columns = Math.min(width, neurons - p * width);
                int to = (k / width * neurons + p * width) * width + k % width;
                loops.flip(some, columns, panels.floats, from, flipped.floats, to);
            }
        }
    }

    @Override
    void put(float[] from, int at, int row) {
        (turned ? x : next).put(from, at, row, inputs);
    }

    private PackedRows inputsNow() {
        return turned ? next : x;
    }

    @Override
    void turn() {
        turned = !turned && x != next;
    }

    @Override
    void activate(Kernels kernels, int first, int last, int worker) {
        for (int i = first; i < last; i += rowsAtOnce()) {
            int end = Math.min(i + rowsAtOnce(), last);
            kernels.activate(activation, z, i * stride, a, i * stride, (end - i) * stride);
            above.x.copy(a.floats, stride, i, end, neurons);
        }
    }

    @Override
    void chain(Kernels kernels, int first, int last, int worker) {
        for (int i = first; i < last; i += rowsAtOnce()) {
            int end = Math.min(i + rowsAtOnce(), last);
            int at = i * stride;
            kernels.chain(activation, z, at, a, at, delta, at, delta, at, (end - i) * stride);
            keepDelta(i, end);
        }
    }

    /** Rows that a pass goes over before the next pass has them: as many as stay in the first cache. */
    private int rowsAtOnce() {
        return Math.max(1, Kernels.BLOCK / stride);
    }

    @Override
    void copySums(Kernels kernels, int first, int last, CpuMemory into) {
        for (int i = first; i < last; i++) {
            System.arraycopy(z.floats, i * stride, into.floats, i * neurons, neurons);
        }
    }

    @Override
    void putDelta(int first, int last, CpuMemory from) {
        for (int i = first; i < last; i++) {
            System.arraycopy(from.floats, i * neurons, delta.floats, i * stride, neurons);
        }
        keepDelta(first, last);
    }

    /** Keeps some rows of δ for {@link #back}, if there is a way back. */
    private void keepDelta(int first, int last) {
        if (backward != null) {
            backward.copy(delta.floats, stride, first, last, neurons);
        }
    }

    @Override
    StepLayer rest(WholeSteps.Layer layer, int rows) {
        PackedLayer rest = new PackedLayer(loops, layer, rows, null, inputs, layer.inputs() - inputs, this);
        restOfZ = rest.z;
        return rest;
    }

    @Override
    void join(int rows) {
        float[] other = restOfZ.floats;
        for (int i = 0; i < rows * stride; i++) {
            z.floats[i] += other[i];
        }
    }

    @Override
    void forward(int first, int last, int firstPanel, int lastPanel, int worker) {
        int together = together(last - first, height);
        for (int k = 0; k < inputs; k += depth) {
            int some = Math.min(depth, inputs - k);
            for (int i = first; i < last; i += together) {
                int end = Math.min(i + together, last);
                for (int p = firstPanel; p < lastPanel; p++) {
                    int at = (p * panelRows + k) * width;
                    int to = p * width;
                    multiply(inputsNow(), k, some, panels.floats, at, bias, to, z.floats, to, stride, i, end);
                }
            }
        }
    }

    @Override
    void back(int first, int last, int firstPanel, int lastPanel, int worker) {
        float[] into = before.delta.floats;
        int together = together(last - first, height);
        for (int k = 0; k < neurons; k += depth) {
            int some = Math.min(depth, neurons - k);
            for (int i = first; i < last; i += together) {
                int end = Math.min(i + together, last);
                for (int p = firstPanel; p < lastPanel; p++) {
                    int at = (p * neurons + k) * width;
                    int to = p * width;
                    multiply(backward, k, some, flipped.floats, at, nothing, 0, into, to, before.stride, i, end);
                }
            }
        }
    }

    /**
     * z = start + x panel, some terms of it, for some rows: what is read of the panel stays in the first cache while the rows go over it.
     *
     * @param k the first of the terms; from the second time on z has the sum of those before
     */
    private void multiply(
            PackedRows x,
            int k,
            int some,
            float[] panel,
            int panelAt,
            float[] start,
            int startAt,
            float[] z,
            int zAt,
            int zStride,
            int first,
            int last) {
        float[] rows = x.memory.floats;
        for (int i = first; i < last; i += height) {
            int at = x.at(i, k);
            int to = i * zStride + zAt;
            if (k == 0) {
                loops.multiply(some, rows, at, x.stride, panel, panelAt, start, startAt, 0, z, to, zStride);
            } else {
                loops.multiply(some, rows, at, x.stride, panel, panelAt, z, to, zStride, z, to, zStride);
            }
        }
    }

    /** For their columns of δ, panel after panel, each row after row. */
    @Override
    CpuMemory moveRoom(int batch, int panels) {
        return CpuMemory.allocate(DType.FLOAT32, (long) panels * batch * width);
    }

    /** Wᵀ = beta Wᵀ + alpha xᵀ δ, a sum over {@link #together} examples after the other. */
    @Override
    void move(
            Kernels kernels,
            double alpha,
            double beta,
            int examples,
            int firstPanel,
            int lastPanel,
            CpuMemory room,
            int worker) {
        if (!areFew(examples)) {
            copyDelta(examples, firstPanel, lastPanel, room);
        }
        int together = together(examples, 1);
        for (int k = 0; k < inputs; k += moved) {
            int count = Math.min(moved, inputs - k);
            for (int p = firstPanel; p < lastPanel && beta != 1; p++) {
                int at = (p * panelRows + k) * width;
                kernels.scale(beta, panels, at, panels, at, count * width);
            }
            for (int i = 0; i < examples; i += together) {
                int some = Math.min(together, examples - i);
                for (int p = firstPanel; p < lastPanel; p++) {
                    int deltaAt = ((p - firstPanel) * examples + i) * width;
                    add(i, k, count, some, (float) alpha, p, deltaAt, room);
                }
            }
            flip(firstPanel, lastPanel, k, count);
        }
        for (int p = firstPanel; p < lastPanel && examples > 0 && leader == null; p++) {
            loops.addRows(examples, delta.floats, p * width, stride, (float) alpha, bias, p * width);
        }
    }

    private boolean areFew(int examples) {
        return examples == loops.few();
    }

    /** Puts the columns of δ that belong to a panel side by side. */
    private void copyDelta(int examples, int firstPanel, int lastPanel, CpuMemory room) {
        for (int p = firstPanel; p < lastPanel; p++) {
            for (int i = 0; i < examples; i++) {
                int to = ((p - firstPanel) * examples + i) * width;
                System.arraycopy(delta.floats, i * stride + p * width, room.floats, to, width);
            }
        }
    }

    /** Adds factor xᵀ δ to some rows of a panel. */
    private void add(int first, int k, int count, int examples, float factor, int panel, int deltaAt, CpuMemory room) {
        PackedRows x = inputsNow();
        float[] rows = x.memory.floats;
        int from = x.at(first, k);
        int to = (panel * panelRows + k) * width;
        if (areFew(examples)) {
            int start = first * stride + panel * width;
            loops.add(count, rows, from, x.stride, delta.floats, start, stride, factor, panels.floats, to);
        } else {
            int whole = (count + loops.rows() - 1) / loops.rows() * loops.rows();
            float[] deltas = room.floats;
            loops.sum(whole, examples, rows, from, x.stride, deltas, deltaAt, factor, panels.floats, to);
        }
    }
}
