package io.nudge.tensor;

import java.util.SplittableRandom;

/** Made-up arguments, all from one seed: numbers of a type, shapes, scalars. */
final class Draw {
    private static final double[] SPECIAL_32 = {
        0.0,
        -0.0,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL / 2,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -1e30,
        1e15
    };
    private static final double[] SPECIAL_64 = {
        0.0,
        -0.0,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL / 2,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -1e300,
        1e15
    };
    private static final double[] SPECIAL = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        90,
        -90,
        750,
        -750,
        1000,
        -1000,
        16.7,
        -16.7,
        1e-6,
        -1e-6,
        1,
        -1
    };
    private static final double[] FACTORS = {1, -1, 0.5, 1.0 / 3, -2.7, 0.125};

    private final SplittableRandom random;
    private final DType type;
    private final boolean special;

    /** With special values among the numbers, or without. */
    Draw(long seed, DType type, boolean special) {
        this.random = new SplittableRandom(seed);
        this.type = type;
        this.special = special;
    }

    DType type() {
        return type;
    }

    boolean special() {
        return special;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    double uniform() {
        return random.nextDouble();
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    @SafeVarargs
    final <T> T oneOf(T... choices) {
        return choices[below(choices.length)];
    }

    /** A factor such as a gradient is scaled by. */
    double factor() {
        return FACTORS[below(FACTORS.length)];
    }

    /** A shape of m · n elements and any rank. */
    Shape anyShape(Sizes s) {
        return switch (below(s.m() * s.n() == 1 ? 5 : 4)) {
            case 0, 1 -> Shape.of(s.m(), s.n());
            case 2 -> Shape.of((long) s.m() * s.n());
            case 3 -> Shape.of(s.m(), 1, s.n());
            default -> Shape.of();
        };
    }

    /** Numbers for an elementwise operation; a quarter are special where special values are wanted. */
    double[] values(Shape shape) {
        return values(shape, special ? 0.25 : 0);
    }

    /** Numbers for an operation that sums: few special ones, so that they do not meet in every sum. */
    double[] terms(Shape shape) {
        return values(shape, special ? Math.min(0.25, 3.0 / Math.max(1, shape.size())) : 0);
    }

    /** Numbers of moderate size whatever is wanted. */
    double[] ordinary(Shape shape) {
        return values(shape, 0);
    }

    /** Numbers in [0, 1). */
    double[] fractions(Shape shape) {
        double[] values = new double[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = stored(uniform());
        }
        return values;
    }

    /** A row of zeros with one 1, for every row. */
    double[] oneHot(Shape shape) {
        double[] values = new double[(int) shape.size()];
        int columns = (int) shape.columns();
        for (int i = 0; columns > 0 && i < shape.rows(); i++) {
            values[i * columns + below(columns)] = 1;
        }
        return values;
    }

    private double[] values(Shape shape, double specials) {
        double[] values = new double[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = stored(chance(specials) ? specialValue() : ordinaryValue());
        }
        return values;
    }

    /** Mostly in [−2, 2], with repeated values, zeros and other magnitudes among them. */
    private double ordinaryValue() {
        double value = 4 * uniform() - 2;
        return switch (below(20)) {
            case 0 -> 0.0;
            case 1 -> Math.rint(value);
            case 2 -> value * 0x1p-20;
            case 3 -> value * 8;
            default -> value;
        };
    }

    private double specialValue() {
        double[] ofType = type == DType.FLOAT32 ? SPECIAL_32 : SPECIAL_64;
        int i = below(ofType.length + SPECIAL.length);
        return i < ofType.length ? ofType[i] : SPECIAL[i - ofType.length];
    }

    /** A number as the type holds it. */
    double stored(double value) {
        return type == DType.FLOAT32 ? (float) value : value;
    }
}
