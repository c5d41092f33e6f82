package io.nudge.cpu;

/** Writes the columns of a part of a matrix as rows. */
class Transposition {
    /** So many rows and columns at a time that what is read and written stays in the first cache. */
    private static final int TILE = 16;

    /**
     * to_ji = from_ij.
     *
     * @param fromStride elements between two rows of {@code from}; so for {@code to}
     * @param rows of {@code from}
     * @param columns of {@code from}
     */
    void run(float[] from, int fromAt, int fromStride, int rows, int columns, float[] to, int toAt, int toStride) {
        for (int i = 0; i < rows; i += TILE) {
            int height = Math.min(TILE, rows - i);
            for (int j = 0; j < columns; j += TILE) {
                int wide = Math.min(TILE, columns - j);
                tile(
                        from,
                        fromAt + i * fromStride + j,
                        fromStride,
                        height,
                        wide,
                        to,
                        toAt + j * toStride + i,
                        toStride);
            }
        }
    }

    private static void tile(
            float[] from, int fromAt, int fromStride, int rows, int columns, float[] to, int toAt, int toStride) {
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                to[toAt + j * toStride + i] = from[fromAt + i * fromStride + j];
            }
        }
    }
}
