package io.nudge.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of kernels in native/kernels/README.md. */
final class Documentation {
    /** What variants that store no copy are said to copy. */
    static final String NOTHING = "nothing";

    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    private Documentation() {}

    /** Takes a line of a table. */
    private interface Line {
        void take(String file, String kernel, String cell);
    }

    /** Every entry of the tables, as {@code FILE:ENTRY}, with its parameters as they are written there. */
    static Map<String, List<String>> entries() {
        Map<String, List<String>> entries = new TreeMap<>();
        table(6, (file, kernel, cell) -> add(entries, file, kernel, List.of(cell.split("\\s+", -1))));
        copied().forEach((kernel, of) -> {
            for (Half half : Half.values()) {
                List<String> parameters = new ArrayList<>(entries.get(name(kernel, Real.F32.suffix)));
                if (!of.equals(NOTHING)) {
                    parameters.add("stored!");
                }
                entries.put(name(kernel, half.suffix), parameters);
            }
        });
        return entries;
    }

    /** Every kernel with variants of 16 bits, as {@code FILE:KERNEL}, and which of its arrays they store a copy of. */
    static Map<String, String> copied() {
        Map<String, String> copied = new TreeMap<>();
        table(5, (file, kernel, cell) -> copied.put(file + ":" + kernel, cell));
        return copied;
    }

    /** Of {@code FILE:KERNEL} what {@link #entries} calls its entry of a type. */
    static String name(String kernel, String suffix) {
        return kernel.replace(":", suffix.replace('_', '.') + ":") + suffix;
    }

    private static void table(int cellsInLine, Line take) {
        String file = "";
        for (String line : lines()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != cellsInLine || !cells[2].contains("`")) {
                continue;
            }
            file = cells[1].isBlank() ? file : cells[1].strip();
            Matcher names = NAME.matcher(cells[2]);
            while (names.find()) {
                for (String each : activations(names.group(1))) {
                    take.take(file, each, cells[3].strip());
                }
            }
        }
    }

    private static void add(Map<String, List<String>> entries, String file, String kernel, List<String> parameters) {
        String name = file + ":" + kernel;
        switch (kernel) {
            case "advance" -> entries.put(name, parameters);
            case "round" -> {
                for (Half half : Half.values()) {
                    entries.put(name(name, half.suffix), parameters);
                }
            }
            default -> {
                if (file.equals("fused_tensor")) {
                    for (String suffix : List.of("_tf32", Half.BF16.suffix, Half.F16.suffix)) {
                        entries.put(name(name, suffix), parameters);
                    }
                    return;
                }
                for (Real type : Real.values()) {
                    entries.put(name(name, type.suffix), parameters);
                }
            }
        }
    }

    private static List<String> activations(String kernel) {
        if (!kernel.endsWith("_NAME")) {
            return List.of(kernel);
        }
        List<String> all = new ArrayList<>();
        for (Sigma f : Sigma.values()) {
            all.add(kernel.replace("NAME", f.entry));
        }
        return all;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(Ptx.KERNELS.resolve("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
