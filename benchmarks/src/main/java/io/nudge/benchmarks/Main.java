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
            return new Main(arguments, out, err).measure();
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
        Path json = folder.resolve("results.json");
        Progress progress;
        try (PrintStream file = print(log)) {
            progress = new Progress(err, file);
            write(measurement.run(progress.format()), json);
        }
        List<Result> results = Result.read(json);
        if (results.isEmpty() && progress.failed() == 0) {
            throw new IllegalArgumentException("no benchmark has such a name; see --help");
        }
        String table = Tables.markdown(results, environment);
        Files.writeString(folder.resolve("table.md"), table);
        out.print(table);
        err.println("written to " + folder);
        return complaints(progress, log);
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
