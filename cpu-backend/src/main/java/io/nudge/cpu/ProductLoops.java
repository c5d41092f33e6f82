package io.nudge.cpu;

/** Loops over the elements of a matrix product, c = alpha op(a) op(b); beta is left to who calls. */
interface ProductLoops {
    /** What computes, in a few words for people. */
    String name();

    /**
     * Computes the product as if beta were 0, whatever is in c, and may change the description of b. alpha comes in
     * after the sum, as in BLAS, so that nothing overflows or underflows that need not.
     */
    void multiply(Product p);
}
