package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.train.Evaluator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures a trained network. */
@Command(
        name = "evaluate",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = "Tells how many examples a trained network answers right, and what it takes for what.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge evaluate digits.safetensors                      on the digits held back when it was trained",
            "  nudge evaluate mnist.safetensors --data mnist/         on the folder's test files",
            "  nudge evaluate wine.safetensors --data other-wines.csv --json"
        })
final class EvaluateCommand extends NudgeCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A file that nudge train --save wrote")
    private Path file;

    @Mixin
    private SourceOptions data;

    @Option(
            names = "--part",
            paramLabel = "test|train|all",
            description = "Which examples. Default: those not trained on, where that is known, else all")
    private String wish;

    @Mixin
    private DeviceOptions device;

    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        if (wish != null && !List.of(Part.TEST, Part.TRAIN, Part.ALL).contains(wish)) {
            throw new UsageException("--part must be test, train or all, but is '" + wish + "'");
        }
        TrainedModel trained = TrainedModel.load(file);
        Source source = trained.read(data);
        Part part = Part.choose(wish, source, trained.notes());
        if (part.seen()) {
            console().note("the model was trained on these examples; it may do worse on others");
        }
        Dataset examples = trained.scaled(part.data());
        try (Backend backend = device.open();
                Network network = trained.model()
                        .network(backend, device.type(trained.model().type()))) {
            if (!output.isSet()) {
                console().print("model     " + trained);
                console()
                        .print("data      " + source.name() + ": " + Text.counted(examples.size(), "example") + " "
                                + part.words());
            }
            if (trained.isClassifier()) {
                classify(trained, network, examples);
            } else {
                measure(network, examples);
            }
        }
        return ExitCode.DONE;
    }

    private static double cost(Network network, Dataset examples) {
        try (Evaluator evaluator = new Evaluator(network, examples)) {
            return evaluator.evaluate().cost();
        }
    }

    private void classify(TrainedModel trained, Network network, Dataset examples) {
        List<String> names = IntStream.range(0, network.architecture().outputs())
                .mapToObj(trained::outputName)
                .toList();
        ConfusionMatrix matrix = new ConfusionMatrix(names);
        Outputs.of(network, examples, (example, outputs) -> {
            matrix.add(examples.label(example), Outputs.largest(outputs));
            return true;
        });
        if (output.isSet()) {
            console().json(row(matrix, cost(network, examples)));
        } else {
            tell(matrix, cost(network, examples));
        }
    }

    private void tell(ConfusionMatrix matrix, double cost) {
        console()
                .print(
                        "accuracy  %s (%,d of %,d), cost %s",
                        Text.percent(matrix.accuracy()), matrix.correct(), matrix.total(), Text.number(cost));
        console().print("");
        matrix.lines().forEach(console()::print);
    }

    private static Map<String, Object> row(ConfusionMatrix matrix, double cost) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("accuracy", matrix.accuracy());
        row.put("correct", matrix.correct());
        row.put("total", matrix.total());
        row.put("cost", Json.number(cost));
        matrix.into(row);
        return row;
    }

    private void measure(Network network, Dataset examples) {
        double[] errors = errors(network, examples);
        double cost = cost(network, examples);
        if (output.isSet()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("cost", Json.number(cost));
            row.put("total", examples.size());
            row.put(
                    "rootMeanSquareError",
                    Arrays.stream(errors).mapToObj(Json::number).toList());
            console().json(row);
        } else {
            console().print("cost      " + Text.number(cost));
            console()
                    .print("error     "
                            + Arrays.stream(errors).mapToObj(Text::number).collect(Collectors.joining(", "))
                            + ", the root of the mean square");
        }
    }

    /** The root of the mean square error of each output. */
    private static double[] errors(Network network, Dataset examples) {
        double[] squares = new double[network.architecture().outputs()];
        Outputs.of(network, examples, (example, outputs) -> {
            float[] target = examples.target(example);
            for (int j = 0; j < outputs.length; j++) {
                squares[j] += (outputs[j] - target[j]) * (outputs[j] - target[j]);
            }
            return true;
        });
        return Arrays.stream(squares)
                .map(sum -> Math.sqrt(sum / examples.size()))
                .toArray();
    }
}
