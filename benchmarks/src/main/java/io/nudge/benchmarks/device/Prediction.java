package io.nudge.benchmarks.device;

import java.util.Locale;

/**
 * How long a launch takes, as predicted.
 *
 * @param bytes seconds for the bytes that it has to move
 * @param arithmetic seconds for what it computes
 * @param launch seconds that it takes beside both
 */
record Prediction(double bytes, double arithmetic, double launch) {
    /** What takes longest. */
    enum Bound {
        /** Moving bytes. */
        BYTES,
        /** Computing. */
        ARITHMETIC,
        /** Beginning and ending. */
        LAUNCHES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Moving and computing go on together; beginning and ending come to that. */
    double seconds() {
        return launch + Math.max(bytes, arithmetic);
    }

    Bound bound() {
        if (launch > Math.max(bytes, arithmetic)) {
            return Bound.LAUNCHES;
        }
        return bytes > arithmetic ? Bound.BYTES : Bound.ARITHMETIC;
    }
}
