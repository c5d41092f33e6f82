/**
 * Tensors and the backends that compute with them. {@link io.nudge.tensor.Tensor} is for one who writes the mathematics
 * out, {@link io.nudge.tensor.Operations} for one who adds a backend.
 */
package io.nudge.tensor;
