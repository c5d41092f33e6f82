package io.nudge.math;

/** What a {@link Cost} computes; apart from its constants for the reason given at {@link ActivationFunction}. */
interface CostFunction {
    /**
     * What one output adds to C₀.
     *
     * @param a the activation
     * @param y the target
     * @param outputs the number of outputs
     * @return the term
     */
    double term(double a, double y, int outputs);

    /**
     * ∂C₀/∂a_j.
     *
     * @param a the activation
     * @param y the target
     * @param outputs the number of outputs
     * @return the derivative
     */
    double gradient(double a, double y, int outputs);

    /**
     * Whether this cost and that output activation are computed together from z, which keeps both exact where a is 0 or
     * 1 to the last bit, and gives δ = a − y.
     *
     * @param output the activation of the output layer
     * @return true for binary cross-entropy with sigmoid and categorical cross-entropy with softmax
     */
    default boolean fusesWith(Activation output) {
        return false;
    }

    /**
     * Refuses an output activation whose values this cost is not defined on.
     *
     * @param output the activation of the output layer
     * @throws IllegalArgumentException if they do not go together; the message says what does
     */
    default void requireOutput(Activation output) {}

    /**
     * C₀ of one example.
     *
     * @param output the activation of the output layer
     * @param z weighted sums of the output layer
     * @param a activations of the output layer
     * @param y targets
     * @return the cost of this example
     */
    default double example(Activation output, double[] z, double[] a, double[] y) {
        double cost = 0;
        for (int j = 0; j < a.length; j++) {
            cost += term(a[j], y[j], a.length);
        }
        return cost;
    }

    /**
     * δ = ∂C₀/∂z of the output layer for one example.
     *
     * @param output the activation of the output layer
     * @param z weighted sums of the output layer
     * @param a activations of the output layer
     * @param y targets
     * @param delta receives δ
     */
    default void delta(Activation output, double[] z, double[] a, double[] y, double[] delta) {
        for (int j = 0; j < a.length; j++) {
            delta[j] = gradient(a[j], y[j], a.length);
        }
        output.chain(z, delta, delta);
    }
}
