package io.nudge.tensor;

/** Matrix products and what is one. */
public abstract class ProductSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TensorCalls.products();
    }
}
