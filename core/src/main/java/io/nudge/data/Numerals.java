package io.nudge.data;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;

/** How numbers are written in the cells of a table: digits, a point, an exponent. */
final class Numerals {
    private static final Set<String> MISSING = Set.of("", "?", "-", "na", "n/a", "nan", "null", "none");
    private static final int EXACT_DIGITS = 7;
    private static final int PLAIN_DIGITS = 20;

    private Numerals() {}

    static boolean isMissing(String text) {
        return MISSING.contains(text.toLowerCase(Locale.ROOT));
    }

    static boolean isNumber(String text) {
        try {
            parse(text);
            return true;
        } catch (NumberFormatException notOne) {
            return false;
        }
    }

    /** The nearest float32, infinite if the number is too large. Java's own 1f, 0x1p3, NaN and Infinity are no numbers here. */
    static float parse(String text) {
        if (isShortWhole(text)) {
            return Integer.parseInt(text);
        }
        for (int i = 0; i < text.length(); i++) {
            if ("0123456789.eE+-".indexOf(text.charAt(i)) < 0) {
                throw new NumberFormatException(text);
            }
        }
        return Float.parseFloat(text);
    }

    private static boolean isShortWhole(String text) {
        if (text.isEmpty() || text.length() > EXACT_DIGITS) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** One way to write a number that may be written in several: 1, 1.0 and 01 are all 1. */
    static String canonical(String number) {
        BigDecimal value = new BigDecimal(number).stripTrailingZeros();
        boolean plain = value.scale() <= 0 && value.precision() - (long) value.scale() <= PLAIN_DIGITS;
        return plain ? value.toPlainString() : value.toString();
    }
}
