package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.Environment;
import io.nudge.benchmarks.peers.process.Job;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Measures Nudge and its peers, and writes a table: on standard output, and in a folder beside JSON and a log. */
public final class Main {
    private static final int FAILURE = 1;
    private static final int USAGE = 2;

    private final Options options;
    private final PrintStream out;
    private final PrintStream err;

    private Main(Options options, PrintStream out, PrintStream err) {
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /**
     * Measures and ends the process: 0, or 1 if Nudge failed or a peer came to another result, or 2 if the arguments are wrong.
     *
     * @param words see {@code --help}
     */
    public static void main(String[] words) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.exit(run(List.of(words), out, System.err));
    }

    static int run(List<String> words, PrintStream out, PrintStream err) {
        try {
            Options options = Options.parse(words);
            if (options.help()) {
                out.print(Options.HELP);
                return 0;
            }
            return new Main(options, out, err).measure();
        } catch (IllegalArgumentException e) {
            err.println("compare: " + e.getMessage());
            return USAGE;
        } catch (PeerException | IOException e) {
            err.println("compare: " + e.getMessage());
            return FAILURE;
        }
    }

    private int measure() throws IOException {
        Path data = Files.createTempDirectory("nudge-peers");
        try {
            return measure(data);
        } finally {
            try (Stream<Path> files = Files.walk(data)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private int measure(Path data) throws IOException {
        Jobs all = new Jobs(data);
        List<Job> jobs = Stream.concat(all.training().stream(), all.inference().stream())
                .filter(job -> options.jobs().matcher(job.name()).find())
                .toList();
        if (jobs.isEmpty()) {
            throw new IllegalArgumentException("no job has such a name; see --help");
        }
        Path folder = Files.createDirectories(options.out());
        List<String> environment = Environment.describe(List.of("cpu"));
        List<Entrant> entrants =
                new Roster(options.sources(), options.python(), folder.resolve("log.txt")).entrants(options.peers());
        List<String> names = entrants.stream().map(Entrant::name).toList();
        List<Outcome> outcomes = new ArrayList<>();
        for (Job job : jobs) {
            Jobs.write(job);
            outcomes.add(new Contest(options.pace(), options.threads(), err::println).hold(job, entrants));
            write(folder, new Report(environment, names, outcomes)); // what there is, if a long run is interrupted
        }
        out.print(new Report(environment, names, outcomes).markdown());
        err.println("written to " + folder);
        return outcomes.stream().flatMap(outcome -> outcome.leftOut().stream()).anyMatch(LeftOut::error) ? FAILURE : 0;
    }

    private static void write(Path folder, Report report) throws IOException {
        Files.writeString(folder.resolve("table.md"), report.markdown());
        Files.writeString(folder.resolve("results.json"), report.json());
    }
}
