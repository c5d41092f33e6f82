package io.nudge.benchmarks.device;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads what the emulated device writes of each launch (docs/emulated-device.md, "Launch by launch"). */
final class LaunchLog {
    private LaunchLog() {}

    static List<Launch> read(Path file) throws IOException {
        List<Launch> launches = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            Map<String, Object> members = JSON.std.mapFrom(line);
            launches.add(members.containsKey("product") ? product(members) : kernel(members));
        }
        return launches;
    }

    /** To cuBLAS, whose matrices are column-major, a row-major c is its transpose. */
    private static ProductLaunch product(Map<String, Object> members) {
        if (number(members.get("count")) != 1) {
            throw new IllegalStateException(
                    "a step has a batch of products, which the model does not know: " + members);
        }
        return new ProductLaunch(
                number(members.get("n")),
                number(members.get("m")),
                number(members.get("k")),
                (int) number(members.get("factorBytes")),
                (int) number(members.get("resultBytes")),
                number(members.get("kept")) != 0);
    }

    private static KernelLaunch kernel(Map<String, Object> members) {
        return new KernelLaunch(
                (String) members.get("kernel"),
                volume(members.get("grid")),
                (int) volume(members.get("block")),
                numbers(members.get("counters")),
                numbers(members.get("kinds")));
    }

    private static long volume(Object sides) {
        return ((List<?>) sides).stream().mapToLong(LaunchLog::number).reduce(1, (product, side) -> product * side);
    }

    private static Map<String, Long> numbers(Object members) {
        return ((Map<?, ?>) members)
                .entrySet().stream()
                        .collect(Collectors.toMap(each -> (String) each.getKey(), each -> number(each.getValue())));
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }
}
