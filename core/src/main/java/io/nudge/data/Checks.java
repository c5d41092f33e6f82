package io.nudge.data;

import java.lang.reflect.Array;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of what is given to a data set, and its copy into one row-major block of float32. */
final class Checks {
    /** The longest array that every JVM can make. */
    static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private Checks() {}

    static float[] flatten(float[][] rows, String what) {
        int columns = columns(rows, what);
        float[] block = new float[blockLength(rows.length, columns, what)];
        for (int row = 0; row < rows.length; row++) {
            checkRow(rows[row] == null ? -1 : rows[row].length, columns, row, what);
            System.arraycopy(rows[row], 0, block, row * columns, columns);
        }
        checkFinite(block, columns, what);
        return block;
    }

    static float[] flatten(double[][] rows, String what) {
        int columns = columns(rows, what);
        float[] block = new float[blockLength(rows.length, columns, what)];
        for (int row = 0; row < rows.length; row++) {
            checkRow(rows[row] == null ? -1 : rows[row].length, columns, row, what);
            for (int column = 0; column < columns; column++) {
                block[row * columns + column] = narrow(rows[row][column], row, column, what);
            }
        }
        checkFinite(block, columns, what);
        return block;
    }

    private static float narrow(double value, int row, int column, String what) {
        float narrowed = (float) value;
        if (Float.isInfinite(narrowed) && !Double.isInfinite(value)) {
            throw new DataException("%s[%d][%d] is %s, too large for float32: scale this column down"
                    .formatted(what, row, column, value));
        }
        return narrowed;
    }

    static int columns(Object[] rows, String what) {
        if (rows.length == 0) {
            throw new DataException(what + " has no rows: a data set needs at least one example");
        }
        if (rows[0] == null) {
            throw new DataException(what + "[0] is null");
        }
        return Array.getLength(rows[0]);
    }

    private static void checkRow(int length, int columns, int row, String what) {
        if (length < 0) {
            throw new DataException("%s[%d] is null".formatted(what, row));
        }
        if (length != columns) {
            throw new DataException("%s[%d] has %d values but %s[0] has %d: every row needs the same number"
                    .formatted(what, row, length, what, columns));
        }
    }

    /** The number of rows in a block, which must be whole and not zero. */
    static int rows(float[] block, int columns, String what) {
        checkColumns(columns, what);
        if (block.length == 0) {
            throw new DataException(what + " is empty: a data set needs at least one example");
        }
        if (block.length % columns != 0) {
            throw new DataException("%s has %d values, which is not a whole number of rows of %d columns"
                    .formatted(what, block.length, columns));
        }
        return block.length / columns;
    }

    static void checkColumns(int columns, String what) {
        if (columns <= 0) {
            throw new DataException("%s has %d columns: at least one is needed".formatted(what, columns));
        }
    }

    static int blockLength(long rows, long columns, String what) {
        checkColumns((int) columns, what);
        if (rows * columns > LONGEST_ARRAY) {
            throw new DataException(
                    "%s has %d rows of %d columns, %d values; one data set holds at most %d: use fewer rows"
                            .formatted(what, rows, columns, rows * columns, LONGEST_ARRAY));
        }
        return (int) (rows * columns);
    }

    static void checkFinite(float[] block, int columns, String what) {
        for (int i = 0; i < block.length; i++) {
            if (!Float.isFinite(block[i])) {
                throw new DataException("%s[%d][%d] is %s: remove the row or replace the value by a finite number"
                        .formatted(what, i / columns, i % columns, block[i]));
            }
        }
    }

    static void checkSameRows(int inputs, int targets, String what) {
        if (inputs != targets) {
            throw new DataException("there are %d rows of inputs but %d of %s: every example needs both"
                    .formatted(inputs, targets, what));
        }
    }

    static void checkLabels(int[] labels, int classes) {
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new DataException("labels[%d] is %d, but with %d class names a label is 0 to %d"
                        .formatted(i, labels[i], classes, classes - 1));
            }
        }
    }

    static void checkNames(List<String> names, String what) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isBlank()) {
                throw new DataException("%s name %d is blank".formatted(what, i));
            }
            if (!seen.add(names.get(i))) {
                throw new DataException("%s name '%s' appears twice".formatted(what, names.get(i)));
            }
        }
    }
}
