package io.nudge.benchmarks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as people read them: three digits, and the unit that keeps them short. */
public final class Figures {
    private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_UP);

    private Figures() {}

    /**
     * Three significant digits, without an exponent, with commas: 0.00123, 1.20, 412,000.
     *
     * @param value any number
     * @return the text
     */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return String.valueOf(value);
        }
        BigDecimal rounded = new BigDecimal(value).round(THREE_DIGITS);
        if (rounded.signum() == 0) {
            return "0";
        }
        int decimals = Math.max(0, 2 - (rounded.precision() - rounded.scale() - 1));
        return String.format(Locale.ROOT, "%,." + decimals + "f", rounded);
    }

    /** A duration with its unit. */
    static String time(double nanoseconds) {
        Unit unit = Unit.of(nanoseconds);
        return number(nanoseconds / unit.nanoseconds) + " " + unit.symbol;
    }

    /** A range of durations, in the unit in which {@link #time} tells the one between them. */
    static String range(double least, double most, double between) {
        Unit unit = Unit.of(between);
        return number(least / unit.nanoseconds) + "–" + number(most / unit.nanoseconds) + " " + unit.symbol;
    }

    private enum Unit {
        NANOSECONDS("ns", 1),
        MICROSECONDS("µs", 1e3),
        MILLISECONDS("ms", 1e6),
        SECONDS("s", 1e9);

        private final String symbol;
        private final double nanoseconds;

        Unit(String symbol, double nanoseconds) {
            this.symbol = symbol;
            this.nanoseconds = nanoseconds;
        }

        static Unit of(double nanoseconds) {
            Unit best = NANOSECONDS;
            for (Unit unit : values()) {
                if (nanoseconds >= unit.nanoseconds) {
                    best = unit;
                }
            }
            return best;
        }
    }
}
