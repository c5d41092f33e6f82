package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static Rounds rounds(double... rates) {
        return new Rounds(Arrays.stream(rates).boxed().toList());
    }

    @Test
    void theMedianAndTheMiddleHalfAreThoseOfTheSortedRounds() {
        Rounds rounds = rounds(5, 1, 4, 2, 3);
        assertThat(rounds.median()).isEqualTo(3);
        assertThat(rounds.lower()).isEqualTo(2);
        assertThat(rounds.upper()).isEqualTo(4);
        assertThat(rounds(1, 2).median()).as("between two rounds").isEqualTo(1.5);
        assertThat(rounds(7).lower()).as("of a single round").isEqualTo(7);
    }

    @Test
    void fasterAndSlowerAreWhatTheMiddleHalvesSay() {
        assertThat(new Comparison(rounds(20, 21, 22), rounds(10, 11, 12)).verdict())
                .isEqualTo("faster");
        assertThat(new Comparison(rounds(10, 11, 12), rounds(20, 21, 22)).verdict())
                .isEqualTo("slower");
    }

    @Test
    void whatLiesWithinTheSpreadIsNoise() {
        assertThat(new Comparison(rounds(10, 12, 14, 16), rounds(11, 13, 15, 17)).verdict())
                .isEqualTo("noise");
    }

    @Test
    void aSingleRoundThatWasHeldUpDoesNotDecide() {
        assertThat(new Comparison(rounds(20, 21, 22, 23, 1), rounds(10, 11, 12, 13, 14)).verdict())
                .isEqualTo("faster");
    }

    @Test
    void theRatioIsOfTheMedians() {
        Comparison comparison = new Comparison(rounds(30, 30, 1), rounds(20));
        assertThat(comparison.ratio()).isEqualTo(1.5);
        assertThat(comparison.text("before.json")).contains("1.50 times the speed of before.json");
    }
}
