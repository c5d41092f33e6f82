package io.nudge.cli;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What the network to train is made of; its inputs and outputs come from the data. */
final class NetworkOptions {
    @Option(
            names = "--hidden",
            paramLabel = "N,N,...",
            defaultValue = "30",
            description = "Neurons of the hidden layers, first to last; none for no hidden layer. Default: 30")
    private String hidden;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            defaultValue = "sigmoid",
            description = "Of the hidden layers: " + Activation.NAMES + ". Default: sigmoid")
    private String activation;

    @Option(
            names = "--output-activation",
            paramLabel = "NAME",
            description =
                    "Of the output layer. Default: sigmoid; softmax with categorical-cross-entropy; identity in regression")
    private String outputActivation;

    @Option(
            names = "--cost",
            paramLabel = "NAME",
            defaultValue = "quadratic",
            description = Cost.NAMES + ". Default: quadratic")
    private String cost;

    @Option(
            names = "--init",
            paramLabel = "NAME",
            defaultValue = "normal-scaled",
            description = "How weights and biases are drawn: " + Initializer.NAMES + ". Default: normal-scaled")
    private String init;

    @Option(
            names = "--dropout",
            paramLabel = "SHARE",
            description =
                    "Share of hidden activations to drop in training, for all hidden layers or one for each: 0.5,0.2")
    private String dropout;

    /** Builds what the options say; refuses what does not go together. */
    Architecture architecture(int inputs, int outputs, boolean regression) {
        int[] sizes = Numbers.sizes("--hidden", hidden);
        double[] drops = dropouts(sizes.length);
        Activation between = UsageException.of("--activation", () -> Activation.named(activation));
        Activation last = outputActivation(outputActivation, cost, regression);
        List<Dense> layers = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            int at = i;
            layers.add(UsageException.of("--dropout", () -> new Dense(sizes[at], between, drops[at])));
        }
        layers.add(new Dense(outputs, last));
        return UsageException.of(
                between.elementwise() ? "--cost" : "--activation",
                () -> new Architecture(inputs, layers, Cost.named(cost, last)));
    }

    /** The activation of the output layer: as named, or what goes with the cost. */
    static Activation outputActivation(String name, String cost, boolean regression) {
        if (name != null) {
            return UsageException.of("--output-activation", () -> Activation.named(name));
        }
        if (regression) {
            return Activation.IDENTITY;
        }
        Cost named = UsageException.of("--cost", () -> Cost.named(cost, Activation.SIGMOID));
        return named.equals(Cost.CATEGORICAL_CROSS_ENTROPY) ? Activation.SOFTMAX : Activation.SIGMOID;
    }

    private double[] dropouts(int layers) {
        if (dropout == null) {
            return new double[layers];
        }
        double[] given = Numbers.list("--dropout", dropout);
        if (given.length != 1 && given.length != layers) {
            throw new UsageException(Text.format(
                    "--dropout has %d shares, but there are %d hidden layers; give one, or one for each",
                    given.length, layers));
        }
        double[] each = new double[layers];
        for (int i = 0; i < layers; i++) {
            each[i] = given[given.length == 1 ? 0 : i];
        }
        return each;
    }

    Initializer initializer() {
        return UsageException.of("--init", () -> Initializer.named(init));
    }

    void describe(Settings settings, boolean regression) {
        Architecture like = architecture(1, 1, regression);
        settings.with("--hidden", Numbers.write(Numbers.sizes("--hidden", hidden)))
                .with("--activation", Activation.named(activation).name())
                .with("--output-activation", like.outputActivation().name())
                .with("--cost", like.cost().name())
                .with("--init", initializer().name())
                .with("--dropout", dropout == null ? null : Numbers.write(dropouts(like.depth() - 1)));
    }
}
