package io.nudge.benchmarks.peers;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How fast something went. The second number says how efficient that was, and hardly depends on what else the machine does.
 *
 * @param perSecond in a second
 * @param perProcessorSecond in a second of processor time, that of all threads of the process together; NaN if unknown
 */
record Rate(double perSecond, double perProcessorSecond) {
    /** In processor time, or in time if that is not known. */
    double efficiency() {
        return Double.isNaN(perProcessorSecond) ? perSecond : perProcessorSecond;
    }

    Rate times(double factor) {
        return new Rate(perSecond * factor, perProcessorSecond * factor);
    }

    static double median(List<Rate> rates, ToDoubleFunction<Rate> number) {
        double[] sorted = rates.stream().mapToDouble(number).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    static double least(List<Rate> rates) {
        return Arrays.stream(perSecond(rates)).min().orElse(Double.NaN);
    }

    static double most(List<Rate> rates) {
        return Arrays.stream(perSecond(rates)).max().orElse(Double.NaN);
    }

    private static double[] perSecond(List<Rate> rates) {
        return rates.stream().mapToDouble(Rate::perSecond).toArray();
    }
}
