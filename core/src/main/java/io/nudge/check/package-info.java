/**
 * Backpropagation made visible and proven: {@link io.nudge.check.ChainRule} shows every factor of the chain rule by number
 * beside the ratio that an actual nudge gives, {@link io.nudge.check.GradientCheck} compares all derivatives with central
 * differences. Both look at the tensors of the real backward pass; neither computes a derivative of its own.
 */
package io.nudge.check;
