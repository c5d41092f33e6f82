package io.nudge.tensor;

import java.util.Arrays;

/**
 * The lengths of a tensor's dimensions. Row-major: the last dimension is contiguous. The batch is the first dimension.
 *
 * <p>Immutable and thread-safe. Example: {@code Shape.of(10, 784)} is ten examples of 784 inputs.
 */
public final class Shape {
    private final long[] dimensions;
    private final long size;

    private Shape(long[] dimensions) {
        this.dimensions = dimensions;
        long product = 1;
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new IllegalArgumentException(
                        "a dimension must not be negative, but the shape is " + Arrays.toString(dimensions));
            }
            try {
                product = Math.multiplyExact(product, dimension);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(
                        "a tensor of the shape " + Arrays.toString(dimensions)
                                + " has more elements than a long counts",
                        e);
            }
        }
        this.size = product;
    }

    /**
     * Makes a shape.
     *
     * @param dimensions lengths, the slowest-changing first; none for a single number
     * @return the shape
     * @throws IllegalArgumentException if a length is negative, or the number of elements does not fit a {@code long}
     */
    public static Shape of(long... dimensions) {
        return new Shape(dimensions.clone());
    }

    /**
     * The number of dimensions.
     *
     * @return 0 for a single number, 1 for a vector, 2 for a matrix
     */
    public int rank() {
        return dimensions.length;
    }

    /**
     * The length of a dimension.
     *
     * @param i which, from 0
     * @return its length
     */
    public long dimension(int i) {
        return dimensions[i];
    }

    /**
     * The number of elements.
     *
     * @return the product of all lengths
     */
    public long size() {
        return size;
    }

    /**
     * The rows of a matrix.
     *
     * @return the first length
     */
    public long rows() {
        return requireMatrix().dimensions[0];
    }

    /**
     * The columns of a matrix.
     *
     * @return the second length
     */
    public long columns() {
        return requireMatrix().dimensions[1];
    }

    private Shape requireMatrix() {
        if (dimensions.length != 2) {
            throw new IllegalArgumentException("a matrix [rows, columns] is needed here, but the shape is " + this);
        }
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(dimensions, that.dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    @Override
    public String toString() {
        return Arrays.toString(dimensions);
    }
}
