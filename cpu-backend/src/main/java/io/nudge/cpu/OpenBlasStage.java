package io.nudge.cpu;

/**
 * Memory outside the Java heap for the three matrices of a product, kept from product to product, and OpenBLAS on it.
 */
abstract class OpenBlasStage {
    static final int A = 0;
    static final int B = 1;
    static final int C = 2;

    /** How many elements there is room for in one of the matrices. */
    abstract long capacity(int matrix);

    /** Gives a matrix other memory; 0 gives it back. What was in it is lost. */
    abstract void resize(int matrix, long elements);

    abstract void copyIn(int matrix, int to, CpuMemory from, int at, int n);

    abstract void copyOut(int from, CpuMemory to, int at, int n);

    /** The product of m rows and n columns, which begin so far into the matrices. */
    abstract void multiply(Product p, int m, int n, long aFrom, long bFrom, long cFrom, int worker);

    void reserve(long a, long b, long c) {
        try {
            reserve(A, a);
            reserve(B, b);
            reserve(C, c);
        } catch (OutOfMemoryError e) {
            close();
            OutOfMemoryError error =
                    new OutOfMemoryError("OpenBLAS needs copies of the matrices outside the Java heap, of "
                            + a + ", " + b + " and " + c + " elements, which could not be had (" + e.getMessage()
                            + "); make the batch smaller, or compute products in Java: -D" + CpuOptions.PRODUCT
                            + "=java");
            error.initCause(e);
            throw error;
        }
    }

    private void reserve(int matrix, long elements) {
        if (capacity(matrix) < elements) {
            resize(matrix, elements);
        }
    }

    void close() {
        resize(A, 0);
        resize(B, 0);
        resize(C, 0);
    }
}
