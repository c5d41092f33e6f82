package io.nudge.cli;

import java.util.function.DoubleSupplier;

/** Waits until work no longer gets faster: Java is slow until it is compiled, on a busy machine for long. */
final class Steady {
    /** Faster by less than this is not getting faster. */
    private static final double MORE = 1.2;

    /** So many looks without getting faster are enough: the compiler may be busy elsewhere for a while. */
    private static final int PATIENCE = 5;

    private Steady() {}

    /**
     * Works, look after look.
     *
     * @param rate works for a moment and tells how fast
     * @return the highest rate that was reached
     */
    static double rate(DoubleSupplier rate) {
        double best = 0;
        int patience = PATIENCE;
        while (patience > 0) {
            double now = rate.getAsDouble();
            patience = now > MORE * best ? PATIENCE : patience - 1;
            best = Math.max(best, now);
        }
        return best;
    }
}
