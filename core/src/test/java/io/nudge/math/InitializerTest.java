package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.RandomStream.Use;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class InitializerTest {
    private static final int OUT = 100;
    private static final int IN = 400;

    static final List<Initializer> ALL = List.of(
            Initializer.NORMAL,
            Initializer.NORMAL_SCALED,
            Initializer.GLOROT_UNIFORM,
            Initializer.GLOROT_NORMAL,
            Initializer.HE_UNIFORM,
            Initializer.HE_NORMAL,
            Initializer.ZEROS);

    private static RandomStream stream() {
        return RandomStream.of(9, Use.PARAMETERS, 0);
    }

    /** Mean, variance and, for a uniform distribution, the limit; n = 40,000, allowed are five standard deviations. */
    @ParameterizedTest
    @CsvSource({
        "normal, 1, Infinity",
        "normal-scaled, 0.0025, Infinity",
        "glorot-uniform, 0.004, 0.10954451150103322",
        "glorot-normal, 0.004, Infinity",
        "he-uniform, 0.005, 0.12247448713915890",
        "he-normal, 0.005, Infinity",
        "zeros, 0, 0"
    })
    void weightsHaveTheirMoments(String name, double variance, double limit) {
        double[] weights = Initializer.named(name).weights(OUT, IN, stream());
        assertThat(weights).hasSize(OUT * IN);
        double mean = Arrays.stream(weights).sum() / weights.length;
        double squares = Arrays.stream(weights).map(w -> w * w).sum() / weights.length;
        assertThat(mean).as("mean").isCloseTo(0, within(5 * Math.sqrt(variance / weights.length)));
        assertThat(squares).as("variance").isCloseTo(variance, within(5 * variance * Math.sqrt(2.0 / weights.length)));
        double largest = Arrays.stream(weights).map(Math::abs).max().orElseThrow();
        assertThat(largest).as("largest").isLessThanOrEqualTo(limit);
        if (Double.isFinite(limit)) {
            assertThat(largest).as("largest").isGreaterThanOrEqualTo(0.999 * limit);
        } else {
            assertThat(largest).as("a normal distribution has tails").isGreaterThan(3 * Math.sqrt(variance));
        }
    }

    @Test
    void biasesAreNormalOrZero() {
        for (Initializer each : ALL) {
            double[] biases = each.biases(10_000, stream());
            boolean normal = each.name().startsWith("normal");
            double squares = Arrays.stream(biases).map(b -> b * b).sum() / biases.length;
            assertThat(squares).as(each.name()).isCloseTo(normal ? 1 : 0, within(normal ? 0.08 : 0));
        }
    }

    @ParameterizedTest
    @FieldSource("ALL")
    void theSameStreamGivesTheSameWeights(Initializer each) {
        assertThat(each.weights(3, 4, stream())).isEqualTo(each.weights(3, 4, stream()));
        assertThat(Initializer.named(each.name())).isSameAs(each);
    }

    @Test
    void biasesContinueTheStreamOfTheWeights() {
        RandomStream stream = stream();
        double[] weights = Initializer.NORMAL.weights(2, 3, stream);
        double[] biases = Initializer.NORMAL.biases(2, stream);
        RandomStream again = stream();
        for (double each : weights) {
            assertThat(each).isEqualTo(again.normal());
        }
        for (double each : biases) {
            assertThat(each).isEqualTo(again.normal());
        }
    }

    @Test
    void givenValuesAreTaken() {
        Initializer given = Initializer.given(new double[][] {{1, 2, 3}, {4, 5, 6}}, new double[] {7, 8});
        assertThat(given.weights(2, 3, stream())).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(given.biases(2, stream())).containsExactly(7, 8);
        assertThatThrownBy(() -> given.weights(2, 4, stream()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("6 given weights", "[2, 4]", "give 8");
        assertThatThrownBy(() -> given.biases(3, stream()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("2 given biases", "3 neurons", "give 3");
    }

    @Test
    void anUnknownNameIsToldWithThoseKnown() {
        assertThatThrownBy(() -> Initializer.named("lecun"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown initializer 'lecun'; choose one of: " + Initializer.NAMES);
        assertThatThrownBy(() -> Initializer.named("normal:2")).hasMessageContaining("takes none");
    }
}
