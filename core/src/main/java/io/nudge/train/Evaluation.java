package io.nudge.train;

/**
 * How a network does on a data set.
 *
 * @param cost C, the mean of C₀ over all examples; NaN if that is not finite
 * @param correct examples answered right; of those before the cost ceased to be finite, if it did
 * @param total examples
 * @param classification whether the targets are classes, so that answers can be right or wrong
 */
public record Evaluation(double cost, int correct, int total, boolean classification) {
    /**
     * The share answered right.
     *
     * @return 0 to 1; NaN where targets are not classes, or the cost is not finite
     */
    public double accuracy() {
        return classification && Double.isFinite(cost) ? (double) correct / total : Double.NaN;
    }
}
