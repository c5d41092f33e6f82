package io.nudge.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who takes part, and how a process is started. */
class RosterTest {
    @TempDir
    private Path folder;

    private List<String> names(String wanted) {
        return new Roster(folder, "python3", folder.resolve("log.txt"))
                .entrants(Pattern.compile(wanted)).stream().map(Entrant::name).toList();
    }

    @Test
    void nudgeComesFirstAndAlwaysTakesPart() {
        assertThat(names("DL4J|libtorch"))
                .containsExactly(
                        "Nudge", "libtorch, written out", "libtorch, autograd", "libtorch, products alone", "DL4J");
    }

    @Test
    void thereAreSevenPeersAndTheProductsOfTwo() {
        assertThat(names("")).hasSize(10);
        assertThat(names("products")).containsExactly("Nudge", "NumPy, products alone", "libtorch, products alone");
    }

    private Command command(String... words) {
        return new Command("Some peer", threads -> List.of(words), folder.resolve("log.txt"));
    }

    @Test
    void aProcessIsToldItsNumberOfThreadsInTheVariablesThatLibrariesRead() {
        Command echo = command("sh", "-c", "echo peer: ready $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS $MKL_NUM_THREADS");
        try (Conversation talk = echo.start(3)) {
            assertThat(talk.versions()).isEqualTo("3 3 3");
        }
    }

    @Test
    void whatAProcessComplainsOfIsInTheLog() {
        assertThatThrownBy(() -> command("sh", "-c", "echo oh no >&2").start(1))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("ended without an answer");
        assertThat(folder.resolve("log.txt")).hasContent("oh no");
    }

    @Test
    void aCommandThatIsNotThereCannotBeStarted() {
        assertThatThrownBy(() -> command(folder.resolve("nothing").toString()).start(1))
                .isInstanceOf(PeerException.class)
                .hasMessageStartingWith("cannot be started");
    }

    @Test
    void aPeerThatMavenCannotBuildIsTold() {
        MavenPeers maven = new MavenPeers(folder.resolve("nowhere"), folder.resolve("log.txt"));
        assertThatThrownBy(() -> maven.build("djl"))
                .isInstanceOf(PeerException.class)
                .hasMessageStartingWith("Maven");
    }

    @Test
    void theReasonOfMavenIsItsFirstErrorWithoutAddresses() {
        assertThat(MavenPeers.reason(List.of(
                        "Picked up something",
                        "[ERROR] Could not transfer a:b:1 from/to central (https://some.host/maven2): timed out",
                        "[ERROR] To see the full stack trace")))
                .isEqualTo("Could not transfer a:b:1 from/to central (…): timed out");
    }
}
