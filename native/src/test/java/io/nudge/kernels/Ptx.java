package io.nudge.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The PTX that ships: {@code native/kernels/ptx}. */
final class Ptx {
    static final Path KERNELS = Path.of("kernels");
    private static final Path FOLDER = KERNELS.resolve("ptx");
    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\(([^)]*)\\)");

    private static final Pattern TARGET = Pattern.compile("\\.target sm_(\\d+)");

    private static final Pattern ARRAY = Pattern.compile("\\.param \\.align 8 \\.b8 \\w+\\[(\\d+)]");

    private Ptx() {}

    /** Without {@code .ptx}. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".ptx"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .forEach(names::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    static Path path(String name) {
        return FOLDER.resolve(name + ".ptx");
    }

    static String text(String name) {
        try {
            return Files.readString(path(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The least architecture that a file is for. */
    static int target(String name) {
        Matcher target = TARGET.matcher(text(name));
        if (!target.find()) {
            throw new IllegalStateException(name + " names no target");
        }
        return Integer.parseInt(target.group(1));
    }

    /** What {@link #entries} says of an array of words of 8 bytes. */
    static final String WORDS = "words";

    /** The entries of a file, each with the types of its parameters. */
    static Map<String, List<String>> entries(String name) {
        Map<String, List<String>> entries = new TreeMap<>();
        Matcher matcher = ENTRY.matcher(text(name));
        while (matcher.find()) {
            List<String> parameters = new ArrayList<>();
            for (String parameter : matcher.group(2).split(",", -1)) {
                Matcher array = ARRAY.matcher(parameter.strip());
                boolean words = array.lookingAt() && Integer.parseInt(array.group(1)) % Long.BYTES == 0;
                parameters.add(words ? WORDS : parameter.strip().split("\\s+", -1)[1]);
            }
            entries.put(matcher.group(1), parameters);
        }
        return entries;
    }
}
