package io.nudge.tensor;

import java.util.Arrays;
import java.util.Locale;

/**
 * What one tensor must hold after an operation: for each element the value of the float64 reference, and how far from it
 * the operation's arithmetic may lead. Not a number must be not a number, infinity must be that infinity.
 */
final class Expected {
    private final String operation;
    private final String role;
    private final DType type;
    private final Shape shape;
    private final double[] values;
    private final double[] bounds;
    private final boolean bits;

    private Expected(
            String operation, String role, DType type, Shape shape, double[] values, double[] bounds, boolean bits) {
        this.operation = operation;
        this.role = role;
        this.type = type;
        this.shape = shape;
        this.values = values;
        this.bounds = bounds;
        this.bits = bits;
        for (int i = 0; i < values.length; i++) {
            values[i] = limited(values[i]);
        }
    }

    /** Values that arithmetic gives to the last bit, the sign of zero included; they are rounded to the type here. */
    static Expected exactly(String operation, String role, Tensor like, double[] values) {
        double[] rounded = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = like.type() == DType.FLOAT32 ? (float) values[i] : values[i];
        }
        return new Expected(operation, role, like.type(), like.shape(), rounded, new double[values.length], true);
    }

    /** Values that may each be off by a bound of their own. */
    static Expected within(String operation, String role, Tensor like, double[] values, double[] bounds) {
        return new Expected(operation, role, like.type(), like.shape(), values.clone(), bounds, false);
    }

    /** The same, with the bounds that running error analysis gives. */
    static Expected within(String operation, String role, Tensor like, double[] values, Rounded[] analysed) {
        double[] bounds = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            bounds[i] = analysed[i].error();
        }
        return within(operation, role, like, values, bounds);
    }

    /** A value beyond the type's range is infinite there; where rounding decides, the bound is infinite anyway. */
    private double limited(double value) {
        double largest = type == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        boolean beyond = Math.abs(value) > largest && Math.abs(value) * (1 - type.unitRoundoff()) > largest;
        return beyond ? Math.copySign(Double.POSITIVE_INFINITY, value) : value;
    }

    String role() {
        return role;
    }

    double[] values() {
        return values;
    }

    double[] bounds() {
        return bounds;
    }

    /** Compares a tensor; what is wrong is told with the worst element. */
    void check(Tensor actual) {
        if (!actual.shape().equals(shape)) {
            throw new AssertionError(
                    operation + ": " + role + " has the shape " + actual.shape() + ", expected " + shape);
        }
        check(Contents.of(actual), 1, "");
    }

    /** Compares values, allowing so many times the bounds. */
    void check(double[] actual, int times, String context) {
        int wrong = 0;
        int worst = -1;
        for (int i = 0; i < values.length; i++) {
            if (!fits(actual[i], i, times)) {
                wrong++;
                worst = worst < 0 || excess(actual[i], i) > excess(actual[worst], worst) ? i : worst;
            }
        }
        if (wrong > 0) {
            throw new AssertionError(message(actual[worst], worst, wrong, times) + context);
        }
    }

    /**
     * Compares two ways to compute this, each of which may be off by its bound. A backend that moves weights without gradients has
     * only the last gradients, those of the biases.
     */
    void agree(double[] one, double[] other) {
        int both = Math.min(one.length, other.length);
        Shape common = both == values.length ? shape : Shape.of(both);
        Expected between = new Expected(
                operation, role + " against the default", type, common, last(both, other), last(both, bounds), bits);
        between.check(last(both, one), 2, "");
    }

    private static double[] last(int count, double[] values) {
        return Arrays.copyOfRange(values, values.length - count, values.length);
    }

    private boolean fits(double actual, int i, int times) {
        double expected = values[i];
        if (bits) {
            return Double.compare(actual, expected) == 0;
        }
        if (bounds[i] == Double.POSITIVE_INFINITY) {
            return true;
        }
        if (Double.isNaN(expected) || Double.isInfinite(expected)) {
            return Double.compare(actual, expected) == 0;
        }
        return Math.abs(actual - expected) <= times * bounds[i];
    }

    /** How many times the bound an element is off; not a number counts as infinitely far. */
    private double excess(double actual, int i) {
        double excess = Math.abs(actual - values[i]) / bounds[i];
        return Double.isNaN(excess) ? Double.POSITIVE_INFINITY : excess;
    }

    private String message(double actual, int i, int wrong, int times) {
        double off = Math.abs(actual - values[i]);
        return String.format(
                Locale.ROOT,
                "%s: %s %s%s is wrong in %d of %d elements; worst at %s: expected %s, actual %s, off by %s ulps ="
                        + " %.3g, allowed %.3g",
                operation,
                role,
                type,
                shape,
                wrong,
                values.length,
                index(i),
                values[i],
                actual,
                ulps(off, values[i]),
                off,
                times * bounds[i]);
    }

    private String ulps(double off, double expected) {
        double ulp = type == DType.FLOAT32 ? Math.ulp((float) expected) : Math.ulp(expected);
        return String.format(Locale.ROOT, "%.3g", off / ulp);
    }

    /** The element's place in every dimension. */
    private String index(int i) {
        long[] place = new long[shape.rank()];
        long rest = i;
        for (int d = place.length - 1; d >= 0; d--) {
            place[d] = rest % shape.dimension(d);
            rest /= shape.dimension(d);
        }
        return java.util.Arrays.toString(place);
    }
}
