package io.nudge.benchmarks;

import io.nudge.tensor.BackendUnavailableException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/** Measures, and writes a table: on standard output, and in a folder beside JMH's results and its log. */
public final class Main {
    private static final int FAILURE = 1;
    private static final int USAGE = 2;
    private static final String RESULTS = "results.json";
    private static final String ENVIRONMENT = "environment.txt";

    private final Arguments arguments;
    private final PrintStream out;
    private final PrintStream err;

    private Main(Arguments arguments, PrintStream out, PrintStream err) {
        this.arguments = arguments;
        this.out = out;
        this.err = err;
    }

    /**
     * Measures and ends the process: 0, or 1 if anything could not be measured, or 2 if the arguments say nothing that can be.
     *
     * @param words see {@code --help}
     */
    public static void main(String[] words) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.exit(run(List.of(words), out, System.err));
    }

    static int run(List<String> words, PrintStream out, PrintStream err) {
        try {
            Arguments arguments = Arguments.parse(words);
            if (arguments.help()) {
                out.print(Arguments.HELP);
                return 0;
            }
            Main main = new Main(arguments, out, err);
            return arguments.from() == null ? main.measure() : main.tell();
        } catch (IllegalArgumentException | CommandLineOptionException e) {
            err.println("benchmarks: " + e.getMessage());
            return USAGE;
        } catch (BackendUnavailableException | RunnerException | IOException e) {
            err.println("benchmarks: " + e.getMessage());
            return FAILURE;
        }
    }

    private int measure() throws CommandLineOptionException, RunnerException, IOException {
        Measurement measurement = new Measurement(arguments);
        if (measurement.helped()) {
            return 0;
        }
        List<String> environment = new ArrayList<>();
        environment.add("command: `" + arguments.command() + "`");
        environment.addAll(Environment.describe(measurement.backends()));
        Path folder = Files.createDirectories(arguments.out());
        Path log = folder.resolve("log.txt");
        Path json = folder.resolve(RESULTS);
        Progress progress;
        try (PrintStream file = print(log)) {
            progress = new Progress(err, file);
            write(measurement.run(progress.format()), json);
        }
        List<Result> results = Result.read(json);
        if (results.isEmpty() && progress.failed() == 0) {
            throw new IllegalArgumentException("no benchmark has such a name; see --help");
        }
        Files.write(folder.resolve(ENVIRONMENT), environment);
        report(results, environment, folder);
        return complaints(progress, log);
    }

    /** Makes tables of what was measured before. */
    private int tell() throws IOException {
        Path from = arguments.from();
        Path json = from.resolve(RESULTS);
        Path environment = from.resolve(ENVIRONMENT);
        if (!Files.isRegularFile(json) || !Files.isRegularFile(environment)) {
            throw new IllegalArgumentException("there are no results in " + from + ": " + RESULTS + " and "
                    + ENVIRONMENT + " are needed, as an earlier run leaves them; see --help");
        }
        Path folder = Files.createDirectories(arguments.out());
        report(Result.read(json), Files.readAllLines(environment), folder);
        return 0;
    }

    private void report(List<Result> results, List<String> environment, Path folder) throws IOException {
        String table = Tables.markdown(results, environment);
        Files.writeString(folder.resolve("table.md"), table);
        out.print(table);
        if (arguments.plot()) {
            Plots.draw(results, environment, folder);
        }
        err.println("written to " + folder);
    }

    private int complaints(Progress progress, Path log) {
        if (progress.failed() > 0) {
            err.println("benchmarks: " + progress.failed() + " could not be measured; " + log + " says why");
            return FAILURE;
        }
        return 0;
    }

    private static void write(Collection<RunResult> results, Path json) throws IOException {
        try (PrintStream file = print(json)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, file).writeOut(results);
        }
    }

    private static PrintStream print(Path file) throws IOException {
        return new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8);
    }
}
