package io.nudge.cli;

import java.util.List;

/**
 * What the rounds of a measurement gave, in examples per second.
 *
 * @param rates of each round, in the order of time; at least one
 */
record Rounds(List<Double> rates) {
    Rounds {
        rates = List.copyOf(rates);
        if (rates.isEmpty()) {
            throw new IllegalArgumentException("a measurement must have at least one round");
        }
    }

    double median() {
        return quantile(0.5);
    }

    /** A quarter of the rounds were slower. */
    double lower() {
        return quantile(0.25);
    }

    /** A quarter of the rounds were faster. */
    double upper() {
        return quantile(0.75);
    }

    private double quantile(double share) {
        double[] sorted =
                rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** "half of the rounds 570,000 to 590,000". */
    String spread() {
        return "half of the rounds " + Text.count(Math.round(lower())) + " to " + Text.count(Math.round(upper()));
    }
}
