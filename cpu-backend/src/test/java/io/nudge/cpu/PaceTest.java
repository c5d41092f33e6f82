package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One thread or two, whichever is faster. */
class PaceTest {
    private static final int TURNS = 1_000;

    /** How many of so many turns had two threads. */
    private static long turnsOfTwo(Pace pace, IntToDoubleFunction time) {
        return turnsOfTwo(pace, time, TURNS);
    }

    private static long turnsOfTwo(Pace pace, IntToDoubleFunction time, int turns) {
        return IntStream.range(0, turns)
                .filter(turn -> {
                    int threads = pace.threads();
                    pace.took(threads, time.applyAsDouble(threads));
                    return threads == 2;
                })
                .count();
    }

    @Test
    void twoThreadsThatAreFasterHaveMostTurns() {
        assertThat(turnsOfTwo(new Pace(2, 2), threads -> 3 - threads)).isBetween(TURNS * 9L / 10, TURNS * 99L / 100);
    }

    @Test
    void twoThreadsThatAreSlowerHaveFew() {
        assertThat(turnsOfTwo(new Pace(2, 2), threads -> threads)).isBetween(TURNS / 100L, TURNS / 10L);
    }

    @Test
    void whatBecomesFasterIsNoticed() {
        Pace pace = new Pace(2, 2);
        turnsOfTwo(pace, threads -> threads);
        assertThat(turnsOfTwo(pace, threads -> 3 - threads)).isGreaterThan(TURNS * 8L / 10);
    }

    /** One of eight turns of two threads takes four times as long; two in a row would be needed before one thread looks better. */
    @Test
    void aTurnThatWasDisturbedChangesNothing() {
        int[] turns = {0};
        IntToDoubleFunction disturbed = threads -> threads == 1 ? 2 : ++turns[0] % 8 == 0 ? 4 : 1;
        assertThat(turnsOfTwo(new Pace(2, 2), disturbed)).isGreaterThan(TURNS * 9L / 10);
    }

    @Test
    void whatBecomesSlowerIsNoticed() {
        Pace pace = new Pace(2, 2);
        turnsOfTwo(pace, threads -> 3 - threads);
        assertThat(turnsOfTwo(pace, threads -> threads == 1 ? 2 : 4)).isLessThan(TURNS / 10);
    }

    /** As code is compiled, the faster one becomes faster still; what the other one took before says nothing then. */
    @Test
    void whatHasComeToNeedLessThanHalfIsComparedAgain() {
        Pace pace = new Pace(2, 2);
        int[] turns = {0};
        IntToDoubleFunction compiled = threads -> turns[0]++ < 14 ? 100 + threads : 10.0 / threads;
        IntStream.range(0, 14).forEach(turn -> {
            int threads = pace.threads();
            pace.took(threads, compiled.applyAsDouble(threads));
        });
        assertThat(turnsOfTwo(pace, compiled, 10)).isGreaterThan(7);
    }

    @Test
    void oneThreadStaysOne() {
        assertThat(turnsOfTwo(new Pace(1, 2), threads -> 3 - threads)).isZero();
    }

    @Test
    void whereTwoNetworksAreTrainedOnTwoProcessorsEachHasOneThread() {
        Pace.enter();
        Pace.enter();
        try {
            assertThat(new Pace(2, 2).threads()).isEqualTo(1);
            assertThat(new Pace(2, 4).threads()).isEqualTo(2);
        } finally {
            Pace.leave();
            Pace.leave();
        }
        assertThat(new Pace(2, 2).threads()).isEqualTo(2);
    }

    @Test
    void ofManyThreadsTwoAreTaken() {
        assertThat(new Pace(16, 16).threads()).isEqualTo(2);
    }
}
