package io.nudge.benchmarks.peers;

import java.util.Arrays;
import java.util.List;

/**
 * What an entrant reached in a job on a number of threads.
 *
 * @param entrant its name
 * @param threads how many
 * @param versions of what did the work
 * @param before the loss before step 0
 * @param after the loss after the first steps
 * @param rates examples in a second, of each round
 */
record Standing(String entrant, int threads, String versions, double before, double after, List<Double> rates) {
    Standing {
        rates = List.copyOf(rates);
    }

    double median() {
        double[] sorted =
                rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    double least() {
        return rates.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    double most() {
        return Arrays.stream(rates.stream().mapToDouble(Double::doubleValue).toArray())
                .max()
                .orElse(Double.NaN);
    }
}
