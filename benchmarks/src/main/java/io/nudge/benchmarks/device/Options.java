package io.nudge.benchmarks.device;

import io.nudge.benchmarks.Words;
import io.nudge.benchmarks.device.DeviceSheet.Arithmetic;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the user asked for on the command line.
 *
 * @param jobs a regular expression of the trainings wanted
 * @param devices a regular expression of the devices to predict for
 * @param precision how float32 products are computed
 * @param products by whom: cublas or kernels
 * @param corrections a file of what was measured
 * @param backend the one that counts
 * @param out where results go
 * @param ladder only the ladder of products is wanted
 * @param help only an explanation is wanted
 */
record Options(
        Pattern jobs,
        Pattern devices,
        Arithmetic precision,
        String products,
        Optional<Path> corrections,
        String backend,
        Path out,
        boolean ladder,
        boolean help) {
    static final String HELP = """
            Counts what a training step does on the CUDA device, on the emulated one, and predicts from that how long it takes on
            devices of which only the data sheet is known. Nothing is measured; docs/device-model.md says how far that goes.

              benchmarks/device [--jobs REGEX] [--devices REGEX] [options]

              --jobs REGEX         only trainings in whose name this is found: 'A', 'B', 'B with Adam', 'C'
              --devices REGEX      only devices in whose name this is found, such as 'H100|T4'
              --precision NAME     products in strict, tf32, bfloat16 or float16; without it strict
              --products NAME      by cublas or by kernels, which are Nudge's own; without it cublas
              --corrections FILE   what was measured, in place of what is assumed: a table of device,figure,value,source
              --ladder             only the steps that lead to Nudge's own product, in benchmarks/src/main/kernels/ladder
              --out FOLDER         where table.md and counts.json go; without it a new folder in benchmarks/results
              --help               this
            """;

    private static final List<String> PRODUCTS = List.of("cublas", "kernels");

    static Options parse(List<String> words) {
        Pattern jobs = Pattern.compile("");
        Pattern devices = Pattern.compile("");
        Arithmetic precision = Arithmetic.FLOAT32;
        String products = PRODUCTS.get(0);
        Optional<Path> corrections = Optional.empty();
        String backend = Main.EMULATED;
        Path out = Path.of("results");
        boolean ladder = false;
        boolean help = false;
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "--jobs" -> jobs = Words.pattern(word, Words.value(word, rest));
                case "--devices" -> devices = Words.pattern(word, Words.value(word, rest));
                case "--precision" -> precision = precision(Words.value(word, rest));
                case "--products" -> products = oneOf(word, Words.value(word, rest), PRODUCTS);
                case "--corrections" -> corrections = Optional.of(Path.of(Words.value(word, rest)));
                case "--backend" ->
                    backend = oneOf(word, Words.value(word, rest), List.of(Main.EMULATED)); // for the script
                case "--out" -> out = Path.of(Words.value(word, rest));
                case "--ladder" -> ladder = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown option " + word + "; see --help");
            }
        }
        return new Options(jobs, devices, precision, products, corrections, backend, out, ladder, help);
    }

    private static Arithmetic precision(String text) {
        String name = oneOf(
                "--precision",
                text,
                Arrays.stream(Arithmetic.values()).map(Options::nameOf).toList());
        return Arrays.stream(Arithmetic.values())
                .filter(each -> nameOf(each).equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** As the backend names it. */
    static String nameOf(Arithmetic precision) {
        return precision == Arithmetic.FLOAT32 ? "strict" : precision.name().toLowerCase(Locale.ROOT);
    }

    private static String oneOf(String option, String text, List<String> choices) {
        if (!choices.contains(text)) {
            throw new IllegalArgumentException(option + " is '" + text + "'; give " + String.join(" or ", choices));
        }
        return text;
    }
}
