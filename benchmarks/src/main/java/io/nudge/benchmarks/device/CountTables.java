package io.nudge.benchmarks.device;

import io.nudge.benchmarks.Figures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What was counted, as tables. */
final class CountTables {
    private static final double KILO = 1000;

    private CountTables() {}

    /** A row for each training: what a graph does, and the bytes of a step. */
    static String steps(List<StepCounts> steps) {
        MarkdownTable table = new MarkdownTable(
                "training",
                "steps in a graph",
                "products",
                "kernels",
                "graph launches",
                "driver calls",
                "waits",
                "copies",
                "allocations",
                "KB moved",
                "KB, each pass by itself",
                "KB at least",
                "passes / least");
        for (StepCounts step : steps) {
            HostCounts host = step.host();
            double least = step.training().leastBytes();
            table.row(
                    step.training().name(),
                    count(step.steps()),
                    count(step.products().size()),
                    count(step.kernels().size()),
                    count(host.graphLaunches()),
                    count(host.calls()),
                    count(host.waits()),
                    count(host.copies()),
                    count(host.allocations()),
                    kilobytes(step.movedBytes()),
                    kilobytes(step.leastBytesOfPasses()),
                    kilobytes(least),
                    Figures.number(step.leastBytesOfPasses() / least));
        }
        return table.toString();
    }

    /** A row for each kernel of a step; launches that did the same share one. */
    static String kernels(StepCounts step) {
        MarkdownTable table = new MarkdownTable(
                "kernel",
                "times",
                "blocks",
                "elements",
                "instructions each",
                "float32",
                "float64",
                "special",
                "memory",
                "KB read",
                "KB written",
                "of the least",
                "shared passes",
                "conflicts");
        times(step.kernels()).forEach((kernel, times) -> {
            List<String> cells = new ArrayList<>();
            cells.add("`" + kernel.kernel() + "`");
            cells.add(count(times));
            cells.add(count(kernel.blocks()));
            cells.add(count(Math.round(kernel.elements())));
            cells.add(perElement(kernel, kernel.instructions()));
            cells.add(perElement(kernel, kernel.instructions(InstructionClass.FLOAT32)));
            cells.add(perElement(kernel, kernel.instructions(InstructionClass.FLOAT64)));
            cells.add(perElement(kernel, kernel.instructions(InstructionClass.SPECIAL)));
            cells.add(perElement(kernel, kernel.instructions(InstructionClass.MEMORY)));
            cells.add(kilobytes(kernel.readBytes()));
            cells.add(kilobytes(kernel.writtenBytes()));
            cells.add(Figures.number(kernel.movedBytes() / kernel.leastBytes()));
            cells.add(count(kernel.wavefronts()));
            cells.add(count(kernel.conflicts()));
            table.row(cells);
        });
        return table.toString();
    }

    /** A row for each kernel of all steps: registers and occupancy by architecture. */
    static String resources(List<StepCounts> steps, Budget budget, Collection<Architecture> architectures) {
        List<String> header = new ArrayList<>(List.of("kernel", "shared bytes"));
        architectures.forEach(each -> header.add(each.capability()));
        MarkdownTable table = new MarkdownTable(header);
        Map<String, Integer> threads = steps.stream()
                .flatMap(step -> step.kernels().stream())
                .collect(Collectors.toMap(KernelLaunch::kernel, KernelLaunch::threads, Math::max));
        for (String kernel : new TreeSet<>(threads.keySet())) {
            int shared = budget.shared(kernel);
            List<String> cells = new ArrayList<>(List.of("`" + kernel + "`", count(shared)));
            for (Architecture each : architectures) {
                int registers = budget.registers(kernel, each.capability());
                cells.add(occupancy(each, registers, shared, threads.get(kernel)));
            }
            table.row(cells);
        }
        return table.toString();
    }

    /** Registers, and what share of its warps a multiprocessor can hold with them. */
    static String occupancy(Architecture on, int registers, int shared, int threads) {
        Occupancy occupancy = Occupancy.of(on, registers, shared, threads);
        return registers + ": " + occupancy.percent() + " % (" + occupancy.limit() + ")";
    }

    /** How often each of them is there, in the order in which they come first. */
    static <T> Map<T, Long> times(List<T> launches) {
        return launches.stream()
                .collect(Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()));
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String kilobytes(double bytes) {
        return Figures.number(bytes / KILO);
    }

    /** Lanes that are idle meanwhile take as long. */
    private static String perElement(KernelLaunch kernel, long instructions) {
        return Figures.number(instructions * (double) Architecture.WARP / kernel.elements());
    }
}
