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

    /** Blocks that share rows of few elements. */
    private static final long MOST_SPREAD = 64;

    /** Blocks that more rows of few elements than a tile holds come to, as long as each has SIDE of them. */
    private static final long WANTED = 128;

    /** Rows of which the first element is at a multiple of 32 bytes. */
    private static final long EVEN_ROWS = 8;

    private static final long MEDIUM = 1 << 20;
    private static final long LARGE = 1 << 22;

    /** Columns that share a counter, at least. */
    private static final long LEAST_COLUMNS = 4;

    /** Rows of 32 elements that a block has a thread for each element of. */
    private static final long LEAST_ROWS = 8;

    private Grid() {}

    private static long upwards(long work, long part) {
        return (work + part - 1) / part;
    }

    static long elements(long n) {
        return upwards(n, IN_BLOCK);
    }

    /** For kernels that keep each thread to its columns, and move packs of elements where rows are whole packs. */
    static long columns(DType type, long m, long n) {
        long whole = PACK_BYTES / type.bytes();
        long pack = n % whole == 0 ? whole : 1;
        long packs = n / pack;
        long least = packs == 1 ? 1 : Math.min(pack == 1 ? 8 : 2, 2 * Long.highestOneBit(packs - 1));
        long width = m * n < LARGE ? least : SIDE;
        while (width > least && 8 * (upwards(packs, width) * width - packs) > packs) {
            width /= 2;
        }
        long rows = Launcher.THREADS / width * (m * n < MEDIUM ? 4 : 16);
        return upwards(packs, width) * upwards(m, rows);
    }

    /** For kernels that work on whole rows: an element to a thread where rows are short and not too many. */
    static long rows(DType type, long m, long n) {
        if (n <= SIDE) {
            long together = Launcher.THREADS >> (Integer.SIZE - Integer.numberOfLeadingZeros((int) n - 1));
            if (m <= MOST_SPREAD * together) {
                return upwards(m, together);
            }
            long share = upwards(m, EVEN_ROWS * WANTED) * EVEN_ROWS;
            long fit = Math.min(ROW_BYTES / type.bytes() / n, Launcher.THREADS) / EVEN_ROWS * EVEN_ROWS;
            return upwards(m, Math.min(fit, Math.max(SIDE, share)));
        }
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
        return Math.max(upwards(m, SIDE), Math.min(upwards(m, LEAST_ROWS), MOST_SPREAD));
    }

    /** How many counters sums over the rows of n columns need. */
    static long counters(long n) {
        return upwards(n, LEAST_COLUMNS);
    }
}
