package io.nudge.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0",
                "0.0012345|0.00123",
                "1.2|1.20",
                "9.996|10.0",
                "99.96|100",
                "999.6|1,000",
                "412345|412,000",
                "NaN|NaN",
                "Infinity|Infinity"
            })
    void aNumberHasThreeDigits(double value, String text) {
        assertThat(Figures.number(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.500 ns", "999, 999 ns", "1000, 1.00 µs", "2.5e6, 2.50 ms", "61e9, 61.0 s"})
    void aTimeHasTheUnitThatKeepsItShort(double nanoseconds, String text) {
        assertThat(Figures.time(nanoseconds)).isEqualTo(text);
    }

    @Test
    void aRangeIsInTheUnitOfWhatLiesBetween() {
        assertThat(Figures.range(900, 2100, 1500)).isEqualTo("0.900–2.10 µs");
    }
}
