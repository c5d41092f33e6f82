package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    static final List<Activation> ELEMENTWISE = List.of(
            Activation.SIGMOID,
            Activation.RELU,
            Activation.LEAKY_RELU,
            new Activation.LeakyRelu(-0.5),
            Activation.ELU,
            new Activation.Elu(0.3),
            Activation.TANH,
            Activation.SOFTPLUS,
            Activation.SILU,
            Activation.GELU,
            Activation.IDENTITY);

    /**
     * Values and derivatives worked out with 40 digits (mpmath). In the far tail of GELU e^(−z²/2) multiplies the rounding of
     * its argument: z² u = 1e-13 at −30.
     */
    @ParameterizedTest
    @CsvSource(textBlock = """
        sigmoid,  -30,  9.35762296883929895e-14,   9.3576229688384233e-14
        sigmoid,  -2.5, 0.0758581800212435512,     0.0701037165451081569
        sigmoid,  1,    0.731058578630004879,      0.196611933241481853
        sigmoid,  30,   0.999999999999906424,      9.3576229688384233e-14
        tanh,     -30,  -1,                        3.50260430507860814e-26
        tanh,     -2.5, -0.986614298151430289,     0.0265922266831606197
        tanh,     1e-8, 9.99999999999999988e-9,    0.9999999999999999
        tanh,     3,    0.995054753686730451,      0.00986603716544019127
        softplus, -30,  9.35762296883973678e-14,   9.35762296883929895e-14
        softplus, -0.5, 0.474076984180106681,      0.377540668798145435
        softplus, 1e-8, 0.693147185559945322,      0.5000000025
        softplus, 30,   30.0000000000000936,       0.999999999999906424
        silu,     -30,  -2.80728689065178969e-12,  -2.713710660963134e-12
        silu,     -2.5, -0.189645450053108878,     -0.0994011113415268411
        silu,     1,    0.731058578630004879,      0.927670511871486732
        silu,     30,   29.9999999999971927,       1.00000000000271371
        gelu,     -30,  -1.47201417814445612e-196, -4.41603169070849437e-195
        gelu,     -2.5, -0.0155241633144403379,    -0.0376110859081452082
        gelu,     -0.5, -0.154268769362993448,     0.132504875343837157
        gelu,     1,    0.841344746068542949,      1.0833154705876863
        gelu,     3,    2.99595030590510972,       1.01194564720418393
        relu,     -2,   0,                         0
        relu,     3,    3,                         1
        leaky-relu, -2, -0.02,                     0.01
        leaky-relu:0.2, -2, -0.4,                  0.2
        elu,      -1,   -0.632120558828557678,     0.367879441171442322
        elu:0.3,  -1,   -0.189636167648567303,     0.110363832351432696
        elu,      2,    2,                         1
        identity, -7,   -7,                        1
        """)
    void valueAndDerivativeAtKnownPoints(String name, double z, double value, double prime) {
        Activation f = Activation.named(name);
        assertThat(f.value(z)).as("value").isCloseTo(value, within(2e-13 * Math.abs(value)));
        assertThat(f.prime(z)).as("derivative").isCloseTo(prime, within(2e-13 * Math.abs(prime)));
    }

    /** The error of a central difference is about h² |σ‴| / 6 + u |σ| / h. */
    @ParameterizedTest
    @FieldSource("ELEMENTWISE")
    void theDerivativeIsTheLimitOfDifferences(Activation f) {
        double h = 1e-5;
        for (double z = -6.05; z < 6.1; z += 0.1) {
            double difference = (f.value(z + h) - f.value(z - h)) / (2 * h);
            assertThat(f.prime(z)).as("%s at %s", f.name(), z).isCloseTo(difference, within(2e-10));
        }
    }

    @ParameterizedTest
    @FieldSource("ELEMENTWISE")
    void atAKinkTheSideBelowCounts(Activation f) {
        double h = 1e-7;
        double below = (f.value(0) - f.value(-h)) / h;
        double above = (f.value(h) - f.value(0)) / h;
        assertThat(f.kinkAtZero()).as("kink").isEqualTo(Math.abs(above - below) > 1e-3);
        assertThat(f.prime(0)).isCloseTo(below, within(1e-6));
        assertThat(f.prime(-0.0)).isEqualTo(f.prime(0));
    }

    @ParameterizedTest
    @CsvSource({
        "sigmoid, 0, 1, 0, 0",
        "relu, 0, Infinity, 0, 1",
        "leaky-relu, -Infinity, Infinity, 0.01, 1",
        "elu, -1, Infinity, 0, 1",
        "elu:0.3, -0.3, Infinity, 0, 1",
        "tanh, -1, 1, 0, 0",
        "softplus, 0, Infinity, 0, 1",
        "silu, 0, Infinity, 0, 1",
        "gelu, 0, Infinity, 0, 1",
        "identity, -Infinity, Infinity, 1, 1"
    })
    void infinityGivesTheLimit(String name, double below, double above, double primeBelow, double primeAbove) {
        Activation f = Activation.named(name);
        for (double far : new double[] {INFINITY, Double.MAX_VALUE}) {
            assertThat(f.prime(-far)).as("σ′(−%s)", far).isEqualTo(primeBelow);
            assertThat(f.prime(far)).as("σ′(%s)", far).isEqualTo(primeAbove);
        }
        assertThat(f.value(-INFINITY) + 0.0).as("σ(−∞)").isEqualTo(below);
        assertThat(f.value(INFINITY)).as("σ(∞)").isEqualTo(above);
    }

    @ParameterizedTest
    @FieldSource("ELEMENTWISE")
    void whatIsNoNumberStaysNone(Activation f) {
        assertThat(f.value(Double.NaN)).isNaN();
        assertThat(f.prime(Double.NaN)).isNaN();
    }

    @ParameterizedTest
    @FieldSource("ELEMENTWISE")
    void rowsAreElementByElement(Activation f) {
        double[] z = {-1, 0.5, 2};
        double[] delta = {3, -4, 5};
        double[] expected = {3 * f.prime(-1), -4 * f.prime(0.5), 5 * f.prime(2)};
        f.chain(z, delta, delta);
        assertThat(delta).containsExactly(expected);
        f.values(z, z);
        assertThat(z).containsExactly(f.value(-1), f.value(0.5), f.value(2));
        assertThat(f.elementwise()).isTrue();
    }

    // ---- softmax ----------------------------------------------------------------------------------------------------

    @Test
    void softmaxAddsUpToOneAndOverflowsNowhere() {
        assertThat(softmax(0, 0)).containsExactly(0.5, 0.5);
        assertThat(softmax(Math.log(1), Math.log(2), Math.log(5)))
                .containsExactly(new double[] {0.125, 0.25, 0.625}, within(1e-15));
        assertThat(softmax(1000, 1000)).containsExactly(0.5, 0.5);
        assertThat(softmax(-1000, 1000)).containsExactly(0, 1);
        assertThat(softmax(0, -INFINITY)).containsExactly(1, 0);
        assertThat(softmax(0, Double.NaN)).containsOnly(Double.NaN);
        assertThat(softmax()).isEmpty();
    }

    private static double[] softmax(double... z) {
        Activation.SOFTMAX.values(z, z);
        return z;
    }

    @Test
    void theChainOfSoftmaxIsTheLimitOfDifferences() {
        double[] z = {0.3, -1.2, 2};
        double[] upstream = {0.5, -1, 0.25};
        double[] delta = new double[3];
        Activation.SOFTMAX.chain(z, upstream, delta);
        double h = 1e-5;
        for (int j = 0; j < 3; j++) {
            double difference = (weighted(z, j, h, upstream) - weighted(z, j, -h, upstream)) / (2 * h);
            assertThat(delta[j]).isCloseTo(difference, within(1e-10));
        }
    }

    /** Σ_k upstream_k a_k with one z moved. */
    private static double weighted(double[] z, int moved, double by, double[] upstream) {
        double[] a = z.clone();
        a[moved] += by;
        Activation.SOFTMAX.values(a, a);
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += upstream[k] * a[k];
        }
        return sum;
    }

    @Test
    void softmaxIsAFunctionOfAWholeRow() {
        assertThat(Activation.SOFTMAX.elementwise()).isFalse();
        assertThatThrownBy(() -> Activation.SOFTMAX.value(1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("use values");
        assertThatThrownBy(() -> Activation.SOFTMAX.prime(1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("use chain");
    }

    // ---- names ------------------------------------------------------------------------------------------------------

    @Test
    void everyNameIsUnderstood() {
        for (Activation f : ELEMENTWISE) {
            assertThat(Activation.named(f.name())).isEqualTo(f);
        }
        assertThat(Activation.named(Activation.SOFTMAX.name())).isEqualTo(Activation.SOFTMAX);
        assertThat(Activation.named(" SIGMOID ")).isEqualTo(Activation.SIGMOID);
        assertThat(Activation.named("leaky-relu:0.2")).isEqualTo(new Activation.LeakyRelu(0.2));
        assertThat(Activation.named("elu: 1e-1")).isEqualTo(new Activation.Elu(0.1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sigmiod", "relu6", "tanh-1"})
    void anUnknownNameIsToldWithThoseKnown(String name) {
        assertThatThrownBy(() -> Activation.named(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown activation '" + name + "'; choose one of: " + Activation.NAMES);
    }

    @ParameterizedTest
    @CsvSource({
        "sigmoid:1, takes none",
        "elu:1:2, takes at most 1",
        "elu:x, 'x' is not a number",
        "elu:, '' is not a number",
        "elu:NaN, must be finite",
        "leaky-relu:Infinity, must be finite"
    })
    void aWrongNumberIsTold(String name, String complaint) {
        assertThatThrownBy(() -> Activation.named(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(complaint);
    }
}
