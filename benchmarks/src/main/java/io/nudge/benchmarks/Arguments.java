package io.nudge.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What the user asked for on the command line.
 *
 * @param full the whole table, not the short profile
 * @param includes regular expressions of the benchmarks wanted, at least one of which must be found in a name; none for all
 * @param backends the backends to measure
 * @param plot whether pictures are wanted
 * @param from the folder of an earlier run, of which tables are made; null to measure
 * @param out where results go
 * @param help only an explanation is wanted
 * @param jmh what JMH is told
 */
record Arguments(
        boolean full,
        List<String> includes,
        List<String> backends,
        boolean plot,
        Path from,
        Path out,
        boolean help,
        List<String> jmh) {
    static final String HELP = """
            Measures Nudge with JMH and writes a table.

              benchmarks/run [--full] [--include REGEX] [--backend NAMES] [--plot] [--out FOLDER] [options of JMH]
              benchmarks/run --from FOLDER [--plot] [--out FOLDER]

              --full            every size, and longer: an hour or more; without it some minutes
              --include REGEX   only benchmarks in whose name this is found, such as Product or 'Step.*step$'
              --backend NAMES   such as cpu or cpu,cuda:1; without it cpu
              --plot            pictures too
              --from FOLDER     measures nothing: makes tables, and pictures, of what an earlier run left in that folder
              --out FOLDER      where table.md, results.json and log.txt go; without it a new folder in benchmarks/results
              --help            this

            Options of JMH, all of which its -h explains, go before what is said here: -prof gc counts allocated bytes,
            -p size=512x784@128 -p type=float32 chooses parameters, -f, -wi, -w, -i and -r say how often and how long; with -t 2 two
            threads measure at once, each with a backend and tensors of its own, and rates are those of both together.
            """;

    Arguments {
        includes = List.copyOf(includes);
        backends = List.copyOf(backends);
        jmh = List.copyOf(jmh);
    }

    static Arguments parse(List<String> words) {
        boolean full = false;
        boolean help = false;
        List<String> includes = new ArrayList<>();
        List<String> backends = List.of("cpu");
        boolean plot = false;
        Path from = null;
        Path out = Path.of("results");
        List<String> jmh = new ArrayList<>();
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "--full" -> full = true;
                case "--help" -> help = true;
                case "--plot" -> plot = true;
                case "--from" -> from = Path.of(Words.value(word, rest));
                case "--include" -> includes.add(Words.value(word, rest));
                case "--backend" -> backends = List.of(Words.value(word, rest).split(","));
                case "--out" -> out = Path.of(Words.value(word, rest));
                default -> {
                    if (word.startsWith("--")) {
                        throw new IllegalArgumentException("unknown option " + word + "; see --help");
                    }
                    jmh.add(word);
                }
            }
        }
        return new Arguments(full, includes, backends, plot, from, out, help, jmh);
    }

    /** The command that says this again; where results go does not count. */
    String command() {
        List<String> words = new ArrayList<>(List.of("benchmarks/run"));
        if (full) {
            words.add("--full");
        }
        includes.forEach(regex -> words.addAll(List.of("--include", "'" + regex + "'")));
        words.addAll(List.of("--backend", String.join(",", backends)));
        words.addAll(jmh);
        return String.join(" ", words);
    }
}
