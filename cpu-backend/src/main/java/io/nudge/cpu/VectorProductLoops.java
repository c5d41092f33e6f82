package io.nudge.cpu;

import io.nudge.tensor.DType;

/**
 * Matrix products with the Vector API, in one of three ways. A panel of some columns of op(b) is packed into the first cache,
 * and goes by all rows of op(a) (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). Where
 * that does not pay: with few terms in a sum, rows of c gather multiples of rows of op(b); with few rows in c, where the
 * columns of op(b) lie along memory, an element of c is the dot product of two stretches of it. Each element of c is summed in
 * an order that depends on the whole product's shape alone, so that neither the tiles nor the threads show in it.
 */
final class VectorProductLoops implements ProductLoops {
    /** Rows of c up to which dot products are faster than packing. */
    private static final int FEW_ROWS = 24;

    /** Terms up to which multiples of rows are faster than packing. */
    private static final int FEW_TERMS = 32;

    /** Columns of c that gather multiples at a time, so that what is used again stays in the caches. */
    private static final int COLUMNS = 1024;

    /** Rows of op(a) that a panel goes by: so many, of the panel's depth, are still in the second cache for the next one. */
    private static final int ROWS = 100 * VectorPanels.ROWS;

    /** Rows of a stored matrix that become columns together: as many elements as a line of the cache has. */
    private static final int LINE = 16;

    private final VectorTiles floats = new VectorFloatTiles();
    private final VectorTiles doubles = new VectorDoubleTiles();
    private final VectorPanels floatPanels = new VectorFloatPanels();
    private final VectorPanels doublePanels = new VectorDoublePanels();
    private CpuMemory floatRoom = CpuMemory.allocate(DType.FLOAT32, 0);
    private CpuMemory doubleRoom = CpuMemory.allocate(DType.FLOAT64, 0);

    @Override
    public String name() {
        return "Java products of " + floats.lanes() * 32 + "-bit vectors";
    }

    @Override
    public int rowsAtOnce() {
        return VectorPanels.ROWS;
    }

    @Override
    public int columnsAtOnce(boolean isFloat32) {
        return panels(isFloat32).width();
    }

    private VectorPanels panels(boolean isFloat32) {
        return isFloat32 ? floatPanels : doublePanels;
    }

    @Override
    public void multiply(Product p) {
        VectorTiles tiles = p.isFloat32() ? floats : doubles;
        if (p.bFlipped && !p.aFlipped && p.k >= tiles.lanes() && p.wholeRows <= FEW_ROWS) {
            dots(tiles, p);
        } else if (p.k <= FEW_TERMS) {
            if (p.bFlipped) {
                straightenB(p);
            }
            scaleC(p);
            multiples(tiles, p);
        } else {
            if (p.aFlipped) {
                straightenA(p);
            }
            panels(panels(p.isFloat32()), p);
        }
    }

    private static void dots(VectorTiles tiles, Product p) {
        for (int j = 0; j < p.n; j += VectorTiles.SIDE) {
            for (int i = 0; i < p.m; i += VectorTiles.SIDE) {
                tiles.dots(p, i, j);
            }
        }
    }

    private static void multiples(VectorTiles tiles, Product p) {
        for (int j = 0; j < p.n; j += COLUMNS) {
            int width = Math.min(COLUMNS, p.n - j);
            for (int i = 0; i < p.m; i += VectorTiles.SIDE) {
                int q = 0;
                while (q < p.k) {
                    int terms = p.k - q >= 4 ? 4 : p.k - q >= 2 ? 2 : 1;
                    tiles.addMultiples(terms, p, i, q, j, width, q == 0 && p.beta == 0);
                    q += terms;
                }
            }
        }
    }

    /** c = beta c, unless that is left to the first terms or nothing is to be done. */
    private static void scaleC(Product p) {
        if (p.beta == 0 || p.beta == 1) {
            return;
        }
        for (int i = 0; i < p.m; i++) {
            int at = p.cAt + i * p.cStride;
            for (int j = at; j < at + p.n; j++) {
                if (p.isFloat32()) {
                    p.c.floats[j] *= (float) p.beta;
                } else {
                    p.c.doubles[j] *= p.beta;
                }
            }
        }
    }

    private static void panels(VectorPanels panels, Product p) {
        int blocks = (p.k + VectorPanels.DEPTH - 1) / VectorPanels.DEPTH;
        int depth = (p.k + blocks - 1) / blocks;
        for (int i = 0; i < p.m; i += ROWS) {
            int end = Math.min(p.m, i + ROWS);
            for (int j = 0; j < p.n; j += panels.width()) {
                for (int q = 0; q < p.k; q += depth) {
                    panel(panels, p, i, end, q, Math.min(depth, p.k - q), j);
                }
            }
        }
    }

    private static void panel(VectorPanels panels, Product p, int from, int to, int q, int depth, int j) {
        panels.pack(p, q, depth, j);
        for (int i = from; i < to; i += VectorPanels.ROWS) {
            panels.tile(p, i, q, depth, j);
        }
    }

    /** Makes a copy of a with the rows of op(a) one after the other. */
    private void straightenA(Product p) {
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

    /** Makes a copy of b with the rows of op(b) one after the other. */
    private void straightenB(Product p) {
        if (p.isFloat32()) {
            floatRoom = floatRoom.orLarger((long) p.k * p.n);
            straighten(p.b.floats, p.bAt, p.bStride, p.k, p.n, floatRoom.floats);
            p.b = floatRoom;
        } else {
            doubleRoom = doubleRoom.orLarger((long) p.k * p.n);
            straighten(p.b.doubles, p.bAt, p.bStride, p.k, p.n, doubleRoom.doubles);
            p.b = doubleRoom;
        }
        p.bAt = 0;
        p.bStride = p.n;
        p.bFlipped = false;
    }

    /** into [m, k] = the first m columns of k stored rows. */
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
