package io.nudge.kernels;

/** The grids that native/kernels/README.md tells, and the room that sums over blocks need. */
final class Grid {
    private static final long MOST = 1024;

    private Grid() {}

    private static long limited(long units) {
        return Math.min(Math.max(1, units), MOST);
    }

    static long blocks(long n, long each) {
        return (n + each - 1) / each;
    }

    static long elements(long n) {
        return limited(blocks(n, 1024));
    }

    static long columns(Real type, long m, long n) {
        long v = n % type.wide() == 0 ? type.wide() : 1;
        long packs = n / v;
        long least = packs == 1 ? 1 : Math.min(v == 1 ? 8 : 2, Long.highestOneBit(packs - 1) * 2);
        long width = m * n < (1L << 22) ? least : 32;
        while (width > least && 8 * (blocks(packs, width) * width - packs) > packs) {
            width /= 2;
        }
        long rows = 256 / width * (m * n < (1L << 20) ? 4 : 16);
        return limited(blocks(packs, width) * blocks(m, rows));
    }

    static long rows(Real type, long m, long n) {
        long tile = type == Real.F32 ? 2048 : 1024;
        if (n > 32) {
            return limited(blocks(m * n, tile));
        }
        long fit = Math.min(tile / n, 256) / 8 * 8;
        return limited(blocks(m, isSpread(m, n) ? shortRows(n) : Math.min(fit, Math.max(32, 8 * blocks(m, 1024)))));
    }

    /** Whether each element of a short row has a lane. */
    static boolean isSpread(long m, long n) {
        return n <= 32 && m <= 64 * shortRows(n);
    }

    /** How many rows of so few elements a block has threads for. */
    private static long shortRows(long n) {
        return 256 >> (32 - Integer.numberOfLeadingZeros((int) n - 1));
    }

    static long chunks(long n) {
        return limited(blocks(n, 4096));
    }

    static long tiles(long m, long n) {
        return limited(blocks(m, 32) * blocks(n, 32));
    }

    static int scratchOfColumns(long m, long n) {
        return (int) (blocks(m, 32) * n);
    }

    static int scratchOfRows(long m, long n) {
        return (int) (Math.max(blocks(m, 32), Math.min(blocks(m, 8), 64)) * (n + 1));
    }

    static int countersOfColumns(long n) {
        return (int) blocks(n, 4);
    }
}
