package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The table of kernels in native/kernels/README.md against the PTX: the host is written by it. */
class DocumentationTest {
    @Test
    void theTableNamesEveryEntryAndItsParameters() {
        Map<String, Integer> shipped = new TreeMap<>();
        for (String file : Ptx.names()) {
            Ptx.entries(file).forEach((entry, parameters) -> shipped.put(file + ":" + entry, parameters.size()));
        }
        Map<String, Integer> told = new TreeMap<>();
        Documentation.entries().forEach((entry, parameters) -> told.put(entry, parameters.size()));
        assertThat(told).isEqualTo(shipped);
    }

    @Test
    void everyParameterHasEightBytes() {
        for (String file : Ptx.names()) {
            Ptx.entries(file).forEach((entry, parameters) -> {
                int single = parameters.size() - (entry.matches("(whole_steps|(forward|backward)_layers)_.*") ? 1 : 0);
                assertThat(parameters.subList(0, single)).as(entry).isSubsetOf(".u64", ".s64", ".b64", ".f64");
                assertThat(parameters.subList(single, parameters.size()))
                        .as("the end of %s", entry)
                        .isSubsetOf(Ptx.WORDS);
            });
        }
    }

    @Test
    void thePtxIsForOldDriversAndSaysNothingOfWhereItWasMade() {
        for (String file : Ptx.names()) {
            assertThat(Ptx.text(file))
                    .as(file)
                    .startsWith(".version 7.0\n.target sm_" + (file.startsWith("fused_tensor.") ? 80 : 60)
                            + "\n.address_size 64\n")
                    .doesNotContain("\n//", ".file", ".loc");
        }
    }
}
