package io.nudge.cli;

import io.nudge.check.ChainRule;
import io.nudge.check.Explanation;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the chain rule at work. */
@Command(
        name = "explain",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Shows the chain rule on a network, every factor by number, beside what really happens when a weight is nudged.",
            "Without options: a chain of single neurons, as in a textbook."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge explain",
            "  nudge explain --layers 2,3,2 --activation relu",
            "  nudge explain --layers 3,4,3 --cost categorical-cross-entropy --terms 2",
            "  nudge explain --model digits.safetensors --data digits --example 0,700"
        })
final class ExplainCommand extends NudgeCommand {
    private static final String USUAL_LAYERS = "2,3,2";
    private static final int MADE_UP = 3;

    @Mixin
    private SubjectOptions network;

    @Mixin
    private SourceOptions data;

    @Option(names = "--nudge", paramLabel = "NUMBER", description = "What is added to a weight. Default: 0.01")
    private Double nudge;

    @Option(
            names = "--terms",
            paramLabel = "N",
            description = "Of neurons, weights and paths, how many to show. Default: 5")
    private Integer terms;

    @Mixin
    private DeviceOptions device;

    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        network.check(data);
        ChainRule.Options options = options();
        try (Backend backend = device.open();
                Subject subject = subject(backend)) {
            int detailed = Math.max(1, network.examplesGiven());
            Explanation explanation =
                    ChainRule.explain(subject.network(), subject.examples(), options.withDetailed(detailed));
            if (output.isSet()) {
                console().json(Json.onOneLine(explanation.toJson(), origin(subject)));
            } else {
                explanation.toText().lines().forEach(console()::print);
                tellOrigin(subject);
            }
        }
        return ExitCode.DONE;
    }

    /** An explanation numbers its examples from 0, wherever they are from. */
    private static Map<String, Object> origin(Subject subject) {
        return subject.isMadeUp() ? Map.of() : Map.of("data", subject.source(), "numbers", subject.numbers());
    }

    private void tellOrigin(Subject subject) {
        if (!subject.isMadeUp()) {
            console().print("");
            for (int i = 0; i < subject.numbers().size(); i++) {
                console()
                        .print(
                                "Example %d is example %d of %s.",
                                i, subject.numbers().get(i), subject.source());
            }
        }
    }

    private ChainRule.Options options() {
        ChainRule.Options options = ChainRule.Options.DEFAULT.withType(device.type(DType.FLOAT64));
        ChainRule.Options nudged =
                nudge == null ? options : UsageException.of("--nudge", () -> options.withNudge(nudge));
        return terms == null ? nudged : UsageException.of("--terms", () -> nudged.withLargestTerms(terms));
    }

    private Subject subject(Backend backend) {
        if (network.isTrained()) {
            return network.trained(data, 1, backend);
        }
        return network.isOpen()
                ? Subject.madeUp(ChainRule.chainOfSingleNeurons(backend), ChainRule.examplesForChain())
                : network.madeUp(USUAL_LAYERS, MADE_UP, backend);
    }
}
