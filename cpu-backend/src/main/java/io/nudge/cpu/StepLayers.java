package io.nudge.cpu;

import io.nudge.tensor.WholeSteps;

/** Makes the layers of networks that take whole steps: where their weights lie, and what multiplies them. */
interface StepLayers extends AutoCloseable {
    /** Weights times examples from which on threads share a step; below, to wake one up costs more. */
    long SHARED = 1L << 21;

    /** As many, for steps like these. */
    default long shared(WholeSteps steps) {
        return SHARED;
    }

    /** Rows of x that a product takes; rows are a multiple of it. */
    int height();

    /** So many rows, and those that fill up the last product. */
    default int whole(int rows) {
        return (rows + height() - 1) / height() * height();
    }

    /** Makes sure that what follows is done as fast as it can be, even if that takes a second. */
    void prepare();

    /** The first layer with its first inputs up to a number; if these are not all, there is a {@link StepLayer#rest}. */
    StepLayer first(WholeSteps.Layer layer, int rows, int inputs);

    /** A layer above another. */
    StepLayer above(StepLayer before, WholeSteps.Layer layer, int rows);

    /** Gives back what layers have outside of the heap. */
    @Override
    void close();
}
