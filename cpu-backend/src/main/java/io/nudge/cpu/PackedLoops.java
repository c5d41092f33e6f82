package io.nudge.cpu;

/**
 * The innermost loops of training with packed weights. A panel is some columns of a matrix, {@link #width} of them, row after row:
 * what one loop reads lies together. Rows of x, z and δ are apart by a stride; a call takes as many as {@link #rows} says, so their
 * arrays have room for a multiple of that.
 *
 * <p>These are plain loops. Each element is one chain of fused multiplications and additions, term after term, so that {@code
 * VectorPackedLoops} gives the same bits.
 */
class PackedLoops {
    private static final int WIDTH = 16;
    private static final int ROWS = 5;

    /** Columns of a panel. */
    int width() {
        return WIDTH;
    }

    /** Rows that a call takes. */
    int rows() {
        return ROWS;
    }

    /** z = from + x panel, for some rows of x, so many long, and the columns of a panel; from may be z, or one row with stride 0. */
    void multiply(
            int depth,
            float[] x,
            int xAt,
            int xStride,
            float[] panel,
            int panelAt,
            float[] from,
            int fromAt,
            int fromStride,
            float[] z,
            int zAt,
            int zStride) {
        for (int i = 0; i < rows(); i += 2) {
            int next = Math.min(i + 1, rows() - 1);
            for (int j = 0; j < width(); j += 4) {
                tile(
                        depth,
                        x,
                        xAt + i * xStride,
                        xAt + next * xStride,
                        1,
                        panel,
                        panelAt + j,
                        width(),
                        from,
                        fromAt + i * fromStride + j,
                        fromAt + next * fromStride + j,
                        z,
                        zAt + i * zStride + j,
                        zAt + next * zStride + j);
            }
        }
    }

    /**
     * Two rows of four sums, of so many terms each: z = from + Σ x y. In variables, which the compiler keeps in registers. Where
     * there is one row only, it is both.
     */
    private static void tile(
            int depth,
            float[] x,
            int x0,
            int x1,
            int xStep,
            float[] y,
            int yAt,
            int yStep,
            float[] from,
            int from0,
            int from1,
            float[] z,
            int z0,
            int z1) {
        float s00 = from[from0];
        float s01 = from[from0 + 1];
        float s02 = from[from0 + 2];
        float s03 = from[from0 + 3];
        float s10 = from[from1];
        float s11 = from[from1 + 1];
        float s12 = from[from1 + 2];
        float s13 = from[from1 + 3];
        for (int k = 0; k < depth; k++) {
            float a0 = x[x0 + k * xStep];
            float a1 = x[x1 + k * xStep];
            int at = yAt + k * yStep;
            float b = y[at];
            s00 = Math.fma(a0, b, s00);
            s10 = Math.fma(a1, b, s10);
            b = y[at + 1];
            s01 = Math.fma(a0, b, s01);
            s11 = Math.fma(a1, b, s11);
            b = y[at + 2];
            s02 = Math.fma(a0, b, s02);
            s12 = Math.fma(a1, b, s12);
            b = y[at + 3];
            s03 = Math.fma(a0, b, s03);
            s13 = Math.fma(a1, b, s13);
        }
        z[z0] = s00;
        z[z0 + 1] = s01;
        z[z0 + 2] = s02;
        z[z0 + 3] = s03;
        z[z1] = s10;
        z[z1 + 1] = s11;
        z[z1 + 2] = s12;
        z[z1 + 3] = s13;
    }

    /** panel = panel + xᵀ δ, for some columns of x, which are rows of the panel, and its columns: a sum over the rows. */
    void add(
            int count,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            int deltaStride,
            float[] panel,
            int panelAt) {
        add(rows(), count, x, xAt, xStride, delta, deltaAt, deltaStride, panel, panelAt);
    }

    /** The same for so many examples, any number, and as many columns of x as {@link #rows} says. */
    void sum(
            int examples,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            int deltaStride,
            float[] panel,
            int panelAt) {
        add(examples, rows(), x, xAt, xStride, delta, deltaAt, deltaStride, panel, panelAt);
    }

    private void add(
            int examples,
            int count,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            int deltaStride,
            float[] panel,
            int panelAt) {
        int width = width();
        for (int k = 0; k < count; k += 2) {
            int next = Math.min(k + 1, count - 1);
            int at = panelAt + k * width;
            int nextAt = panelAt + next * width;
            for (int j = 0; j < width; j += 4) {
                tile(
                        examples,
                        x,
                        xAt + k,
                        xAt + next,
                        xStride,
                        delta,
                        deltaAt + j,
                        deltaStride,
                        panel,
                        at + j,
                        nextAt + j,
                        panel,
                        at + j,
                        nextAt + j);
            }
        }
    }

    /** bias = bias + the sum of so many rows of δ, any number, for the columns of a panel. */
    void addRows(int rows, float[] delta, int deltaAt, int deltaStride, float[] bias, int biasAt) {
        int width = width();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < width; j++) {
                bias[biasAt + j] += delta[deltaAt + i * deltaStride + j];
            }
        }
    }
}
