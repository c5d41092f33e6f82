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

/** The table of kernels in native/kernels/README.md. */
final class Documentation {
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    private Documentation() {}

    /** Every entry of the table, as {@code FILE:ENTRY}, with its parameters as they are written there. */
    static Map<String, List<String>> entries() {
        Map<String, List<String>> entries = new TreeMap<>();
        String file = "";
        for (String line : lines()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != 6 || !cells[2].contains("`")) {
                continue;
            }
            file = cells[1].isBlank() ? file : cells[1].strip();
            List<String> parameters = List.of(cells[3].strip().split("\\s+", -1));
            Matcher names = NAME.matcher(cells[2]);
            while (names.find()) {
                for (String each : activations(names.group(1))) {
                    add(entries, file, each, parameters);
                }
            }
        }
        return entries;
    }

    private static void add(Map<String, List<String>> entries, String file, String kernel, List<String> parameters) {
        if (kernel.equals("advance")) {
            entries.put("advance:advance", parameters);
            return;
        }
        for (Real type : Real.values()) {
            entries.put(file + type.suffix.replace('_', '.') + ":" + kernel + type.suffix, parameters);
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
