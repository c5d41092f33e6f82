package io.nudge.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.tensor.DType;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void numbersShowSixDecimalsWhereThoseSuffice() {
        assertThat(Text.number(0.25)).isEqualTo("0.250000");
        assertThat(Text.number(-12.5)).isEqualTo("−12.500000");
        assertThat(Text.number(0)).isEqualTo("0.000000");
        assertThat(Text.number(-0.0)).isEqualTo("0.000000");
        assertThat(Text.number(1.5e-7)).isEqualTo("1.500e−07");
        assertThat(Text.number(-2e9)).isEqualTo("−2.000e+09");
        assertThat(Text.number(Double.NaN)).isEqualTo("NaN");
        assertThat(Text.number(Double.NEGATIVE_INFINITY)).isEqualTo("−Infinity");
    }

    @Test
    void briefNumbersAreAsShortAsTheyCan() {
        assertThat(Text.brief(1)).isEqualTo("1");
        assertThat(Text.brief(0.01)).isEqualTo("0.01");
        assertThat(Text.brief(-0.5)).isEqualTo("−0.5");
        assertThat(Text.brief(1.0 / 3)).isEqualTo("0.333333");
        assertThat(Text.brief(0)).isEqualTo("0");
        assertThat(Text.brief(1e-5)).isEqualTo("1.000e−05");
        assertThat(Text.brief(Double.NaN)).isEqualTo("NaN");
        assertThat(Text.brief(Double.POSITIVE_INFINITY)).isEqualTo("Infinity");
    }

    @Test
    void indicesAreSmallFigures() {
        assertThat(Text.low(763)).isEqualTo("₇₆₃");
        assertThat(Text.high(20)).isEqualTo("²⁰");
    }

    @Test
    void optionsAreChecked() {
        ChainRule.Options options = ChainRule.Options.DEFAULT;
        assertThatThrownBy(() -> options.withNudge(0)).hasMessage("the nudge must be finite and not 0, but is 0.0");
        assertThatThrownBy(() -> options.withNudge(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withLargestTerms(0))
                .hasMessage("the number of largest terms to show must be at least 1, but is 0");
        assertThatThrownBy(() -> options.withDetailed(0))
                .hasMessage("the number of examples to explain in detail must be at least 1, but is 0");
        assertThatThrownBy(() -> options.withType(DType.INT64))
                .hasMessage("an explanation is computed in float32 or float64, not int64");
        assertThatThrownBy(() -> new GradientCheck.Options(-1, 0, 1e-7))
                .hasMessage("the number of parameters to check must be 0 (all) or more, but is -1");
        assertThatThrownBy(() -> new GradientCheck.Options(0, 0, 0))
                .hasMessage("the tolerance must be positive, but is 0.0");
        assertThatThrownBy(() -> GradientCheck.Options.sample(0, 1))
                .hasMessage("a sample must have at least 1 parameter, but has 0");
    }
}
