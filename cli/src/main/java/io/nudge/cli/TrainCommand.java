package io.nudge.cli;

import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** Trains a network. */
@Command(
        name = "train",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = "Trains a network and tells its accuracy on examples that it has never seen.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge train                                            the built-in digits, with the defaults",
            "  nudge train --data mnist/ --hidden 100 --save mnist.safetensors",
            "  nudge train --data iris --hidden 8 --plot iris.png",
            "  nudge train --data wine.csv --label quality --cost cross-entropy --rate 0.5",
            "  nudge train --hidden 100,30 --activation relu --init he-normal --cost categorical-cross-entropy \\",
            "              --optimizer adam --validation 0.1 --keep-best",
            "  nudge train --epochs 100 --checkpoint run.safetensors  and, after it was stopped:",
            "  nudge train --resume run.safetensors"
        })
final class TrainCommand extends NudgeCommand {
    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Mixin
    private NetworkOptions network;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private DeviceOptions device;

    @Mixin
    private ResultOptions results;

    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        Resumption resumed = results.resume() == null ? null : resume();
        check();
        Parts parts = data.read(training.seed());
        if (resumed != null) {
            resumed.requireSame(parts);
        }
        Architecture architecture =
                network.architecture(parts.train().inputs(), parts.train().outputs(), data.isRegression());
        try (Backend backend = device.open();
                Network made = resumed == null
                        ? Network.create(architecture, network.initializer(), training.seed(), backend, type())
                        : resumed.checkpoint().model().network(backend, type())) {
            if (resumed != null && resumed.moves(Notes.name(backend.device()))) {
                console().note("the run began on another device, so it will not end with the same bits");
            }
            Notes notes = Notes.of(settings(), parts, backend.device());
            return new TrainingRun(console(), output.isSet(), training, results, parts, made, notes).run(resumed);
        }
    }

    /** Takes the settings of the run to go on with for all options that are not given. */
    private Resumption resume() {
        Set<String> given = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .collect(Collectors.toSet());
        Resumption resumed = Resumption.from(results.resume(), given);
        spec.commandLine().setDefaultValueProvider(resumed);
        nudge().parseAgain();
        resumed.requireSame(settings().values());
        return resumed;
    }

    /** Finds what is wrong with the options before anything is read. */
    private void check() {
        data.check();
        network.architecture(1, 1, data.isRegression());
        network.initializer();
        training.trainer();
        training.requireValidation(data.hasValidation());
        type();
        results.check(data.file());
    }

    private DType type() {
        return device.type(DType.FLOAT32);
    }

    private Settings settings() {
        Settings settings = new Settings();
        data.describe(settings);
        network.describe(settings, data.isRegression());
        training.describe(settings);
        settings.with("--type", type());
        return settings;
    }
}
