package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SpanTest {
    private static final int LENGTH = 20;

    /** A span may know of less than there is, never of more. */
    @Test
    void neverCoversWhatWasNotAddedOrWasTakenAway() {
        Random random = new Random(1);
        for (int run = 0; run < 500; run++) {
            Span span = new Span();
            boolean[] there = new boolean[LENGTH];
            for (int step = 0; step < 10; step++) {
                int from = random.nextInt(LENGTH);
                int to = from + random.nextInt(LENGTH - from + 1);
                boolean adds = random.nextBoolean();
                if (adds) {
                    span.add(from, to);
                } else {
                    span.take(from, to);
                }
                for (int i = from; i < to; i++) {
                    there[i] = adds;
                }
                if (adds) {
                    assertThat(span.covers(from, to)).as("what was added last").isTrue();
                }
                for (int i = 0; i < LENGTH; i++) {
                    assertThat(span.covers(i, i + 1) && !there[i])
                            .as("run %d, step %d: covers element %d, which is not there", run, step, i)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void keepsTheLargerPartOfWhatIsCutInTwo() {
        Span span = new Span();
        span.add(0, 10);
        span.take(2, 3);
        assertThat(span.covers(3, 10)).isTrue();
        span.take(8, 9);
        assertThat(span.covers(3, 8)).isTrue();
        span.clear();
        assertThat(span.isEmpty()).isTrue();
    }

    @Test
    void growsByNeighboursAndStretchesOverGaps() {
        Span span = new Span();
        span.add(2, 4);
        span.add(4, 6);
        assertThat(span.covers(2, 6)).isTrue();
        span.add(8, 9);
        assertThat(span.covers(8, 9)).isTrue();
        assertThat(span.covers(2, 6)).isFalse();
        span.stretch(1, 2);
        assertThat(span.covers(1, 9)).isTrue();
    }
}
