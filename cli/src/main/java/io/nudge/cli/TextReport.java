package io.nudge.cli;

import io.nudge.nn.Network;
import io.nudge.train.EpochResult;
import io.nudge.train.Evaluation;

/** A training told to people. */
final class TextReport implements Report {
    private final Console console;
    private int epochs;
    private boolean validated;

    TextReport(Console console) {
        this.console = console;
    }

    @Override
    public void begin(Plan plan) {
        epochs = plan.epochs();
        Network network = plan.network();
        console.print("device    " + network.backend().device());
        console.print("network   " + describe(network));
        console.print("data      " + plan.parts().summary());
        console.print("training  " + plan.training());
        if (plan.epochsDone() > 0) {
            console.print("resumed   after epoch " + plan.epochsDone());
        }
        validated = plan.parts().validation().isPresent();
        console.print(row("epoch", "cost", "accuracy", "validation cost", "accuracy", "samples/s", "time"));
    }

    static String describe(Network network) {
        return network.architecture() + "; "
                + Text.counted(network.architecture().parameterCount(), "parameter") + ", " + network.type();
    }

    @Override
    public void epoch(EpochResult result) {
        console.print(row(
                result.epoch() + "/" + epochs,
                Text.number(result.cost()),
                Text.percent(result.accuracy()),
                Text.number(result.validationCost()),
                Text.percent(result.validationAccuracy()),
                Text.format("%,.0f", result.samplesPerSecond()),
                Text.duration(result.seconds())));
    }

    /** A line of the table, 79 columns wide at most. */
    private String row(
            String epoch,
            String cost,
            String accuracy,
            String validationCost,
            String validationAccuracy,
            String speed,
            String time) {
        String held = validated ? Text.format("%18s%11s", validationCost, validationAccuracy) : "";
        return Text.format("%9s%11s%11s%s%12s%9s", epoch, cost, accuracy, held, speed, time);
    }

    @Override
    public void end(Outcome outcome) {
        if (outcome.interrupted()) {
            console.print("interrupted after "
                    + Text.counted(outcome.history().epochs().size(), "whole epoch") + " of " + Text.count(epochs));
        } else if (outcome.history().epochs().size() < epochs) {
            console.print("stopped: the last epochs brought no gain on the validation part");
        }
        outcome.bestEpoch().ifPresent(epoch -> console.print("kept the parameters of epoch " + epoch + ", the best"));
        String test = outcome.test().map(TextReport::describe).orElse("trained, not tested");
        console.print(test + "; " + Text.duration(outcome.seconds()));
        outcome.saved().ifPresent(file -> console.print("saved " + file));
        outcome.plotted().ifPresent(file -> console.print("plotted " + file));
    }

    private static String describe(Evaluation test) {
        String cost = "cost " + Text.number(test.cost());
        return test.countsAnswers()
                ? Text.format(
                        "test accuracy %s (%,d of %,d), %s",
                        Text.percent(test.accuracy()), test.correct(), test.total(), cost)
                : Text.format("test %s on %s", cost, Text.counted(test.total(), "example"));
    }
}
