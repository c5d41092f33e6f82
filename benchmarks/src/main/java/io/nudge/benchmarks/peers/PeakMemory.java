package io.nudge.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** How much memory a process had at most, natives, code and stacks included: the kernel keeps count, see proc_pid_status(5). */
final class PeakMemory {
    private static final String PEAK = "VmHWM:";
    private static final String UNIT = "kB";

    private PeakMemory() {}

    /** Bytes of a process that runs; nothing where there is no /proc. */
    static OptionalLong of(long process) {
        try {
            return parse(Files.readAllLines(Path.of("/proc", String.valueOf(process), "status")));
        } catch (IOException e) {
            return OptionalLong.empty(); // another system, or the process has ended
        }
    }

    static OptionalLong parse(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith(PEAK) && line.endsWith(UNIT))
                .map(line -> line.substring(PEAK.length(), line.length() - UNIT.length())
                        .trim())
                .mapToLong(Long::parseLong)
                .map(kibibytes -> kibibytes << 10)
                .findFirst();
    }
}
