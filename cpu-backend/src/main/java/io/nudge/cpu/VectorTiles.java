package io.nudge.cpu;

/**
 * The innermost parts of a matrix product, for a few rows of c at a time. At the lower
 * edge, where fewer rows are left, the last one stands for those that are missing: it is computed several times, always
 * alike. But a single row has dot products of its own, with the same bits: where one example goes forward, that is all there is.
 */
abstract class VectorTiles {
    /** Rows and columns of a tile of dot products. */
    static final int SIDE = 4;

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
}
