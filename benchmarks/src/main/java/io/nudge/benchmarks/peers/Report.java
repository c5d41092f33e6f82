package io.nudge.benchmarks.peers;

import com.fasterxml.jackson.jr.ob.JSON;
import io.nudge.benchmarks.Figures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns outcomes into tables for people and into JSON. The first entrant is the one that the others are compared with. */
final class Report {
    private final List<String> environment;
    private final List<String> entrants;
    private final List<Outcome> outcomes;

    Report(List<String> environment, List<String> entrants, List<Outcome> outcomes) {
        this.environment = List.copyOf(environment);
        this.entrants = List.copyOf(entrants);
        this.outcomes = List.copyOf(outcomes);
    }

    String markdown() {
        StringBuilder text = new StringBuilder("# Nudge and its peers\n\n");
        Stream.concat(environment.stream(), versions())
                .forEach(line -> text.append("- ").append(line).append('\n'));
        for (boolean training : new boolean[] {true, false}) {
            List<Outcome> some = outcomes.stream()
                    .filter(outcome -> outcome.job().training() == training)
                    .toList();
            if (!some.isEmpty()) {
                section(text, training, some);
            }
        }
        leftOut(text);
        return text.toString();
    }

    private Stream<String> versions() {
        return entrants.stream()
                .flatMap(entrant -> outcomes.stream()
                        .map(outcome -> outcome.best(entrant))
                        .flatMap(Optional::stream)
                        .limit(1))
                .map(standing -> standing.entrant() + ": " + standing.versions());
    }

    private void section(StringBuilder text, boolean training, List<Outcome> some) {
        text.append("\n## ").append(training ? "Training" : "Inference").append("\n\n");
        speed(text, some);
        if (training) {
            text.append(
                    "\nSeconds from the start of a process to the end of its first step: the median over processes that"
                            + " were started for that, one in each round, from the least to the most.\n\n");
            best(text, some, standing -> standing.firstStep().map(spread -> spread.text("")));
        }
        text.append("\nMiB of memory that the process of these examples per second had at most.\n\n");
        best(text, some, standing -> standing.peakMebibytes().map(Figures::number));
    }

    private void speed(StringBuilder text, List<Outcome> some) {
        text.append(
                "Examples per second, the median over the rounds, from the least to the most, and the number of threads.\n\n");
        best(text, some, standing -> Optional.of(standing.perSecond().text(", " + standing.threads() + "t")));
        String first = entrants.get(0);
        List<String> others = entrants.subList(1, entrants.size());
        text.append("\nHow many times as fast ").append(first).append(" is.\n\n");
        table(text, some, others, (outcome, entrant) -> ratio(outcome, first, entrant, Standing::median));
        text.append("\nHow many times as many examples ")
                .append(first)
                .append(
                        " does in a second of processor time, all threads counted; a busy machine matters less to that.\n\n");
        table(text, some, others, (outcome, entrant) -> ratio(outcome, first, entrant, Standing::medianEfficiency));
    }

    /** A table of all entrants, each on its best number of threads. */
    private void best(StringBuilder text, List<Outcome> some, Function<Standing, Optional<String>> cell) {
        table(text, some, entrants, (outcome, entrant) -> outcome.best(entrant).flatMap(cell));
    }

    private static Optional<String> ratio(
            Outcome outcome, String first, String other, ToDoubleFunction<Standing> number) {
        return outcome.best(first)
                .flatMap(one -> outcome.best(other)
                        .map(peer -> Figures.number(number.applyAsDouble(one) / number.applyAsDouble(peer))));
    }

    private static void table(
            StringBuilder text,
            List<Outcome> columns,
            List<String> rows,
            BiFunction<Outcome, String, Optional<String>> cell) {
        text.append(row(Stream.concat(
                Stream.of(""), columns.stream().map(outcome -> outcome.job().name()))));
        text.append(row(Stream.concat(Stream.of("---"), columns.stream().map(outcome -> "---:"))));
        for (String row : rows) {
            text.append(row(Stream.concat(
                    Stream.of(row),
                    columns.stream().map(outcome -> cell.apply(outcome, row).orElse("–")))));
        }
    }

    private static String row(Stream<String> cells) {
        return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** A reason that is the same in several jobs is told once. */
    private void leftOut(StringBuilder text) {
        Map<String, List<String>> jobs = new LinkedHashMap<>();
        for (Outcome outcome : outcomes) {
            for (LeftOut left : outcome.leftOut()) {
                jobs.computeIfAbsent(left.entrant() + ": " + left.reason(), key -> new ArrayList<>())
                        .add(left.job());
            }
        }
        if (!jobs.isEmpty()) {
            text.append("\n## Left out\n\n");
            jobs.forEach((reason, names) -> text.append("- ")
                    .append(reason)
                    .append(" (")
                    .append(names.size() == outcomes.size() ? "all" : String.join(", ", names))
                    .append(")\n"));
        }
    }

    String json() throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("environment", environment);
        all.put("jobs", outcomes.stream().map(Report::json).toList());
        return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(all) + "\n";
    }

    private static Map<String, Object> json(Outcome outcome) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("job", outcome.job().name());
        values.put("layers", outcome.job().layers());
        values.put("batch", outcome.job().batch());
        values.put("results", outcome.standings().stream().map(Report::json).toList());
        values.put("leftOut", outcome.leftOut().stream().map(Report::json).toList());
        return values;
    }

    private static Map<String, Object> json(Standing standing) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("entrant", standing.entrant());
        values.put("versions", standing.versions());
        values.put("threads", standing.threads());
        values.put("lossBefore", standing.before());
        values.put("lossAfter", standing.after());
        values.put("examplesPerSecond", standing.median());
        values.put("examplesPerProcessorSecond", finite(standing.medianEfficiency()));
        values.put("rounds", standing.rates().stream().map(Rate::perSecond).toList());
        values.put("firstStepSeconds", standing.firstStep().map(Spread::median).orElse(null));
        values.put("firstSteps", standing.firstSteps());
        values.put("peakMebibytes", standing.peakMebibytes().orElse(null));
        return values;
    }

    /** JSON has no NaN; what is null is not written. */
    private static Object finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static Map<String, Object> json(LeftOut left) {
        return Map.of("entrant", left.entrant(), "reason", left.reason(), "error", left.error());
    }
}
