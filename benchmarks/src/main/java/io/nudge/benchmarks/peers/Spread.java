package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.Figures;
import java.util.Collection;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What several measurements of the same come to.
 *
 * @param least of them
 * @param median of them
 * @param most of them
 */
record Spread(double least, double median, double most) {
    /** Of a number of each; nothing of none. */
    static <T> Optional<Spread> of(Collection<T> measured, ToDoubleFunction<T> number) {
        double[] sorted = measured.stream().mapToDouble(number).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length == 0
                ? Optional.empty()
                : Optional.of(new Spread(
                        sorted[0],
                        sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2,
                        sorted[sorted.length - 1]));
    }

    /** For a table; {@code more} ends what is in brackets. */
    String text(String more) {
        return Figures.number(median) + " (" + Figures.number(least) + "–" + Figures.number(most) + more + ")";
    }
}
