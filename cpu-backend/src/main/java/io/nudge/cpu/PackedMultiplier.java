package io.nudge.cpu;

import io.nudge.tensor.DType;

/**
 * Products x op(w) of many rows, in float32, by the loops of {@link PackedLoops}: op(w) is packed into panels, then rows of x go over
 * them, a few at a time, and z = x op(w) stays in registers meanwhile. Other products are left to others. An element of z is one chain of
 * fused multiplications and additions, term after term, so that neither tiles nor threads show in it.
 */
final class PackedMultiplier implements Multiplier {
    /** Rows up to which dot products, which need no panels, are faster. */
    private static final int FEW_ROWS = 24;

    /** Terms up to which a sum costs less than to begin and end it. */
    private static final int FEW_TERMS = 7;

    /** Elements of panels up to which OpenBLAS gains less by its larger blocks than it loses by its copies; 8 MiB of room. */
    private static final long MOST = 1L << 21;

    /** Panels, and terms, up to which copies of rows take less than is gained, where loops need copies. */
    private static final int NARROW = 4;

    private static final int SHORT = 32;

    /** Elements to pack in a part, at least, as long. */
    private static final long PACKED = 1L << 15;

    private final Workers workers;
    private final PackedLoops loops;
    private final Multiplier others;
    private final int width;
    private final int height;
    private final Task pack = this::pack;
    private final Task multiply = this::multiply;

    /** One after the other, each with a row for each term. */
    private CpuMemory panels = CpuMemory.allocate(DType.FLOAT32, 0);

    /** Of each worker: copies of rows of x, and what is made of them where it does not fill a tile. */
    private final PackedRows[] copies;

    private final CpuMemory[] tiles;

    /** Terms for which there is room in the copies. */
    private int copied;

    private final float[] nothing;

    // The product that is being computed.
    private Product p;
    private int panelCount;
    private int share;
    private boolean byPanels;

    /** What the loops are not for is left to others, which this one closes. */
    PackedMultiplier(Workers workers, PackedLoops loops, Multiplier others) {
        this.workers = workers;
        this.loops = loops;
        this.others = others;
        width = loops.width();
        height = loops.height();
        copies = new PackedRows[workers.count()];
        tiles = new CpuMemory[workers.count()];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = CpuMemory.allocate(DType.FLOAT32, (long) height * width);
        }
        nothing = new float[width];
    }

    @Override
    public String name() {
        return others.name();
    }

    @Override
    public void multiply(Product product) {
        if (!isMine(product)) {
            others.multiply(product);
            return;
        }
        p = product;
        try {
            panelCount = panels(p.n);
            panels = panels.orLarger((long) panelCount * p.k * width);
            reserveCopies(p.k);
            share = JavaMultiplier.share(workers, panelCount, (long) p.k * p.n / PACKED, 1);
            workers.run(pack, (panelCount + share - 1) / share);
            byPanels = panelCount >= JavaMultiplier.PARTS_PER_WORKER * workers.count();
            int length = byPanels ? panelCount : p.m;
            share = JavaMultiplier.share(workers, length, p.work() / JavaMultiplier.WORK, byPanels ? 1 : height);
            workers.run(multiply, (length + share - 1) / share);
        } finally {
            p = null;
        }
    }

    /** Whether this has loops for such a product. */
    boolean isMine(Product p) {
        boolean inPlace = loops.fixedStride() == 0;
        return p.isFloat32()
                && !p.aFlipped
                && p.alpha == 1
                && p.beta == 0
                && p.m > FEW_ROWS
                && p.k > FEW_TERMS
                && (long) p.k * panels(p.n) * width <= MOST
                && (inPlace || (panels(p.n) <= NARROW && p.k <= SHORT));
    }

    private int panels(int columns) {
        return (columns + width - 1) / width;
    }

    private void reserveCopies(int terms) {
        if (terms > copied) {
            for (int i = 0; i < copies.length; i++) {
                copies[i] = PackedRows.room(loops, height, terms);
            }
            copied = terms;
        }
    }

    private void pack(int part, int worker) {
        int end = Math.min((part + 1) * share, panelCount);
        for (int panel = part * share; panel < end; panel++) {
            int j = panel * width;
            int columns = Math.min(width, p.n - j);
            int from = p.bAt + j * p.bColumn();
            int to = panel * p.k * width;
            if (p.bFlipped) {
                Transposition.into(p.b.floats, from, p.bStride, columns, p.k, panels.floats, to, width);
            } else {
                for (int q = 0; q < p.k; q++) {
                    System.arraycopy(p.b.floats, from + q * p.bStride, panels.floats, to + q * width, columns);
                }
            }
        }
    }

    private void multiply(int part, int worker) {
        int first = part * share;
        int end = first + share;
        int firstRow = byPanels ? 0 : first;
        int lastRow = byPanels ? p.m : Math.min(end, p.m);
        int together = loops.together() / height * height;
        for (int i = firstRow; i < lastRow; i += together) {
            int last = Math.min(i + together, lastRow);
            if (byPanels) {
                multiply(i, last, first, Math.min(end, panelCount), worker);
            } else {
                multiply(i, last, 0, panelCount, worker);
            }
        }
    }

    /** Where rows may stay where they are, whole tiles come first: a part of a panel and of the rows stays in a cache meanwhile. */
    private void multiply(int first, int last, int firstPanel, int lastPanel, int worker) {
        boolean inPlace = loops.fixedStride() == 0;
        int wholePanels = Math.min(lastPanel, p.n / width);
        for (int q = 0; inPlace && q < p.k; q += loops.depth()) {
            for (int panel = firstPanel; panel < wholePanels; panel++) {
                wholeTiles(first, last, q, panel);
            }
        }
        for (int i = first; i < last; i += height) {
            int rows = Math.min(height, last - i);
            boolean copy = !inPlace || rows < height;
            for (int row = 0; copy && row < rows; row++) {
                copies[worker].put(p.a.floats, p.aAt + (i + row) * p.aStride, row, p.k);
            }
            for (int panel = copy ? firstPanel : Math.max(firstPanel, wholePanels); panel < lastPanel; panel++) {
                tile(i, rows, copy, panel, worker);
            }
        }
    }

    private void wholeTiles(int first, int last, int q, int panel) {
        for (int i = first; i + height <= last; i += height) {
            int from = p.aAt + i * p.aStride + q;
            int to = p.cAt + i * p.cStride + panel * width;
            multiply(q, p.a.floats, from, p.aStride, panel, p.c.floats, to, p.cStride);
        }
    }

    /** A tile that lacks rows or columns, or whose rows were copied: made apart, and so much of it copied as there is. */
    private void tile(int row, int rows, boolean copy, int panel, int worker) {
        PackedRows own = copies[worker];
        float[] x = copy ? own.memory.floats : p.a.floats;
        int stride = copy ? own.stride : p.aStride;
        float[] z = tiles[worker].floats;
        for (int q = 0; q < p.k; q += loops.depth()) {
            int from = copy ? own.at(0, q) : p.aAt + row * p.aStride + q;
            multiply(q, x, from, stride, panel, z, 0, width);
        }
        int columns = Math.min(width, p.n - panel * width);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(z, i * width, p.c.floats, p.cAt + (row + i) * p.cStride + panel * width, columns);
        }
    }

    /** Adds the terms from q on, as many as are taken at a time, to a tile of z; the first ones begin it. */
    private void multiply(int q, float[] x, int xAt, int xStride, int panel, float[] z, int zAt, int zStride) {
        int depth = Math.min(loops.depth(), p.k - q);
        int panelAt = (panel * p.k + q) * width;
        if (q == 0) {
            loops.multiply(depth, x, xAt, xStride, panels.floats, panelAt, nothing, 0, 0, z, zAt, zStride);
        } else {
            loops.multiply(depth, x, xAt, xStride, panels.floats, panelAt, z, zAt, zStride, z, zAt, zStride);
        }
    }

    @Override
    public void close() {
        others.close();
    }
}
