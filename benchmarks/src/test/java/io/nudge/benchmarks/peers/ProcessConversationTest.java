package io.nudge.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.benchmarks.peers.process.PeerProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The two ends of the protocol, with pipes between them; and answers that no peer of ours gives. */
class ProcessConversationTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final long FIVE_SECONDS_AGO = System.nanoTime() - 5_000_000_000L;

    private final FakePeer peer = new FakePeer();
    private final AtomicBoolean ended = new AtomicBoolean();
    private Thread serving;

    private ProcessConversation withFakePeer() throws IOException {
        PipedOutputStream commands = new PipedOutputStream();
        PipedInputStream heard = new PipedInputStream(commands);
        PipedInputStream answers = new PipedInputStream();
        PrintStream says = new PrintStream(new PipedOutputStream(answers), true, StandardCharsets.UTF_8);
        serving = new Thread(() -> {
            says.println("Some library: a line that is no answer");
            PeerProcess.serve(() -> peer, heard, says);
            says.close();
        });
        serving.start();
        return new ProcessConversation(answers, commands, LONG, ProcessHandle.current(), 0, () -> {
            try {
                commands.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private ProcessConversation thatSays(String lines) {
        InputStream answers = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
        return new ProcessConversation(
                answers,
                OutputStream.nullOutputStream(),
                LONG,
                ProcessHandle.current(),
                FIVE_SECONDS_AGO,
                () -> ended.set(true));
    }

    @AfterEach
    void thePeerEndsWithItsInput() throws InterruptedException {
        if (serving != null) {
            serving.join();
        }
    }

    @Test
    void aPeerSaysItsVersionsFirst() throws Exception {
        try (Conversation talk = withFakePeer()) {
            assertThat(talk.versions()).isEqualTo("Fake 1.0, with a space");
        }
    }

    @Test
    void aPeerIsToldTheWholeJob() throws Exception {
        try (Conversation talk = withFakePeer()) {
            talk.prepare(FakePeer.JOB);
            assertThat(peer.prepared).isEqualTo(FakePeer.JOB);
        }
    }

    @Test
    void aPeerDoesAsManyStepsAsItIsToldAndTellsItsLoss() throws Exception {
        try (Conversation talk = withFakePeer()) {
            talk.steps(50);
            assertThat(talk.loss()).isEqualTo(50);
        }
    }

    @Test
    void aRunIsAtLeastOneStep() throws Exception {
        try (Conversation talk = withFakePeer()) {
            assertThat(talk.run(1e-9).perSecond()).isPositive();
            assertThat(talk.loss()).isEqualTo(1);
        }
    }

    @Test
    void theReasonOfAFailureIsToldInOneLine() throws Exception {
        try (Conversation talk = withFakePeer()) {
            assertThatThrownBy(() -> talk.steps(1000))
                    .isInstanceOf(PeerException.class)
                    .hasMessage("java.lang.IllegalStateException: a thousand steps are enough");
        }
    }

    @Test
    void theRateOfARunIsStepsOverSeconds() {
        try (Conversation talk = thatSays("peer: ready\npeer: ran 30 1.5\n")) {
            assertThat(talk.run(1).perSecond()).isEqualTo(20);
        }
    }

    @Test
    void anAgeIsCountedFromTheStartThatItWasToldOf() {
        try (Conversation talk = thatSays("peer: ready\n")) {
            assertThat(talk.age()).isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void aPeerThatCannotBeginIsEnded() {
        assertThatThrownBy(() -> thatSays("peer: failed No module named numpy\n"))
                .hasMessage("No module named numpy");
        assertThat(ended).isTrue();
    }

    @Test
    void anEndWithoutAnAnswerIsAFailure() {
        try (Conversation talk = thatSays("peer: ready\n")) {
            assertThatThrownBy(talk::loss)
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("ended without an answer");
        }
    }

    @Test
    void anAnswerToSomethingElseIsAFailure() {
        try (Conversation talk = thatSays("peer: ready\npeer: prepared\n")) {
            assertThatThrownBy(talk::loss)
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("answered 'prepared' to a wait for loss");
        }
    }

    @Test
    void aLossThatIsNoNumberIsAFailure() {
        try (Conversation talk = thatSays("peer: ready\npeer: loss low\n")) {
            assertThatThrownBy(talk::loss)
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("'low', which is not a number");
        }
    }

    @Test
    void aRunWithoutSecondsIsAFailure() {
        try (Conversation talk = thatSays("peer: ready\npeer: ran 30\n")) {
            assertThatThrownBy(() -> talk.run(1))
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("'30', which are not steps and seconds");
        }
    }

    @Test
    void aPeerThatSaysNothingIsNotWaitedForForever() throws Exception {
        try (PipedOutputStream silent = new PipedOutputStream();
                InputStream answers = new PipedInputStream(silent)) {
            assertThatThrownBy(() -> new ProcessConversation(
                            answers,
                            OutputStream.nullOutputStream(),
                            Duration.ofMillis(1),
                            ProcessHandle.current(),
                            0,
                            () -> ended.set(true)))
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("gave no answer");
            assertThat(ended).isTrue();
        }
    }
}
