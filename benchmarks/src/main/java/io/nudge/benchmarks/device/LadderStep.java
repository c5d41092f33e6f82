package io.nudge.benchmarks.device;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A step of the ladder that leads to Nudge's own matrix product: what it does, as counted in small products, and what it
 * would do in a large one. {@code benchmarks/src/main/kernels/ladder} explains the steps.
 *
 * @param name such as {@code 3_shared}
 * @param launch at {@link Report#PRODUCT_SIDE}³
 * @param registers of a thread, by compute capability
 */
record LadderStep(String name, KernelLaunch launch, Map<String, Integer> registers) {
    private static final int THREADS = 256;

    /** Keeps its own map. */
    LadderStep {
        registers = Map.copyOf(registers);
    }

    /** All of them in order, the product that ships last. A test of the kernels holds the file to what they do. */
    static List<LadderStep> all() {
        Map<String, Csv.Row> few = new HashMap<>();
        List<LadderStep> steps = new ArrayList<>();
        for (Csv.Row row : Csv.resource("ladder.csv", List.of("step", "side", "terms", "blocks", "shared"))) {
            Csv.Row fewer = few.putIfAbsent(row.text("step"), row);
            if (fewer != null) {
                steps.add(of(fewer, row));
            }
        }
        return steps;
    }

    /** The last of them, which ships. */
    static LadderStep product() {
        List<LadderStep> all = all();
        return all.get(all.size() - 1);
    }

    /** From products of as many rows and columns, one with twice the terms: further terms do what these do. */
    private static LadderStep of(Csv.Row few, Csv.Row more) {
        long pieces = Report.PRODUCT_SIDE / few.whole("terms");
        long squares = Report.PRODUCT_SIDE / few.whole("side");
        KernelLaunch launch = launch(few).extended(launch(more), pieces - 1).widened(squares * squares);
        Map<String, Integer> registers = new HashMap<>();
        for (String capability : Architecture.all().keySet()) {
            registers.put(capability, few.whole("sm_" + capability.replace(".", "")));
        }
        return new LadderStep(few.text("step"), launch, registers);
    }

    private static KernelLaunch launch(Csv.Row row) {
        Map<String, Long> counters = new HashMap<>();
        counters.put("instructions.warp", count(row, "instructions"));
        counters.put("sectors.read", count(row, "sectors read"));
        counters.put("sectors.write", count(row, "sectors written"));
        counters.put("wavefronts.read", count(row, "shared passes"));
        counters.put("bank-conflicts.read", count(row, "conflicts"));
        counters.put(KernelLaunch.SHARED_BYTES, count(row, "shared"));
        Map<String, Long> kinds = Map.of("fma.rn.f32", count(row, "float32"));
        return new KernelLaunch(row.text("step"), count(row, "blocks"), THREADS, counters, kinds);
    }

    private static long count(Csv.Row row, String column) {
        return Long.parseLong(row.text(column));
    }
}
