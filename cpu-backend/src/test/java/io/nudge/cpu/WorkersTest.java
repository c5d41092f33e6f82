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
    void passOnWhatAPartThrowsAndWorkOn() {
        assertThatThrownBy(() -> workers.run(
                        (part, worker) -> {
                            throw new IllegalStateException("part " + part);
                        },
                        PARTS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("part ");
        doEveryPartOnce();
    }

    @Test
    void keepAnInterruptForTheCaller() {
        Thread.currentThread().interrupt();
        doEveryPartOnce();
        assertThat(Thread.interrupted()).isTrue();
    }
}
