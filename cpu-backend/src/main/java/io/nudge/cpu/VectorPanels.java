package io.nudge.cpu;

/**
 * The innermost part of a matrix product by packed panels, for a few rows of c at a time; a is not transposed. At the lower
 * edge, where fewer rows are left, the last one stands for those that are missing, and only the others are stored.
 */
abstract class VectorPanels {
    /**
     * Rows of a tile. With {@link #VECTORS} it takes ten registers for the sums, which is what two multipliers with a
     * latency of four keep busy, and three more: what the sixteen of AVX2 hold, with room for the compiler.
     */
    static final int ROWS = 5;

    /** Vectors that lie side by side in a panel. */
    static final int VECTORS = 2;

    /** Terms in a panel, at most: 16 to 32 KiB of it, for the first cache. */
    static final int DEPTH = 256;

    /** Columns of a panel. */
    abstract int width();

    /** Copies so many terms from q on of the columns from j on of op(b) into the panel. */
    abstract void pack(Product p, int q, int depth, int j);

    /** Multiplies some rows of a, from i on, by the panel that was packed, into c; beta comes in with the first terms. */
    abstract void tile(Product p, int i, int q, int depth, int j);
}
