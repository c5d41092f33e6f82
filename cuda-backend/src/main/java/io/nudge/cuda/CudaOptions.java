package io.nudge.cuda;

/**
 * How the CUDA backend computes, where it is not left to itself.
 *
 * @param precision how products of float32 matrices are computed
 * @param caching whether memory that is given back is kept for the next tensor. Without it every tensor has an allocation
 *     of exactly its own size, which is slow, and lets a checker such as compute-sanitizer see every access outside of one
 */
public record CudaOptions(Precision precision, boolean caching) {
    /** The property that chooses the precision of float32 products: {@code strict} or {@code tf32}. */
    public static final String PRECISION = "nudge.cuda.precision";

    /** The property that switches the cache of memory: {@code on} or {@code off}. */
    public static final String CACHE = "nudge.cuda.cache";

    /**
     * What the system properties say, and the defaults where they say nothing: strict products, memory kept.
     *
     * @return the options
     * @throws IllegalArgumentException if a property has a value that it cannot have; the message lists those it can
     */
    public static CudaOptions fromProperties() {
        return new CudaOptions(precisionProperty(), cacheProperty());
    }

    /**
     * The same with another precision.
     *
     * @param other how products of float32 matrices are computed
     * @return new options
     */
    public CudaOptions withPrecision(Precision other) {
        return new CudaOptions(other, caching);
    }

    private static Precision precisionProperty() {
        String text = System.getProperty(PRECISION, "strict");
        return switch (text) {
            case "strict" -> Precision.STRICT;
            case "tf32" -> Precision.TF32;
            default -> throw wrong(PRECISION, text, "strict or tf32");
        };
    }

    private static boolean cacheProperty() {
        String text = System.getProperty(CACHE, "on");
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw wrong(CACHE, text, "on or off");
        };
    }

    private static IllegalArgumentException wrong(String property, String text, String choices) {
        return new IllegalArgumentException(
                "the system property " + property + " is '" + text + "'; set it to " + choices);
    }
}
