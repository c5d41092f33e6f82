package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The tables of {@code docs/device-model.md} are those that {@code benchmarks/device} makes: a change of a kernel is seen in a
 * review. {@code -Dnudge.device.model=write} writes them anew.
 */
@EmulatedDevice
class DocumentTest {
    private static final Path PAGE = Path.of("../docs/device-model.md");
    private static final String BEGIN = "<!-- what benchmarks/device makes -->\n";
    private static final String END = "<!-- end -->\n";

    @Test
    void hasTheTablesThatTheCommandMakes() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(begin)
                .as("%s has the line %s and, later, %s", PAGE, BEGIN, END)
                .isBetween(BEGIN.length(), end);
        String made = made();
        if (System.getProperty("nudge.device.model", "").equals("write")) {
            Files.writeString(PAGE, page.substring(0, begin) + made + page.substring(end));
        } else {
            assertThat(page.substring(begin, end))
                    .as("%s; if the change is meant, run this test with -Dnudge.device.model=write", PAGE)
                    .isEqualTo(made);
        }
    }

    private static String made() throws IOException {
        Options options = Options.parse(List.of());
        List<Model> models = DeviceSheet.all().stream()
                .map(device -> new Model(device, DeviceFigures.assumed(device), options.precision()))
                .toList();
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return Main.count(options, Training.ALL, models, nowhere).markdown();
    }
}
