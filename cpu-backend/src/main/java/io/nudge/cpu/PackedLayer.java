package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;

/**
 * A layer whose weights lie as its loops want them, with room for a batch. Wᵀ [in, out] is cut into panels of some columns, each
 * stored row after row: x Wᵀ reads them from beginning to end, and the step Wᵀ += xᵀ δ writes them so. What goes back, δ W, needs
 * W cut in the same way: a copy, made anew with every step; the first layer has none. Where a panel ends after the matrix, it is
 * filled up with zeros, which stay zeros.
 */
final class PackedLayer {
    /** Elements in a line of a cache. */
    static final int LINE = 16;

    private final PackedLoops loops;
    private final int width;

    /** Rows of x that a product takes. */
    private final int height;

    /** Terms of a sum that are taken at a time. */
    private final int depth;

    /** Examples from which on inputs are transposed, so that weights move by products of whole tiles: as fast as those of the way forward. */
    private static final int MANY = 64;

    /** Rows of a panel that move at a time by many examples, at least. */
    private static final int MOVED = 64;

    /** Rows of a panel that a step moves at a time: whole tiles, and whole rows of the tiles that they are flipped to. */
    private final int moved;

    final int inputs;
    final int neurons;
    final Activation activation;

    /** Panels of Wᵀ, each of {@link #panelRows} rows. */
    private final CpuMemory panels;

    /** The inputs, rounded up to a multiple of a tile's rows; what is in the rows beyond is of no account. */
    private final int panelRows;

    /** Panels of W; null in the first layer. */
    private final CpuMemory flipped;

    /** The inputs of a batch, transposed, if there are {@link #MANY}; else null. */
    private final PackedRows transposed;

    private final float[] bias;
    private final float[] nothing;

    /** Elements between two rows of z, a and δ: an odd number of lines, so that many rows spread over all of a cache. */
    final int stride;

    final CpuMemory z;
    final CpuMemory a;
    final CpuMemory delta;

    /** What the next layer multiplies: a. */
    final PackedRows onward;

    /** What is multiplied on the way back: δ; null in the first layer. */
    private final PackedRows backward;

    /**
     * Makes room.
     *
     * @param height rows of x that a product takes
     * @param batch examples of a step
     * @param rows as many, rounded up to a multiple of the height
     */
    PackedLayer(PackedLoops loops, WholeSteps.Layer layer, int height, int batch, int rows, boolean first) {
        this.loops = loops;
        this.height = height;
        width = loops.width();
        depth = loops.depth();
        boolean many = batch >= MANY;
        int tile = many ? height : loops.rows();
        int tiles = leastCommonMultiple(width, tile);
        moved = many ? (MOVED + tiles - 1) / tiles * tiles : tiles;
        inputs = layer.inputs();
        neurons = layer.neurons();
        activation = layer.activation();
        panelRows = (inputs + tile - 1) / tile * tile;
        panels = CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(neurons) * panelRows * width);
        flipped = first ? null : CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(inputs) * neurons * width);
        bias = new float[panelsOf(neurons) * width];
        nothing = new float[width];
        transposed = many ? PackedRows.room(loops, panelRows, batch) : null;
        stride = stride(neurons, width);
        z = room(loops, rows, stride);
        a = room(loops, rows, stride);
        delta = room(loops, rows, stride);
        onward = PackedRows.of(loops, a, stride, rows, neurons);
        backward = first ? null : PackedRows.of(loops, delta, stride, rows, neurons);
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

    private int panelsOf(int columns) {
        return (columns + width - 1) / width;
    }

    /** Panels of W. */
    int panelsBack() {
        return panelsOf(inputs);
    }

    /** Panels of Wᵀ. */
    int panels() {
        return panelsOf(neurons);
    }

    void load(Tensor weights, Tensor biases) {
        float[] w = CpuMemory.of(weights).floats;
        int at = (int) weights.offset();
        for (int p = 0; p < panels(); p++) {
            int columns = Math.min(width, neurons - p * width);
            Transposition.into(
                    w, at + p * width * inputs, inputs, columns, inputs, panels.floats, p * panelRows * width, width);
        }
        System.arraycopy(CpuMemory.of(biases).floats, (int) biases.offset(), bias, 0, neurons);
        for (int p = 0; p < panels(); p++) {
            flip(p, 0, inputs);
        }
    }

    void store(Tensor weights, Tensor biases) {
        float[] w = CpuMemory.of(weights).floats;
        int at = (int) weights.offset();
        for (int p = 0; p < panels(); p++) {
            int columns = Math.min(width, neurons - p * width);
            Transposition.into(
                    panels.floats, p * panelRows * width, width, inputs, columns, w, at + p * width * inputs, inputs);
        }
        System.arraycopy(bias, 0, CpuMemory.of(biases).floats, (int) biases.offset(), neurons);
    }

    /** Copies rows of a panel of Wᵀ, which are columns of W, to the panels of W. */
    private void flip(int panel, int row, int rows) {
        if (flipped == null) {
            return;
        }
        int columns = Math.min(width, neurons - panel * width);
        for (int k = row; k < row + rows; k += width) {
            int some = Math.min(width, row + rows - k);
            int to = (k / width * neurons + panel * width) * width + k % width;
            Transposition.into(
                    panels.floats, (panel * panelRows + k) * width, width, some, columns, flipped.floats, to, width);
        }
    }

    /** z = x Wᵀ + b for some rows, whole multiples of the height, and the columns of some panels. */
    void forward(PackedRows x, int first, int last, int firstPanel, int lastPanel) {
        for (int k = 0; k < inputs; k += depth) {
            int some = Math.min(depth, inputs - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int at = (p * panelRows + k) * width;
                int to = p * width;
                multiply(x, 0, k, some, panels.floats, at, bias, to, z.floats, to, stride, first, last);
            }
        }
    }

    /** ∂C/∂a of the layer before = δ W, likewise; its columns are those of {@link #panelsBack}. */
    void back(PackedLayer before, int first, int last, int firstPanel, int lastPanel) {
        float[] into = before.delta.floats;
        for (int k = 0; k < neurons; k += depth) {
            int some = Math.min(depth, neurons - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int at = (p * neurons + k) * width;
                int to = p * width;
                multiply(backward, 0, k, some, flipped.floats, at, nothing, 0, into, to, before.stride, first, last);
            }
        }
    }

    /**
     * z = start + x panel, some terms of it, for some rows: what is read of the panel stays in the first cache while the rows go over it.
     *
     * @param from the row of x that belongs to row 0 of z
     * @param k the first of the terms; from the second time on z has the sum of those before
     */
    private void multiply(
            PackedRows x,
            int from,
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
            int at = x.at(from + i, k);
            int to = i * zStride + zAt;
            if (k == 0) {
                loops.multiply(height, some, rows, at, x.stride, panel, panelAt, start, startAt, 0, z, to, zStride);
            } else {
                loops.multiply(height, some, rows, at, x.stride, panel, panelAt, z, to, zStride, z, to, zStride);
            }
        }
    }

    /** Room for a worker that moves so many panels at a time. */
    MoveRoom moveRoom(int batch, int panels) {
        return new MoveRoom(batch, width, panels, moved);
    }

    /** Keeps some rows of a for the products of the next layer. */
    void keepActivations(int first, int last) {
        onward.copy(a.floats, stride, first, last, neurons);
    }

    /** Keeps some rows of δ for {@link #back}, if there is a way back. */
    void keepDelta(int first, int last) {
        if (backward != null) {
            backward.copy(delta.floats, stride, first, last, neurons);
        }
    }

    /** Keeps some examples' inputs for {@link #move}. */
    void transpose(PackedRows x, int first, int last) {
        if (transposed != null) {
            transposed.transpose(x, first, last, inputs);
        }
    }

    /**
     * Moves some panels, weights and biases: Wᵀ = beta Wᵀ + alpha xᵀ δ.
     *
     * @param examples so many rows of x and δ count; 0 for none
     * @param room of the worker
     */
    void move(
            Kernels kernels,
            double alpha,
            double beta,
            PackedRows x,
            int examples,
            int firstPanel,
            int lastPanel,
            MoveRoom room) {
        if (!areFew(examples)) {
            copyDelta(examples, firstPanel, lastPanel, room);
        }
        for (int k = 0; k < inputs; k += moved) {
            int count = Math.min(moved, inputs - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int at = (p * panelRows + k) * width;
                if (beta != 1) {
                    kernels.scale(beta, panels, at, panels, at, count * width);
                }
                int deltaAt = (p - firstPanel) * examples * width;
                if (examples > 0 && transposed == null) {
                    add(x, k, count, examples, (float) alpha, p, deltaAt, room);
                } else if (examples > 0) {
                    sum(k, count, examples, deltaAt, room);
                    kernels.addScaled(alpha, room.sums, 0, panels, at, count * width);
                }
                flip(p, k, count);
            }
        }
        for (int p = firstPanel; p < lastPanel && examples > 0; p++) {
            loops.addRows(examples, delta.floats, p * width, stride, (float) alpha, bias, p * width);
        }
    }

    private boolean areFew(int examples) {
        return transposed == null && examples == loops.few();
    }

    /** Puts the columns of δ that belong to a panel side by side. */
    private void copyDelta(int examples, int firstPanel, int lastPanel, MoveRoom room) {
        for (int p = firstPanel; p < lastPanel; p++) {
            for (int i = 0; i < examples; i++) {
                int to = ((p - firstPanel) * examples + i) * width;
                System.arraycopy(delta.floats, i * stride + p * width, room.delta.floats, to, width);
            }
        }
    }

    /** xᵀ δ for some rows of a panel, whose columns of δ begin where {@code deltaAt} says. */
    private void sum(int k, int count, int examples, int deltaAt, MoveRoom room) {
        float[] sums = room.sums.floats;
        int last = (count + height - 1) / height * height;
        for (int i = 0; i < examples; i += depth) {
            int some = Math.min(depth, examples - i);
            int at = deltaAt + i * width;
            multiply(transposed, k, i, some, room.delta.floats, at, nothing, 0, sums, 0, width, 0, last);
        }
    }

    /** Adds factor xᵀ δ to some rows of a panel. */
    private void add(
            PackedRows x, int k, int count, int examples, float factor, int panel, int deltaAt, MoveRoom room) {
        float[] rows = x.memory.floats;
        int from = x.at(0, k);
        int to = (panel * panelRows + k) * width;
        if (areFew(examples)) {
            loops.add(count, rows, from, x.stride, delta.floats, panel * width, stride, factor, panels.floats, to);
        } else {
            int whole = (count + loops.rows() - 1) / loops.rows() * loops.rows();
            float[] deltas = room.delta.floats;
            loops.sum(whole, examples, rows, from, x.stride, deltas, deltaAt, factor, panels.floats, to);
        }
    }
}
