package io.nudge.benchmarks.device;

/**
 * A product of cuBLAS, of which only the shape is known: c = a b of row-major matrices.
 *
 * @param rows of c
 * @param columns of c
 * @param terms of each sum
 * @param factorBytes of an element of a and b
 * @param resultBytes of an element of c
 * @param kept c is read too, and the product added to it
 */
record ProductLaunch(long rows, long columns, long terms, int factorBytes, int resultBytes, boolean kept)
        implements Launch {
    @Override
    public String name() {
        return "product " + rows + " × " + columns + " × " + terms + (kept ? ", added" : "");
    }

    /** A multiplication and an addition for each term. */
    double operations() {
        return 2.0 * rows * columns * terms;
    }

    /** What cuBLAS moves inside is not known; this is the least. */
    @Override
    public double movedBytes() {
        return leastBytes();
    }

    @Override
    public double leastBytes() {
        double factors = (double) rows * terms + (double) terms * columns;
        double results = (double) rows * columns;
        return factorBytes * factors + resultBytes * results * (kept ? 2 : 1);
    }
}
