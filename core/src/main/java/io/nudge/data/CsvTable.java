package io.nudge.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The rows of a CSV file, read one after another, all of one width; blank ones are left out. */
final class CsvTable implements Iterator<CsvTable.Row> {
    private static final int LOOK_AHEAD = 20;
    private static final int LISTED = 40;
    private static final int SHOWN = 40;

    private final String name;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private final Deque<Row> ahead = new ArrayDeque<>();
    private final Row first;
    private final boolean hasHeader;
    private long lastLine;

    /** One row, and the line of the file that it begins on, from 1. */
    record Row(long line, List<String> cells) {
        String cell(int column) {
            return cells.get(column);
        }
    }

    /** Opens a table: reads the first rows to know its width and whether it has a header. */
    CsvTable(BufferedReader text, String name, CsvOptions options) throws IOException {
        this.name = name;
        parser = format(options.delimiter().orElse(CsvDelimiter.find(text))).parse(text);
        records = parser.iterator();
        lookAhead();
        if (ahead.isEmpty()) {
            throw new DataException(name + " is empty: it has no rows");
        }
        first = ahead.peek();
        hasHeader = options.header().orElseGet(() -> CsvHeader.isIn(List.copyOf(ahead)));
        if (hasHeader) {
            ahead.remove();
        }
    }

    private static CSVFormat format(char delimiter) {
        return CSVFormat.DEFAULT
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreSurroundingSpaces(true)
                .setIgnoreEmptyLines(true)
                .get();
    }

    private void lookAhead() {
        while (ahead.size() < LOOK_AHEAD && records.hasNext()) {
            Row row = nextRecord();
            if (!isBlank(row)) {
                ahead.add(row);
            }
        }
    }

    private Row nextRecord() {
        CSVRecord cells = records.next();
        long line = parser.getCurrentLineNumber();
        long begin = line == lastLine + 1 ? line : line - lineBreaks(cells);
        lastLine = line;
        return new Row(begin, cells.stream().map(String::strip).toList());
    }

    /** Counts the line breaks within quoted cells. */
    private static long lineBreaks(CSVRecord cells) {
        return cells.stream()
                .flatMapToInt(String::chars)
                .filter(character -> character == '\n')
                .count();
    }

    private static boolean isBlank(Row row) {
        return row.cells().stream().allMatch(String::isEmpty);
    }

    @Override
    public boolean hasNext() {
        if (ahead.isEmpty()) {
            lookAhead();
        }
        return !ahead.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException(name + " has no more rows");
        }
        Row row = ahead.remove();
        if (row.cells().size() != width()) {
            throw new DataException("%s, line %d has %d cells, but line %d has %d: every row needs the same number"
                    .formatted(name, row.line(), row.cells().size(), first.line(), width()));
        }
        return row;
    }

    int width() {
        return first.cells().size();
    }

    boolean hasHeader() {
        return hasHeader;
    }

    /** The names in the header, or the columns' numbers where there is none. */
    List<String> columnNames() {
        return hasHeader
                ? first.cells()
                : IntStream.range(0, width()).mapToObj(Integer::toString).toList();
    }

    String name() {
        return name;
    }

    /** Reads a cell as a number. */
    float number(Row row, int column) {
        String text = row.cell(column);
        if (Numerals.isMissing(text)) {
            throw wrong(
                    row,
                    column,
                    "the value is missing%s: fill it in or remove the row"
                            .formatted(text.isEmpty() ? "" : " ('" + shown(text) + "')"));
        }
        try {
            return checkFinite(row, column, Numerals.parse(text));
        } catch (NumberFormatException notOne) {
            String remedy = text.matches("[-+]?\\d+,\\d+")
                    ? "write decimals with a point"
                    : "leave the column out, or write numbers for what it says";
            throw wrong(row, column, "'%s' is not a number: %s".formatted(shown(text), remedy));
        }
    }

    private float checkFinite(Row row, int column, float value) {
        if (Float.isInfinite(value)) {
            throw wrong(row, column, shown(row.cell(column)) + " is too large for float32: scale the column down");
        }
        return value;
    }

    /** What to throw about one cell. */
    DataException wrong(Row row, int column, String what) {
        return new DataException("%s, line %d, column %s: %s".formatted(name, row.line(), describe(column), what));
    }

    /** A cell's text as it is told in a message: in one line, and not too long. */
    static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    String describe(int column) {
        return hasHeader ? "%d ('%s')".formatted(column, shown(first.cell(column))) : "%d (from 0)".formatted(column);
    }

    /** Finds a column by its number, from 0 or negative from the end, or else by its name. */
    int find(String wanted) {
        if (wanted.matches("-?\\d{1,9}")) {
            int number = Integer.parseInt(wanted);
            if (number >= -width() && number < width()) {
                return Math.floorMod(number, width());
            }
        }
        return findName(wanted);
    }

    private int findName(String wanted) {
        List<String> names = hasHeader ? first.cells() : List.of();
        int column = names.indexOf(wanted);
        if (column < 0) {
            throw new DataException("%s has no column '%s': %s".formatted(name, wanted, describeColumns()));
        }
        if (column != names.lastIndexOf(wanted)) {
            throw new DataException("%s has more than one column '%s', as %d and %d: choose one by its number"
                    .formatted(name, wanted, column, names.lastIndexOf(wanted)));
        }
        return column;
    }

    private String describeColumns() {
        if (!hasHeader) {
            return "it has no header, so choose a number, 0 to %d".formatted(width() - 1);
        }
        String listed = IntStream.range(0, Math.min(width(), LISTED))
                .mapToObj(this::describe)
                .collect(Collectors.joining(", ", "it has ", ""));
        return width() <= LISTED ? listed : listed + " and %d more".formatted(width() - LISTED);
    }
}
