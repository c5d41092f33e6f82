package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @Test
    void theCommandsAreListed() {
        assertThat(done("--help").out())
                .contains(
                        "train", "evaluate", "predict", "explain", "check", "bench", "backends", "doctor", "Examples:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "evaluate", "predict", "explain", "check", "bench", "backends", "doctor"})
    void everyCommandHasHelpWithExamples(String command) {
        Cli cli = done(command, "--help");
        assertThat(cli.out()).startsWith("Usage: nudge " + command).contains("Examples:", "--json", "--stacktrace");
        assertThat(cli.err()).isEmpty();
        assertThat(cli.lines()).allMatch(line -> line.length() <= 110, "at most 110 columns");
    }

    @Test
    void theVersionIsTold() {
        assertThat(done("--version").out()).matches("nudge \\d+\\.\\d+\\.\\d+\\S* \\(Java .*\\)\\R");
    }

    @Test
    void backendsAreListed() {
        assertThat(done("backends").out()).contains("cpu:0", "the one that auto takes");
        assertThat(done("backends", "--json").json())
                .anySatisfy(
                        row -> assertThat(row).containsEntry("backend", "cpu").containsEntry("available", true));
        assertThat(done("backends", "--json").json())
                .filteredOn(row -> row.get("auto").equals(true))
                .hasSize(1);
    }
}
