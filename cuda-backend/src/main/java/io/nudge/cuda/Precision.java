package io.nudge.cuda;

/** How products of float32 matrices are computed. Everything else, and float64, is not touched by it. */
public enum Precision {
    /** In float32 throughout. */
    STRICT,
    /**
     * With factors rounded to TF32 (a significand of 11 bits) and sums in float32, on the tensor cores of devices of
     * capability 8.0 and newer; on older ones it is as strict. Faster by far, with errors of about 10⁻³ of each factor.
     */
    TF32;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
