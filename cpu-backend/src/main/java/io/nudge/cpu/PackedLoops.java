package io.nudge.cpu;

/**
 * The innermost loops of training with packed weights. A panel is some columns of a matrix, {@link #width} of them, row after row:
 * what one loop reads lies together. Rows of x, z and δ are apart by a stride; a product takes {@link #height} of them, so their arrays
 * have room for a multiple of that.
 *
 * <p>These are plain loops. Each element is one chain of fused multiplications and additions, term after term, so that {@code
 * VectorPackedLoops} gives the same bits. Sums stand in variables, which the compiler keeps in registers.
 */
class PackedLoops {
    /** The last Java whose vectors take five rows of x in an unrolled loop; later ones need more registers for that than there are. */
    static final int JAVA_OF_FIVE = 17;

    private static final int WIDTH = 16;
    private static final int ROWS = 5;
    private static final int DEPTH = 512;
    private static final int TOGETHER = 160;

    /** Columns of a panel; a multiple of 4. */
    int width() {
        return WIDTH;
    }

    /** Rows of a panel that a sum moves. */
    int rows() {
        return ROWS;
    }

    /** So many examples {@link #add} takes; 0 where {@link #sum} had better do all. */
    int few() {
        return ROWS;
    }

    /**
     * Terms of a sum that are taken at a time, so that what is read of a panel stays in a cache; where there is a {@link #fixedStride}, a
     * multiple of the rows of a panel that a layer moves at a time.
     */
    int depth() {
        return DEPTH;
    }

    /** Examples that are taken together, at most: for a few inputs of theirs, and δ of a panel, there is room in the second cache. */
    int together() {
        return TOGETHER;
    }

    /**
     * Elements between two rows of x, where the loops need to know; 0 where it may be any number.
     *
     * <p>It is more than {@link #depth} by {@link #rows} or more, and an odd number of lines of a cache.
     */
    int fixedStride() {
        return 0;
    }

    /** Rows of x that a product takes. */
    int height() {
        return ROWS;
    }

    /** The loops that steps of so many examples had better have: these, or others that are as wide. */
    PackedLoops of(int examples) {
        return this;
    }

    /** Makes sure that what follows is done as fast as it can be, even if that takes a second. */
    void prepare() {}

    /** z = from + x panel, for {@link #height} rows of x, so many long, and the columns of a panel; from may be z, or one row with stride 0. */
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
        for (int i = 0; i < height(); i++) {
            int start = fromAt + i * fromStride;
            int to = zAt + i * zStride;
            for (int j = 0; j < width(); j += 4) {
                multiply(depth, x, xAt + i * xStride, panel, panelAt + j, width(), from, start + j, z, to + j);
            }
        }
    }

    private static void multiply(
            int depth,
            float[] x,
            int xAt,
            float[] panel,
            int panelAt,
            int width,
            float[] from,
            int start,
            float[] z,
            int to) {
        float s0 = from[start];
        float s1 = from[start + 1];
        float s2 = from[start + 2];
        float s3 = from[start + 3];
        for (int k = 0; k < depth; k++) {
            float each = x[xAt + k];
            int at = panelAt + k * width;
            s0 = Math.fma(each, panel[at], s0);
            s1 = Math.fma(each, panel[at + 1], s1);
            s2 = Math.fma(each, panel[at + 2], s2);
            s3 = Math.fma(each, panel[at + 3], s3);
        }
        z[to] = s0;
        z[to + 1] = s1;
        z[to + 2] = s2;
        z[to + 3] = s3;
    }

    /**
     * panel = panel + factor xᵀ δ, for so many columns of x, which are rows of the panel, and its columns: a sum over as many examples
     * as {@link #few} says, added up before it comes to what was there.
     */
    void add(
            int count,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            int deltaStride,
            float factor,
            float[] panel,
            int panelAt) {
        add(few(), count, x, xAt, xStride, delta, deltaAt, deltaStride, factor, panel, panelAt);
    }

    /**
     * The same for so many examples, any number, whose δ lie without gaps: row after row, as wide as the panel.
     *
     * @param count columns of x, a multiple of {@link #rows}
     */
    void sum(
            int count,
            int examples,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            float factor,
            float[] panel,
            int panelAt) {
        add(examples, count, x, xAt, xStride, delta, deltaAt, width(), factor, panel, panelAt);
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
            float factor,
            float[] panel,
            int panelAt) {
        for (int k = 0; k < count; k++) {
            int to = panelAt + k * width();
            for (int j = 0; j < width(); j += 4) {
                fourSums(examples, x, xAt + k, xStride, delta, deltaAt + j, deltaStride, factor, panel, to + j);
            }
        }
    }

    private static void fourSums(
            int examples,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            int deltaStride,
            float factor,
            float[] panel,
            int to) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int i = 0; i < examples; i++) {
            float each = x[xAt + i * xStride];
            int at = deltaAt + i * deltaStride;
            s0 = Math.fma(each, delta[at], s0);
            s1 = Math.fma(each, delta[at + 1], s1);
            s2 = Math.fma(each, delta[at + 2], s2);
            s3 = Math.fma(each, delta[at + 3], s3);
        }
        panel[to] = Math.fma(factor, s0, panel[to]);
        panel[to + 1] = Math.fma(factor, s1, panel[to + 1]);
        panel[to + 2] = Math.fma(factor, s2, panel[to + 2]);
        panel[to + 3] = Math.fma(factor, s3, panel[to + 3]);
    }

    /** Writes the rows of a part of a panel, so many by so many columns, as columns of another. */
    void flip(int rows, int columns, float[] from, int fromAt, float[] to, int toAt) {
        Transposition.into(from, fromAt, width(), rows, columns, to, toAt, width());
    }

    /** bias = bias + factor times the sum of so many rows of δ, any number, for the columns of a panel. */
    void addRows(int rows, float[] delta, int deltaAt, int deltaStride, float factor, float[] bias, int biasAt) {
        for (int j = 0; j < width(); j++) {
            float sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += delta[deltaAt + i * deltaStride + j];
            }
            bias[biasAt + j] = Math.fma(factor, sum, bias[biasAt + j]);
        }
    }
}
