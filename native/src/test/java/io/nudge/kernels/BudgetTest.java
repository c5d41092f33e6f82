package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.kernels.Assembler.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the kernels need on every architecture, as NVIDIA's assemblers say, is what {@code native/kernels/budget.csv} says: a change
 * is seen in a review. {@code -Dnudge.budget=write} writes the table anew, which takes nvcc's ptxas.
 */
@EmulatedDevice
class BudgetTest {
    private static final Path TABLE = Ptx.KERNELS.resolve("budget.csv");
    private static final String WRITE = "write";

    /** By assembler and architecture, then by entry. */
    private static final Map<String, Map<String, Needs>> NEEDS = new LinkedHashMap<>();

    private static final Map<String, Integer> WORST_OCCUPANCY = new LinkedHashMap<>();

    @BeforeAll
    static void assemble() {
        assemble("jcuda_", Architecture.all(false), Assembler::withJcuda);
        if (Assembler.hasPtxas()) {
            assemble("sm_", Architecture.all(true), Assembler::withPtxas);
        }
    }

    private static void assemble(
            String prefix, List<Architecture> architectures, BiFunction<String, Architecture, Map<String, Needs>> by) {
        for (Architecture each : architectures) {
            Map<String, Needs> all = new LinkedHashMap<>();
            filesFor(each).parallelStream().map(ptx -> by.apply(ptx, each)).forEachOrdered(all::putAll);
            NEEDS.put(prefix + each.number, all);
            all.forEach((entry, needs) -> WORST_OCCUPANCY.merge(entry, each.occupancy(needs), Math::min));
        }
    }

    /** What is on tensor cores is for those from 8.0 on. */
    private static List<String> filesFor(Architecture architecture) {
        return Ptx.names().stream()
                .filter(ptx -> Ptx.target(ptx) <= architecture.number)
                .toList();
    }

    @Test
    void everyEntryIsAssembledForEveryArchitectureThatItIsFor() {
        for (Architecture each : Architecture.values()) {
            List<String> entries = new ArrayList<>();
            filesFor(each).forEach(ptx -> entries.addAll(Ptx.entries(ptx).keySet()));
            for (String assembler : List.of("jcuda_", "sm_")) {
                Map<String, Needs> all = NEEDS.get(assembler + each.number);
                if (all != null) {
                    assertThat(all.keySet()).as(assembler + each.number).containsExactlyInAnyOrderElementsOf(entries);
                }
            }
        }
    }

    /** One assembler stores and loads a barrier at which nested branches of this entry meet again, though there are registers left. */
    private static int mostSpilled(String entry) {
        return entry.equals("whole_steps_f32") ? 8 : 0;
    }

    @Test
    void noneKeepsRegistersInMemory() {
        NEEDS.forEach((name, all) -> all.forEach((entry, needs) -> assertThat(needs.spills())
                .as("bytes spilled by %s, %s", entry, name)
                .isLessThanOrEqualTo(mostSpilled(entry))));
    }

    @Test
    void theTableSaysWhatTheyNeed() throws IOException {
        if (System.getProperty("nudge.budget", "").equals(WRITE)) {
            assertThat(Assembler.hasPtxas()).as("ptxas is on the path").isTrue();
            Files.write(TABLE, table());
        }
        List<String> committed = Files.readAllLines(TABLE);
        if (Assembler.hasPtxas()) {
            assertThat(table()).isEqualTo(committed);
        } else {
            assertThat(columns(table())).isEqualTo(columns(committed));
        }
    }

    /** The columns that need no ptxas: the entry and what JCuda's assembler says. */
    private static List<String> columns(List<String> table) {
        int width = 1 + Architecture.all(false).size();
        return table.stream()
                .map(line -> String.join(",", List.of(line.split(",", -1)).subList(0, width)))
                .toList();
    }

    private static List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add("registers of," + String.join(",", NEEDS.keySet()) + ",shared,spills,worst occupancy %");
        for (String entry : WORST_OCCUPANCY.keySet()) {
            StringBuilder line = new StringBuilder(entry);
            int shared = 0;
            int spills = 0;
            for (Map<String, Needs> all : NEEDS.values()) {
                Needs needs = all.get(entry);
                line.append(',');
                if (needs == null) {
                    continue;
                }
                line.append(needs.registers());
                shared = Math.max(shared, needs.shared());
                spills += needs.spills();
            }
            line.append(',')
                    .append(shared)
                    .append(',')
                    .append(spills)
                    .append(',')
                    .append(WORST_OCCUPANCY.get(entry));
            lines.add(line.toString());
        }
        return lines;
    }
}
