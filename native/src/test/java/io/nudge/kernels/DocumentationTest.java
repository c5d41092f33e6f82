package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of kernels in native/kernels/README.md against the PTX: the host is written by it. */
class DocumentationTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    /** Every entry of the table with the names of its parameters. */
    private static Map<String, List<String>> documented() throws IOException {
        Map<String, List<String>> entries = new TreeMap<>();
        String file = "";
        for (String line : Files.readAllLines(Ptx.KERNELS.resolve("README.md"))) {
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

    @Test
    void theTableNamesEveryEntryAndItsParameters() throws IOException {
        Map<String, Integer> shipped = new TreeMap<>();
        for (String file : Ptx.names()) {
            Ptx.entries(file).forEach((entry, parameters) -> shipped.put(file + ":" + entry, parameters.size()));
        }
        Map<String, Integer> told = new TreeMap<>();
        documented().forEach((entry, parameters) -> told.put(entry, parameters.size()));
        assertThat(told).isEqualTo(shipped);
    }

    @Test
    void everyParameterHasEightBytes() {
        for (String file : Ptx.names()) {
            Ptx.entries(file)
                    .forEach((entry, parameters) ->
                            assertThat(parameters).as(entry).isSubsetOf(".u64", ".s64", ".b64", ".f64"));
        }
    }

    @Test
    void thePtxIsForOldDriversAndSaysNothingOfWhereItWasMade() {
        for (String file : Ptx.names()) {
            assertThat(Ptx.text(file))
                    .as(file)
                    .startsWith(".version 7.0\n.target sm_60\n.address_size 64\n")
                    .doesNotContain("\n//", ".file", ".loc");
        }
    }
}
