package io.nudge.cuda;

import java.util.Locale;
import java.util.Optional;

/**
 * How products of float32 matrices are computed: how far their factors are rounded first. Sums are in float32, and tensors
 * stay float32. Everything else, and float64, is not touched by it.
 */
public enum Precision {
    /** In float32 throughout. */
    STRICT(0),
    /**
     * With factors rounded to TF32 (a significand of 11 bits), on the tensor cores of devices of capability 8.0 and newer;
     * on older ones it is as strict. Faster by far, with errors of about 10⁻³ of each factor.
     */
    TF32(0),
    /**
     * With factors rounded to bfloat16 (a significand of 8 bits, the range of float32), which are kept beside the float32
     * matrices. Needs a device of capability 8.0.
     */
    BFLOAT16(8),
    /**
     * With factors rounded to float16 (a significand of 11 bits, up to 65504), which are kept beside the float32 matrices.
     * Training scales its loss, that small gradients do not vanish. Needs a device of capability 7.0.
     */
    FLOAT16(7);

    private final int leastMajor;

    Precision(int leastMajor) {
        this.leastMajor = leastMajor;
    }

    /** All names, for messages. */
    static String choices() {
        return "strict, tf32, bfloat16 or float16";
    }

    /** By its name in lower case. */
    static Optional<Precision> named(String name) {
        for (Precision each : values()) {
            if (each.toString().equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Whether factors have 16 bits. */
    boolean isHalf() {
        return this == BFLOAT16 || this == FLOAT16;
    }

    /** What keeps a device from computing so; empty if nothing does. */
    Optional<String> problem(String device, String capability, int major) {
        if (major >= leastMajor) {
            return Optional.empty();
        }
        String others = major >= FLOAT16.leastMajor ? "float16, tf32 or strict" : "tf32 or strict";
        return Optional.of(this + " products need a device of compute capability " + leastMajor + ".0, but " + device
                + " has " + capability + "; choose " + others + " with -D" + CudaOptions.PRECISION);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
