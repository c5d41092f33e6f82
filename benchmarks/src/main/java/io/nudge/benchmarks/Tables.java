package io.nudge.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns results into a report in Markdown: what was measured on, then one table for each {@link Section}. */
final class Tables {
    /** Parameters that every benchmark has; they come after those of its own. */
    private static final List<String> COMMON = List.of("type", "backend");

    private static final String LEGEND = "time: median over forks; from–to: least and most of all iterations";

    private record Column(String title, boolean isNumber, Function<Result, String> cell) {}

    private Tables() {}

    /**
     * Writes the report.
     *
     * @param results what was measured
     * @param environment lines on what was measured on and how
     * @return Markdown
     */
    static String markdown(List<Result> results, List<String> environment) {
        StringBuilder text = new StringBuilder("# Benchmarks\n\n");
        Stream<String> settings = results.stream().map(Result::settings).distinct();
        Stream.of(environment.stream(), settings, Stream.of(LEGEND))
                .flatMap(lines -> lines)
                .forEach(line -> text.append("- ").append(line).append('\n'));
        for (Section section : Section.ALL) {
            List<Result> mine = results.stream().filter(section::has).toList();
            if (!mine.isEmpty()) {
                text.append("\n## ").append(section.title()).append("\n\n");
                text.append(section.about()).append("\n\n").append(table(section, mine, results));
            }
        }
        return text.toString();
    }

    private static String table(Section section, List<Result> results, List<Result> all) {
        List<Column> columns = columns(section, results, all);
        List<Result> sorted = new ArrayList<>(results);
        sorted.sort(order(results));
        StringBuilder text = new StringBuilder();
        text.append(row(columns.stream().map(Column::title)));
        text.append(row(columns.stream().map(column -> column.isNumber() ? "---:" : "---")));
        for (Result result : sorted) {
            text.append(row(columns.stream().map(column -> column.cell().apply(result))));
        }
        return text.toString();
    }

    private static String row(Stream<String> cells) {
        return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static List<Column> columns(Section section, List<Result> results, List<Result> all) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("operation", false, Result::method));
        for (String name : parameterNames(results)) {
            columns.add(new Column(name, false, result -> parameter(result, name)));
        }
        if (results.stream().anyMatch(result -> result.threads() > 1)) {
            columns.add(new Column("threads", true, result -> String.valueOf(result.threads())));
        }
        columns.add(new Column("time", true, result -> Figures.time(result.median())));
        columns.add(
                new Column("from–to", true, result -> Figures.range(result.least(), result.most(), result.median())));
        rate(columns, "GFLOP/s", section, results, Work::flops, 1);
        rate(columns, "GB/s", section, results, Work::bytes, 1);
        rate(columns, "examples/s", section, results, Work::examples, 1e9);
        section.baselines().forEach(baseline -> ratio(columns, baseline, results, all));
        if (results.stream().anyMatch(result -> result.allocated().isPresent())) {
            columns.add(new Column("B/op", true, Tables::allocated));
        }
        return columns;
    }

    /** Those of the benchmarks themselves, then those that all have; size comes first. */
    private static Collection<String> parameterNames(List<Result> results) {
        Set<String> own = new TreeSet<>();
        results.forEach(result -> own.addAll(result.parameters().keySet()));
        List<String> names = new ArrayList<>();
        if (own.remove("size")) {
            names.add("size");
        }
        COMMON.forEach(own::remove);
        names.addAll(own);
        names.addAll(COMMON);
        return names;
    }

    private static String parameter(Result result, String name) {
        return result.parameters().getOrDefault(name, "");
    }

    /** A column of work per nanosecond, or per second, if there is any work of that kind. */
    private static void rate(
            List<Column> columns,
            String title,
            Section section,
            List<Result> results,
            Function<Work, Double> amount,
            double perNanosecond) {
        if (results.stream().anyMatch(result -> amount.apply(section.work(result)) > 0)) {
            columns.add(new Column(
                    title,
                    true,
                    result ->
                            Figures.number(result.perNanosecond(perNanosecond * amount.apply(section.work(result))))));
        }
    }

    /** A column of times over those of a baseline, if it was measured. */
    private static void ratio(List<Column> columns, Baseline baseline, List<Result> results, List<Result> all) {
        if (results.stream().anyMatch(result -> baseline.times(result, all).isPresent())) {
            columns.add(new Column(
                    baseline.title(),
                    true,
                    result -> baseline.times(result, all).map(Figures::number).orElse("")));
        }
    }

    private static String allocated(Result result) {
        return result.allocated().isPresent()
                ? Figures.number(result.allocated().getAsDouble())
                : "";
    }

    /** Column by column, values in the order in which JMH came to them: that of their declaration. */
    private static Comparator<Result> order(List<Result> results) {
        Comparator<Result> order = byFirst(results, Result::method);
        for (String name : parameterNames(results)) {
            order = order.thenComparing(byFirst(results, result -> parameter(result, name)));
        }
        return order;
    }

    private static Comparator<Result> byFirst(List<Result> results, Function<Result, String> value) {
        List<String> values = results.stream().map(value).distinct().toList();
        return Comparator.comparingInt(result -> values.indexOf(value.apply(result)));
    }
}
