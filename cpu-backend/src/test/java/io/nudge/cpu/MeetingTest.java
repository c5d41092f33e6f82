package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two threads that wait for what the other one tells. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MeetingTest {
    private static final int TURNS = 2_000;

    private final Meeting meeting = new Meeting();

    private void together(Runnable zero, Runnable one) {
        try (Workers workers = new Workers(2)) {
            workers.run(
                    (part, worker) -> {
                        try {
                            (part == 0 ? zero : one).run();
                        } finally {
                            meeting.go(part);
                        }
                    },
                    2);
        }
    }

    @Test
    void whatOneWroteAndSaidBeforeItToldIsThere() {
        int[] written = new int[2];
        long[] sums = new long[2];
        together(
                () -> {
                    for (int turn = 1; turn <= TURNS; turn++) {
                        written[0] = turn;
                        meeting.say(0, 1, 4L * turn);
                        meeting.tell(0, turn);
                        assertThat(meeting.await(1, turn)).as("turn %d", turn).isTrue();
                        sums[0] += written[1] + meeting.said(1, 0);
                    }
                },
                () -> {
                    for (int turn = 1; turn <= TURNS; turn++) {
                        assertThat(meeting.await(0, turn)).as("turn %d", turn).isTrue();
                        sums[1] += written[0] + meeting.said(0, 1);
                        written[1] = 2 * turn;
                        meeting.say(1, 0, 3L * turn);
                        meeting.tell(1, turn);
                    }
                });
        long turns = TURNS * (TURNS + 1L) / 2;
        assertThat(sums).containsExactly(5 * turns, 5 * turns);
    }

    @Test
    void nobodyWaitsForOneThatIsGone() {
        meeting.tell(1, 3);
        meeting.go(1);
        assertThat(meeting.await(1, 3)).as("told before it went").isTrue();
        assertThat(meeting.await(1, 4)).as("not told").isFalse();
    }

    @Test
    void whoeverHasComeIsSeen() {
        assertThat(meeting.hasCome(0)).isFalse();
        meeting.come(0);
        assertThat(meeting.hasCome(0)).isTrue();
        assertThat(meeting.hasCome(1)).as("the other one").isFalse();
    }

    @Test
    void aNewMeetingKnowsNothingOfTheOneBefore() {
        meeting.come(0);
        meeting.tell(0, 7);
        meeting.go(1);
        meeting.begin();
        assertThat(meeting.hasCome(0)).isFalse();
        assertThat(meeting.told(0)).isZero();
        meeting.tell(1, 1);
        assertThat(meeting.await(1, 1)).isTrue();
    }
}
