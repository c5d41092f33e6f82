package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says what a network makes of examples. */
@Command(
        name = "predict",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Prints a line for each example: its number from 0, its class, and the output for that class.",
            "In regression the outputs follow the number. Of a folder with test files these are taken, else all examples."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge predict mnist.safetensors --data mnist/",
            "  nudge predict wine.safetensors --data new-wines.csv   with or without the column to predict",
            "  nudge predict mnist.safetensors --data t10k-images-idx3-ubyte.gz --json"
        })
final class PredictCommand extends NudgeCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A file that nudge train --save wrote")
    private Path file;

    @Mixin
    private SourceOptions data;

    @Mixin
    private DeviceOptions device;

    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        TrainedModel trained = TrainedModel.load(file);
        Dataset examples = trained.scaled(trained.readInputs(data));
        int width = IntStream.range(0, trained.model().architecture().outputs())
                .map(j -> trained.outputName(j).length())
                .max()
                .orElse(1);
        try (Backend backend = device.open();
                Network network = trained.model()
                        .network(backend, device.type(trained.model().type()))) {
            Outputs.of(network, examples, (example, outputs) -> {
                if (output.isSet()) {
                    console().json(row(trained, example, outputs));
                } else {
                    console().print(line(trained, example, outputs, width));
                }
                return !console().isBroken();
            });
        }
        return ExitCode.DONE;
    }

    private static String line(TrainedModel trained, int example, double[] outputs, int width) {
        if (!trained.isClassifier()) {
            String values = Arrays.stream(outputs).mapToObj(Text::number).collect(Collectors.joining("  "));
            return Text.format("%6d  %s", example, values);
        }
        int answer = Outputs.largest(outputs);
        return Text.format(
                "%6d  %-" + width + "s  %.4f", example, Text.visible(trained.outputName(answer)), outputs[answer]);
    }

    private static Map<String, Object> row(TrainedModel trained, int example, double[] outputs) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("example", example);
        if (trained.isClassifier()) {
            int answer = Outputs.largest(outputs);
            row.put("class", trained.outputName(answer));
            row.put("output", Json.number(outputs[answer]));
        }
        row.put("outputs", Arrays.stream(outputs).mapToObj(Json::number).toList());
        return row;
    }
}
