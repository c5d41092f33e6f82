package io.nudge.data;

import java.util.Arrays;

/** An array of float32 that grows. */
final class FloatBlock {
    private float[] values = new float[1024];
    private int size;

    void add(float value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, longer());
        }
        values[size++] = value;
    }

    private int longer() {
        if (size == Checks.LONGEST_ARRAY) {
            throw new DataException("the table has more than %d values, more than one data set holds: use fewer rows"
                    .formatted(Checks.LONGEST_ARRAY));
        }
        return (int) Math.min(Checks.LONGEST_ARRAY, size * 2L);
    }

    float[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
