package io.nudge.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import io.nudge.tensor.DType;
import io.nudge.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code nudge bench} found out, as text and as JSON.
 *
 * @param work what was measured, by name: the same in two results that can be compared
 * @param rounds how fast it was
 * @param facts what else is known
 */
record BenchResult(Map<String, Object> work, Rounds rounds, Map<String, Object> facts) {
    /** From this share of the roofline on, a step is bound by what the roofline is made of. */
    private static final double NEAR = 0.7;

    private static final String ROUNDS = "rounds";
    private static final String WORK = "work";
    private static final String BOUND = "bound";
    private static final String DEVICE = "device";
    private static final String JAVA = "java";
    private static final String LIMIT = "limit";
    private static final String SHARE = "share";
    private static final String BATCH = "batch";

    static BenchResult of(Bench bench, Device device, DType type, Rounds rounds, Roofline roofline) {
        double arithmetic = roofline.arithmetic(bench.network(), bench.batch(), bench.inference());
        double traffic = roofline.traffic(bench.network(), bench.batch(), bench.inference(), type);
        double limit = bench.batch() / Math.max(arithmetic, traffic);
        double share = rounds.median() / limit;
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(DEVICE, device.toString());
        facts.put(JAVA, System.getProperty("java.version"));
        facts.put("gflops", roofline.flops() * 1e-9);
        facts.put("gigabytes", roofline.bytes() * 1e-9);
        facts.put(LIMIT, limit);
        facts.put(SHARE, share);
        facts.put(BOUND, share < NEAR ? "passes" : arithmetic >= traffic ? "arithmetic" : "memory");
        return new BenchResult(work(bench, device, type), rounds, facts);
    }

    private static Map<String, Object> work(Bench bench, Device device, DType type) {
        Map<String, Object> work = new LinkedHashMap<>();
        work.put("kind", bench.inference() ? "inference" : "training");
        work.put("network", bench.network().toString());
        work.put("optimizer", bench.inference() ? null : bench.optimizer().name());
        work.put(BATCH, bench.batch());
        work.put("type", type.toString());
        work.put("backend", device.backend());
        return work;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("final", true);
        json.put(WORK, work);
        json.put("examplesPerSecond", rounds.median());
        json.put(ROUNDS, rounds.rates());
        json.putAll(facts);
        return json;
    }

    /** Reads what {@code --json} printed: the last line of a file. */
    static BenchResult read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            Map<String, Object> json = JSON.std.mapFrom(lines.isEmpty() ? "" : lines.get(lines.size() - 1));
            return new BenchResult(map(json.get(WORK)), new Rounds(numbers(json.get(ROUNDS))), json);
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            throw new UsageException(
                    "--against: " + file + " is not what nudge bench --json prints (" + e.getMessage()
                            + "); make it with nudge bench --json > " + file,
                    e);
        }
    }

    private static Map<String, Object> map(Object json) {
        if (!(json instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("it does not say what was measured");
        }
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((name, value) -> named.put(name.toString(), value));
        return named;
    }

    private static List<Double> numbers(Object json) {
        if (!(json instanceof List<?> list)) {
            throw new IllegalArgumentException("it has no rounds");
        }
        List<Double> numbers = new ArrayList<>();
        list.forEach(each -> numbers.add(((Number) each).doubleValue()));
        return numbers;
    }

    /** Only the same work can be compared. */
    void requireSameWork(BenchResult before) {
        work.forEach((name, value) -> {
            String now = String.valueOf(value);
            String then = String.valueOf(before.work.get(name));
            if (!now.equals(then)) {
                throw new UsageException("--against: before, " + name + " was " + then + ", but now it is " + now
                        + "; measure the same work");
            }
        });
    }

    /** A name for this result beside another: that of its file, and of its Java if that is another. */
    String named(String file, BenchResult other) {
        Object java = facts.get(JAVA);
        return java == null || java.equals(other.facts.get(JAVA)) ? file : file + " with Java " + java;
    }

    /** For people. */
    List<String> lines() {
        double median = rounds.median();
        double batch = ((Number) work.get(BATCH)).doubleValue();
        Object optimizer = work.get("optimizer");
        return List.of(
                Text.format(
                        "%s of %s%s, batches of %s, %s, on %s, Java %s",
                        work.get("kind"),
                        work.get("network"),
                        optimizer == null ? "" : ", " + optimizer,
                        Text.count(Math.round(batch)),
                        work.get("type"),
                        facts.get(DEVICE),
                        facts.get(JAVA)),
                Text.format(
                        "%s examples/s, %s for a batch; %s",
                        Text.count(Math.round(median)), time(batch / median), rounds.spread()),
                Text.format(
                        "%.0f %% of the roofline, %s examples/s: large products do %s GFLOP/s here, copies %s GB/s",
                        100 * (double) facts.get(SHARE),
                        Text.count(Math.round((double) facts.get(LIMIT))),
                        Text.number((double) facts.get("gflops")),
                        Text.number((double) facts.get("gigabytes"))),
                hint((String) facts.get(BOUND)));
    }

    private static String time(double seconds) {
        return seconds < 1e-3 ? Text.format("%.1f µs", seconds * 1e6) : Text.format("%.2f ms", seconds * 1e3);
    }

    private static String hint(String bound) {
        return switch (bound) {
            case "arithmetic" ->
                "bound by arithmetic: only fewer operations make it faster, or a device that does more of them";
            case "memory" ->
                "bound by memory: going over the parameters takes the time; a larger batch does it less often";
            default ->
                "bound by neither: the products are too small for this device, or the passes between them take the"
                        + " time; a larger --batch gives each more to do";
        };
    }
}
