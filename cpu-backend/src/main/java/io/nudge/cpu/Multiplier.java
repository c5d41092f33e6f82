package io.nudge.cpu;

/** A way to compute matrix products. Used by one thread at a time. */
interface Multiplier extends AutoCloseable {
    /** What computes, in a few words for people. */
    String name();

    /** Computes the product, as {@link Product} says. */
    void multiply(Product p);

    @Override
    default void close() {}
}
