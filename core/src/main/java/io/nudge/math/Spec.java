package io.nudge.math;

import java.util.ArrayList;
import java.util.List;

/** A value written as text: a name and numbers after it, {@code name:number:number}. */
record Spec(String text, String name, List<Double> numbers) {

    static Spec parse(String kind, String text) {
        String[] parts = text.trim().split(":", -1);
        List<Double> numbers = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            numbers.add(number(kind, text, parts[i]));
        }
        return new Spec(text, parts[0].trim().toLowerCase(java.util.Locale.ROOT), List.copyOf(numbers));
    }

    private static double number(String kind, String text, String part) {
        try {
            return Double.parseDouble(part.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    kind + " '" + text + "': '" + part + "' is not a number; write name:number, as in 'elu:1.0'", e);
        }
    }

    /** The i-th number, or the default where it is left out. */
    double number(int i, double otherwise) {
        return i < numbers.size() ? numbers.get(i) : otherwise;
    }

    Spec atMost(String kind, int count) {
        if (numbers.size() > count) {
            throw new IllegalArgumentException(kind + " '" + text + "' has " + numbers.size() + " numbers, but '" + name
                    + "' takes " + (count == 0 ? "none" : "at most " + count));
        }
        return this;
    }

    IllegalArgumentException unknown(String kind, String known) {
        return new IllegalArgumentException("unknown " + kind + " '" + text + "'; choose one of: " + known);
    }

    static String write(String name, double... numbers) {
        StringBuilder text = new StringBuilder(name);
        for (double number : numbers) {
            text.append(':').append(number);
        }
        return text.toString();
    }

    static double require(boolean holds, String what, double value, String range) {
        if (!holds) {
            throw new IllegalArgumentException(what + " must be " + range + ", but is " + value);
        }
        return value;
    }
}
