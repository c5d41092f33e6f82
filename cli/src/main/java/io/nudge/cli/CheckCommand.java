package io.nudge.cli;

import io.nudge.check.GradientCheck;
import io.nudge.check.GradientReport;
import io.nudge.tensor.Backend;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares backpropagation with what really happens. */
@Command(
        name = "check",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Compares the gradient of backpropagation with central differences: each weight is really nudged, in float64.",
            "The exit code is 1 where they differ."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge check",
            "  nudge check --layers 20,15,10 --activation gelu --cost cross-entropy",
            "  nudge check --model digits.safetensors --data digits --sample 1000"
        })
final class CheckCommand extends NudgeCommand {
    private static final String USUAL_LAYERS = "8,7,6,5";
    private static final String USUAL_SAMPLE = "500";
    private static final int EXAMPLES = 10;

    @Mixin
    private SubjectOptions network;

    @Mixin
    private SourceOptions data;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = USUAL_SAMPLE,
            description = "How many weights and biases to check, or all. Default: " + USUAL_SAMPLE)
    private String sample;

    @Option(names = "--tolerance", paramLabel = "NUMBER", description = "The largest relative error. Default: 1e-7")
    private Double tolerance;

    @Mixin
    private BackendOption device;

    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        network.check(data);
        GradientCheck.Options options = options();
        try (Backend backend = device.open();
                Subject subject = network.isTrained()
                        ? network.trained(data, EXAMPLES, backend)
                        : network.madeUp(USUAL_LAYERS, EXAMPLES, backend)) {
            GradientReport report = GradientCheck.run(subject.network(), subject.examples(), options);
            if (output.isSet()) {
                console().json(Json.onOneLine(report.toJson(), Map.of()));
            } else {
                report.toText().lines().forEach(console()::print);
            }
            return report.passed() ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    private GradientCheck.Options options() {
        double largest = tolerance == null ? GradientCheck.Options.TOLERANCE : tolerance;
        return UsageException.of("--tolerance", () -> new GradientCheck.Options(count(), network.seed(), largest));
    }

    private int count() {
        if (sample.equals("all")) {
            return 0;
        }
        try {
            return TrainingOptions.requirePositive("--sample", Integer.parseInt(sample.strip()));
        } catch (NumberFormatException e) {
            throw new UsageException("--sample must be a whole number or all, but is '" + sample + "'", e);
        }
    }
}
