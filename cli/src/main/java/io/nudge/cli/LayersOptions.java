package io.nudge.cli;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import picocli.CommandLine.Option;

/** What a made-up network consists of; what is not given is as in train. */
final class LayersOptions {
    @Option(
            names = "--layers",
            paramLabel = "N,N,...",
            description = "Neurons of the layers of a made-up network, inputs first: 784,30,10")
    private String layers;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            description = "Of its hidden layers: " + Activation.NAMES + ". Default: sigmoid")
    private String activation;

    @Option(
            names = "--output-activation",
            paramLabel = "NAME",
            description = "Of its output layer. Default: as in train")
    private String outputActivation;

    @Option(names = "--cost", paramLabel = "NAME", description = Cost.NAMES + ". Default: quadratic")
    private String cost;

    /** Whether nothing was chosen. */
    boolean isOpen() {
        return layers == null && activation == null && outputActivation == null && cost == null;
    }

    /** Refuses what was chosen, since a trained network was named. */
    void refuse() {
        refuse("--layers", layers);
        refuse("--activation", activation);
        refuse("--output-activation", outputActivation);
        refuse("--cost", cost);
    }

    private static void refuse(String option, String value) {
        if (value != null) {
            throw new UsageException(
                    option + " is for a made-up network, but --model names a trained one; leave one out");
        }
    }

    /** Builds what the options say; refuses what does not go together. */
    Architecture architecture(String usualLayers) {
        int[] sizes = Numbers.sizes("--layers", layers == null ? usualLayers : layers);
        Activation hidden =
                UsageException.of("--activation", () -> Activation.named(activation == null ? "sigmoid" : activation));
        String costName = cost == null ? "quadratic" : cost;
        Activation output = NetworkOptions.outputActivation(outputActivation, costName, false);
        return UsageException.of(
                sizes.length < 2 ? "--layers" : hidden.elementwise() ? "--cost" : "--activation",
                () -> Architecture.uniform(hidden, output, Cost.named(costName, output), sizes));
    }
}
