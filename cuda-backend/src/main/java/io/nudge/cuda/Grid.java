package io.nudge.cuda;

import io.nudge.tensor.DType;

/**
 * How many blocks a launch is worth, and how much room its sums need at most: the rules of native/kernels/README.md. The
 * number of blocks changes no result.
 */
final class Grid {
    /** Elements for a block of an elementwise kernel: four to a thread. */
    private static final long IN_BLOCK = 4L * Launcher.THREADS;

    /** Elements that a block adds up in a sum over all. */
    private static final long IN_SUM = 16L * Launcher.THREADS;

    private static final long ROW_BYTES = 8192;
    private static final long PACK_BYTES = 16;
    private static final long SIDE = 32;

    private Grid() {}

    private static long upwards(long work, long part) {
        return (work + part - 1) / part;
    }

    static long elements(long n) {
        return upwards(n, IN_BLOCK);
    }

    /** For kernels that keep each thread to its columns, and move packs of elements where rows are whole packs. */
    static long columns(DType type, long m, long n) {
        long pack = PACK_BYTES / type.bytes();
        return upwards(m * n, n % pack == 0 ? IN_BLOCK * pack : IN_BLOCK);
    }

    /** For kernels that work on whole rows. */
    static long rows(DType type, long m, long n) {
        return upwards(m * n, ROW_BYTES / type.bytes());
    }

    static long sums(long n) {
        return upwards(n, IN_SUM);
    }

    static long tiles(long m, long n) {
        return upwards(m, SIDE) * upwards(n, SIDE);
    }

    /** How many partial sums there are of each column of m rows. */
    static long partials(long m) {
        return upwards(m, SIDE);
    }

    /** How many counters sums over the rows of n columns need. */
    static long counters(long n) {
        return upwards(n, SIDE);
    }
}
