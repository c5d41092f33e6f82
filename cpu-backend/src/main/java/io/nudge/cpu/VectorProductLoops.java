package io.nudge.cpu;

import io.nudge.tensor.DType;

/**
 * Matrix products with the Vector API. Where the rows of op(b) lie in memory one after the other, c gathers multiples
 * of them; where its columns do, an element of c is the dot product of two stretches of memory. Each element of c is
 * summed in an order that depends on k and the kind of product alone, so that neither the tiles nor the threads show in
 * it.
 */
final class VectorProductLoops implements ProductLoops {
    /** Columns of c, and rows of op(b), that are worked on at a time: what is used again stays in the second cache. */
    private static final int COLUMNS = 1024;

    private static final int DEPTH = 32;

    private final VectorTiles floats = new VectorFloatTiles();
    private final VectorTiles doubles = new VectorDoubleTiles();
    private CpuMemory floatRoom = CpuMemory.allocate(DType.FLOAT32, 0);
    private CpuMemory doubleRoom = CpuMemory.allocate(DType.FLOAT64, 0);

    @Override
    public String name() {
        return "Java products of " + floats.lanes() * 32 + "-bit vectors";
    }

    @Override
    public void multiply(Product p) {
        VectorTiles tiles = p.isFloat32() ? floats : doubles;
        if (p.bFlipped && !p.aFlipped && p.k >= tiles.lanes()) {
            dots(tiles, p);
            return;
        }
        if (p.bFlipped) {
            straighten(p);
        }
        multiples(tiles, p);
    }

    private static void dots(VectorTiles tiles, Product p) {
        for (int j = 0; j < p.n; j += VectorTiles.SIDE) {
            for (int i = 0; i < p.m; i += VectorTiles.SIDE) {
                tiles.dots(p, i, j);
            }
        }
    }

    private void multiples(VectorTiles tiles, Product p) {
        for (int j = 0; j < p.n; j += COLUMNS) {
            int width = Math.min(COLUMNS, p.n - j);
            for (int q = 0; q < p.k; q += DEPTH) {
                int end = Math.min(p.k, q + DEPTH);
                for (int i = 0; i < p.m; i += VectorTiles.SIDE) {
                    multiples(tiles, p, i, q, end, j, width);
                    if (end == p.k && p.alpha != 1) {
                        tiles.scale(p, i, j, width);
                    }
                }
            }
        }
    }

    private static void multiples(VectorTiles tiles, Product p, int i, int from, int to, int j, int width) {
        int q = from;
        while (q < to) {
            int terms = to - q >= 4 ? 4 : to - q >= 2 ? 2 : 1;
            tiles.addMultiples(terms, p, i, q, j, width, q == 0);
            q += terms;
        }
    }

    /** Makes a copy of b with the rows of op(b) one after the other. */
    private void straighten(Product p) {
        if (p.isFloat32()) {
            floatRoom = floatRoom.orLarger((long) p.k * p.n);
            FloatKernels.transpose(p.b.floats, p.bAt, p.n, p.k, 0, p.n, floatRoom.floats, 0);
            p.b = floatRoom;
        } else {
            doubleRoom = doubleRoom.orLarger((long) p.k * p.n);
            DoubleKernels.transpose(p.b.doubles, p.bAt, p.n, p.k, 0, p.n, doubleRoom.doubles, 0);
            p.b = doubleRoom;
        }
        p.bAt = 0;
        p.bStride = p.n;
        p.bFlipped = false;
    }
}
