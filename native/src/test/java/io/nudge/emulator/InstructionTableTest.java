package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table of what is tested, docs/emulated-device-instructions.md, is made from the tests. With {@code
 * -Dnudge.emulator.table=write} it is written; without, it has to be what they say.
 */
class InstructionTableTest {
    private static final Path TABLE = Path.of("..", "docs", "emulated-device-instructions.md");
    private static final int WIDTH = 130;

    private static Map<String, Supplier<Stream<Snippet>>> families() {
        Map<String, Supplier<Stream<Snippet>>> families = new LinkedHashMap<>();
        families.put("Whole numbers", IntegerInstructionsTest::rows);
        families.put("Bits and moves", BitInstructionsTest::rows);
        families.put("float32 and float64", FloatInstructionsTest::rows);
        families.put("float16 and bfloat16", HalfInstructionsTest::rows);
        families.put("Comparisons and selections", CompareInstructionsTest::rows);
        families.put("Conversions", ConvertInstructionsTest::rows);
        families.put("Memory", MemoryInstructionsTest::rows);
        families.put("Atomics and reductions", AtomicInstructionsTest::rows);
        families.put("Warps, barriers, threads", WarpInstructionsTest::rows);
        return families;
    }

    @Test
    void tableSaysWhatIsTested() throws IOException {
        String table = table();
        if ("write".equals(System.getProperty("nudge.emulator.table"))) {
            Files.writeString(TABLE, table);
        }
        assertThat(Files.readString(TABLE))
                .as("%s; -Dnudge.emulator.table=write makes it anew", TABLE)
                .isEqualTo(table);
    }

    private static String table() {
        StringBuilder text = new StringBuilder("""
                # Instructions of the emulated device

                Made from the tests by `InstructionTableTest`: each form below is run on special and on drawn values and compared with Java, bit
                by bit or, where PTX leaves it open, within a tolerance; NVIDIA's assembler takes each program. A form is what comes after the
                instruction's name.
                """);
        families().forEach((title, rows) -> {
            Map<String, Collection<String>> forms = new TreeMap<>();
            rows.get()
                    .forEach(s -> forms.computeIfAbsent(s.opcode(), k -> new TreeSet<>())
                            .add(s.name().substring(s.opcode().length())));
            long count = forms.values().stream().mapToLong(Collection::size).sum();
            text.append("\n## %s: %d forms\n".formatted(title, count));
            forms.forEach((opcode, each) -> paragraph(text, opcode, each));
        });
        return text.toString();
    }

    private static void paragraph(StringBuilder text, String opcode, Collection<String> forms) {
        StringBuilder line = new StringBuilder("\n**").append(opcode).append("**");
        for (String form : forms) {
            String word = form.isEmpty() ? "" : " `" + form + "`";
            if (line.length() + word.length() > WIDTH) {
                text.append(line).append('\n');
                line.setLength(0);
                word = word.strip();
            }
            line.append(word);
        }
        text.append(line).append('\n');
    }
}
