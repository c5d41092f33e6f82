package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import java.util.Arrays;

/**
 * A layer whose weights lie as its loops want them, with room for a batch. Wᵀ [in, out] is cut into panels of some columns, each
 * stored row after row: x Wᵀ reads them from beginning to end, and the step Wᵀ += xᵀ δ writes them so. What goes back, δ W, needs
 * W cut in the same way: a copy, made anew with every step; the first layer has none. Where a panel ends after the matrix, it is
 * filled up with zeros, which stay zeros.
 */
final class PackedLayer {
    /** Elements in a line of a cache. */
    static final int LINE = 16;

    /** Terms of a sum, or rows of a panel, that are taken at a time: with 512-bit vectors 64 KiB of a panel, read ahead from the second cache. */
    private static final int DEPTH = 512;

    private final PackedLoops loops;
    private final int width;

    /** Rows of x that a product takes. */
    private final int height;

    /** Rows of a panel that a step moves at a time: whole tiles, and whole rows of the tiles that they are flipped to. */
    private final int moved;

    final int inputs;
    final int neurons;
    final Activation activation;

    /** Panels of Wᵀ, each of {@link #panelRows} rows. */
    private final CpuMemory panels;

    /** The inputs, rounded up to a multiple of the loops' rows; what is in the rows beyond is of no account. */
    private final int panelRows;

    /** Panels of W; null in the first layer. */
    private final CpuMemory flipped;

    private final float[] bias;
    private final float[] nothing;

    /** Elements between two rows of z, a and δ: an odd number of lines, so that many rows spread over all of a cache. */
    final int stride;

    final CpuMemory z;
    final CpuMemory a;
    final CpuMemory delta;

    /**
     * Makes room.
     *
     * @param height rows of x that a product takes
     * @param rows of a batch, rounded up to a multiple of the height
     */
    PackedLayer(PackedLoops loops, WholeSteps.Layer layer, int height, int rows, boolean first) {
        this.loops = loops;
        this.height = height;
        width = loops.width();
        moved = leastCommonMultiple(width, loops.rows());
        inputs = layer.inputs();
        neurons = layer.neurons();
        activation = layer.activation();
        panelRows = (inputs + loops.rows() - 1) / loops.rows() * loops.rows();
        panels = CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(neurons) * panelRows * width);
        flipped = first ? null : CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(inputs) * neurons * width);
        bias = new float[panelsOf(neurons) * width];
        nothing = new float[width];
        stride = stride(neurons, width);
        z = room(loops, rows, stride);
        a = room(loops, rows, stride);
        delta = room(loops, rows, stride);
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
    void forward(float[] x, int xStride, int first, int last, int firstPanel, int lastPanel) {
        float[] into = z.floats;
        for (int k = 0; k < inputs; k += DEPTH) {
            int some = Math.min(DEPTH, inputs - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int at = (p * panelRows + k) * width;
                int to = p * width;
                multiply(x, xStride, k, some, panels.floats, at, bias, to, into, to, stride, first, last);
            }
        }
    }

    /** ∂C/∂a of the layer before = δ W, likewise; its columns are those of {@link #panelsBack}. */
    void back(PackedLayer before, int first, int last, int firstPanel, int lastPanel) {
        float[] into = before.delta.floats;
        for (int k = 0; k < neurons; k += DEPTH) {
            int some = Math.min(DEPTH, neurons - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int at = (p * neurons + k) * width;
                int to = p * width;
                multiply(
                        delta.floats,
                        stride,
                        k,
                        some,
                        flipped.floats,
                        at,
                        nothing,
                        0,
                        into,
                        to,
                        before.stride,
                        first,
                        last);
            }
        }
    }

    /**
     * z = start + x panel, some terms of it, for some rows: what is read of the panel stays in the first cache while the rows go over it.
     *
     * @param k the first of the terms; from the second time on z has the sum of those before
     */
    private void multiply(
            float[] x,
            int xStride,
            int k,
            int some,
            float[] panel,
            int at,
            float[] start,
            int startAt,
            float[] z,
            int zAt,
            int zStride,
            int first,
            int last) {
        for (int i = first; i < last; i += height) {
            int from = i * xStride + k;
            int to = i * zStride + zAt;
            if (k == 0) {
                loops.multiply(height, some, x, from, xStride, panel, at, start, startAt, 0, z, to, zStride);
            } else {
                loops.multiply(height, some, x, from, xStride, panel, at, z, to, zStride, z, to, zStride);
            }
        }
    }

    /**
     * Moves some panels, weights and biases: Wᵀ = beta Wᵀ + alpha xᵀ δ.
     *
     * @param examples so many rows of x and δ count, a multiple of the height; 0 for none
     */
    void move(
            Kernels kernels,
            double alpha,
            double beta,
            float[] x,
            int xStride,
            int examples,
            int firstPanel,
            int lastPanel) {
        float factor = (float) alpha;
        for (int k = 0; k < inputs; k += moved) {
            int count = Math.min(moved, inputs - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int at = (p * panelRows + k) * width;
                if (beta != 1) {
                    kernels.scale(beta, panels, at, panels, at, count * width);
                }
                add(x, k, xStride, examples, factor, p * width, count, at);
                flip(p, k, count);
            }
        }
        for (int p = firstPanel; p < lastPanel && examples > 0; p++) {
            loops.addRows(examples, delta.floats, p * width, stride, factor, bias, p * width);
        }
    }

    /** Adds factor xᵀ δ to some rows of a panel: all at once if there are few examples, else a few rows at a time. */
    private void add(float[] x, int xAt, int xStride, int examples, float factor, int deltaAt, int count, int at) {
        if (examples == loops.rows()) {
            loops.add(count, x, xAt, xStride, delta.floats, deltaAt, stride, factor, panels.floats, at);
        } else {
            for (int k = 0; k < count && examples > 0; k += loops.rows()) {
                int to = at + k * width;
                loops.sum(examples, x, xAt + k, xStride, delta.floats, deltaAt, stride, factor, panels.floats, to);
            }
        }
    }

    /** Clears rows that are computed with though no example is in them. */
    void clear(int first, int last) {
        Arrays.fill(a.floats, first * stride, last * stride, 0);
        Arrays.fill(delta.floats, first * stride, last * stride, 0);
    }
}
