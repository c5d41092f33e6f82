package io.nudge.cpu;

/**
 * The innermost parts of a matrix product, for a few rows of c at a time. At the lower
 * edge, where fewer rows are left, the last one stands for those that are missing: it is computed several times, always
 * alike.
 */
abstract class VectorTiles {
    /** Rows and columns of a tile of dot products. */
    static final int SIDE = 4;

    /**
     * Rows of a tile of a panel. With {@link #PANEL_VECTORS} it takes ten registers for the sums, which is what two
     * multipliers with a latency of four keep busy, and three more: what the sixteen of AVX2 hold, with room for the
     * compiler.
     */
    static final int ROWS = 5;

    /** Vectors that lie side by side in a panel. */
    static final int PANEL_VECTORS = 2;

    /** Terms in a panel, at most: 16 to 32 KiB of it, for the first cache. */
    static final int DEPTH = 256;

    /** Elements in a vector. */
    abstract int lanes();

    /** c_ij = alpha Σ_p op(a)_ip op(b)_pj + beta c_ij for a tile of 4 by 4, where p runs along memory in a and b. */
    abstract void dots(Product p, int i, int j);

    /**
     * Adds so many terms (4, 2 or 1) from q on of alpha times the sum over p to c_ij, for four rows from i and a width of
     * columns from j; op(b) has its rows along memory.
     *
     * @param fresh whether these are the first terms, and what is in c does not count
     */
    abstract void addMultiples(int terms, Product p, int i, int q, int j, int width, boolean fresh);

    /** Copies so many terms from q on of the columns from j on of op(b) into the panel. */
    abstract void pack(Product p, int q, int depth, int j);

    /** Multiplies some rows of a, from i on, by the panel that was packed, into c; beta comes in with the first terms. */
    abstract void tile(Product p, int i, int q, int depth, int j);
}
