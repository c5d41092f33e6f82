package io.nudge.cpu;

import java.util.function.Supplier;

/** Matrix products in Java: parts of c are shared among workers, each with loops and room of its own. */
final class JavaMultiplier implements Multiplier, Task {
    /** Multiplications in a worker's part, at least: some 10 µs of work. */
    static final long WORK = 1 << 19;

    /** Or numbers of a matrix to read, as long for few rows. */
    private static final long READ = 1 << 17;

    /**
     * The fewer parts, the fewer times a matrix is read; but with one for each worker all would wait for one that is
     * held up. Since an element of c is computed alike in every part, this does not show in it.
     */
    static final int PARTS_PER_WORKER = 2;

    private final Workers workers;
    private final ProductLoops[] loops;
    private final Product[] mine;
    private Product whole;
    private boolean byColumns;
    private int share;

    JavaMultiplier(Workers workers, Supplier<ProductLoops> supplier) {
        this.workers = workers;
        loops = new ProductLoops[workers.count()];
        mine = new Product[workers.count()];
        for (int i = 0; i < mine.length; i++) {
            loops[i] = supplier.get();
            mine[i] = new Product();
        }
    }

    @Override
    public String name() {
        return loops[0].name();
    }

    @Override
    public void multiply(Product p) {
        int columns = loops[0].columnsAtOnce(p.isFloat32());
        // Each part straightens what it takes of a flipped matrix, which no two parts should do alike.
        byColumns = p.bFlipped && !p.aFlipped && p.n > columns;
        long worthwhile = Math.max(p.work() / WORK, p.largest() / READ);
        share = share(workers, byColumns ? p.n : p.m, worthwhile, byColumns ? columns : loops[0].rowsAtOnce());
        whole = p;
        try {
            workers.run(this, ((byColumns ? p.n : p.m) + share - 1) / share);
        } finally {
            whole = null;
        }
    }

    /** How many rows, columns or panels a part has, in steps: as many parts as are worthwhile, and no more than workers want. */
    static int share(Workers workers, int length, long worthwhile, int step) {
        int parts = (int) Math.max(1, Math.min((long) PARTS_PER_WORKER * workers.count(), worthwhile));
        return ((length + parts - 1) / parts + step - 1) / step * step;
    }

    @Override
    public void run(int part, int worker) {
        Product p = mine[worker];
        int from = part * share;
        if (byColumns) {
            p.partOf(whole, 0, whole.m, from, Math.min(share, whole.n - from));
        } else {
            p.partOf(whole, from, Math.min(share, whole.m - from), 0, whole.n);
        }
        loops[worker].multiply(p);
        p.clear();
    }
}
