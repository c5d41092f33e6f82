package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

/**
 * The judge is judged: the formulas that the bounds come from give the values of io.nudge.math, the bounds are as tight as
 * they claim, and a failure says what to look at.
 */
class OracleTest {
    private static final Set<String> HAVE_SPECIFICATIONS_OF_THEIR_OWN =
            Set.of("takeSteps", "forwardLayers", "backwardLayers");

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private final Rounding rounding = new Rounding(DType.FLOAT64);
    private final Formulas formulas = new Formulas(rounding);

    // ---- two ways to the same value ---------------------------------------------------------------------------------

    @Property(tries = 300, seed = "20260104")
    void activationsAreThoseOfTheFormulas(@ForAll @DoubleRange(min = -40, max = 40) double z) {
        for (Activation f : Catalogue.ELEMENTWISE) {
            assertSame(f.name(), formulas.value(f, z), f.value(z));
            assertSame(f.name() + "′", formulas.prime(f, z), f.prime(z));
        }
    }

    @Property(tries = 100, seed = "20260104")
    void costsAreThoseOfTheFormulas(@ForAll long seed) {
        Draw draw = new Draw(seed, DType.FLOAT64, false);
        double[] z = draw.ordinary(Shape.of(5));
        double[] y = draw.fractions(Shape.of(5));
        for (Cost cost : Catalogue.COSTS) {
            for (Activation f : new Activation[] {Activation.SIGMOID, Activation.SOFTMAX}) {
                double[] a = new double[5];
                double[] delta = new double[5];
                f.values(z, a);
                cost.delta(f, z, a, y, delta);
                String what = cost.name() + " after " + f.name();
                assertSame(what, formulas.example(cost, f, z, a, y), cost.example(f, z, a, y));
                Rounded[] analysed = formulas.outputDelta(cost, f, z, a, y);
                for (int j = 0; j < 5; j++) {
                    assertSame("δ of " + what, analysed[j], delta[j]);
                    assertSame(
                            "∂C/∂a of " + what, formulas.gradient(cost, a[j], y[j], 5), cost.gradient(a[j], y[j], 5));
                }
            }
        }
    }

    @Property(tries = 100, seed = "20260104")
    void stepsAreThoseOfTheFormulas(@ForAll long seed) {
        Draw draw = new Draw(seed, DType.FLOAT64, false);
        double[] random = draw.ordinary(Shape.of(2));
        for (Optimizer optimizer : Catalogue.OPTIMIZERS) {
            for (boolean weight : new boolean[] {true, false}) {
                Descent rule = new Descent(optimizer, 0.01, 0.1, INFINITY, INFINITY);
                double[] state = draw.fractions(Shape.of(optimizer.slots()));
                double[] row = optimizer.row(0.5, 3);
                Rounded[] analysed = formulas.step(rule, random[0], rounding.exact(random[1]), state, row, weight);
                double g = weight ? rule.penalized(random[0], random[1]) : random[1];
                assertSame(optimizer.name(), analysed[0], optimizer.step(random[0], g, state, row, weight));
                for (int slot = 0; slot < state.length; slot++) {
                    assertSame("state of " + optimizer.name(), analysed[slot + 1], state[slot]);
                }
            }
        }
    }

    private static void assertSame(String what, Rounded analysed, double value) {
        assertThat(analysed.value()).as(what).isCloseTo(value, within(analysed.error() + Double.MIN_VALUE));
    }

    // ---- bounds -----------------------------------------------------------------------------------------------------

    /** Every operation once in float32: the error is there, is within the bound, and the bound is of its size. */
    @Property(tries = 500, seed = "20260104")
    void boundsHoldAndAreTight(
            @ForAll @DoubleRange(min = 0.1, max = 10) double x, @ForAll @DoubleRange(min = 0.1, max = 10) double y) {
        Rounding r = new Rounding(DType.FLOAT32);
        float a = (float) x;
        float b = (float) y;
        assertHolds("+", r.plus(r.exact(a), r.exact(b)), a + b);
        assertHolds("·", r.times(r.exact(a), r.exact(b)), a * b);
        assertHolds("/", r.over(r.exact(a), r.exact(b)), a / b);
        assertHolds("√", r.sqrt(r.exact(a)), (float) Math.sqrt(a));
        Rounded ab = r.times(r.exact(a), r.exact(b));
        assertHolds("exp", r.exp(ab), (float) Math.exp(a * b));
        assertHolds("log", r.log(ab), (float) Math.log(a * b));
        assertHolds("log1p", r.log1p(ab), (float) Math.log1p(a * b));
        assertHolds("tanh", r.tanh(ab), (float) Math.tanh(a * b));
        assertHolds("cancellation", r.minus(ab, r.exact(a * b)), 0);
        assertThat(ab.error()).isLessThan(1.01 * 0x1p-24 * ab.value());
        assertThat(r.exp(ab).error())
                .isLessThan((6 + 1.01 * ab.value()) * 0x1p-24 * r.exp(ab).value());
    }

    private static void assertHolds(String what, Rounded analysed, float computed) {
        assertThat((double) computed).as(what).isCloseTo(analysed.value(), within(analysed.error()));
    }

    @Example
    void overflowIsInfinityWhereItIsSure() {
        Rounding r = new Rounding(DType.FLOAT32);
        Rounded large = r.times(r.exact(1e30), r.exact(1e30));
        assertThat(large).isEqualTo(new Rounded(INFINITY, 0));
        assertThat(r.exp(large.negated()).value()).isZero();
        assertThat(r.exp(large.negated()).error()).isLessThan(1.01 * Float.MIN_NORMAL);
        assertThat(r.times(r.exact(Float.MAX_VALUE), r.exact(1)).error())
                .as("at the border")
                .isEqualTo(INFINITY);
        assertThat(r.plus(r.exact(Double.NaN), r.exact(1)).error()).as("of NaN").isZero();
        assertThat(r.over(r.exact(1), r.exact(0))).as("1/0").isEqualTo(new Rounded(INFINITY, 0));
    }

    // ---- the comparer -----------------------------------------------------------------------------------------------

    @Example
    void aFailureNamesOperationElementAndUnitsInTheLastPlace() {
        try (OracleBackend backend = new OracleBackend();
                Tensor x = backend.matrix(new double[][] {{1, 2}, {4, 8}}, DType.FLOAT32)) {
            Expected expected = Expected.within("sumRows", "into", x, new double[] {1, 2, 3, 8}, new double[4]);
            assertThatThrownBy(() -> expected.check(x))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage(
                            "sumRows: into float32[2, 2] is wrong in 1 of 4 elements; worst at [1, 0]: expected 3.0, "
                                    + "actual 4.0, off by 4.19e+06 ulps = 1.00, allowed 0.00");
            x.write(new double[] {1, Double.NaN, 9, 8});
            assertThatThrownBy(() -> expected.check(x)).hasMessageContainingAll("2 of 4", "[0, 1]", "actual NaN");
        }
    }

    @Example
    void whatFitsPasses() {
        try (OracleBackend backend = new OracleBackend();
                Tensor x = backend.vector(new double[] {1, Double.NaN, INFINITY, -0.0, 7}, DType.FLOAT32)) {
            double[] values = {1.5, Double.NaN, 1e39, 0.0, 3};
            double[] bounds = {0.5, 0, 0, 0, INFINITY};
            assertThatCode(() -> Expected.within("f", "x", x, values, bounds).check(x))
                    .doesNotThrowAnyException();
            double[] bits = {1, Double.NaN, INFINITY, -0.0, 7};
            assertThatCode(() -> Expected.exactly("f", "x", x, bits).check(x)).doesNotThrowAnyException();
            bits[3] = 0.0;
            assertThatThrownBy(() -> Expected.exactly("f", "x", x, bits).check(x))
                    .as("the sign of zero")
                    .hasMessageContaining("worst at [3]: expected 0.0, actual -0.0");
        }
    }

    @Example
    void everyOperationIsInTheCatalogue() {
        Set<String> names = new TreeSet<>();
        for (Method each : Operations.class.getMethods()) {
            boolean apart = HAVE_SPECIFICATIONS_OF_THEIR_OWN.contains(each.getName());
            if (each.getReturnType() == void.class && !apart) {
                names.add(each.getName());
            }
        }
        Set<String> known = new TreeSet<>();
        for (Call call : Catalogue.all().calls(DType.FLOAT32, new Sizes(2, 3, 4), 1, false)) {
            known.add(call.operation());
        }
        assertThat(known).isEqualTo(names);
    }
}
