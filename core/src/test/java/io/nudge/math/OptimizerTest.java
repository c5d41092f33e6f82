package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule over three steps with the gradients 1, 1 and −2 from w = 1, worked out by hand. */
class OptimizerTest {
    private static final double[] GRADIENTS = {1, 1, -2};

    @Test
    void sgd() {
        assertSteps(new Optimizer.Sgd(0.5), 0.5, 0, 1);
    }

    /** v = −½, −¾, 5/8. */
    @Test
    void momentum() {
        assertSteps(new Optimizer.Momentum(0.5, 0.5), 0.5, -0.25, 0.375);
    }

    /** v as with momentum; w moves by ½ v − ½ g: −¾, −7/8, 21/16. */
    @Test
    void nesterov() {
        assertSteps(new Optimizer.Nesterov(0.5, 0.5), 0.25, -0.625, 0.6875);
    }

    /** s = ¾, 15/16, 207/64 with ρ = ¼; w moves by −½ g / √s. */
    @Test
    void rmsProp() {
        double first = 1 - 0.5 / Math.sqrt(0.75);
        double second = first - 0.5 / Math.sqrt(0.9375);
        double third = second + 1 / Math.sqrt(0.25 * 0.9375 + 0.75 * 4);
        assertSteps(new Optimizer.RmsProp(0.5, 0.25, 1e-15), first, second, third);
    }

    /** A constant gradient has the corrected means g and g², so the first two steps are the rate. */
    @Test
    void adam() {
        // m = 0.5, 0.75, −0.625 and v = 0.25, 0.4375, 1.328125 with β₁ = ½, β₂ = ¾; corrections ½ ¾ ⅞ and ¼ 7/16 37/64
        double third = 0 + 0.5 * (0.625 / 0.875) / Math.sqrt(1.328125 / 0.578125);
        assertSteps(new Optimizer.Adam(0.5, 0.5, 0.75, 1e-15), 0.5, 0, third);
    }

    @Test
    void adamWithEpsilon() {
        Optimizer adam = new Optimizer.Adam(0.5, 0.5, 0.75, 1);
        assertThat(adam.step(1, 1, new double[2], adam.row(1, 0), true))
                .as("1 − ½ · 1/(1 + 1)")
                .isEqualTo(0.75);
    }

    /** w is decayed first, by the rate times λ, and Adam's step does not see it. */
    @Test
    void adamW() {
        Optimizer adamW = new Optimizer.AdamW(0.5, 0.5, 0.75, 1e-15, 0.25);
        assertThat(adamW.step(2, 1, new double[2], adamW.row(1, 0), true))
                .as("a weight")
                .isCloseTo(2 - 0.25 - 0.5, within(1e-14));
        assertThat(adamW.step(2, 1, new double[2], adamW.row(1, 0), false))
                .as("a bias")
                .isCloseTo(1.5, within(1e-14));
        assertThat(adamW.step(2, 1, new double[2], adamW.row(0.5, 0), true))
                .as("at half the rate")
                .isCloseTo(2 - 0.125 - 0.25, within(1e-14));
    }

    private static void assertSteps(Optimizer optimizer, double... expected) {
        double w = 1;
        double[] state = new double[optimizer.slots()];
        for (int step = 0; step < expected.length; step++) {
            w = optimizer.step(w, GRADIENTS[step], state, optimizer.row(1, step), true);
            assertThat(w).as("%s, step %d", optimizer.name(), step).isCloseTo(expected[step], within(1e-13));
        }
    }

    @Test
    void theRowOfAStepHasRateAndCorrections() {
        assertThat(new Optimizer.Sgd(0.5).row(0.25, 7)).containsExactly(0.125, 1, 1);
        assertThat(new Optimizer.Momentum(0.5, 0.9).row(1, 0)).hasSize(Optimizer.COLUMNS);
        assertThat(new Optimizer.Adam(0.5, 0.5, 0.75, 1e-8).row(0.5, 0)).containsExactly(0.25, 0.5, 0.25);
        assertThat(new Optimizer.Adam(0.5, 0.5, 0.75, 1e-8).row(1, 2)).containsExactly(0.5, 0.875, 0.578125);
        assertThat(new Optimizer.AdamW(0.5, 0.9, 0.999, 1e-8, 0.1).row(1, 1_000_000))
                .containsExactly(0.5, 1, 1);
    }

    @Test
    void slots() {
        assertThat(Optimizer.sgd(1).slots()).isZero();
        assertThat(Optimizer.named("momentum", 1).slots()).isOne();
        assertThat(Optimizer.named("nesterov", 1).slots()).isOne();
        assertThat(Optimizer.named("rmsprop", 1).slots()).isOne();
        assertThat(Optimizer.adam(1).slots()).isEqualTo(2);
        assertThat(Optimizer.named("adamw", 1).slots()).isEqualTo(2);
    }

    // ---- names ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "sgd, sgd",
        "momentum, momentum:0.9",
        "momentum:0.5, momentum:0.5",
        "nesterov, nesterov:0.9",
        "rmsprop, rmsprop:0.9:1.0E-8",
        "rmsprop:0.5, rmsprop:0.5:1.0E-8",
        "adam, adam:0.9:0.999:1.0E-8",
        "adam:0.8:0.9, adam:0.8:0.9:1.0E-8",
        "adamw, adamw:0.9:0.999:1.0E-8:0.01",
        "ADAMW:0.9:0.99:1e-7:0, adamw:0.9:0.99:1.0E-7:0.0"
    })
    void everyNameIsUnderstood(String text, String name) {
        Optimizer optimizer = Optimizer.named(text, 0.25);
        assertThat(optimizer.name()).isEqualTo(name);
        assertThat(optimizer.rate()).isEqualTo(0.25);
        assertThat(Optimizer.named(name, 0.25)).isEqualTo(optimizer);
    }

    @Test
    void anUnknownNameIsToldWithThoseKnown() {
        assertThatThrownBy(() -> Optimizer.named("adagrad", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown optimizer 'adagrad'; choose one of: " + Optimizer.NAMES);
    }

    @ParameterizedTest
    @CsvSource({
        "sgd:1, takes none",
        "momentum:1, the momentum must be at least 0 and below 1",
        "momentum:-0.1, the momentum must be at least 0 and below 1",
        "momentum:NaN, the momentum must be at least 0 and below 1",
        "momentum:0.9:1, takes at most 1",
        "rmsprop:0.9:0, epsilon must be positive",
        "adam:1, beta1 must be at least 0 and below 1",
        "adam:0.9:1, beta2 must be at least 0 and below 1",
        "adam:0.9:0.9:-1, epsilon must be positive",
        "adamw:0.9:0.9:1e-8:-1, the weight decay must be at least 0",
        "adam:x, 'x' is not a number"
    })
    void aWrongConstantIsTold(String text, String complaint) {
        assertThatThrownBy(() -> Optimizer.named(text, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(complaint);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void theRateIsPositiveAndFinite(double rate) {
        for (String name : new String[] {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"}) {
            assertThatThrownBy(() -> Optimizer.named(name, rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("the rate must be positive", String.valueOf(rate));
        }
    }

    // ---- descent ----------------------------------------------------------------------------------------------------

    @Test
    void penaltiesAddToTheGradient() {
        Descent rule = new Descent(Optimizer.sgd(1), 0.5, 0.25, 1, 2);
        assertThat(rule.penalized(2, 3)).isEqualTo(4);
        assertThat(rule.penalized(-2, 3)).isEqualTo(2);
        assertThat(rule.penalized(0, 3)).isEqualTo(3);
        assertThat(rule.clipsValues()).isTrue();
        assertThat(rule.clipsNorm()).isTrue();
        assertThat(Descent.of(Optimizer.sgd(1)).clipsValues()).isFalse();
        assertThat(Descent.of(Optimizer.sgd(1)).clipsNorm()).isFalse();
        assertThat(Descent.of(Optimizer.sgd(1)).penalized(-2, 3)).isEqualTo(3);
    }

    @Test
    void wrongPenaltiesAndLimitsAreTold() {
        Optimizer sgd = Optimizer.sgd(1);
        double none = Double.POSITIVE_INFINITY;
        assertRefused("l1 must be at least 0", () -> new Descent(sgd, -1, 0, none, none));
        assertRefused("l1 must be at least 0", () -> new Descent(sgd, none, 0, none, none));
        assertRefused("l2 must be at least 0", () -> new Descent(sgd, 0, Double.NaN, none, none));
        assertRefused("clipping by value must be positive", () -> new Descent(sgd, 0, 0, 0, none));
        assertRefused("clipping by norm must be positive", () -> new Descent(sgd, 0, 0, none, Double.NaN));
    }

    private static void assertRefused(String complaint, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(complaint);
    }
}
