package io.nudge.cuda;

/**
 * How the CUDA backend computes, where it is not left to itself.
 *
 * @param precision how products of float32 matrices are computed
 * @param product what multiplies matrices
 * @param caching whether memory that is given back is kept for the next tensor. Without it every tensor has an allocation
 *     of exactly its own size, which is slow, and lets a checker such as compute-sanitizer see every access outside of one
 * @param whole whether one kernel takes many training steps, of networks so small that a block's shared memory holds them
 * @param fused whether one kernel takes several layers forward, and one several back, where they are narrow
 */
public record CudaOptions(Precision precision, ProductChoice product, boolean caching, boolean whole, boolean fused) {
    /** The property that chooses the precision of float32 products: {@code strict}, {@code tf32}, {@code bfloat16} or
     * {@code float16}. */
    public static final String PRECISION = "nudge.cuda.precision";

    /** The property that chooses what multiplies matrices: {@code auto}, {@code cublas} or {@code kernels}. */
    public static final String PRODUCT = "nudge.cuda.product";

    /** The property that switches the cache of memory: {@code on} or {@code off}. */
    public static final String CACHE = "nudge.cuda.cache";

    /** The property that switches whole training steps by one kernel: {@code on} or {@code off}. */
    public static final String WHOLE = "nudge.cuda.whole";

    /** The property that switches several layers by one kernel: {@code on} or {@code off}. */
    public static final String FUSED = "nudge.cuda.fused";

    /** What multiplies matrices. */
    public enum ProductChoice {
        /** cuBLAS, or where it does not load kernels of Nudge's own, with a line in the log. */
        AUTO,
        /** cuBLAS, or an exception that says why not. */
        CUBLAS,
        /** Kernels of Nudge's own, which with TF32 are as strict as without. */
        KERNELS
    }

    /**
     * What the system properties say, and the defaults where they say nothing: strict products, by cuBLAS where there is
     * one, memory kept, whole steps of small networks, narrow layers together.
     *
     * @return the options
     * @throws IllegalArgumentException if a property has a value that it cannot have; the message lists those it can
     */
    public static CudaOptions fromProperties() {
        return new CudaOptions(
                precisionProperty(), productProperty(), switched(CACHE), switched(WHOLE), switched(FUSED));
    }

    /**
     * The same with another precision.
     *
     * @param other how products of float32 matrices are computed
     * @return new options
     */
    public CudaOptions withPrecision(Precision other) {
        return new CudaOptions(other, product, caching, whole, fused);
    }

    /**
     * The same with something else that multiplies.
     *
     * @param other what multiplies matrices
     * @return new options
     */
    public CudaOptions withProduct(ProductChoice other) {
        return new CudaOptions(precision, other, caching, whole, fused);
    }

    /**
     * The same with or without the cache.
     *
     * @param other whether memory that is given back is kept
     * @return new options
     */
    public CudaOptions withCaching(boolean other) {
        return new CudaOptions(precision, product, other, whole, fused);
    }

    /**
     * The same with or without whole steps.
     *
     * @param other whether one kernel takes many training steps of a small network
     * @return new options
     */
    public CudaOptions withWhole(boolean other) {
        return new CudaOptions(precision, product, caching, other, fused);
    }

    /**
     * The same with or without layers together.
     *
     * @param other whether one kernel takes several narrow layers
     * @return new options
     */
    public CudaOptions withFused(boolean other) {
        return new CudaOptions(precision, product, caching, whole, other);
    }

    private static Precision precisionProperty() {
        String text = System.getProperty(PRECISION, "strict");
        return Precision.named(text).orElseThrow(() -> wrong(PRECISION, text, Precision.choices()));
    }

    private static ProductChoice productProperty() {
        String text = System.getProperty(PRODUCT, "auto");
        return switch (text) {
            case "auto" -> ProductChoice.AUTO;
            case "cublas" -> ProductChoice.CUBLAS;
            case "kernels" -> ProductChoice.KERNELS;
            default -> throw wrong(PRODUCT, text, "auto, cublas or kernels");
        };
    }

    private static boolean switched(String property) {
        String text = System.getProperty(property, "on");
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw wrong(property, text, "on or off");
        };
    }

    private static IllegalArgumentException wrong(String property, String text, String choices) {
        return new IllegalArgumentException(
                "the system property " + property + " is '" + text + "'; set it to " + choices);
    }
}
