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
    private static final int LINE = 16;

    /** Terms of a sum, or rows of a panel, that are taken at a time: with 512-bit vectors 32 KiB of a panel. */
    private static final int DEPTH = 256;

    /** Rows of a panel that a step moves at a time. */
    private static final int MOVED = 80;

    private final PackedLoops loops;
    private final int width;
    final int inputs;
    final int neurons;
    final Activation activation;

    /** Panels of Wᵀ. */
    private final CpuMemory panels;

    /** Panels of W; null in the first layer. */
    private final CpuMemory flipped;

    private final float[] bias;
    private final float[] nothing;

    /** Elements between two rows of z, a and δ: an odd number of lines, so that the rows spread over all of a cache. */
    final int stride;

    final CpuMemory z;
    final CpuMemory a;
    final CpuMemory delta;

    /**
     * Makes room.
     *
     * @param rows of a batch, rounded up to a multiple of the loops' rows
     */
    PackedLayer(PackedLoops loops, WholeSteps.Layer layer, int rows, boolean first) {
        this.loops = loops;
        width = loops.width();
        inputs = layer.inputs();
        neurons = layer.neurons();
        activation = layer.activation();
        panels = CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(neurons) * inputs * width);
        flipped = first ? null : CpuMemory.allocate(DType.FLOAT32, (long) panelsOf(inputs) * neurons * width);
        bias = new float[panelsOf(neurons) * width];
        nothing = new float[width];
        stride = stride(neurons, width);
        z = CpuMemory.allocate(DType.FLOAT32, (long) rows * stride);
        a = CpuMemory.allocate(DType.FLOAT32, (long) rows * stride);
        delta = CpuMemory.allocate(DType.FLOAT32, (long) rows * stride);
    }

    static int stride(int columns, int width) {
        int whole = (columns + width - 1) / width * width;
        return whole / LINE % 2 == 0 ? whole + LINE : whole;
    }

    private int panelsOf(int columns) {
        return (columns + width - 1) / width;
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
                    w, at + p * width * inputs, inputs, columns, inputs, panels.floats, p * inputs * width, width);
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
                    panels.floats, p * inputs * width, width, inputs, columns, w, at + p * width * inputs, inputs);
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
                    panels.floats, (panel * inputs + k) * width, width, some, columns, flipped.floats, to, width);
        }
    }

    /** z = x Wᵀ + b for the rows from first to last, whole multiples of the loops' rows. */
    void forward(float[] x, int xStride, int first, int last) {
        for (int k = 0; k < inputs; k += DEPTH) {
            multiply(
                    Math.min(DEPTH, inputs - k),
                    k,
                    inputs,
                    x,
                    xStride,
                    panels.floats,
                    neurons,
                    bias,
                    1,
                    z.floats,
                    stride,
                    first,
                    last);
        }
    }

    /** ∂C/∂a of the layer before = δ W, likewise. */
    void back(PackedLayer before, int first, int last) {
        float[] into = before.delta.floats;
        for (int k = 0; k < neurons; k += DEPTH) {
            int depth = Math.min(DEPTH, neurons - k);
            multiply(
                    depth,
                    k,
                    neurons,
                    delta.floats,
                    stride,
                    flipped.floats,
                    inputs,
                    nothing,
                    0,
                    into,
                    before.stride,
                    first,
                    last);
        }
    }

    /** Some terms of a product, from the k-th on, of so many; the first begin with a row of {@code start}. */
    private void multiply(
            int depth,
            int k,
            int terms,
            float[] x,
            int xStride,
            float[] matrix,
            int columns,
            float[] start,
            int startStep,
            float[] into,
            int intoStride,
            int first,
            int last) {
        for (int p = 0; p < panelsOf(columns); p++) {
            int panelAt = (p * terms + k) * width;
            for (int i = first; i < last; i += loops.rows()) {
                int to = i * intoStride + p * width;
                if (k == 0) {
                    loops.multiply(
                            depth,
                            x,
                            i * xStride,
                            xStride,
                            matrix,
                            panelAt,
                            start,
                            p * width * startStep,
                            0,
                            into,
                            to,
                            intoStride);
                } else {
                    int from = i * xStride + k;
                    loops.multiply(
                            depth, x, from, xStride, matrix, panelAt, into, to, intoStride, into, to, intoStride);
                }
            }
        }
    }

    /** Moves some panels, weights and biases: Wᵀ = beta Wᵀ + xᵀ δ, where δ has its factor already. */
    void move(Kernels kernels, double beta, float[] x, int xStride, int rows, int firstPanel, int lastPanel) {
        for (int k = 0; k < inputs; k += MOVED) {
            int count = Math.min(MOVED, inputs - k);
            for (int p = firstPanel; p < lastPanel; p++) {
                int at = (p * inputs + k) * width;
                if (beta != 1) {
                    kernels.scale(beta, panels, at, panels, at, count * width);
                }
                add(x, k, xStride, rows, p, k, count);
                flip(p, k, count);
            }
        }
        for (int p = firstPanel; p < lastPanel; p++) {
            loops.addRows(rows, delta.floats, p * width, stride, bias, p * width);
        }
    }

    /** Adds xᵀ δ to some rows of a panel, a few examples at a time, or else a few rows, of which then some may be left. */
    private void add(float[] x, int xAt, int xStride, int rows, int panel, int row, int count) {
        int at = (panel * inputs + row) * width;
        int done = 0;
        if (rows > loops.rows()) {
            for (; done + loops.rows() <= count; done += loops.rows()) {
                loops.sum(
                        rows,
                        x,
                        xAt + done,
                        xStride,
                        delta.floats,
                        panel * width,
                        stride,
                        panels.floats,
                        at + done * width);
            }
        }
        for (int i = 0; i < rows && done < count; i += loops.rows()) {
            loops.add(
                    count - done,
                    x,
                    xAt + i * xStride + done,
                    xStride,
                    delta.floats,
                    i * stride + panel * width,
                    stride,
                    panels.floats,
                    at + done * width);
        }
    }

    /** Clears rows that are computed with though no example is in them. */
    void clear(int first, int last) {
        Arrays.fill(a.floats, first * stride, last * stride, 0);
        Arrays.fill(delta.floats, first * stride, last * stride, 0);
    }
}
