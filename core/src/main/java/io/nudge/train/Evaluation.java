package io.nudge.train;

/**
 * How a network does on a data set.
 *
 * @param cost C, the mean of C₀ over all examples; NaN if that is not finite
 * @param correct examples answered right; of those before the cost ceased to be finite, if it did
 * @param total examples
 * @param countsAnswers whether answers can be right or wrong: the targets are classes, or all 0 or 1
 */
public record Evaluation(double cost, int correct, int total, boolean countsAnswers) {
    /**
     * The share answered right.
     *
     * @return 0 to 1; NaN where answers cannot be right or wrong, or the cost is not finite
     */
    public double accuracy() {
        return countsAnswers && Double.isFinite(cost) ? (double) correct / total : Double.NaN;
    }
}
