package io.nudge.tensor;

import io.nudge.math.Activation;

/**
 * A layer on a batch's way forward, one of several that are taken together.
 *
 * @param weights [out, in]
 * @param bias [out]
 * @param activation σ
 * @param z [batch, out]: receives x Wᵀ + b
 * @param a [batch, out]: receives σ(z); may be z
 */
public record ForwardLayer(Tensor weights, Tensor bias, Activation activation, Tensor z, Tensor a) {}
