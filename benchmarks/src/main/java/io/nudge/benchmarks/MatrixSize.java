package io.nudge.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size of a matrix, written {@code 128x512}: the weighted sums of 512 neurons for 128 examples.
 *
 * @param rows examples
 * @param columns neurons
 */
record MatrixSize(int rows, int columns) {
    private static final Pattern FORM = Pattern.compile("(\\d+)x(\\d+)");

    static MatrixSize parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("the size '" + text + "' is not rows x columns; write it as 128x512");
        }
        return new MatrixSize(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
    }

    double elements() {
        return (double) rows * columns;
    }
}
