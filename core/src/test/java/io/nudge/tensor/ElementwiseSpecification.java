package io.nudge.tensor;

/** Operations that treat every element, or for softmax every row, alone. */
public abstract class ElementwiseSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TensorCalls.elementwise();
    }
}
