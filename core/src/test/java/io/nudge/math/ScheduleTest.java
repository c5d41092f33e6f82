package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All with ten steps per epoch. */
class ScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "constant, 0, 1",
        "constant, 1000000, 1",
        "step:2:0.5, 0, 1",
        "step:2:0.5, 19, 1",
        "step:2:0.5, 20, 0.5",
        "step:2:0.5, 39, 0.5",
        "step:2:0.5, 40, 0.25",
        "step:0.5:0.1, 5, 0.1",
        "exponential:0.5, 0, 1",
        "exponential:0.5, 10, 0.5",
        "exponential:0.5, 5, 0.70710678118654752",
        "exponential:0.5, 40, 0.0625",
        "cosine:4, 0, 1",
        "cosine:4, 10, 0.85355339059327376",
        "cosine:4, 20, 0.5",
        "cosine:4, 40, 0",
        "cosine:4, 1000, 0",
        "cosine:4:0.2, 20, 0.6",
        "cosine:4:0.2, 40, 0.2",
        "cosine:4:1, 20, 1",
        "warmup:2, 0, 0.05",
        "warmup:2, 9, 0.5",
        "warmup:2, 19, 1",
        "warmup:2, 20, 1",
        "warmup:2+cosine:4, 19, 1",
        "warmup:2+cosine:4, 20, 1",
        "warmup:2+cosine:4, 40, 0.5",
        "warmup:2+cosine:4, 60, 0",
        "warmup:0.25, 0, 0.4",
        "warmup:0.25, 2, 1",
        "warmup:0.01, 0, 1",
        "warmup:1+warmup:1+step:1:0.5, 10, 0.1",
        "warmup:1+warmup:1+step:1:0.5, 30, 0.5"
    })
    void factors(String name, double step, double factor) {
        assertThat(Schedule.named(name).factor(step, 10)).isCloseTo(factor, within(1e-15));
    }

    /** A warm-up rises by the same amount at every step and is 1 at its last. */
    @ParameterizedTest
    @ValueSource(strings = {"constant", "step:3:0.5", "exponential:0.9", "cosine:5", "cosine:5:0.1"})
    void noScheduleRisesOrGoesBelowZero(String name) {
        Schedule schedule = Schedule.named(name);
        for (int step = 1; step < 100; step++) {
            assertThat(schedule.factor(step, 7)).isBetween(0.0, schedule.factor(step - 1, 7));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "constant, constant",
        "step:10:0.5, step:10.0:0.5",
        "exponential:0.9, exponential:0.9",
        "cosine:30, cosine:30.0:0.0",
        "cosine:30:0.1, cosine:30.0:0.1",
        "warmup:2, warmup:2.0+constant",
        "WarmUp:2+Cosine:28, warmup:2.0+cosine:28.0:0.0"
    })
    void everyNameIsUnderstood(String text, String name) {
        assertThat(Schedule.named(text).name()).isEqualTo(name);
        assertThat(Schedule.named(name)).isEqualTo(Schedule.named(text));
    }

    @ParameterizedTest
    @CsvSource({
        "linear, unknown schedule 'linear'; choose one of: ",
        "'', unknown schedule ''",
        "warmup:2+, unknown schedule ''",
        "warmup:2+linear, unknown schedule 'linear'",
        "step, lacks a number",
        "step:10, lacks a number",
        "cosine, lacks a number",
        "warmup+cosine:3, lacks a number",
        "constant:1, takes none",
        "exponential:0.9:1, takes at most 1",
        "constant+cosine:3, only warmup can stand before '+'",
        "step:0:0.5, epochs of a schedule must be positive",
        "step:Infinity:0.5, epochs of a schedule must be positive",
        "step:1:0, factor of a schedule must be positive",
        "exponential:-1, factor of a schedule must be positive",
        "cosine:3:1.5, must be between 0 and 1",
        "cosine:3:-0.1, must be between 0 and 1",
        "warmup:0, epochs of a schedule must be positive",
        "cosine:x, 'x' is not a number"
    })
    void whatIsWrongIsTold(String text, String complaint) {
        assertThatThrownBy(() -> Schedule.named(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(complaint);
    }
}
