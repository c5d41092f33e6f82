package io.nudge.data;

import io.nudge.data.CsvTable.Row;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Collects the classes of a table from its label column, or finds each among the classes given. */
final class CsvClasses implements CsvTargets {
    private static final int LISTED = 20;

    private final CsvTable table;
    private final int column;
    private final List<String> given;
    private final Map<String, Integer> labelOfGiven = new HashMap<>();
    /** What has been seen in the column, numbered by its first appearance. */
    private final Map<String, Integer> seen = new LinkedHashMap<>();

    private final IntStream.Builder numbers = IntStream.builder();

    CsvClasses(CsvTable table, int column, List<String> given) {
        this.table = table;
        this.column = column;
        this.given = given;
        for (int label = 0; label < given.size(); label++) {
            labelOfGiven.putIfAbsent(canonical(given.get(label)), label);
        }
        for (int label = 0; label < given.size(); label++) {
            labelOfGiven.put(given.get(label), label);
        }
    }

    private static String canonical(String text) {
        return Numerals.isNumber(text) ? Numerals.canonical(text) : text;
    }

    @Override
    public void add(Row row) {
        String text = row.cell(column);
        if (text.isEmpty()) {
            throw table.wrong(row, column, "the class is missing: fill it in or remove the row");
        }
        numbers.add(given.isEmpty() ? seen.computeIfAbsent(text, unseen -> seen.size()) : labelOfGiven(row, text));
    }

    private int labelOfGiven(Row row, String text) {
        Integer label = labelOfGiven.getOrDefault(text, labelOfGiven.get(canonical(text)));
        if (label == null) {
            throw table.wrong(
                    row, column, "'%s' is none of the classes %s".formatted(CsvTable.shown(text), listed(given)));
        }
        return label;
    }

    private static String listed(List<String> names) {
        String listed = names.stream().limit(LISTED).map(CsvTable::shown).collect(Collectors.joining(", "));
        return names.size() <= LISTED ? listed : listed + " and %d more".formatted(names.size() - LISTED);
    }

    @Override
    public Targets finish() {
        int[] collected = numbers.build().toArray();
        return given.isEmpty() ? sorted(collected) : new Targets.Labels(collected, given);
    }

    /** Sorts the classes, as numbers if all of them are, and numbers the labels anew. */
    private Targets sorted(int[] collected) {
        boolean numeric = seen.keySet().stream().allMatch(Numerals::isNumber);
        UnaryOperator<String> spelling = numeric ? Numerals::canonical : UnaryOperator.identity();
        Comparator<String> order = numeric ? Comparator.comparing(BigDecimal::new) : Comparator.naturalOrder();
        List<String> names =
                seen.keySet().stream().map(spelling).distinct().sorted(order).toList();
        checkSeveral(names);
        Map<String, Integer> labelOf = new HashMap<>();
        names.forEach(name -> labelOf.put(name, labelOf.size()));
        int[] labels = seen.keySet().stream()
                .mapToInt(text -> labelOf.get(spelling.apply(text)))
                .toArray();
        return new Targets.Labels(
                Arrays.stream(collected).map(number -> labels[number]).toArray(), names);
    }

    private void checkSeveral(List<String> names) {
        if (names.size() == 1) {
            throw new DataException(
                    "%s has one class only, '%s', in its label column %s: there is nothing to tell apart"
                            .formatted(table.name(), CsvTable.shown(names.get(0)), table.describe(column)));
        }
    }
}
