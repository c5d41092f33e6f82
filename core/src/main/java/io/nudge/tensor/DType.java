package io.nudge.tensor;

/** The type of a tensor's elements. */
public enum DType {
    /** IEEE 754 binary32, the default for training. */
    FLOAT32(4, 0x1.0p-24),
    /** IEEE 754 binary64, for proof. */
    FLOAT64(8, 0x1.0p-53),
    /** Whole numbers of 64 bits, for what counts and points: labels, orders, positions. No arithmetic. */
    INT64(8, 0);

    private final int bytes;
    private final double unitRoundoff;

    DType(int bytes, double unitRoundoff) {
        this.bytes = bytes;
        this.unitRoundoff = unitRoundoff;
    }

    /**
     * The size of an element.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }

    /**
     * The largest relative error of one correctly rounded operation.
     *
     * @return u; 0 for whole numbers
     */
    public double unitRoundoff() {
        return unitRoundoff;
    }

    /**
     * Whether elements are numbers to compute with.
     *
     * @return true for float32 and float64
     */
    public boolean isFloating() {
        return this != INT64;
    }

    /**
     * Finds a floating type by its name.
     *
     * @param name {@code float32} or {@code float64}
     * @return the type
     * @throws IllegalArgumentException if the name is unknown
     */
    public static DType named(String name) {
        return switch (name) {
            case "float32" -> FLOAT32;
            case "float64" -> FLOAT64;
            default ->
                throw new IllegalArgumentException("unknown type '" + name + "'; choose one of: float32, float64");
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
