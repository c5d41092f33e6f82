package io.nudge.benchmarks.device;

import java.util.Locale;

/**
 * How long a launch takes, as predicted.
 *
 * @param bytes seconds for the bytes that it has to move
 * @param arithmetic seconds for what it computes
 * @param latency seconds for what comes one after another in a block
 * @param launch seconds that it takes beside these
 */
record Prediction(double bytes, double arithmetic, double latency, double launch) {
    /** What takes longest. */
    enum Bound {
        /** Moving bytes. */
        BYTES,
        /** Computing. */
        ARITHMETIC,
        /** Waiting: one instruction for another, and threads for each other. */
        LATENCY,
        /** Beginning and ending. */
        LAUNCHES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Moving and computing go on together, and wait meanwhile; beginning and ending come to that. */
    double seconds() {
        return launch + work();
    }

    /** Without beginning and ending. */
    double work() {
        return Math.max(latency, Math.max(bytes, arithmetic));
    }

    Bound bound() {
        return launch > work() ? Bound.LAUNCHES : boundOfWork();
    }

    /** What the work takes its time for. */
    Bound boundOfWork() {
        if (latency > Math.max(bytes, arithmetic)) {
            return Bound.LATENCY;
        }
        return bytes > arithmetic ? Bound.BYTES : Bound.ARITHMETIC;
    }
}
