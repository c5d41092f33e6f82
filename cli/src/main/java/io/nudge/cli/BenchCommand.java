package io.nudge.cli;

import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast a network is trained, or answers, on this machine. */
@Command(
        name = "bench",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Measures how many examples a second a network learns here, or answers, and says what bounds it.",
            "Without --layers it has 784,30,10.",
            "Data are random and in memory; a few seconds are enough to choose a batch, a backend or a machine."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge bench",
            "  nudge bench --layers 784,512,512,10 --activation relu --cost categorical-cross-entropy --batch 128",
            "  nudge bench --inference --batch 1 --backend cpu",
            "  nudge bench --json > before.json; nudge bench --against before.json"
        })
final class BenchCommand extends NudgeCommand {
    /** So small that the network is at the end nearly what it was: numbers of the same kind all along. */
    private static final double RATE = 1e-6;

    private static final String USUAL_LAYERS = "784,30,10";

    @Mixin
    private LayersOptions layers;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            defaultValue = "sgd",
            description = Optimizer.NAMES + ". Default: sgd")
    private String optimizer;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "10",
            description = "Examples in a mini-batch. Default: 10")
    private int batch;

    @Option(names = "--inference", description = "Measure the forward pass alone, not training")
    private boolean inference;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long to measure, after some warming up. Default: 5")
    private double seconds;

    @Mixin
    private DeviceOptions device;

    @Option(
            names = "--against",
            paramLabel = "RESULT.json",
            description = "Compare with what the same command printed before, with --json")
    private Path against;

    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        Bench bench = bench();
        BenchResult before = against == null ? null : BenchResult.read(against);
        try (Backend backend = device.open()) {
            BenchResult now = bench.run(backend, device.type(DType.FLOAT32));
            if (before != null) {
                now.requireSameWork(before);
            }
            if (output.isSet()) {
                console().json(json(now, before));
            } else {
                print(now, before);
            }
        }
        return ExitCode.DONE;
    }

    private Bench bench() {
        TrainingOptions.requirePositive("--batch", batch);
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new UsageException("--seconds must be more than 0 and at most 3600, but is " + Text.plain(seconds));
        }
        Optimizer rule = UsageException.of("--optimizer", () -> Optimizer.named(optimizer, RATE));
        Architecture network = layers.architecture(USUAL_LAYERS);
        return UsageException.of("--batch", () -> new Bench(network, rule, batch, inference, seconds));
    }

    private static Map<String, Object> json(BenchResult now, BenchResult before) {
        Map<String, Object> json = new LinkedHashMap<>(now.json());
        if (before != null) {
            Comparison comparison = new Comparison(now.rounds(), before.rounds());
            json.put("ratio", comparison.ratio());
            json.put("verdict", comparison.verdict());
        }
        return json;
    }

    private void print(BenchResult now, BenchResult before) {
        now.lines().forEach(console()::print);
        if (before != null) {
            console().print(new Comparison(now.rounds(), before.rounds()).text(before.named(against.toString(), now)));
        }
    }
}
