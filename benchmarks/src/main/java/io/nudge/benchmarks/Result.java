package io.nudge.benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What JMH found out about one benchmark with one choice of parameters.
 *
 * @param benchmark the method's name with its class
 * @param parameters by name
 * @param threads how many did so at once, each by itself
 * @param forks ns per operation of a thread, of every iteration of every fork
 * @param allocated bytes of the Java heap per operation, if JMH ran with {@code -prof gc}
 * @param settings how JMH measured, in a few words
 */
record Result(
        String benchmark,
        Map<String, String> parameters,
        int threads,
        List<List<Double>> forks,
        OptionalDouble allocated,
        String settings) {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    Result {
        parameters = Map.copyOf(parameters);
        forks = forks.stream().map(List::copyOf).toList();
    }

    /** Reads the file that JMH writes with {@code -rf json}. */
    static List<Result> read(Path file) throws IOException {
        List<Result> results = new ArrayList<>();
        for (Object each : JSON.std.listFrom(Files.readString(file))) {
            results.add(of(map(each)));
        }
        return results;
    }

    private static Result of(Map<?, ?> json) {
        Map<String, String> parameters = new TreeMap<>();
        if (json.get("params") != null) {
            map(json.get("params")).forEach((name, value) -> parameters.put((String) name, (String) value));
        }
        Map<?, ?> primary = map(json.get("primaryMetric"));
        if (!"ns/op".equals(primary.get("scoreUnit"))) {
            throw new IllegalArgumentException(
                    json.get("benchmark") + " was measured in " + primary.get("scoreUnit") + "; tables are of ns/op");
        }
        return new Result(
                (String) json.get("benchmark"),
                parameters,
                ((Number) json.get("threads")).intValue(),
                rawData(primary),
                allocated(json),
                settings(json));
    }

    private static List<List<Double>> rawData(Map<?, ?> metric) {
        return ((List<?>) metric.get("rawData"))
                .stream()
                        .map(fork -> ((List<?>) fork)
                                .stream()
                                        .map(value -> ((Number) value).doubleValue())
                                        .toList())
                        .toList();
    }

    private static OptionalDouble allocated(Map<?, ?> json) {
        for (Map.Entry<?, ?> metric : map(json.get("secondaryMetrics")).entrySet()) {
            if (((String) metric.getKey()).endsWith(ALLOCATED)) { // some versions of JMH put a dot before it
                return OptionalDouble.of(medianOverForks(rawData(map(metric.getValue()))));
            }
        }
        return OptionalDouble.empty();
    }

    private static String settings(Map<?, ?> json) {
        return "forks " + forks(json) + ", each " + json.get("warmupIterations") + " × " + json.get("warmupTime")
                + " of warm-up and " + json.get("measurementIterations") + " × " + json.get("measurementTime")
                + " measured, JVM options " + words(json.get("jvmArgs"));
    }

    /** JMH is run anew for each fork, and knows of one; none is this JVM. */
    private static int forks(Map<?, ?> json) {
        int known = ((Number) json.get("forks")).intValue();
        return known == 0 ? 0 : rawData(map(json.get("primaryMetric"))).size();
    }

    private static String words(Object json) {
        return ((List<?>) json).stream().map(String::valueOf).collect(Collectors.joining(" ", "`", "`"));
    }

    private static Map<?, ?> map(Object json) {
        return (Map<?, ?>) json;
    }

    String className() {
        return benchmark.substring(0, benchmark.lastIndexOf('.'));
    }

    String method() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /** ns per operation: the median over the forks of each one's median. */
    double median() {
        return medianOverForks(forks);
    }

    /** What all threads together do in a nanosecond, if one operation amounts to so much. */
    double perNanosecond(double amount) {
        return threads * amount / median();
    }

    double least() {
        return forks.stream()
                .flatMap(List::stream)
                .mapToDouble(each -> each)
                .min()
                .orElse(Double.NaN);
    }

    double most() {
        return forks.stream()
                .flatMap(List::stream)
                .mapToDouble(each -> each)
                .max()
                .orElse(Double.NaN);
    }

    private static double medianOverForks(List<List<Double>> forks) {
        return median(forks.stream()
                .mapToDouble(
                        fork -> median(fork.stream().mapToDouble(each -> each).toArray()))
                .toArray());
    }

    private static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
