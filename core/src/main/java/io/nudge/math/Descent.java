package io.nudge.math;

/**
 * All that turns the gradient of a batch into the next parameters, in this order: clipping by value, clipping by global
 * norm, penalties on the weights (not the biases), and the optimizer's step.
 *
 * <p>Immutable and thread-safe.
 *
 * @param optimizer the rule of the step
 * @param l1 adds l1 · sign(w) to the gradient of a weight, as the penalty l1 Σ|w| does; not negative
 * @param l2 adds l2 · w to the gradient of a weight, as the penalty ½ l2 Σw² does; not negative. Nielsen's λ for n
 *     training examples is l2 = λ/n
 * @param clipValue limits each gradient to [−clipValue, clipValue]; positive, infinite for no limit
 * @param clipNorm scales all gradients together so that their Euclidean norm is at most this; positive, infinite for no
 *     limit
 */
public record Descent(Optimizer optimizer, double l1, double l2, double clipValue, double clipNorm) {
    /** Checks the numbers. */
    public Descent {
        Spec.require(l1 >= 0 && Double.isFinite(l1), "l1", l1, "at least 0");
        Spec.require(l2 >= 0 && Double.isFinite(l2), "l2", l2, "at least 0");
        Spec.require(clipValue > 0, "the limit of clipping by value", clipValue, "positive");
        Spec.require(clipNorm > 0, "the limit of clipping by norm", clipNorm, "positive");
    }

    /**
     * Nothing but the optimizer.
     *
     * @param optimizer the rule of the step
     * @return no penalty, no clipping
     */
    public static Descent of(Optimizer optimizer) {
        return new Descent(optimizer, 0, 0, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * The same with another optimizer.
     *
     * @param rule the rule of the step
     * @return a new descent
     */
    public Descent withOptimizer(Optimizer rule) {
        return new Descent(rule, l1, l2, clipValue, clipNorm);
    }

    /**
     * The same with another penalty l1 Σ|w|.
     *
     * @param factor l1; not negative
     * @return a new descent
     */
    public Descent withL1(double factor) {
        return new Descent(optimizer, factor, l2, clipValue, clipNorm);
    }

    /**
     * The same with another penalty ½ l2 Σw².
     *
     * @param factor l2; not negative
     * @return a new descent
     */
    public Descent withL2(double factor) {
        return new Descent(optimizer, l1, factor, clipValue, clipNorm);
    }

    /**
     * The same with another limit on each gradient.
     *
     * @param limit positive; infinite for none
     * @return a new descent
     */
    public Descent withClipValue(double limit) {
        return new Descent(optimizer, l1, l2, limit, clipNorm);
    }

    /**
     * The same with another limit on the norm of all gradients.
     *
     * @param limit positive; infinite for none
     * @return a new descent
     */
    public Descent withClipNorm(double limit) {
        return new Descent(optimizer, l1, l2, clipValue, limit);
    }

    /**
     * Whether gradients are limited one by one.
     *
     * @return true if {@link #clipValue()} is finite
     */
    public boolean clipsValues() {
        return Double.isFinite(clipValue);
    }

    /**
     * Whether gradients are limited together.
     *
     * @return true if {@link #clipNorm()} is finite
     */
    public boolean clipsNorm() {
        return Double.isFinite(clipNorm);
    }

    /**
     * Whether a step is linear in the gradient of its batch: stochastic gradient descent, with no limits and no penalty but l2.
     * Then weights can move by the product that is their gradient, with no gradient in between.
     *
     * @return true if w ← (1 − η l2) w − η g says it all
     */
    public boolean isPlain() {
        return optimizer instanceof Optimizer.Sgd && l1 == 0 && !clipsValues() && !clipsNorm();
    }

    /**
     * The gradient with the penalties on a weight.
     *
     * @param w the weight
     * @param g its gradient, clipped
     * @return g + l2 · w + l1 · sign(w)
     */
    public double penalized(double w, double g) {
        return g + l2 * w + l1 * Math.signum(w);
    }
}
