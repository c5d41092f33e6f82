package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class CostTest {
    static final List<Cost> COSTS = List.of(
            Cost.QUADRATIC,
            Cost.HALF_QUADRATIC,
            Cost.MEAN_SQUARED_ERROR,
            Cost.BINARY_CROSS_ENTROPY,
            Cost.CATEGORICAL_CROSS_ENTROPY);

    @Test
    void termsAndGradientsByHand() {
        assertThat(Cost.QUADRATIC.term(0.5, 2, 4)).isEqualTo(2.25);
        assertThat(Cost.QUADRATIC.gradient(0.5, 2, 4)).isEqualTo(-3);
        assertThat(Cost.HALF_QUADRATIC.term(0.5, 2, 4)).isEqualTo(1.125);
        assertThat(Cost.HALF_QUADRATIC.gradient(0.5, 2, 4)).isEqualTo(-1.5);
        assertThat(Cost.MEAN_SQUARED_ERROR.term(0.5, 2, 4)).isEqualTo(0.5625);
        assertThat(Cost.MEAN_SQUARED_ERROR.gradient(0.5, 2, 4)).isEqualTo(-0.75);
        assertThat(Cost.BINARY_CROSS_ENTROPY.term(0.25, 1, 4)).isCloseTo(Math.log(4), within(1e-15));
        assertThat(Cost.BINARY_CROSS_ENTROPY.term(0.25, 0, 4)).isCloseTo(Math.log(4.0 / 3), within(1e-15));
        assertThat(Cost.BINARY_CROSS_ENTROPY.gradient(0.25, 1, 4)).isEqualTo(-4);
        assertThat(Cost.CATEGORICAL_CROSS_ENTROPY.term(0.25, 0.5, 4)).isCloseTo(Math.log(2), within(1e-15));
        assertThat(Cost.CATEGORICAL_CROSS_ENTROPY.gradient(0.25, 0.5, 4)).isEqualTo(-2);
    }

    @ParameterizedTest
    @FieldSource("COSTS")
    void theGradientIsTheLimitOfDifferencesOfTheTerm(Cost cost) {
        double h = 1e-6;
        for (double a = 0.1; a < 0.95; a += 0.1) {
            for (double y : new double[] {0, 0.3, 1}) {
                double difference = (cost.term(a + h, y, 3) - cost.term(a - h, y, 3)) / (2 * h);
                assertThat(cost.gradient(a, y, 3))
                        .as("%s at %s, %s", cost.name(), a, y)
                        .isCloseTo(difference, within(1e-8));
            }
        }
    }

    /** The whole way from z to C₀, fused or not, for every activation that the cost goes with. */
    @ParameterizedTest
    @FieldSource("COSTS")
    void deltaIsTheLimitOfDifferencesOfTheCost(Cost cost) {
        double[] z = {0.3, -1.2, 2};
        double[] y = {0.2, 0.7, 0.4};
        for (Activation f : List.of(Activation.SIGMOID, Activation.SOFTMAX, Activation.TANH, Activation.IDENTITY)) {
            if (goesWith(cost, f)) {
                double[] delta = new double[3];
                cost.delta(f, z, values(f, z), y, delta);
                for (int j = 0; j < 3; j++) {
                    double difference = (moved(cost, f, z, y, j, 1e-5) - moved(cost, f, z, y, j, -1e-5)) / 2e-5;
                    assertThat(delta[j])
                            .as("%s after %s", cost.name(), f.name())
                            .isCloseTo(difference, within(1e-9));
                }
            }
        }
    }

    private static boolean goesWith(Cost cost, Activation f) {
        try {
            cost.requireOutput(f);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static double[] values(Activation f, double[] z) {
        double[] a = z.clone();
        f.values(a, a);
        return a;
    }

    private static double moved(Cost cost, Activation f, double[] z, double[] y, int j, double by) {
        double[] other = z.clone();
        other[j] += by;
        return cost.example(f, other, values(f, other), y);
    }

    // ---- fused with the activation ----------------------------------------------------------------------------------

    @Test
    void crossEntropiesAreFusedWithTheirActivation() {
        assertThat(Cost.BINARY_CROSS_ENTROPY.fusesWith(Activation.SIGMOID)).isTrue();
        assertThat(Cost.BINARY_CROSS_ENTROPY.fusesWith(Activation.SOFTMAX)).isFalse();
        assertThat(Cost.CATEGORICAL_CROSS_ENTROPY.fusesWith(Activation.SOFTMAX)).isTrue();
        assertThat(Cost.CATEGORICAL_CROSS_ENTROPY.fusesWith(Activation.SIGMOID)).isFalse();
        assertThat(Cost.QUADRATIC.fusesWith(Activation.SIGMOID)).isFalse();
    }

    @Test
    void fusedTheyAreExactWhereTheOutputSaturates() {
        for (double z : new double[] {-1000, -90, -1, 0, 1, 90, 1000}) {
            double[] sums = {z};
            double[] a = values(Activation.SIGMOID, sums);
            assertThat(Cost.BINARY_CROSS_ENTROPY.example(Activation.SIGMOID, sums, a, new double[] {0}))
                    .as("not at z = %s", z)
                    .isCloseTo(Activation.SOFTPLUS.value(z), within(1e-13));
            assertThat(Cost.BINARY_CROSS_ENTROPY.example(Activation.SIGMOID, sums, a, new double[] {1}))
                    .as("yes at z = %s", z)
                    .isCloseTo(Activation.SOFTPLUS.value(-z), within(1e-13));
        }
        double[] pair = {1000, -1000};
        double[] a = values(Activation.SOFTMAX, pair);
        assertThat(Cost.CATEGORICAL_CROSS_ENTROPY.example(Activation.SOFTMAX, pair, a, new double[] {0, 1}))
                .isEqualTo(2000);
        assertThat(Cost.CATEGORICAL_CROSS_ENTROPY.example(Activation.SOFTMAX, pair, a, new double[] {1, 0}))
                .isZero();
    }

    @Test
    void fusedTheErrorIsTheDifference() {
        double[] z = {1000, -1000, 0.5};
        double[] y = {0.25, 0, 0.75};
        double[] a = values(Activation.SIGMOID, z);
        double[] delta = new double[3];
        Cost.BINARY_CROSS_ENTROPY.delta(Activation.SIGMOID, z, a, y, delta);
        assertThat(delta).containsExactly(0.75, 0, a[2] - 0.75);
        a = values(Activation.SOFTMAX, z);
        Cost.CATEGORICAL_CROSS_ENTROPY.delta(Activation.SOFTMAX, z, a, y, delta);
        assertThat(delta).as("targets that add up to 1").containsExactly(0.75, 0, -0.75);
        Cost.CATEGORICAL_CROSS_ENTROPY.delta(Activation.SOFTMAX, z, a, new double[] {1, 1, 0}, delta);
        assertThat(delta).as("targets that add up to 2").containsExactly(1, -1, 0);
    }

    @Test
    void fusedOrNotTheyAgreeWhereNothingSaturates() {
        double[] z = {0.3, -1.2, 2};
        double[] y = {0.2, 0.7, 0.1};
        for (Activation f : List.of(Activation.SIGMOID, Activation.SOFTMAX)) {
            Cost cost = f == Activation.SIGMOID ? Cost.BINARY_CROSS_ENTROPY : Cost.CATEGORICAL_CROSS_ENTROPY;
            double[] a = values(f, z);
            double terms = 0;
            for (int j = 0; j < 3; j++) {
                terms += cost.term(a[j], y[j], 3);
            }
            assertThat(cost.example(f, z, a, y)).isCloseTo(terms, within(1e-14));
        }
    }

    /** Without fusion a 0 counts as the least normal float32, so that the cost stays finite. */
    @Test
    void notFusedTheLogarithmIsLimited() {
        double most = -Math.log(0x1.0p-126);
        assertThat(Cost.CATEGORICAL_CROSS_ENTROPY.term(0, 1, 2)).isEqualTo(most);
        assertThat(Cost.BINARY_CROSS_ENTROPY.term(1, 0, 2)).isEqualTo(most);
        assertThat(Cost.BINARY_CROSS_ENTROPY.gradient(0, 1, 2)).isEqualTo(1 - 0x1.0p126);
    }

    // ---- names and combinations -------------------------------------------------------------------------------------

    @Test
    void everyNameIsUnderstood() {
        for (Cost cost : COSTS) {
            assertThat(Cost.named(cost.name(), Activation.SIGMOID)).isEqualTo(cost);
        }
        assertThat(Cost.named("cross-entropy", Activation.SOFTMAX)).isEqualTo(Cost.CATEGORICAL_CROSS_ENTROPY);
        assertThat(Cost.named("Cross-Entropy", Activation.SIGMOID)).isEqualTo(Cost.BINARY_CROSS_ENTROPY);
        assertThatThrownBy(() -> Cost.named("hinge", Activation.SIGMOID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown cost 'hinge'; choose one of: " + Cost.NAMES);
        assertThatThrownBy(() -> Cost.named("quadratic:2", Activation.SIGMOID)).hasMessageContaining("takes none");
    }

    @Test
    void aLogarithmNeedsProbabilities() {
        for (Cost cost : List.of(Cost.BINARY_CROSS_ENTROPY, Cost.CATEGORICAL_CROSS_ENTROPY)) {
            assertThatCode(() -> cost.requireOutput(Activation.SIGMOID)).doesNotThrowAnyException();
            assertThatCode(() -> cost.requireOutput(Activation.SOFTMAX)).doesNotThrowAnyException();
            assertThatThrownBy(() -> cost.requireOutput(Activation.TANH))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(cost.name(), "'tanh'", "use sigmoid or softmax");
        }
        assertThatCode(() -> Cost.QUADRATIC.requireOutput(Activation.RELU)).doesNotThrowAnyException();
    }
}
