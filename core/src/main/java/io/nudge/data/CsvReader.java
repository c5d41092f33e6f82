package io.nudge.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVException;

/**
 * Reads tables in CSV, plain or gzip, UTF-8. Every column is an input, except the target columns and those ignored. Cells may
 * be quoted; blank lines are left out; inputs are numbers with a decimal point.
 *
 * <p>A header and the delimiter are found out unless {@link CsvOptions} says. There is a header where the first row has a
 * word in a column of numbers; names that are numbers themselves need {@link CsvOptions#header(boolean)}.
 *
 * <p>Safe to use from any thread: it holds nothing.
 *
 * <pre>{@code
 * Dataset flowers = CsvReader.read(Path.of("iris.csv"), CsvOptions.defaults().label("species"));
 * }</pre>
 */
public final class CsvReader {
    private static final int BUFFER = 1 << 16;
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private CsvReader() {}

    /**
     * Reads a table.
     *
     * @param file the file
     * @param options which columns are targets, and how the file is written
     * @return the data set, with the header's names as input names
     * @throws DataException if the file is missing or empty, has no such column, has rows of different length, or a cell that
     *     is missing, is not a number or is not a known class
     * @throws UncheckedIOException if the file cannot be read
     */
    public static Dataset read(Path file, CsvOptions options) {
        return Source.read(file, in -> read(in, file.toString(), options));
    }

    /**
     * Reads the names of a table's columns, to see what is there before choosing.
     *
     * @param file the file
     * @param options how the file is written; which columns are targets does not matter
     * @return the names in the header, or the columns' numbers "0", "1", ... where there is none
     * @throws DataException if the file is missing or empty
     * @throws UncheckedIOException if the file cannot be read
     */
    public static List<String> columns(Path file, CsvOptions options) {
        return Source.read(
                file,
                in -> explaining(
                        file.toString(),
                        () -> table(in, file.toString(), options).columnNames()));
    }

    static Dataset read(InputStream in, String name, CsvOptions options) throws IOException {
        return explaining(name, () -> readRows(table(in, name, options), options));
    }

    private static CsvTable table(InputStream in, String name, CsvOptions options) throws IOException {
        BufferedReader text =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), BUFFER);
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        return new CsvTable(text, name, options);
    }

    private static Dataset readRows(CsvTable table, CsvOptions options) {
        int[] targetColumns = targetColumns(table, options);
        int[] inputColumns = inputColumns(table, targetColumns, options);
        if (!table.hasNext()) {
            throw new DataException(table.name() + " has a header but no rows below it");
        }
        CsvTargets targets = CsvTargets.of(table, targetColumns, options);
        FloatBlock inputs = new FloatBlock();
        table.forEachRemaining(row -> {
            for (int column : inputColumns) {
                inputs.add(table.number(row, column));
            }
            targets.add(row);
        });
        return Dataset.owning(inputs.toArray(), inputColumns.length, targets.finish())
                .withInputNames(inputNames(table, inputColumns));
    }

    private static int[] targetColumns(CsvTable table, CsvOptions options) {
        int[] columns =
                options.labels().stream().mapToInt(table::find).distinct().toArray();
        if (options.task() == Task.CLASSIFICATION && columns.length > 1) {
            throw new DataException("a class is told by one label column, but there are %d: choose one, or regression"
                    .formatted(columns.length));
        }
        return columns;
    }

    private static int[] inputColumns(CsvTable table, int[] targetColumns, CsvOptions options) {
        IntStream ignored = options.ignored().stream().mapToInt(table::find);
        int[] taken = IntStream.concat(ignored, Arrays.stream(targetColumns)).toArray();
        int[] columns = IntStream.range(0, table.width())
                .filter(column -> Arrays.stream(taken).noneMatch(other -> other == column))
                .toArray();
        if (columns.length == 0) {
            throw new DataException("%s has no input columns: of its %d columns, none is left (is the delimiter right?)"
                    .formatted(table.name(), table.width()));
        }
        return columns;
    }

    private static List<String> inputNames(CsvTable table, int[] columns) {
        if (!table.hasHeader()) {
            return List.of();
        }
        return Arrays.stream(columns).mapToObj(table.columnNames()::get).toList();
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    /** Runs something that reads, and says of a file that is not CSV in UTF-8 what is the matter. */
    private static <T> T explaining(String name, Action<T> action) throws IOException {
        try {
            return action.run();
        } catch (UncheckedIOException failure) {
            throw explained(name, failure.getCause());
        } catch (CharacterCodingException failure) {
            throw explained(name, failure);
        }
    }

    private static IOException explained(String name, IOException failure) {
        if (failure instanceof CharacterCodingException) {
            throw new DataException(name + " is not text in UTF-8: save it as CSV in UTF-8", failure);
        }
        if (failure instanceof CSVException) {
            throw new DataException("%s is not well-formed CSV: %s".formatted(name, failure.getMessage()), failure);
        }
        return failure;
    }
}
