package io.nudge.benchmarks.device;

import io.nudge.benchmarks.device.Prediction.Bound;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How long a step takes, as predicted: launches come one after another, and the host launches the next graph meanwhile.
 *
 * @param steps in a graph
 * @param launches of a graph, each by itself
 * @param host seconds of the host for a graph
 * @param limit seconds that a step has to take: the products at the data sheet's rate, or the least bytes at its bandwidth
 */
record StepPrediction(int steps, List<Prediction> launches, double host, double limit) {
    /** Keeps its own list. */
    StepPrediction {
        launches = List.copyOf(launches);
    }

    double seconds() {
        return Math.max(host, device()) / steps;
    }

    private double device() {
        return launches.stream().mapToDouble(Prediction::seconds).sum();
    }

    /** What most of the time goes to: of each launch the largest of bytes, arithmetic and latency counts, and the launching of all. */
    Bound bound() {
        if (host >= device()) {
            return Bound.LAUNCHES;
        }
        Map<Bound, Double> seconds = new EnumMap<>(Bound.class);
        for (Prediction each : launches) {
            seconds.merge(Bound.LAUNCHES, each.launch(), Double::sum);
            seconds.merge(each.boundOfWork(), each.work(), Double::sum);
        }
        return seconds.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    /** How much of the time the least possible would take. */
    double share() {
        return limit / seconds();
    }
}
