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
        return limited(blocks(m * n, 1024 * v));
    }

    static long rows(Real type, long m, long n) {
        return limited(blocks(m * n, type == Real.F32 ? 2048 : 1024));
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
        return (int) (blocks(m, 32) * (n + 1));
    }

    static int countersOfColumns(long n) {
        return (int) blocks(n, 32);
    }
}
