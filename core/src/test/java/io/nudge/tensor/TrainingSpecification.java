package io.nudge.tensor;

/** The optimizers' steps, and batches. */
public abstract class TrainingSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TrainingCalls.training();
    }
}
