package io.nudge.tensor;

import io.nudge.math.Activation;

/**
 * A layer inside a network on a batch's way back, one of several that are taken together.
 *
 * @param weightsAfter [out of the layer after, out]: by which that layer was reached
 * @param activation σ
 * @param z [batch, out]
 * @param a [batch, out]: σ(z)
 * @param delta [batch, out]: receives δ
 * @param biasGradient [out]: receives the bias gradient
 */
public record BackwardLayer(
        Tensor weightsAfter, Activation activation, Tensor z, Tensor a, Tensor delta, Tensor biasGradient) {}
