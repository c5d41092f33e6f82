package io.nudge.benchmarks.device;

import com.fasterxml.jackson.jr.ob.JSON;
import io.nudge.benchmarks.device.DeviceSheet.Arithmetic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All tables of a run, in Markdown and as JSON.
 *
 * @param steps what was counted, of single operations
 * @param wholeSteps of the same, those that one kernel takes, many in a launch
 * @param models of the devices to predict for
 */
record Report(List<StepCounts> steps, List<StepCounts> wholeSteps, List<Model> models) {
    /** Rows, columns and terms of the product that is looked at by itself. */
    static final int PRODUCT_SIDE = 2048;

    /** Multiplications and additions of that. */
    static final double PRODUCT_OPERATIONS = 2.0 * PRODUCT_SIDE * PRODUCT_SIDE * PRODUCT_SIDE;

    /** Bytes of both factors and of what becomes of them. */
    static final double PRODUCT_BYTES = 3.0 * Float.BYTES * PRODUCT_SIDE * PRODUCT_SIDE;

    /** Keeps its own lists. */
    Report {
        steps = List.copyOf(steps);
        wholeSteps = List.copyOf(wholeSteps);
        models = List.copyOf(models);
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        section(text, "## Steps, counted", CountTables.steps(steps));
        for (StepCounts step : steps) {
            section(text, "### " + step.training().name() + ": kernels, counted", CountTables.kernels(step));
        }
        section(
                text,
                "## Registers and occupancy",
                CountTables.resources(steps, Budget.read(), Architecture.all().values()));
        section(text, "## Steps, predicted", PredictionTables.steps(steps, models));
        tf32(text);
        for (StepCounts step : steps) {
            section(
                    text,
                    "### " + step.training().name() + ": launches, predicted µs and what bounds them",
                    PredictionTables.launches(step, models));
        }
        wholeSteps(text);
        section(
                text,
                "## Nudge's own product, " + PRODUCT_SIDE + "³, predicted",
                PredictionTables.product(LadderStep.product(), models));
        return text.toString();
    }

    /** Where products are computed as they are: the kernel rounds no factors. */
    private void wholeSteps(StringBuilder text) {
        List<Model> strict = models.stream().filter(Model::isStrict).toList();
        if (wholeSteps.isEmpty() || strict.isEmpty()) {
            return;
        }
        section(text, "## Whole steps in one kernel, counted", WholeStepTables.counts(wholeSteps));
        section(
                text,
                "## Whole steps in one kernel, predicted",
                WholeStepTables.predictions(wholeSteps, steps, strict));
    }

    /** TF32 changes nothing but how fast products are. */
    private void tf32(StringBuilder text) {
        List<Model> able = models.stream()
                .filter(Model::isStrict)
                .map(model -> model.with(Arithmetic.TF32))
                .filter(Model::isPossible)
                .toList();
        if (!able.isEmpty()) {
            section(text, "## Steps with products in TF32, predicted", PredictionTables.steps(steps, able));
        }
    }

    private static void section(StringBuilder text, String title, String table) {
        text.append(text.length() == 0 ? "" : "\n").append(title).append("\n\n").append(table);
    }

    String json() throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("about", "counted on the emulated device; times are predicted, none is measured");
        all.put("steps", steps.stream().map(this::json).toList());
        all.put("wholeSteps", wholeSteps.stream().map(this::json).toList());
        Map<String, Object> ofProduct = json(LadderStep.product().launch());
        ofProduct.put("bytesAtLeast", PRODUCT_BYTES);
        all.put("product", ofProduct);
        return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(all) + "\n";
    }

    private Map<String, Object> json(StepCounts step) {
        Training training = step.training();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", training.name());
        values.put("what", training.describe());
        values.put("batch", training.batch());
        values.put("stepsInAGraph", step.steps());
        values.put("graphLaunches", step.host().graphLaunches());
        values.put("driverCalls", step.host().calls());
        values.put("waits", step.host().waits());
        values.put("copies", step.host().copies());
        values.put("allocations", step.host().allocations());
        values.put("bytesMoved", step.movedBytes());
        values.put("bytesOfPasses", step.leastBytesOfPasses());
        values.put("bytesAtLeast", training.leastBytes());
        values.put("launches", step.launches().stream().map(Report::json).toList());
        values.put(
                "predictions", models.stream().map(model -> json(model, step)).toList());
        return values;
    }

    private static Map<String, Object> json(Launch launch) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", launch.name());
        if (launch instanceof KernelLaunch kernel) {
            values.put("blocks", kernel.blocks());
            values.put("threads", kernel.threads());
            values.put("counters", new TreeMap<>(kernel.counters()));
            values.put("instructions", new TreeMap<>(kernel.kinds()));
        } else if (launch instanceof ProductLaunch product) {
            values.put("operations", product.operations());
        }
        values.put("bytesMoved", launch.movedBytes());
        values.put("bytesAtLeast", launch.leastBytes());
        return values;
    }

    private static Map<String, Object> json(Model model, StepCounts step) {
        StepPrediction predicted = model.predict(step);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("device", model.device().name());
        values.put("predictedSeconds", predicted.seconds());
        values.put("bound", predicted.bound().toString());
        values.put("secondsAtLeast", predicted.limit());
        values.put("shareOfLimit", predicted.share());
        List<Object> launches = new ArrayList<>();
        for (Prediction each : predicted.launches()) {
            launches.add(Map.of(
                    "predictedSeconds", each.seconds(),
                    "bytes", each.bytes(),
                    "arithmetic", each.arithmetic(),
                    "latency", each.latency(),
                    "launch", each.launch(),
                    "bound", each.bound().toString()));
        }
        values.put("launches", launches);
        return values;
    }
}
