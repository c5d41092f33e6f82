package io.nudge.benchmarks.device;

import io.nudge.benchmarks.Figures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The steps that lead to Nudge's own matrix product, as tables. */
final class LadderTables {
    private static final double SECTOR = 32;
    private static final double PASS = 128;
    private static final double PERCENT = 100;

    private LadderTables() {}

    static String markdown(List<LadderStep> steps, List<Model> models) {
        return "### Counted, for each multiplication\n\n" + counts(steps)
                + "\n### Share of the float32 rate, at most, and what bounds it, predicted\n\n" + shares(steps, models)
                + "\n### Registers and occupancy\n\n"
                + resources(steps, Architecture.all().values());
    }

    private static String counts(List<LadderStep> steps) {
        MarkdownTable table = new MarkdownTable(
                "step",
                "instructions",
                "bytes of device memory",
                "bytes of shared memory",
                "conflicts among its passes",
                "blocks");
        for (LadderStep step : steps) {
            KernelLaunch launch = step.launch();
            double products = launch.instructions(InstructionClass.FLOAT32) * (double) Architecture.WARP;
            long passes = launch.wavefronts();
            table.row(
                    step.name(),
                    Figures.number(launch.instructions() * Architecture.WARP / products),
                    Figures.number(SECTOR * launch.accesses("sectors") / products),
                    Figures.number(PASS * passes / products),
                    percent(passes == 0 ? 0 : launch.conflicts() / (double) passes),
                    CountTables.count(launch.blocks()));
        }
        return table.toString();
    }

    private static String shares(List<LadderStep> steps, List<Model> models) {
        List<String> header = new ArrayList<>(List.of("step"));
        models.forEach(model -> header.add(model.device().name()));
        MarkdownTable table = new MarkdownTable(header);
        for (LadderStep step : steps) {
            List<String> cells = new ArrayList<>(List.of(step.name()));
            for (Model model : models) {
                ProductLimit limit =
                        ProductLimit.of(step.launch(), Report.PRODUCT_OPERATIONS, Report.PRODUCT_BYTES, model.device());
                cells.add(percent(limit.share()) + " " + limit.busiest().name().toLowerCase(Locale.ROOT));
            }
            table.row(cells);
        }
        return table.toString();
    }

    private static String resources(List<LadderStep> steps, Collection<Architecture> architectures) {
        List<String> header = new ArrayList<>(List.of("step", "shared bytes"));
        architectures.forEach(each -> header.add(each.capability()));
        MarkdownTable table = new MarkdownTable(header);
        for (LadderStep step : steps) {
            int shared = Math.toIntExact(step.launch().sharedBytes());
            List<String> cells = new ArrayList<>(List.of(step.name(), CountTables.count(shared)));
            for (Architecture each : architectures) {
                int registers = step.registers().get(each.capability());
                cells.add(CountTables.occupancy(
                        each, registers, shared, step.launch().threads()));
            }
            table.row(cells);
        }
        return table.toString();
    }

    private static String percent(double share) {
        return Figures.number(PERCENT * share) + " %";
    }
}
