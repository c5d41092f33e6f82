package io.nudge.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as its user sees it, with Nudge alone, for a moment. */
class MainTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... words) {
        List<String> all =
                new ArrayList<>(List.of("--out", folder.resolve("results").toString()));
        all.addAll(List.of(words));
        return Main.run(
                all,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void nudgeTrainsInAProcessOfItsOwn() throws Exception {
        int code = run(
                "--peers",
                "nobody",
                "--jobs",
                "train A",
                "--threads",
                "1",
                "--warmup",
                "0.03",
                "--seconds",
                "0.01",
                "--rounds",
                "1");
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).containsPattern("\\| Nudge \\| [\\d,.]+ \\(");
        assertThat(folder.resolve("results/table.md")).hasContent(out.toString(StandardCharsets.UTF_8));
        assertThat(JSON.std.mapFrom(Files.readString(folder.resolve("results/results.json"))))
                .containsKey("jobs");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .containsPattern("Nudge on 1: loss 2\\.\\d+, then [01]\\.\\d+;");
    }

    @Test
    void aNameThatNoJobHasIsToldInOneLine() {
        assertThat(run("--jobs", "train D")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("compare: no job has such a name; see --help\n");
    }

    @Test
    void anUnknownOptionIsToldInOneLine() {
        assertThat(run("--fast")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("unknown option --fast");
    }

    @Test
    void halfARoundIsRefused() {
        assertThat(run("--rounds", "0.5")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--rounds needs a whole number, not '0.5'");
    }

    @Test
    void noTimeAtAllIsRefused() {
        assertThat(run("--seconds", "0")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--seconds needs a positive number, not '0'");
    }

    @Test
    void aBrokenExpressionIsRefused() {
        assertThat(run("--peers", "(")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--peers needs a regular expression");
    }

    @Test
    void helpExplains() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("--rounds N");
    }
}
