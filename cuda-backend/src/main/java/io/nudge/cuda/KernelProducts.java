package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;

/**
 * Products by kernels of our own, for machines without cuBLAS. Which of three tilings computes a product follows from its
 * shape, and so do the bits (native/kernels/README.md, "The matrix product").
 */
final class KernelProducts implements Products {
    private final Launcher launcher;
    private final Kernels kernels;
    private final Scratch scratch;
    private final Precision precision;

    KernelProducts(Launcher launcher, Kernels kernels, Scratch scratch, Precision precision) {
        this.launcher = launcher;
        this.kernels = kernels;
        this.scratch = scratch;
        this.precision = precision;
    }

    /**
     * Sizes of tiles: rows and columns of c, how far along k a step goes, and from how many blocks on a device is busy. Where
     * there are fewer tiles, or LARGE ones would leave many devices idle in their last round, several blocks share one. Chosen on an
     * H200, but for EVEN and LONG (docs/performance.md).
     */
    enum Tiling {
        SMALL(32, 32, 32, 264),
        MEDIUM(64, 64, 16, 128),
        LARGE(128, 128, 16, 128);

        /** A part of k is worth so many steps along it. */
        private static final long STEPS = 4;

        /** So many tiles of MEDIUM, else they are small. */
        private static final long ENOUGH = 96;

        /** Of so much of k a tile of LARGE is worth another block. */
        private static final long DEEP = 256;

        /** So many blocks of LARGE leave few devices idle for long while the last of them are at work ... */
        private static final long EVEN = 512;

        /** ... for which a tile is shared where each of its blocks still has so much of k. */
        private static final long LONG = 1024;

        private final long rows;
        private final long columns;
        private final long depth;
        private final long busy;

        Tiling(long rows, long columns, long depth, long busy) {
            this.rows = rows;
            this.columns = columns;
            this.depth = depth;
            this.busy = busy;
        }

        /** The tiling for a product [m, n] of factors k long: the largest that keeps a device busy. */
        static Tiling of(DType type, long m, long n, long k) {
            if (m <= SMALL.rows || n <= SMALL.columns || MEDIUM.tiles(type, m, n) < ENOUGH) {
                return SMALL;
            }
            return LARGE.tiles(type, m, n) * Math.max(1, k / DEEP) >= LARGE.busy ? LARGE : MEDIUM;
        }

        /** How many tiles c has. Those of LARGE are half as wide in float64, and their steps half as deep. */
        long tiles(DType type, long m, long n) {
            return upwards(m, rows) * upwards(n, halved(type) ? columns / 2 : columns);
        }

        private boolean halved(DType type) {
            return this == LARGE && type == DType.FLOAT64;
        }

        /** How much of k each part of it has, in whole steps. */
        long part(DType type, long tiles, long k) {
            long step = halved(type) ? depth / 2 : depth;
            long wanted = Math.min(Math.max(1, busy / tiles), upwards(k, STEPS * step));
            long even = this == LARGE ? Math.min(EVEN / tiles, k / LONG) : 1;
            long about = Math.max(wanted, even);
            return upwards(upwards(k, about), step) * step;
        }
    }

    /** The number of an entry among those of a tiling: nn, nt, tn, tt. */
    static int number(Transpose ta, Transpose tb) {
        return (ta == Transpose.YES ? 2 : 0) + (tb == Transpose.YES ? 1 : 0);
    }

    private static long upwards(long work, long part) {
        return (work + part - 1) / part;
    }

    @Override
    public String describe() {
        return "products by Nudge's own kernels, float32 products " + precision();
    }

    @Override
    public Precision precision() {
        return precision.isHalf() ? precision : Precision.STRICT;
    }

    /** Factors of 16 bits are rounded on the way. */
    private Kernel.Variant variant(DType type) {
        return type == DType.FLOAT32 && precision.isHalf() ? Kernel.Variant.of(precision) : Kernel.Variant.of(type);
    }

    @Override
    public void multiply(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        multiply(alpha, beta, null, a, ta, b, tb, c);
    }

    @Override
    public void multiply(Tensor factors, Tensor a, Transpose ta, Tensor b, Transpose tb, Tensor c) {
        multiply(0, 0, factors, a, ta, b, tb, c);
    }

    /** Factors in memory, unless null, take the place of those given. */
    private void multiply(
            double alpha, double beta, Tensor factors, Tensor a, Transpose ta, Tensor b, Transpose tb, Tensor c) {
        long m = c.shape().rows();
        long n = c.shape().columns();
        long k = ta == Transpose.YES ? a.shape().rows() : a.shape().columns();
        Tiling tiling = Tiling.of(c.type(), m, n, k);
        long tiles = tiling.tiles(c.type(), m, n);
        long part = tiling.part(c.type(), tiles, k);
        long parts = upwards(k, part);
        boolean shared = parts > 1;
        launcher.of(kernels.product.get(tiling)[number(ta, tb)], variant(c.type()))
                .with(alpha)
                .with(a)
                .with(b)
                .with(beta)
                .with(c)
                .with(m)
                .with(n)
                .with(k);
        (factors == null ? launcher.with(0L) : launcher.with(factors))
                .with(shared ? scratch.room(parts * m * n * c.type().bytes()) : 0L)
                .with(shared ? scratch.counters(tiles) : 0L)
                .with(part)
                .with(parts)
                .allBlocks(tiles * parts);
    }
}
