package io.nudge.nn;

import io.nudge.math.Activation;

/**
 * A dense layer: every neuron is joined to every neuron of the layer before, z = W a + b, a = σ(z).
 *
 * @param neurons how many; at least 1
 * @param activation σ
 * @param dropout the share of its activations that is dropped in training; in [0, 1), in steps of 2⁻¹⁶ that it is cut down to, 0 for none
 */
public record Dense(int neurons, Activation activation, double dropout) {
    /** Checks the numbers. */
    public Dense {
        if (neurons < 1) {
            throw new IllegalArgumentException("a layer must have at least 1 neuron, but has " + neurons);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "the dropout of a layer must be at least 0 and below 1, but is " + dropout);
        }
    }

    /**
     * A layer without dropout.
     *
     * @param neurons how many; at least 1
     * @param activation σ
     */
    public Dense(int neurons, Activation activation) {
        this(neurons, activation, 0);
    }
}
