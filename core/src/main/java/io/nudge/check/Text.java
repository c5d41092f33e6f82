package io.nudge.check;

import java.util.Locale;

/** Numbers and indices as text: columns that line up, and indices as small figures. */
final class Text {
    /** No line is longer. */
    static final int WIDTH = 100;

    private static final String HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private static final String LOW = "₀₁₂₃₄₅₆₇₈₉";

    private Text() {}

    /** Six decimals where that shows the number, else a power of ten; the minus sign as wide as a figure. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = value == 0 || (size >= 1e-3 && size < 1e6) ? "%.6f" : "%.3e";
        return signed(format, value);
    }

    /** As short as the number allows, for given parameters: {@code 1.5}. */
    static String brief(double value) {
        double rounded = Double.parseDouble(format("%.6g", value));
        if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e6) {
            return signed("%.0f", rounded);
        }
        return Math.abs(rounded) < 1e-3 || Math.abs(rounded) >= 1e6
                ? signed("%.3e", value)
                : Double.toString(rounded).replace('-', '−');
    }

    /** All that a float64 holds, nearly. */
    static String precise(double value) {
        return signed("%.12e", value);
    }

    static String exponent(double value) {
        return signed("%.1e", value);
    }

    static String count(long value) {
        return format("%,d", value);
    }

    private static String signed(String format, double value) {
        return format(format, value == 0 ? 0.0 : value).replace('-', '−');
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    static String left(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    /** A line across the page with a title in it. */
    static String rule(String title) {
        return "── " + title + " " + "─".repeat(Math.max(3, WIDTH - title.length() - 4));
    }

    static String high(long number) {
        return figures(number, HIGH);
    }

    static String low(long number) {
        return figures(number, LOW);
    }

    private static String figures(long number, String figures) {
        StringBuilder text = new StringBuilder();
        for (char figure : Long.toString(number).toCharArray()) {
            text.append(figures.charAt(figure - '0'));
        }
        return text.toString();
    }
}
