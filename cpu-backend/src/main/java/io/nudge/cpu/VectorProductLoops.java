package io.nudge.cpu;

import io.nudge.tensor.DType;

/**
 * Matrix products with the Vector API. A panel of some columns of op(b) is packed into the first cache, and goes by all
 * rows of op(a) (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). Where c has few rows,
 * and the columns of op(b) lie along memory, packing does not pay: there an element of c is the dot product of two
 * stretches of memory. Each element of c is summed in an order that depends on k and the kind of product alone, so that
 * neither the tiles nor the threads show in it.
 */
final class VectorProductLoops implements ProductLoops {
    /** Rows of c up to which dot products are faster than packing. */
    private static final int FEW_ROWS = 24;

    /** Rows of op(a) that a panel goes by: so many, of the panel's depth, are still in the second cache for the next one. */
    private static final int ROWS = 100 * VectorTiles.ROWS;

    /** Rows of a stored matrix that become columns together: as many elements as a line of the cache has. */
    private static final int LINE = 16;

    private final VectorTiles floats = new VectorFloatTiles();
    private final VectorTiles doubles = new VectorDoubleTiles();
    private CpuMemory floatRoom = CpuMemory.allocate(DType.FLOAT32, 0);
    private CpuMemory doubleRoom = CpuMemory.allocate(DType.FLOAT64, 0);

    @Override
    public String name() {
        return "Java products of " + floats.lanes() * 32 + "-bit vectors";
    }

    @Override
    public int rowsAtOnce() {
        return VectorTiles.ROWS;
    }

    @Override
    public int columnsAtOnce(boolean isFloat32) {
        return VectorTiles.PANEL_VECTORS * (isFloat32 ? floats : doubles).lanes();
    }

    @Override
    public void multiply(Product p) {
        VectorTiles tiles = p.isFloat32() ? floats : doubles;
        if (p.bFlipped && !p.aFlipped && p.k >= tiles.lanes() && p.m <= FEW_ROWS) {
            dots(tiles, p);
            return;
        }
        if (p.aFlipped) {
            straighten(p);
        }
        panels(tiles, p);
    }

    private static void dots(VectorTiles tiles, Product p) {
        for (int j = 0; j < p.n; j += VectorTiles.SIDE) {
            for (int i = 0; i < p.m; i += VectorTiles.SIDE) {
                tiles.dots(p, i, j);
            }
        }
    }

    private void panels(VectorTiles tiles, Product p) {
        int blocks = (p.k + VectorTiles.DEPTH - 1) / VectorTiles.DEPTH;
        int depth = (p.k + blocks - 1) / blocks;
        for (int i = 0; i < p.m; i += ROWS) {
            int end = Math.min(p.m, i + ROWS);
            for (int j = 0; j < p.n; j += columnsAtOnce(p.isFloat32())) {
                for (int q = 0; q < p.k; q += depth) {
                    panel(tiles, p, i, end, q, Math.min(depth, p.k - q), j);
                }
            }
        }
    }

    private static void panel(VectorTiles tiles, Product p, int from, int to, int q, int depth, int j) {
        tiles.pack(p, q, depth, j);
        for (int i = from; i < to; i += VectorTiles.ROWS) {
            tiles.tile(p, i, q, depth, j);
        }
    }

    /** Makes a copy of a with the rows of op(a) one after the other. */
    private void straighten(Product p) {
        if (p.isFloat32()) {
            floatRoom = floatRoom.orLarger((long) p.m * p.k);
            straighten(p.a.floats, p.aAt, p.aStride, p.m, p.k, floatRoom.floats);
            p.a = floatRoom;
        } else {
            doubleRoom = doubleRoom.orLarger((long) p.m * p.k);
            straighten(p.a.doubles, p.aAt, p.aStride, p.m, p.k, doubleRoom.doubles);
            p.a = doubleRoom;
        }
        p.aAt = 0;
        p.aStride = p.k;
        p.aFlipped = false;
    }

    private static void straighten(float[] a, int at, int stride, int m, int k, float[] into) {
        for (int from = 0; from < m; from += LINE) {
            int to = Math.min(m, from + LINE);
            for (int q = 0; q < k; q++) {
                int row = at + q * stride;
                for (int i = from; i < to; i++) {
                    into[i * k + q] = a[row + i];
                }
            }
        }
    }

    private static void straighten(double[] a, int at, int stride, int m, int k, double[] into) {
        for (int from = 0; from < m; from += LINE) {
            int to = Math.min(m, from + LINE);
            for (int q = 0; q < k; q++) {
                int row = at + q * stride;
                for (int i = from; i < to; i++) {
                    into[i * k + q] = a[row + i];
                }
            }
        }
    }
}
