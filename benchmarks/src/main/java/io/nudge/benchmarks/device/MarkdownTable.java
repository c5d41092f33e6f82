package io.nudge.benchmarks.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table in Markdown, its first column of words, the others of numbers. */
final class MarkdownTable {
    private final List<List<String>> rows = new ArrayList<>();
    private final int columns;

    MarkdownTable(List<String> header) {
        columns = header.size();
        rows.add(header);
        rows.add(Stream.concat(Stream.of("---"), header.stream().skip(1).map(column -> "---:"))
                .toList());
    }

    MarkdownTable(String... header) {
        this(Arrays.asList(header));
    }

    void row(List<String> cells) {
        if (cells.size() != columns) {
            throw new IllegalArgumentException("a row of " + cells.size() + " cells in a table of " + columns);
        }
        rows.add(List.copyOf(cells));
    }

    void row(String... cells) {
        row(Arrays.asList(cells));
    }

    @Override
    public String toString() {
        return rows.stream()
                .map(row -> row.stream().collect(Collectors.joining(" | ", "| ", " |\n")))
                .collect(Collectors.joining());
    }
}
