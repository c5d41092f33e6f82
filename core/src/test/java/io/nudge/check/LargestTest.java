package io.nudge.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LargestTest {
    private static int[] largest(int most, double... values) {
        return Largest.of(values.length, most, i -> values[i]);
    }

    @Test
    void fewStayInTheirOrder() {
        assertThat(largest(3, 1, -5, 2)).containsExactly(0, 1, 2);
        assertThat(largest(3)).isEmpty();
    }

    @Test
    void ofManyTheLargestComeFirstWhateverTheirSign() {
        assertThat(largest(3, 1, -5, 2, 0, 3)).containsExactly(1, 4, 2);
    }

    @Test
    void ofEqualOnesTheFirstIsTaken() {
        assertThat(largest(2, 1, 2, -2, 2)).containsExactly(1, 2);
    }

    @Test
    void whatIsNotANumberIsShownFirst() {
        assertThat(largest(2, 1, Double.NaN, Double.POSITIVE_INFINITY)).containsExactly(1, 2);
    }

    @Test
    void theOthersAreTheRest() {
        assertThat(Largest.others(5, new int[] {3, 0})).containsExactly(1, 2, 4);
    }
}
