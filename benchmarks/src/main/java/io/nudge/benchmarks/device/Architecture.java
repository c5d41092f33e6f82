package io.nudge.benchmarks.device;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a multiprocessor has, by compute capability. The figures and their source are in {@code architectures.csv}.
 *
 * @param capability such as 9.0
 * @param registers of 32 bits
 * @param registerUnit registers are given to warps in multiples of this
 * @param warpUnit and to so many warps at a time
 * @param sharedBytes shared memory
 * @param sharedReserved what the system takes of it for each block
 * @param threads that are there at once
 * @param blocks that are there at once
 * @param float32Lanes results of additions, multiplications and fused ones in a cycle
 * @param float64Lanes the same of float64
 * @param specialLanes the same of exponentials, logarithms, reciprocals and roots
 */
record Architecture(
        String capability,
        int registers,
        int registerUnit,
        int warpUnit,
        int sharedBytes,
        int sharedReserved,
        int threads,
        int blocks,
        int float32Lanes,
        int float64Lanes,
        int specialLanes) {
    /** Threads of a warp, which execute an instruction together. */
    static final int WARP = 32;

    /** Warps of which each has an instruction issued in a cycle, in all architectures from 7.0 on. */
    static final int SCHEDULERS = 4;

    /** Sectors of 32 bytes that it gets from the second cache in a cycle, at most. */
    static final int SECTORS = 2;

    private static final List<String> COLUMNS = List.of(
            "capability",
            "registers",
            "register unit",
            "warp unit",
            "shared bytes",
            "shared reserved",
            "threads",
            "blocks",
            "float32 lanes",
            "float64 lanes",
            "special lanes",
            "source");

    /** All that are known, by capability. */
    static Map<String, Architecture> all() {
        Map<String, Architecture> all = new LinkedHashMap<>();
        for (Csv.Row row : Csv.resource("architectures.csv", COLUMNS)) {
            row.text("source");
            Architecture each = new Architecture(
                    row.text("capability"),
                    row.whole("registers"),
                    row.whole("register unit"),
                    row.whole("warp unit"),
                    row.whole("shared bytes"),
                    row.whole("shared reserved"),
                    row.whole("threads"),
                    row.whole("blocks"),
                    row.whole("float32 lanes"),
                    row.whole("float64 lanes"),
                    row.whole("special lanes"));
            all.put(each.capability, each);
        }
        return all;
    }

    /** Shared memory that a block can have. */
    int sharedOfBlock() {
        return sharedBytes - sharedReserved;
    }

    /** Warps that are there at once. */
    int warps() {
        return threads / WARP;
    }
}
