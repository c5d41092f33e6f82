package io.nudge.benchmarks.device;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each kernel needs, as NVIDIA's assembler says: {@code native/kernels/budget.csv}, of which a copy lies beside this class. */
final class Budget {
    private static final String KERNEL = "registers of";
    private static final String SHARED = "shared";

    private final Map<String, Csv.Row> rows = new HashMap<>();

    private Budget() {
        for (Csv.Row row : Csv.resource("budget.csv", List.of(KERNEL, SHARED))) {
            rows.put(row.text(KERNEL), row);
        }
    }

    static Budget read() {
        return new Budget();
    }

    /** Registers of a thread, on a compute capability such as 9.0. */
    int registers(String kernel, String capability) {
        return row(kernel).whole("sm_" + capability.replace(".", ""));
    }

    /** Bytes of shared memory of a block: the most that it has on any architecture. */
    int shared(String kernel) {
        return row(kernel).whole(SHARED);
    }

    private Csv.Row row(String kernel) {
        Csv.Row row = rows.get(kernel);
        if (row == null) {
            throw new IllegalArgumentException("native/kernels/budget.csv has no kernel " + kernel
                    + "; write it anew, as native/kernels/README.md says");
        }
        return row;
    }
}
