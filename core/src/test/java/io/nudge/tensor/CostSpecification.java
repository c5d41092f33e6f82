package io.nudge.tensor;

/** Costs, their gradients, the error of the output layer, and the tally. */
public abstract class CostSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TrainingCalls.outputs();
    }
}
