package io.nudge.cpu;

/** ProductLoops over the elements of a matrix product, c = op(a) op(b); alpha and beta are left to who calls. */
interface ProductLoops {
    /** What computes, in a few words for people. */
    String name();

    /** Computes the product with alpha = 1 and beta = 0, whatever is in c, and may change the description of b. */
    void multiply(Product p);
}
