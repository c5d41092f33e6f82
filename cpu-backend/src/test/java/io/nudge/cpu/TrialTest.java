package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Vectors are used once they are faster than plain loops, and never where that does not come to pass. */
@Timeout(60)
class TrialTest {
    private static final double SHORT = 0.01;

    private static final Runnable SLOW = TrialTest::spin;
    private static final Runnable FAST = TrialTest::nothing;

    private static void nothing() {}

    /** A millisecond of work. */
    private static void spin() {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < Duration.ofMillis(1).toNanos()) {
            Thread.onSpinWait();
        }
    }

    private static void awaitPassing(Trial trial) {
        while (!trial.passed()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void nothingIsPassedBeforeItWasTried() {
        assertThat(new Trial(FAST, SLOW, SHORT, false).passed()).isFalse();
    }

    @Test
    void vectorsThatAreFasterPass() {
        Trial trial = new Trial(FAST, SLOW, 10, false);
        awaitPassing(trial);
        assertThat(trial.passed()).isTrue();
    }

    @Test
    void vectorsThatAreNeverFasterDoNot() {
        Trial slow = new Trial(SLOW, FAST, SHORT, false);
        assertThat(slow.passed()).isFalse();
        awaitPassing(new Trial(FAST, SLOW, 10, false)); // trials are held one after the other
        assertThat(slow.passed()).isFalse();
    }

    @Test
    void aTrialThatIsHeldAtOnceIsOverWhenTheCallReturns() {
        Trial trial = new Trial(FAST, SLOW, 10, false);
        trial.hold();
        assertThat(trial.passed()).isTrue();
    }

    @Test
    void withoutTrialsVectorsAreUsedAtOnce() {
        assertThat(new Trial(SLOW, FAST, SHORT, true).passed()).isTrue();
    }
}
