package io.nudge.cli;

import io.nudge.check.ChainRule;
import io.nudge.check.Examples;
import io.nudge.data.DataException;
import io.nudge.data.Dataset;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** The network and the examples that are looked at: a model and its data, or both made up. */
final class SubjectOptions {
    @Option(
            names = "--layers",
            paramLabel = "N,N,...",
            description = "Neurons of the layers of a made-up network, inputs first: 2,3,2")
    private String layers;

    @Option(names = "--activation", paramLabel = "NAME", description = "Of its hidden layers. Default: sigmoid")
    private String activation;

    @Option(
            names = "--output-activation",
            paramLabel = "NAME",
            description = "Of its output layer. Default: as in train")
    private String outputActivation;

    @Option(names = "--cost", paramLabel = "NAME", description = "Default: quadratic")
    private String cost;

    @Option(names = "--seed", paramLabel = "NUMBER", description = "Of what is drawn at random. Default: 1")
    private Long seed;

    @Option(names = "--model", paramLabel = "FILE", description = "A trained network, with --data for its examples")
    private Path model;

    @Option(
            names = "--example",
            paramLabel = "N",
            split = ",",
            description = "Which examples of the data, from 0; of a folder with test files, which of these")
    private List<Integer> examples = new ArrayList<>();

    long seed() {
        return seed == null ? 1 : seed;
    }

    /** How many examples were asked for by number. */
    int examplesGiven() {
        return examples.size();
    }

    /** Whether nothing was chosen, so that the command may choose. */
    boolean isOpen() {
        return layers == null
                && activation == null
                && outputActivation == null
                && cost == null
                && seed == null
                && model == null;
    }

    /** Refuses what does not go together. */
    void check(SourceOptions data) {
        if (model != null) {
            refuse("--layers", layers);
            refuse("--activation", activation);
            refuse("--output-activation", outputActivation);
            refuse("--cost", cost);
        } else if (data.isGiven() || !examples.isEmpty()) {
            throw new UsageException((data.isGiven() ? "--data" : "--example")
                    + " is for a trained network; say which with --model, or leave it out");
        } else {
            architecture("2,3,2");
        }
    }

    private static void refuse(String option, String value) {
        if (value != null) {
            throw new UsageException(
                    option + " is for a made-up network, but --model names a trained one; leave one out");
        }
    }

    private Architecture architecture(String usual) {
        int[] sizes = Numbers.sizes("--layers", layers == null ? usual : layers);
        Activation hidden =
                UsageException.of("--activation", () -> Activation.named(activation == null ? "sigmoid" : activation));
        String costName = cost == null ? "quadratic" : cost;
        Activation output = NetworkOptions.outputActivation(outputActivation, costName, false);
        return UsageException.of(
                sizes.length < 2 ? "--layers" : hidden.elementwise() ? "--cost" : "--activation",
                () -> Architecture.uniform(hidden, output, Cost.named(costName, output), sizes));
    }

    /** Makes the network up, and so many examples. */
    Subject madeUp(String usualLayers, int count, Backend backend) {
        Architecture architecture = architecture(usualLayers);
        Examples drawn = Examples.drawn(architecture, count, seed());
        return Subject.madeUp(ChainRule.drawn(architecture, seed(), backend), drawn);
    }

    boolean isTrained() {
        return model != null;
    }

    /** Loads the model; takes the examples by number, or, where none were asked for, the first so many. */
    Subject trained(SourceOptions options, int usualCount, Backend backend) {
        TrainedModel trained = TrainedModel.load(model);
        Source source = trained.read(options);
        Dataset data = trained.scaled(source.test().orElse(source.examples()));
        List<Integer> numbers = examples.isEmpty()
                ? IntStream.range(0, Math.min(usualCount, data.size())).boxed().toList()
                : examples;
        numbers.forEach(number -> requireWithin(data, source, number));
        Examples chosen =
                Examples.of(data, numbers.stream().mapToInt(Integer::intValue).toArray());
        Network network = trained.model().network(backend, trained.model().type());
        return new Subject(network, chosen, source.name(), numbers);
    }

    private static void requireWithin(Dataset data, Source source, int number) {
        if (number < 0 || number >= data.size()) {
            throw new DataException(Text.format(
                    "--example %d: the examples of %s are numbered 0 to %d", number, source.name(), data.size() - 1));
        }
    }
}
