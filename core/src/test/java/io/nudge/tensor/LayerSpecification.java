package io.nudge.tensor;

/** The forward and the backward pass of a layer. */
public abstract class LayerSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TrainingCalls.layers();
    }
}
