package io.nudge.benchmarks.device;

import io.nudge.benchmarks.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is predicted from the counts, as tables. */
final class PredictionTables {
    private static final double MICRO = 1e-6;
    private static final double PERCENT = 100;

    private PredictionTables() {}

    /** A row for each training and device. */
    static String steps(List<StepCounts> steps, List<Model> models) {
        MarkdownTable table = new MarkdownTable(
                "step, device",
                "µs predicted",
                "examples/s predicted",
                "bound by",
                "µs at least",
                "share of the limit");
        for (StepCounts step : steps) {
            for (Model model : models) {
                StepPrediction predicted = model.predict(step);
                table.row(
                        step.training().name() + ", " + model.device().name(),
                        micro(predicted.seconds()),
                        Figures.number(step.training().batch() / predicted.seconds()),
                        predicted.bound().toString(),
                        micro(predicted.limit()),
                        percent(predicted.share()));
            }
        }
        return table.toString();
    }

    /** A row for each launch of a step, a column for each device. */
    static String launches(StepCounts step, List<Model> models) {
        List<String> header = new ArrayList<>(List.of("launch", "times"));
        models.forEach(model -> header.add(model.device().name()));
        MarkdownTable table = new MarkdownTable(header);
        for (Map.Entry<Launch, Long> each : CountTables.times(step.launches()).entrySet()) {
            Launch launch = each.getKey();
            String name = launch instanceof KernelLaunch ? "`" + launch.name() + "`" : launch.name();
            List<String> cells = new ArrayList<>(List.of(name, CountTables.count(each.getValue())));
            for (Model model : models) {
                Prediction predicted = model.predict(launch, step.training());
                cells.add(micro(predicted.seconds()) + " " + predicted.bound());
            }
            table.row(cells);
        }
        return table.toString();
    }

    /** Nudge's own product: a row for each device. */
    static String product(LadderStep product, List<Model> models) {
        KernelLaunch kernel = product.launch();
        int shared = Math.toIntExact(kernel.sharedBytes());
        MarkdownTable table = new MarkdownTable(
                "device",
                "registers",
                "blocks at once",
                "busiest part",
                "share of the rate, at most",
                "by bytes, at most");
        for (Model model : models) {
            DeviceSheet device = model.device();
            ProductLimit limit = ProductLimit.of(kernel, Report.PRODUCT_OPERATIONS, Report.PRODUCT_BYTES, device);
            int registers = product.registers().get(device.architecture().capability());
            Occupancy occupancy = Occupancy.of(device.architecture(), registers, shared, kernel.threads());
            table.row(
                    device.name(),
                    CountTables.count(registers),
                    occupancy.blocks() + " (" + occupancy.limit() + ")",
                    limit.busiest().name().toLowerCase(Locale.ROOT),
                    percent(limit.share()),
                    percent(limit.bytesShare()));
        }
        return table.toString();
    }

    private static String micro(double seconds) {
        return Figures.number(seconds / MICRO);
    }

    private static String percent(double share) {
        return Figures.number(PERCENT * share) + " %";
    }
}
