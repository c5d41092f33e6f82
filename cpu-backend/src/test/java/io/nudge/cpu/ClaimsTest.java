package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts that workers claim: their own first, then those of others, each once. */
class ClaimsTest {
    private final Claims claims = new Claims(3);

    @Test
    void aWorkerTakesItsOwnPartsFirst() {
        claims.share(9);
        assertThat(IntStream.range(0, 3).map(i -> claims.take(1))).containsExactly(3, 4, 5);
        assertThat(claims.take(2)).isEqualTo(6);
        assertThat(claims.take(0)).isZero();
    }

    @Test
    void whoIsDoneTakesThoseOfTheNext() {
        claims.share(6);
        assertThat(IntStream.range(0, 6).map(i -> claims.take(2))).containsExactly(4, 5, 0, 1, 2, 3);
    }

    @Test
    void theSamePartsHaveTheSameOwnersAgain() {
        for (int round = 0; round < 3; round++) {
            claims.share(7);
            assertThat(claims.take(1)).as("round %d", round).isEqualTo(2);
        }
    }

    @Test
    void rangesMayBeGiven() {
        claims.share(new int[] {0, 1, 1, 4});
        assertThat(claims.take(2)).isEqualTo(1);
        assertThat(claims.take(1)).as("worker 1 has none of its own").isEqualTo(2);
        assertThat(claims.take(0)).isZero();
    }

    @Test
    void thereAreNoMoreThanThereAre() {
        claims.share(1);
        claims.take(0);
        assertThatThrownBy(() -> claims.take(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("taken");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "5", "64"})
    void threadsAtOnceGetEachPartOnce(int parts) {
        AtomicIntegerArray taken = new AtomicIntegerArray(parts);
        try (Workers workers = new Workers(3)) {
            for (int round = 0; round < 2000; round++) {
                claims.share(parts);
                workers.run((any, worker) -> taken.incrementAndGet(claims.take(worker)), parts);
            }
        }
        assertThat(IntStream.range(0, parts).map(taken::get)).allMatch(times -> times == 2000);
    }
}
