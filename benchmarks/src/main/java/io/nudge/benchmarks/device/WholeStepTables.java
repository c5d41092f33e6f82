package io.nudge.benchmarks.device;

import io.nudge.benchmarks.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What was counted of training by one kernel, many steps in a launch, and what is predicted from it, as tables. */
final class WholeStepTables {
    private static final double KIBI = 1024;
    private static final double KILO = 1000;
    private static final double MICRO = 1e-6;

    private WholeStepTables() {}

    /** A row for each training: what a step of its kernel does. */
    static String counts(List<StepCounts> wholeSteps) {
        MarkdownTable table = new MarkdownTable(
                "a step of",
                "steps in the launch",
                "blocks",
                "threads",
                "KiB of shared memory",
                "instructions of warps",
                "float32",
                "float64",
                "special",
                "memory",
                "shared passes",
                "conflicts",
                "KB read",
                "KB written",
                "longest way: instructions",
                "barriers");
        for (StepCounts step : wholeSteps) {
            KernelLaunch kernel = kernel(step);
            double steps = step.steps();
            List<String> cells = new ArrayList<>();
            cells.add(step.training().name() + ", `" + kernel.kernel() + "`");
            cells.add(CountTables.count(step.steps()));
            cells.add(CountTables.count(kernel.blocks()));
            cells.add(CountTables.count(kernel.threads()));
            cells.add(Figures.number(kernel.sharedBytes() / KIBI));
            cells.add(Figures.number(kernel.instructions() / steps));
            cells.add(Figures.number(kernel.instructions(InstructionClass.FLOAT32) / steps));
            cells.add(Figures.number(kernel.instructions(InstructionClass.FLOAT64) / steps));
            cells.add(Figures.number(kernel.instructions(InstructionClass.SPECIAL) / steps));
            cells.add(Figures.number(kernel.instructions(InstructionClass.MEMORY) / steps));
            cells.add(Figures.number(kernel.wavefronts() / steps));
            cells.add(Figures.number(kernel.conflicts() / steps));
            cells.add(Figures.number(kernel.readBytes() / KILO / steps));
            cells.add(Figures.number(kernel.writtenBytes() / KILO / steps));
            cells.add(Figures.number(kernel.wayInstructions() / steps));
            cells.add(Figures.number(kernel.wayBarriers() / steps));
            table.row(cells);
        }
        return table.toString();
    }

    /** A row for each training and device: beside single operations, or what the device lacks. */
    static String predictions(List<StepCounts> wholeSteps, List<StepCounts> singly, List<Model> models) {
        Map<String, StepCounts> others =
                singly.stream().collect(Collectors.toMap(step -> step.training().name(), Function.identity()));
        MarkdownTable table = new MarkdownTable(
                "a step of, device",
                "KiB of shared memory needed",
                "there",
                "µs by single operations",
                "µs by one kernel",
                "bound by",
                "examples/s",
                "times as fast");
        for (StepCounts step : wholeSteps) {
            StepCounts other = others.get(step.training().name());
            models.forEach(model -> table.row(prediction(step, other, model)));
        }
        return table.toString();
    }

    private static List<String> prediction(StepCounts step, StepCounts other, Model model) {
        long needed = kernel(step).sharedBytes();
        int there = model.device().architecture().sharedOfBlock();
        double before = model.predict(other).seconds();
        List<String> cells = new ArrayList<>(List.of(
                step.training().name() + ", " + model.device().name(),
                Figures.number(needed / KIBI),
                Figures.number(there / KIBI),
                Figures.number(before / MICRO)));
        if (needed > there) {
            cells.addAll(List.of("does not fit", "", "", ""));
        } else {
            StepPrediction predicted = model.predict(step);
            cells.addAll(List.of(
                    Figures.number(predicted.seconds() / MICRO),
                    predicted.bound().toString(),
                    Figures.number(step.training().batch() / predicted.seconds()),
                    Figures.number(before / predicted.seconds())));
        }
        return cells;
    }

    private static KernelLaunch kernel(StepCounts step) {
        List<KernelLaunch> kernels = step.kernels();
        if (kernels.size() != 1 || !step.products().isEmpty()) {
            throw new IllegalStateException(
                    "steps of " + step.training().name() + " are not one kernel: " + step.launches());
        }
        return kernels.get(0);
    }
}
