package io.nudge.cli;

import java.util.Locale;

/** Numbers as people read them, the same in every country. */
final class Text {
    private Text() {}

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** 12,340. */
    static String count(long value) {
        return format("%,d", value);
    }

    /** Four digits: 0.1234, 12.34, 1.234e-05. */
    static String number(double value) {
        return format("%.4g", value);
    }

    /** 95.20 %, from a fraction. */
    static String percent(double fraction) {
        return Double.isNaN(fraction) ? "-" : format("%.2f %%", 100 * fraction);
    }

    /** 0.13 s, 2:05, 1:02:05. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (seconds < 60) {
            return format("%.2f s", seconds);
        }
        return whole < 3600
                ? format("%d:%02d", whole / 60, whole % 60)
                : format("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    /** A name out of a file, with nothing in it that would move the cursor of a terminal. */
    static String visible(String name) {
        return name.replaceAll("\\p{Cntrl}", " ");
    }

    /** "1 example", "2 examples". */
    static String counted(long count, String one) {
        return count(count) + " " + one + (count == 1 ? "" : "s");
    }

    /** A number as a user would have typed it: 10, not 10.0. */
    static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? format("%.0f", value) : Double.toString(value);
    }
}
