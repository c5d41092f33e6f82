package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.Activation;
import io.nudge.math.RandomStream;
import io.nudge.math.RandomStream.Use;
import io.nudge.math.Threefry;
import java.util.Arrays;
import net.jqwik.api.Example;

/** Operations that treat every element, or for softmax every row, alone. */
public abstract class ElementwiseSpecification extends CallSpecification {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @Override
    final Catalogue catalogue() {
        return TensorCalls.elementwise();
    }

    /** More elements than one thread would take on; not a multiple of anything. */
    @Example
    void manyElementsAreAsRightAsFew() {
        every(new Sizes(1, much(131_101), 1), 1, false, this::verify);
    }

    @Example
    void wholeNumbersAreCopied() {
        try (Tensor from = numbers(1, -2, Long.MAX_VALUE, 4);
                Tensor to = backend.zeros(Shape.of(3), DType.INT64)) {
            operations.copy(from.view(1, Shape.of(3)), to);
            assertThat(to.longs()).containsExactly(-2, Long.MAX_VALUE, 4);
        }
    }

    @Example
    void sigmoidAndItsDerivativeAtKnownPoints() {
        for (DType type : floatingTypes()) {
            try (Tensor z = vector(type, 0, Math.log(3), -Math.log(3));
                    Tensor a = z.sigmoid();
                    Tensor prime = z.sigmoidPrime()) {
                assertThat(a.doubles()).containsExactly(new double[] {0.5, 0.75, 0.25}, within(1e-6));
                assertThat(prime.doubles()).containsExactly(new double[] {0.25, 0.1875, 0.1875}, within(1e-6));
            }
        }
    }

    @Example
    void aKinkHasTheDerivativeOfTheSideBelow() {
        assertPrime(Activation.RELU, 0);
        assertPrime(Activation.LEAKY_RELU, 0.01);
        assertPrime(new Activation.LeakyRelu(-0.5), -0.5);
        assertPrime(new Activation.Elu(0.25), 0.25);
    }

    private void assertPrime(Activation f, double atZero) {
        for (DType type : floatingTypes()) {
            try (Tensor z = vector(type, 0.0, -0.0);
                    Tensor ones = vector(type, 1, 1);
                    Tensor a = z.activate(f);
                    Tensor prime = z.activatePrime(f)) {
                operations.chain(f, z, a, ones, ones);
                double expected = type == DType.FLOAT32 ? (float) atZero : atZero;
                assertThat(prime.doubles()).as(f.name()).containsExactly(expected, expected);
                assertThat(ones.doubles()).as(f.name()).containsExactly(expected, expected);
            }
        }
    }

    @Example
    void infinityGivesTheLimitAndNoNumberStaysNone() {
        for (Activation f : Catalogue.ELEMENTWISE) {
            for (DType type : floatingTypes()) {
                try (Tensor z = vector(type, INFINITY, -INFINITY, Double.NaN);
                        Tensor a = z.activate(f);
                        Tensor prime = z.activatePrime(f)) {
                    assertLimits(f.name(), a, f.value(INFINITY), f.value(-INFINITY));
                    assertLimits(f.name() + "′", prime, f.prime(INFINITY), f.prime(-INFINITY));
                }
            }
        }
    }

    private static void assertLimits(String what, Tensor actual, double above, double below) {
        double[] values = actual.doubles();
        double u = actual.type().unitRoundoff();
        assertThat(close(values[0], above, u))
                .as("%s at ∞ is %s, expected %s", what, values[0], above)
                .isTrue();
        assertThat(close(values[1], below, u))
                .as("%s at −∞ is %s, expected %s", what, values[1], below)
                .isTrue();
        assertThat(values[2]).as(what + " of NaN").isNaN();
    }

    private static boolean close(double actual, double expected, double u) {
        return actual == expected || Math.abs(actual - expected) <= u * Math.abs(expected);
    }

    @Example
    void softmaxOverflowsNowhereAndAddsUpToOne() {
        for (DType type : floatingTypes()) {
            try (Tensor z = matrix(type, new double[][] {{1000, 1000}, {-1000, -1000}, {90, -90}, {-1000, 1000}});
                    Tensor a = z.activate(Activation.SOFTMAX)) {
                assertThat(a.doubles()).containsExactly(new double[] {0.5, 0.5, 0.5, 0.5, 1, 0, 0, 1}, within(1e-30));
            }
        }
    }

    @Example
    void softmaxLeavesOutWhatIsMinusInfinity() {
        for (DType type : floatingTypes()) {
            try (Tensor z = matrix(type, new double[][] {{0, -INFINITY, 0}, {-INFINITY, 5, -INFINITY}});
                    Tensor a = z.activate(Activation.SOFTMAX)) {
                assertThat(a.doubles()).as(type.toString()).containsExactly(0.5, 0, 0.5, 0, 1, 0);
            }
        }
    }

    @Example
    void limitedNumbersStayOrMeetTheLimit() {
        for (DType type : floatingTypes()) {
            try (Tensor x = vector(type, -INFINITY, -2, -0.5, 0.5, 2, INFINITY, Double.NaN)) {
                operations.clamp(x, 1.5, x);
                assertSame("clamp", x.doubles(), new double[] {-1.5, -1.5, -0.5, 0.5, 1.5, 1.5, Double.NaN});
            }
        }
    }

    // ---- dropout ----------------------------------------------------------------------------------------------------

    @Example
    void dropoutKeepsTheShareItSaysAndMakesUpForTheRest() {
        int n = much(100_003);
        double rate = 0.3;
        for (DType type : floatingTypes()) {
            double[] kept = dropped(type, n, rate, 17, 5, 4);
            long survivors = Arrays.stream(kept).filter(each -> each != 0).count();
            double deviation = Math.sqrt(n * rate * (1 - rate));
            assertThat((double) survivors).isCloseTo(n * (1 - rate), within(5 * deviation));
            assertThat(Arrays.stream(kept).filter(each -> each != 0).distinct().toArray())
                    .containsExactly(new double[] {1 / (1 - Dropped.share(rate))}, within(1e-6));
        }
    }

    /** So many elements that threads and blocks share them, and not in whole groups. */
    @Example
    void dropoutKeepsWhatTheGeneratorSays() {
        int n = much(70_001);
        long stream = RandomStream.streamId(Use.DROPOUT, 5);
        long step = 0x1_0000_0004L;
        for (DType type : floatingTypes()) {
            double[] found = dropped(type, n, 0.25, -17, 5, step);
            for (int i = 0; i < n; i++) {
                boolean kept = Threefry.half(-17, stream, step, i) >= 0x4000;
                assertThat(found[i] != 0).as("%s: element %d is kept", type, i).isEqualTo(kept);
            }
        }
    }

    @Example
    void dropoutDependsOnSeedStreamAndStepAlone() {
        double[] one = dropped(DType.FLOAT32, 999, 0.5, 17, 5, 4);
        assertSame("the same step again", dropped(DType.FLOAT32, 999, 0.5, 17, 5, 4), one);
        assertSame("in float64", dropped(DType.FLOAT64, 999, 0.5, 17, 5, 4), one);
        assertThat(dropped(DType.FLOAT32, 999, 0.5, 18, 5, 4))
                .as("another seed")
                .isNotEqualTo(one);
        assertThat(dropped(DType.FLOAT32, 999, 0.5, 17, 6, 4))
                .as("another stream")
                .isNotEqualTo(one);
        assertThat(dropped(DType.FLOAT32, 999, 0.5, 17, 5, 5))
                .as("another step")
                .isNotEqualTo(one);
    }

    /** Ones, after dropout in a step of a run. */
    private double[] dropped(DType type, int n, double rate, long seed, long index, long total) {
        try (Tensor x = backend.zeros(Shape.of(n), type);
                Tensor position = numbers(8, 2, total, 0, 0, 0)) {
            operations.fill(x, 1);
            operations.dropout(rate, seed, RandomStream.streamId(Use.DROPOUT, index), position, x, x);
            return x.doubles();
        }
    }

    @Example
    void whatIsDroppedIsZeroWhateverItWas() {
        for (DType type : floatingTypes()) {
            try (Tensor x = backend.zeros(Shape.of(64), type);
                    Tensor position = numbers(0, 0, 0, 0, 0, 0)) {
                operations.fill(x, INFINITY);
                operations.dropout(0.5, 1, 1, position, x, x);
                assertThat(x.doubles()).contains(0, INFINITY).doesNotContain(Double.NaN);
                operations.dropout(0, 1, 1, position, x, x);
                assertThat(x.doubles()).as("a rate of 0 keeps all").contains(0, INFINITY);
            }
        }
    }
}
