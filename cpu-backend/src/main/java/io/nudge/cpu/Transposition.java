package io.nudge.cpu;

/** Writes the columns of a part of a matrix as rows. */
final class Transposition {
    /** So many rows and columns at a time that what is read and written stays in the first cache. */
    private static final int TILE = 16;

    private Transposition() {}

    /**
     * to_ji = from_ij.
     *
     * @param fromStride elements between two rows of {@code from}; so for {@code to}
     * @param rows of {@code from}
     * @param columns of {@code from}
     */
    static void into(
            float[] from, int fromAt, int fromStride, int rows, int columns, float[] to, int toAt, int toStride) {
        for (int i = 0; i < rows; i += TILE) {
            int height = Math.min(TILE, rows - i);
            for (int j = 0; j < columns; j += TILE) {
                int wide = Math.min(TILE, columns - j);
                int start = fromAt + i * fromStride + j;
                int end = toAt + j * toStride + i;
                if (height == TILE && wide == TILE) {
                    square(from, start, fromStride, to, end, toStride);
                } else {
                    rectangle(from, start, fromStride, height, wide, to, end, toStride);
                }
            }
        }
    }

    /** Four rows by four columns at a time: what is read together lies together, and so does what is written. */
    private static void square(float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride) {
        for (int i = 0; i < TILE; i += 4) {
            for (int j = 0; j < TILE; j += 4) {
                four(from, fromAt + i * fromStride + j, fromStride, to, toAt + j * toStride + i, toStride);
            }
        }
    }

    /** In variables, all read before any is written: a loop of the compiler's takes twice as long. */
    private static void four(float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride) {
        int row1 = fromAt + fromStride;
        int row2 = row1 + fromStride;
        int row3 = row2 + fromStride;
        float a0 = from[fromAt];
        float a1 = from[fromAt + 1];
        float a2 = from[fromAt + 2];
        float a3 = from[fromAt + 3];
        float b0 = from[row1];
        float b1 = from[row1 + 1];
        float b2 = from[row1 + 2];
        float b3 = from[row1 + 3];
        float c0 = from[row2];
        float c1 = from[row2 + 1];
        float c2 = from[row2 + 2];
        float c3 = from[row2 + 3];
        float d0 = from[row3];
        float d1 = from[row3 + 1];
        float d2 = from[row3 + 2];
        float d3 = from[row3 + 3];
        write(a0, b0, c0, d0, to, toAt);
        write(a1, b1, c1, d1, to, toAt + toStride);
        write(a2, b2, c2, d2, to, toAt + 2 * toStride);
        write(a3, b3, c3, d3, to, toAt + 3 * toStride);
    }

    private static void write(float a, float b, float c, float d, float[] to, int at) {
        to[at] = a;
        to[at + 1] = b;
        to[at + 2] = c;
        to[at + 3] = d;
    }

    /** Four rows by four columns as long as there are so many. */
    private static void rectangle(
            float[] from, int fromAt, int fromStride, int rows, int columns, float[] to, int toAt, int toStride) {
        int wholeRows = rows / 4 * 4;
        int wholeColumns = columns / 4 * 4;
        for (int i = 0; i < wholeRows; i += 4) {
            for (int j = 0; j < wholeColumns; j += 4) {
                four(from, fromAt + i * fromStride + j, fromStride, to, toAt + j * toStride + i, toStride);
            }
        }
        for (int j = 0; j < columns; j++) {
            for (int i = j < wholeColumns ? wholeRows : 0; i < rows; i++) {
                to[toAt + j * toStride + i] = from[fromAt + i * fromStride + j];
            }
        }
    }
}
