package io.nudge.cpu;

/** Loops over the elements of a matrix product, c = alpha op(a) op(b) + beta c. */
interface ProductLoops {
    /** What computes, in a few words for people. */
    String name();

    /** A part of c is best of so many rows, times any number. */
    int rowsAtOnce();

    /** The same for columns. */
    int columnsAtOnce(boolean isFloat32);

    /**
     * Computes the product, and may change its description. alpha comes in after a sum, as in BLAS, so that nothing
     * overflows or underflows that need not.
     */
    void multiply(Product p);
}
