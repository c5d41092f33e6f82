package io.nudge.kernels;

/** The formats of 16 bits. */
enum Half {
    BF16("_bf16", 7, -126),
    F16("_f16", 10, -14);

    private static final int INFINITY_OF_BF16 = 0x7f80;
    private static final int INFINITY_OF_F16 = 0x7c00;
    private static final int NAN = 0x7fff;
    private static final int SIGN = 0x8000;

    final String suffix;
    private final int fraction;
    private final int least;

    Half(String suffix, int fraction, int least) {
        this.suffix = suffix;
        this.fraction = fraction;
        this.least = least;
    }

    /** The nearest number's bits, by exact arithmetic in float64: how many units of its own last place it has. */
    int bits(float x) {
        if (Float.isNaN(x)) {
            return NAN;
        }
        int sign = Float.floatToRawIntBits(x) < 0 ? SIGN : 0;
        int infinity = this == BF16 ? INFINITY_OF_BF16 : INFINITY_OF_F16;
        if (Float.isInfinite(x)) {
            return sign | infinity;
        }
        int exponent = Math.max(Math.getExponent(x), least);
        int units = (int) Math.rint(Math.abs((double) x) / Math.scalb(1.0, exponent - fraction));
        // A number of 2^fraction units or more counts the exponent itself, and a carry moves it on.
        return sign | Math.min(((exponent - least) << fraction) + units, infinity);
    }
}
