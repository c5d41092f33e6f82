package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console console(OutputStream to) {
        return new Console(to, new PrintStream(err, true, StandardCharsets.UTF_8), true);
    }

    @Test
    void theBarIsTakenAwayBeforeALineAndDrawnAgainAfterIt() {
        Console console = console(out);
        console.bar("[==  ]");
        console.print("a line");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("[==  ]" + "\r      \r" + "[==  ]");
        console.bar("");
        assertThat(err.toString(StandardCharsets.UTF_8)).endsWith("\r      \r");
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a line" + System.lineSeparator());
    }

    @Test
    void jsonIsInUnicodeOnOneLine() {
        console(out).json(Map.of("name", "Ä\n∂"));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"name\":\"Ä\\n∂\"}\n");
    }

    @Test
    void aBrokenPipeIsNotMentioned() {
        Console console = console(failing("Broken pipe"));
        console.print("a line");
        assertThat(console.isBroken()).isTrue();
        assertThat(console.finish(ExitCode.DONE)).isEqualTo(ExitCode.UNREAD);
        assertThat(err.size()).isZero();
    }

    @Test
    void aFullDiskIs() {
        Console console = console(failing("No space left on device"));
        console.print("a line");
        assertThat(console.finish(ExitCode.DONE)).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("nudge: standard output could not be written: No space left on device");
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException(message);
            }
        };
    }

    @Test
    void progressShowsEpochSpeedAndTimeLeft() throws InterruptedException {
        Console console = console(out);
        try (Progress progress = new Progress(console, 4, 100, 1)) {
            Thread.sleep(20); // a speed needs time to have passed
            progress.reach(2, 50);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .containsPattern("epoch 2/4 \\[=+> +]  37 %, [\\d,]+ samples/s, \\d+ s left")
                .endsWith("\r");
    }
}
