package io.nudge.cli;

import io.nudge.nn.Network;
import io.nudge.train.EpochResult;
import io.nudge.train.Evaluation;
import io.nudge.train.History;
import java.util.LinkedHashMap;
import java.util.Map;

/** A training told to programs: one object for each epoch, and a last one with {@code "final": true}. */
final class JsonReport implements Report {
    private final Console console;

    JsonReport(Console console) {
        this.console = console;
    }

    @Override
    public void begin(Plan plan) {}

    @Override
    public void epoch(EpochResult result) {
        console.json(History.row(result));
    }

    @Override
    public void end(Outcome outcome) {
        Network network = outcome.plan().network();
        Map<String, Object> last = new LinkedHashMap<>();
        last.put("final", true);
        last.put(
                "testAccuracy",
                Json.number(outcome.test().map(Evaluation::accuracy).orElse(Double.NaN)));
        boolean classes = outcome.test().map(Evaluation::countsAnswers).orElse(false);
        last.put("correct", classes ? outcome.test().get().correct() : null);
        last.put("total", outcome.test().map(Evaluation::total).orElse(0));
        last.put("testCost", Json.number(outcome.test().map(Evaluation::cost).orElse(Double.NaN)));
        last.put("epochs", outcome.history().epochs().size());
        last.put("bestEpoch", outcome.bestEpoch().orElse(null));
        last.put("interrupted", outcome.interrupted());
        last.put("seconds", outcome.seconds());
        last.put("device", network.backend().device().toString());
        last.put("network", network.architecture().toString());
        last.put("parameters", network.architecture().parameterCount());
        last.put("type", network.type().toString());
        last.put("saved", outcome.saved().map(Object::toString).orElse(null));
        last.put("plotted", outcome.plotted().map(Object::toString).orElse(null));
        console.json(last);
    }
}
