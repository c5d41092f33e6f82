package io.nudge.tensor;

/** What a backend rounds the factors of float32 products to. Sums of their products are in float32 all the same. */
public enum Factors {
    /** Nothing: they are taken as they are. */
    WHOLE(0, 0, 0),
    /** TF32, as the CUDA kernels of several layers do it. */
    TF32(10, Float.MIN_EXPONENT, Float.MAX_EXPONENT),
    /** bfloat16. */
    BFLOAT16(7, Float.MIN_EXPONENT, Float.MAX_EXPONENT),
    /** float16. */
    FLOAT16(10, -14, 15);

    private final int fraction;
    private final int least;
    private final int largest;

    Factors(int fraction, int least, int largest) {
        this.fraction = fraction;
        this.least = least;
        this.largest = largest;
    }

    /** Whether training on such a backend scales its loss. */
    boolean scaleLoss() {
        return this == FLOAT16;
    }

    /** To the nearest, ties to even, of TF32 away from zero; what is too large becomes infinity. */
    double[] rounded(double[] values, DType type) {
        double[] rounded = values.clone();
        for (int i = 0; i < values.length && this != WHOLE && type == DType.FLOAT32; i++) {
            double unit = Math.scalb(1.0, Math.max(Math.getExponent(values[i]), least) - fraction);
            double nearest = Double.isFinite(values[i]) ? unit * whole(values[i] / unit) : values[i];
            boolean tooLarge = Math.getExponent(nearest) > largest && !Double.isNaN(nearest);
            rounded[i] = tooLarge ? Math.copySign(Double.POSITIVE_INFINITY, nearest) : nearest;
        }
        return rounded;
    }

    private double whole(double x) {
        return this == TF32 ? Math.copySign(Math.floor(Math.abs(x) + 0.5), x) : Math.rint(x);
    }
}
