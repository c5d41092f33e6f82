package io.nudge.tensor;

/** Rows added to a matrix, sums over rows and over everything, transposition. */
public abstract class SumSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TensorCalls.sums();
    }
}
