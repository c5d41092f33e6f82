package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.Words;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the user asked for on the command line.
 *
 * @param peers a regular expression of the entrants wanted; Nudge always is
 * @param jobs a regular expression of the jobs wanted
 * @param threads the numbers of threads to try
 * @param pace how long things take
 * @param python the command that runs Python
 * @param sources the folder of the peers' sources
 * @param out where results go
 * @param help only an explanation is wanted
 */
record Options(
        Pattern peers,
        Pattern jobs,
        List<Integer> threads,
        Contest.Pace pace,
        String python,
        Path sources,
        Path out,
        boolean help) {
    static final String HELP = """
            Measures Nudge beside other libraries, each in a process of its own, by turns, and writes tables: examples per second,
            when the first step ends, and the most memory that a process had.

              benchmarks/compare [--peers REGEX] [--jobs REGEX] [options]

              --peers REGEX     only those in whose name this is found, such as 'numpy|libtorch'; Nudge always takes part
              --jobs REGEX      only jobs in whose name this is found: 'train A', 'train B with Adam', 'infer C at 4096', ...
              --threads LIST    numbers of threads to try, of which the best counts; without it 1,N for N processors
              --rounds N        how many turns each process has, and how often a first step is timed; without it 5
              --seconds S       how long a turn is; without it 1
              --warmup S        a process is warm when it did not get more efficient for so long; without it 6
              --python COMMAND  which Python has NumPy and PyTorch; without it python3
              --out FOLDER      where table.md, results.json and log.txt go; without it a new folder in benchmarks/results
              --help            this

            Peers on the JVM come from Maven at the first use (0.8 GB). What cannot be had, or fails, is named with the reason and
            left out.
            """;

    static Options parse(List<String> words) {
        Pattern peers = Pattern.compile("");
        Pattern jobs = Pattern.compile("");
        List<Integer> threads =
                List.copyOf(new TreeSet<>(List.of(1, Runtime.getRuntime().availableProcessors())));
        double warmup = 6;
        double seconds = 1;
        int rounds = 5;
        String python = "python3";
        Path sources = Path.of("peers");
        Path out = Path.of("results");
        boolean help = false;
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "--peers" -> peers = Words.pattern(word, Words.value(word, rest));
                case "--jobs" -> jobs = Words.pattern(word, Words.value(word, rest));
                case "--threads" -> threads = threads(Words.value(word, rest));
                case "--rounds" -> rounds = whole(word, Words.value(word, rest));
                case "--seconds" -> seconds = positive(word, Words.value(word, rest));
                case "--warmup" -> warmup = positive(word, Words.value(word, rest));
                case "--python" -> python = Words.value(word, rest);
                case "--sources" -> sources = Path.of(Words.value(word, rest)); // for the script
                case "--out" -> out = Path.of(Words.value(word, rest));
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown option " + word + "; see --help");
            }
        }
        return new Options(peers, jobs, threads, new Contest.Pace(warmup, seconds, rounds), python, sources, out, help);
    }

    private static List<Integer> threads(String text) {
        return Stream.of(text.split(",", -1))
                .map(word -> whole("--threads", word))
                .toList();
    }

    private static double positive(String option, String text) {
        try {
            double number = Double.parseDouble(text);
            if (number > 0 && Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(option + " needs a positive number, not '" + text + "'");
    }

    private static int whole(String option, String text) {
        double number = positive(option, text);
        if (number != Math.rint(number)) {
            throw new IllegalArgumentException(option + " needs a whole number, not '" + text + "'");
        }
        return (int) number;
    }
}
