package io.nudge.emulator;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * docs/emulated-device-functions.md lists the functions that are implemented, and those that are not. It is made from the libraries;
 * {@code -Dnudge.write.docs=true} writes it anew.
 */
@EmulatedDevice
class FunctionsTest {
    private static final Path PAGE = Path.of("../docs/emulated-device-functions.md");

    /** Without the version at its end, under which a function is known to those who call it. */
    private static String plain(String name) {
        return name.replaceFirst("_v\\d$", "");
    }

    private static String section(String title, Iterable<String> names) {
        Map<String, Set<String>> bySubject = new TreeMap<>();
        for (String name : names) {
            String subject = name.replaceFirst("^(cu(?:blas)?[A-Z][a-z0-9]+).*", "$1");
            bySubject.computeIfAbsent(subject, s -> new TreeSet<>()).add("`" + plain(name) + "`");
        }
        String lines = bySubject.values().stream()
                .map(group -> "- " + String.join(", ", group) + "\n")
                .collect(joining());
        return "### " + title + "\n\n" + (lines.isEmpty() ? "- none\n" : lines) + "\n";
    }

    private static String library(String title, String library, String list) throws IOException {
        List<String> imported = Files.readAllLines(Path.of("emulator/symbols", list));
        Set<String> present = new TreeSet<>(imported);
        present.retainAll(SymbolsTest.implemented(library));
        Set<String> missing = new TreeSet<>(imported);
        missing.removeAll(present);
        return "## " + title + "\n\nJCuda 12.6.0 imports " + imported.size() + " functions, of which " + present.size()
                + " are implemented.\n\n" + section("Implemented", present) + section("Not supported", missing);
    }

    private static String page() throws IOException {
        return "# The functions of the emulated CUDA device\n\nMade from the libraries by `FunctionsTest`. What is not supported"
                + " returns `CUDA_ERROR_NOT_SUPPORTED` or\n`CUBLAS_STATUS_NOT_SUPPORTED` and says its name once on standard"
                + " error.\n\n"
                + library("The driver", "libcuda.so.1", "cuda.txt")
                + library("cuBLAS", "libcublas.so.12", "cublas.txt").stripTrailing() + "\n";
    }

    @Test
    void thePageIsUpToDate() throws IOException {
        if (Boolean.getBoolean("nudge.write.docs")) {
            Files.writeString(PAGE, page());
        }
        assertThat(Files.readString(PAGE))
                .as("run mvn -pl native test -Dtest=FunctionsTest -Dnudge.write.docs=true")
                .isEqualTo(page());
    }
}
