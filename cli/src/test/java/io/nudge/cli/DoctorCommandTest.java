package io.nudge.cli;

import static io.nudge.cli.Cli.done;
import static io.nudge.cli.Cli.nudge;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether a backend can be used, where none of NVIDIA's needs be there. */
class DoctorCommandTest {
    @Test
    void whatCanBeUsedIsToldWithSomeWorkDone() {
        Cli cli = done("doctor", "--backend", "cpu");
        assertThat(cli.err()).isEmpty();
        assertThat(cli.lines())
                .filteredOn(line -> line.startsWith("ok    product "))
                .hasSize(2);
        assertThat(cli.lines())
                .filteredOn(line -> line.startsWith("ok    training "))
                .hasSize(2);
        assertThat(cli.lastLine()).isEqualTo("cpu can be used here: nudge train --backend cpu");
    }

    @Test
    void aProgramReadsOneObjectForEachFindingAndTheVerdictLast() {
        List<Map<String, Object>> rows =
                done("doctor", "--backend", "cpu", "--json").json();
        assertThat(rows.get(rows.size() - 1))
                .containsEntry("final", true)
                .containsEntry("backend", "cpu")
                .containsEntry("usable", true)
                .containsEntry("subject", null);
        assertThat(rows.subList(0, rows.size() - 1))
                .allSatisfy(row ->
                        assertThat(row).containsKeys("subject", "text", "facts").containsEntry("weight", "good"));
        assertThat(rows)
                .anySatisfy(row ->
                        assertThat(String.valueOf(row.get("facts"))).contains("type=float64", "error=0.0", "limit="));
    }

    @Test
    void aBackendThatThereIsNotIsAMistakeOfUse() {
        Cli cli = nudge("doctor", "--backend", "abacus");
        assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("--backend: unknown backend 'abacus'").hasLineCount(1);
        assertThat(cli.out()).isEmpty();
    }
}
