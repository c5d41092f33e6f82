package io.nudge.cli;

import io.nudge.check.ChainRule;
import io.nudge.check.Examples;
import io.nudge.data.DataException;
import io.nudge.data.Dataset;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The network and the examples that are looked at: a model and its data, or both made up. */
final class SubjectOptions {
    @Mixin
    private LayersOptions layers;

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
        return layers.isOpen() && seed == null && model == null;
    }

    /** Refuses what does not go together. */
    void check(SourceOptions data) {
        if (model != null) {
            layers.refuse();
        } else if (data.isGiven() || !examples.isEmpty()) {
            throw new UsageException((data.isGiven() ? "--data" : "--example")
                    + " is for a trained network; say which with --model, or leave it out");
        } else {
            layers.architecture("2,3,2");
        }
    }

    /** Makes the network up, and so many examples. */
    Subject madeUp(String usualLayers, int count, Backend backend) {
        Architecture architecture = layers.architecture(usualLayers);
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
