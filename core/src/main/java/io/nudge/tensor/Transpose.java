package io.nudge.tensor;

/** Whether a matrix enters a product as it is or transposed. */
public enum Transpose {
    /** As it is. */
    NO,
    /** Rows and columns exchanged. */
    YES
}
