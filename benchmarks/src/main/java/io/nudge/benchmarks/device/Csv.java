package io.nudge.benchmarks.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Tables with a header. What is wrong with one is told with its name and line. */
final class Csv {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setTrim(true)
            .setIgnoreEmptyLines(true)
            .get();

    private Csv() {}

    /** A table that lies beside this class. */
    static List<Row> resource(String name, List<String> columns) {
        try (InputStream in = Csv.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + name + " beside " + Csv.class.getName());
            }
            return read(name, new InputStreamReader(in, StandardCharsets.UTF_8), columns);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A table of the user's. */
    static List<Row> file(Path file, List<String> columns) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no file " + file + "; give one with the columns "
                    + String.join(", ", columns) + " (docs/device-model.md)");
        }
        try (Reader in = Files.newBufferedReader(file)) {
            return read(file.toString(), in, columns);
        }
    }

    /** Reads all rows; the header has to have these columns, in any order. */
    static List<Row> read(String name, Reader in, List<String> columns) throws IOException {
        try (CSVParser parser =
                CSVParser.builder().setReader(in).setFormat(FORMAT).get()) {
            List<String> header = parser.getHeaderNames();
            for (String column : columns) {
                if (!header.contains(column)) {
                    throw new IllegalArgumentException(name + ", line 1: there is no column '" + column
                            + "'; the header has to be " + String.join(",", columns));
                }
            }
            List<Row> rows = new ArrayList<>();
            for (CSVRecord each : parser) {
                Row row = new Row(name, parser.getCurrentLineNumber(), each);
                if (!each.isConsistent()) {
                    throw row.wrong("it has " + each.size() + " values, but there are " + header.size()
                            + " columns; put a text with commas in quotes");
                }
                rows.add(row);
            }
            return rows;
        } catch (IllegalStateException | java.io.UncheckedIOException e) { // quotes that do not end, and the like
            throw new IllegalArgumentException(name + " is no table of values between commas: " + e.getMessage(), e);
        }
    }

    /** A line of a table. */
    static final class Row {
        private final String table;
        private final long line;
        private final CSVRecord cells;

        private Row(String table, long line, CSVRecord cells) {
            this.table = table;
            this.line = line;
            this.cells = cells;
        }

        String text(String column) {
            String value = cells.get(column);
            if (value.isEmpty()) {
                throw wrong("there is no " + column + "; fill it in");
            }
            return value;
        }

        /** A number above 0. */
        double number(String column) {
            String text = text(column);
            try {
                double value = Double.parseDouble(text);
                if (value > 0 && Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw wrong("the " + column + " is '" + text + "'; write a number above 0, such as 0.85");
        }

        /** A number above 0, or nothing. */
        OptionalDouble maybe(String column) {
            return cells.get(column).isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(number(column));
        }

        /** A whole number from 0 up. */
        int whole(String column) {
            String text = text(column);
            try {
                int value = Integer.parseInt(text);
                if (value >= 0) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw wrong("the " + column + " is '" + text + "'; write a whole number, such as 1024");
        }

        IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException(table + ", line " + line + ": " + what);
        }
    }
}
