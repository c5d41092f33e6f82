package io.nudge.kernels;

/** How our own matrix product divides its work, as native/kernels/README.md tells. */
record Tile(int m, int n, int depth, long busy) {
    static Tile of(Real type, String name) {
        return switch (name) {
            case "small" -> new Tile(32, 32, 32, 264);
            case "medium" -> new Tile(64, 64, 16, 128);
            default -> type == Real.F32 ? new Tile(128, 128, 16, 128) : new Tile(128, 64, 8, 128);
        };
    }

    long tiles(long rows, long columns) {
        return Grid.blocks(rows, m) * Grid.blocks(columns, n);
    }

    /** How much of k a part of it has. */
    long part(long rows, long columns, long k) {
        long wanted = Math.min(Math.max(1, busy / tiles(rows, columns)), Grid.blocks(k, 4L * depth));
        long even = m == 128 ? Math.min(512 / tiles(rows, columns), k / 1024) : 1;
        long about = Math.max(wanted, even);
        return Grid.blocks(Grid.blocks(k, about), depth) * depth;
    }

    /** Blocks that share a tile. */
    long parts(long rows, long columns, long k) {
        return Grid.blocks(k, part(rows, columns, k));
    }

    long blocks(long rows, long columns, long k) {
        return tiles(rows, columns) * parts(rows, columns, k);
    }

    long scratch(long rows, long columns, long k) {
        long parts = parts(rows, columns, k);
        return parts == 1 ? 0 : parts * rows * columns;
    }
}
