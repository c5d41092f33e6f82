package io.nudge.cli;

import io.nudge.data.CsvOptions;
import io.nudge.data.CsvReader;
import io.nudge.data.DataException;
import io.nudge.data.Dataset;
import io.nudge.data.Datasets;
import io.nudge.data.IdxReader;
import io.nudge.data.Task;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Where data come from. */
class SourceOptions {
    static final String DIGITS = "digits";
    static final String IRIS = "iris";
    private static final String IDX = ".*-ubyte(\\.gz)?";

    @Option(
            names = "--data",
            paramLabel = "SOURCE",
            description = "digits or iris, which are built in; a folder of IDX files, as MNIST has; or a CSV file. "
                    + "Default: digits; for a trained model its own, if built in")
    private String data;

    @Option(
            names = "--label",
            paramLabel = "COLUMN",
            split = ",",
            description =
                    "CSV: the column to predict, by name or by number from 0, -1 for the last; in regression also several")
    private List<String> labels = new ArrayList<>();

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN",
            split = ",",
            description = "CSV: columns that are neither inputs nor to be predicted")
    private List<String> ignored = new ArrayList<>();

    @Option(
            names = "--header",
            paramLabel = "yes|no",
            description = "CSV: whether the first line names the columns. Default: found out")
    private String header;

    /** The source as it was given; the digits if none was. */
    String data() {
        return data == null ? DIGITS : data;
    }

    /** The source where it is a file or a folder, else null. */
    Path file() {
        return data().equals(DIGITS) || data().equals(IRIS) ? null : path("--data", data());
    }

    boolean isGiven() {
        return data != null;
    }

    boolean namesLabel() {
        return !labels.isEmpty();
    }

    /** Takes another source, where none was given. */
    void orElse(String source) {
        data = data == null ? source : data;
    }

    /** Takes what is said of CSV files from the options of a training, where it was not given. */
    void orElse(List<String> usualLabels, List<String> usuallyIgnored, String usualHeader) {
        if (isCsv()) {
            header = header == null ? usualHeader : header;
            labels = labels.isEmpty() ? usualLabels : labels;
            ignored = ignored.isEmpty() ? usuallyIgnored : ignored;
        }
    }

    /** Reads from another place in the same way. */
    Source readFrom(String place, Task task, List<String> classNames) {
        return switch (place) {
            case DIGITS -> builtIn(new Source(DIGITS, false, Datasets.digits(), Optional.empty()));
            case IRIS -> builtIn(new Source(IRIS, true, Datasets.iris(), Optional.empty()));
            default -> file(place, task, classNames);
        };
    }

    Source read(Task task, List<String> classNames) {
        return readFrom(data(), task, classNames);
    }

    private Source builtIn(Source source) {
        refuseColumns(source.name() + " is built in and knows its classes");
        return source;
    }

    private Source file(String place, Task task, List<String> classNames) {
        Path path = path("--data", place);
        if (!Files.exists(path)) {
            throw new DataException("there is no file, folder or built-in data set '" + place
                    + "'; give digits, iris, a folder of IDX files or a CSV file");
        }
        if (Files.isDirectory(path)) {
            refuseColumns(place + " is a folder of IDX files, which have labels of their own");
            IdxReader.Folder folder = IdxReader.folder(path);
            return new Source(place, false, folder.train(), folder.test());
        }
        if (place.matches(IDX)) {
            throw new DataException(place + " is one file of IDX data; give the folder that holds images and labels");
        }
        CsvOptions options = csv().task(task).classNames(task == Task.CLASSIFICATION ? classNames : List.of());
        return new Source(place, true, CsvReader.read(path, options), Optional.empty());
    }

    /** Reads inputs alone, whatever is or is not in the columns to predict. */
    Dataset readInputs(int inputs) {
        if (data().matches(IDX)) {
            return IdxReader.images(path("--data", data()));
        }
        if (isCsv()) {
            return CsvReader.read(path("--data", data()), withoutTargets(inputs));
        }
        Source source = read(Task.CLASSIFICATION, List.of());
        return source.test().orElse(source.examples());
    }

    /** Leaves out the columns to predict, where they are there. */
    private CsvOptions withoutTargets(int inputs) {
        List<String> present = columns();
        CsvOptions options = CsvOptions.defaults();
        options = header == null ? options : options.header(hasHeader());
        for (String column : Stream.concat(ignored.stream(), labels.stream()).toList()) {
            boolean numbered = column.matches("-?\\d+") && present.size() > inputs;
            options = numbered || present.contains(column) ? options.ignore(column) : options;
        }
        return options;
    }

    /** The names of a CSV file's columns; empty for data that are no CSV file. */
    List<String> columns() {
        return isCsv() ? CsvReader.columns(path("--data", data()), csv()) : List.of();
    }

    private boolean isCsv() {
        return file() != null && !data().matches(IDX) && Files.isRegularFile(file());
    }

    private void refuseColumns(String why) {
        if (!labels.isEmpty() || !ignored.isEmpty() || header != null) {
            String option = !labels.isEmpty() ? "--label" : !ignored.isEmpty() ? "--ignore" : "--header";
            throw new UsageException(option + " is for CSV files, but " + why + "; leave it out");
        }
    }

    private CsvOptions csv() {
        CsvOptions options = CsvOptions.defaults();
        for (String label : labels) {
            options = options.label(label.strip());
        }
        for (String column : ignored) {
            options = options.ignore(column.strip());
        }
        return header == null ? options : options.header(hasHeader());
    }

    private boolean hasHeader() {
        return switch (header) {
            case "yes", "true" -> true;
            case "no", "false" -> false;
            default -> throw new UsageException("--header must be yes or no, but is '" + header + "'");
        };
    }

    static Path path(String option, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException(option + ": '" + text + "' cannot be the name of a file", e);
        }
    }

    /** A source as it can be found again from any folder. */
    static String lasting(String source) {
        return source.equals(DIGITS) || source.equals(IRIS)
                ? source
                : path("--data", source).toAbsolutePath().normalize().toString();
    }

    void describe(Settings settings) {
        settings.with("--data", lasting(data()))
                .with("--label", labels.isEmpty() ? null : String.join(",", labels))
                .with("--ignore", ignored.isEmpty() ? null : String.join(",", ignored))
                .with("--header", header == null ? null : hasHeader() ? "yes" : "no");
    }
}
