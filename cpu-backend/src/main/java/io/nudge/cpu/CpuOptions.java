package io.nudge.cpu;

/**
 * How the CPU backend computes, where it is not left to itself.
 *
 * @param threads how many threads share large operations; 1 for none but the caller's
 * @param product what multiplies matrices
 * @param vectors whether the Vector API is used where the module {@code jdk.incubator.vector} is present
 */
public record CpuOptions(int threads, ProductChoice product, boolean vectors) {
    /** The property that sets the number of threads; all processors by default. */
    public static final String THREADS = "nudge.cpu.threads";

    /** The property that chooses what multiplies matrices: {@code auto}, {@code openblas} or {@code java}. */
    public static final String PRODUCT = "nudge.cpu.product";

    /** The property that switches the Vector API: {@code auto} or {@code off}. */
    public static final String VECTORS = "nudge.cpu.vectors";

    /**
     * The property that says when vectors are used: {@code auto} for as soon as they are compiled and faster than plain loops, which
     * a background thread finds out in the first seconds, or {@code off} for from the start, without trials.
     */
    public static final String TRIALS = "nudge.cpu.trials";

    /** What multiplies matrices. */
    public enum ProductChoice {
        /**
         * OpenBLAS for large matrices and Java for small ones; where OpenBLAS does not load, Java, with a line in the
         * log.
         */
        AUTO,
        /** OpenBLAS for all, or an exception that says why not. */
        OPENBLAS,
        /** Java. */
        JAVA
    }

    /** Checks the number of threads. */
    public CpuOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("the number of threads must be at least 1, but is " + threads);
        }
    }

    /**
     * What the system properties say, and the defaults where they say nothing.
     *
     * @return the options
     * @throws IllegalArgumentException if a property has a value that it cannot have; the message lists those it can
     */
    public static CpuOptions fromProperties() {
        trialsProperty();
        return new CpuOptions(threadsProperty(), productProperty(), vectorsProperty());
    }

    private static int threadsProperty() {
        String text = System.getProperty(THREADS, "auto");
        if (text.equals("auto")) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (!text.matches("[1-9]\\d{0,3}")) {
            throw wrong(THREADS, text, "a number from 1 to 9999, or auto for all processors");
        }
        return Integer.parseInt(text);
    }

    private static ProductChoice productProperty() {
        String text = System.getProperty(PRODUCT, "auto");
        return switch (text) {
            case "auto" -> ProductChoice.AUTO;
            case "openblas" -> ProductChoice.OPENBLAS;
            case "java" -> ProductChoice.JAVA;
            default -> throw wrong(PRODUCT, text, "auto, openblas or java");
        };
    }

    private static boolean vectorsProperty() {
        return autoOrOff(VECTORS);
    }

    /** Whether the properties allow for trials. */
    static boolean trialsProperty() {
        return autoOrOff(TRIALS);
    }

    private static boolean autoOrOff(String property) {
        String text = System.getProperty(property, "auto");
        return switch (text) {
            case "auto" -> true;
            case "off" -> false;
            default -> throw wrong(property, text, "auto or off");
        };
    }

    private static IllegalArgumentException wrong(String property, String text, String choices) {
        return new IllegalArgumentException(
                "the system property " + property + " is '" + text + "'; set it to " + choices);
    }
}
