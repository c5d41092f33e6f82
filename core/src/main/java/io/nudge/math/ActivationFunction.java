package io.nudge.math;

/**
 * What an {@link Activation} computes. These methods stand apart from the constants of {@code Activation}, since Java
 * initialises an interface that has default methods together with every class that implements it, and two threads that
 * begin at either end would wait for each other for ever.
 */
interface ActivationFunction {
    /**
     * σ(z).
     *
     * @param z a weighted sum
     * @return the activation
     * @throws UnsupportedOperationException for softmax, which needs the whole row
     */
    double value(double z);

    /**
     * σ′(z).
     *
     * @param z a weighted sum
     * @return the derivative; at a kink, that of the side below it
     * @throws UnsupportedOperationException for softmax, whose derivative is a matrix
     */
    double prime(double z);

    /**
     * Whether each a_j depends on its own z_j alone.
     *
     * @return false for softmax only
     */
    default boolean elementwise() {
        return true;
    }

    /**
     * Whether σ′ jumps at z = 0, where a difference quotient says nothing about the derivative.
     *
     * @return true for ReLU and its kin
     */
    default boolean kinkAtZero() {
        return false;
    }

    /**
     * a = σ(z) for the outputs of one example.
     *
     * @param z weighted sums
     * @param a receives the activations; may be {@code z} itself
     */
    default void values(double[] z, double[] a) {
        for (int j = 0; j < z.length; j++) {
            a[j] = value(z[j]);
        }
    }

    /**
     * δ = (∂a/∂z)ᵀ ∂C/∂a for the outputs of one example; for an elementwise σ that is ∂C/∂a ⊙ σ′(z).
     *
     * @param z weighted sums
     * @param upstream ∂C/∂a
     * @param delta receives δ; may be {@code upstream} itself
     */
    default void chain(double[] z, double[] upstream, double[] delta) {
        for (int j = 0; j < z.length; j++) {
            delta[j] = upstream[j] * prime(z[j]);
        }
    }
}
