package io.nudge.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a CSV file is to be read: an immutable value; each method gives a changed copy. A column is chosen by its number, from
 * 0, or from the end as −1 for the last; what is not such a number is a name in the header.
 *
 * <pre>{@code
 * CsvOptions flowers = CsvOptions.defaults().label("species");
 * CsvOptions houses = CsvOptions.defaults().label(-1).ignore("id").task(Task.REGRESSION);
 * CsvOptions toPredict = CsvOptions.defaults();
 * }</pre>
 *
 * @param labels the target columns; empty to read inputs only
 * @param ignored columns that are neither inputs nor targets
 * @param task whether the target column holds classes or numbers
 * @param header whether the first line names the columns; empty to find out
 * @param delimiter what stands between two cells; empty to find out (a tab, a semicolon or a comma)
 * @param classNames the classes in the order of their labels, as of a saved model; empty to take them from the file, numbers
 *     in the order of numbers, names in the order of their letters
 */
public record CsvOptions(
        List<String> labels,
        List<String> ignored,
        Task task,
        Optional<Boolean> header,
        Optional<Character> delimiter,
        List<String> classNames) {

    /** Copies the lists. */
    public CsvOptions {
        labels = List.copyOf(labels);
        ignored = List.copyOf(ignored);
        classNames = List.copyOf(classNames);
        Checks.checkNames(classNames, "class");
    }

    /**
     * Inputs only; header and delimiter are found out.
     *
     * @return the options to start from
     */
    public static CsvOptions defaults() {
        return new CsvOptions(List.of(), List.of(), Task.CLASSIFICATION, Optional.empty(), Optional.empty(), List.of());
    }

    /**
     * Adds a target column. A class needs one, numbers may need more.
     *
     * @param column its number or name
     * @return changed options
     */
    public CsvOptions label(String column) {
        return new CsvOptions(with(labels, column), ignored, task, header, delimiter, classNames);
    }

    /**
     * Adds a target column.
     *
     * @param column its number, from 0; negative from the end
     * @return changed options
     */
    public CsvOptions label(int column) {
        return label(Integer.toString(column));
    }

    /**
     * Adds a column to leave out.
     *
     * @param column its number or name
     * @return changed options
     */
    public CsvOptions ignore(String column) {
        return new CsvOptions(labels, with(ignored, column), task, header, delimiter, classNames);
    }

    /**
     * Says what the target columns hold.
     *
     * @param wanted classes or numbers
     * @return changed options
     */
    public CsvOptions task(Task wanted) {
        return new CsvOptions(labels, ignored, wanted, header, delimiter, classNames);
    }

    /**
     * Says whether the first line names the columns.
     *
     * @param present true for names, false for data
     * @return changed options
     */
    public CsvOptions header(boolean present) {
        return new CsvOptions(labels, ignored, task, Optional.of(present), delimiter, classNames);
    }

    /**
     * Says what stands between two cells.
     *
     * @param between the delimiter
     * @return changed options
     */
    public CsvOptions delimiter(char between) {
        return new CsvOptions(labels, ignored, task, header, Optional.of(between), classNames);
    }

    /**
     * Gives the classes, so that labels mean the same as in a saved model. A class that is not among them is then an error.
     *
     * @param names the name of class 0, of class 1 and so on
     * @return changed options
     * @throws DataException if a name is blank or appears twice
     */
    public CsvOptions classNames(List<String> names) {
        return new CsvOptions(labels, ignored, task, header, delimiter, names);
    }

    private static List<String> with(List<String> columns, String another) {
        return Stream.concat(columns.stream(), Stream.of(another)).toList();
    }
}
