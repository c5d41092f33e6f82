package io.nudge.benchmarks.device;

import java.util.Map;

/**
 * What a step costs the host.
 *
 * @param calls of the driver, all together but those that push and pop the context
 * @param graphLaunches one is the whole step
 * @param waits for the device
 * @param copies between host and device, or on the device
 * @param allocations of device or pinned memory, and frees
 */
record HostCounts(long calls, long graphLaunches, long waits, long copies, long allocations) {
    private static final String CALLS = "calls.";

    /** From the emulated device's counters. */
    static HostCounts of(Map<String, Long> counters) {
        return new HostCounts(
                counters.entrySet().stream()
                        .filter(each -> each.getKey().startsWith(CALLS))
                        .filter(each -> !each.getKey().startsWith(CALLS + "cuCtxP"))
                        .mapToLong(Map.Entry::getValue)
                        .sum(),
                counters.getOrDefault("graph-launches", 0L),
                counters.getOrDefault("synchronisations", 0L),
                sum(counters, "copies.HtoD", "copies.DtoH", "copies.DtoD", "copies.HtoH", "memsets"),
                sum(counters, "allocations", "frees", "host-allocations"));
    }

    private static long sum(Map<String, Long> counters, String... names) {
        long sum = 0;
        for (String name : names) {
            sum += counters.getOrDefault(name, 0L);
        }
        return sum;
    }
}
