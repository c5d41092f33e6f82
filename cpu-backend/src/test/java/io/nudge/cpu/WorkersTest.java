package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private static final int PARTS = 100;

    private final Workers workers = new Workers(3);

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void doEveryPartOnce() {
        for (int round = 0; round < 300; round++) {
            AtomicIntegerArray done = new AtomicIntegerArray(PARTS);
            workers.run((part, worker) -> done.incrementAndGet(part), PARTS);
            for (int part = 0; part < PARTS; part++) {
                assertThat(done.get(part))
                        .as("part %d of round %d", part, round)
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void neverShareAWorkersNumber() {
        AtomicIntegerArray inside = new AtomicIntegerArray(workers.count());
        workers.run(
                (part, worker) -> {
                    assertThat(inside.incrementAndGet(worker)).isEqualTo(1);
                    inside.decrementAndGet(worker);
                },
                10 * PARTS);
    }

    @Test
    void passOnWhatTheFirstPartToFailThrowsAndWorkOn() {
        for (int round = 0; round < 300; round++) {
            assertThatThrownBy(() -> workers.run(
                            (part, worker) -> {
                                if (part >= 3) {
                                    throw new IllegalStateException("part " + part);
                                }
                            },
                            PARTS))
                    .as("round %d", round)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("part 3");
        }
        doEveryPartOnce();
    }

    @Test
    void wakeUpFromSleep() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            doEveryPartOnce();
            awaitSleepOfOthers();
        }
    }

    /** Others than the caller have searched long enough and wait. */
    private static void awaitSleepOfOthers() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            while (thread.getName().startsWith("nudge-cpu-")
                    && thread.getState() != Thread.State.WAITING
                    && thread.isAlive()) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void keepAnInterruptForTheCaller() {
        Thread.currentThread().interrupt();
        doEveryPartOnce();
        assertThat(Thread.interrupted()).isTrue();
    }
}
