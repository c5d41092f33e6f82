package io.nudge.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A benchmark that others are compared with where it was measured in the same run, on the same backend, with the same type and
 * size.
 *
 * @param title of the column that tells how many times as long the others take
 * @param benchmarks the class
 * @param method its method
 * @param parameters those of its own
 * @param others whether a benchmark with these parameters is compared with it
 * @param perByte whether times are those of a byte that is read or written, else of the whole operation
 */
record Baseline(
        String title,
        Class<?> benchmarks,
        String method,
        Map<String, String> parameters,
        Predicate<Map<String, String>> others,
        boolean perByte) {
    /** A copy that moves as many bytes. */
    static final Baseline COPY =
            new Baseline("÷ copy", ElementwiseBenchmark.class, "copy", Map.of(), any -> true, true);

    /** An exponential of each element; σ′ of ELU is that and a choice between it and 1. */
    static final Baseline EXPONENTIAL = new Baseline(
            "÷ exp",
            ActivationBenchmark.class,
            "prime",
            Map.of("activation", ActivationBenchmark.EXPONENTIAL),
            ActivationBenchmark::needsExponential,
            false);

    private static final List<String> SAME = List.of("backend", "type", "size");

    /** How many times as long a result's operation takes, if it is compared with this and this is among all results. */
    Optional<Double> times(Result result, List<Result> all) {
        return others.test(result.parameters())
                ? all.stream().filter(each -> isFor(result, each)).findFirst().map(base -> cost(result) / cost(base))
                : Optional.empty();
    }

    private boolean isFor(Result result, Result base) {
        return base.className().equals(benchmarks.getName())
                && base.method().equals(method)
                && base.parameters().entrySet().containsAll(parameters.entrySet())
                && SAME.stream()
                        .allMatch(name -> base.parameters()
                                .get(name)
                                .equals(result.parameters().get(name)));
    }

    private double cost(Result result) {
        return perByte ? result.median() / Section.of(result).work(result).bytes() : result.median();
    }
}
