package io.nudge.cpu;

import java.util.function.Supplier;

/** Shares the rows of a product among workers, each with a multiplier of its own. */
final class ParallelMultiplier implements Multiplier, Task {
    /** Multiplications in a part, at least. */
    private static final long WORK = 1 << 19;

    /** Rows in a part are a multiple of this: as many are computed at a time. */
    private static final int STEP = 4;

    private final Workers workers;
    private final Multiplier[] multipliers;
    private final Product[] parts;
    private Product whole;
    private int rows;

    ParallelMultiplier(Workers workers, Supplier<Multiplier> multiplier) {
        this.workers = workers;
        multipliers = new Multiplier[workers.count()];
        parts = new Product[workers.count()];
        for (int i = 0; i < parts.length; i++) {
            multipliers[i] = multiplier.get();
            parts[i] = new Product();
        }
    }

    @Override
    public String name() {
        return multipliers[0].name();
    }

    @Override
    public void multiply(Product p) {
        long rowWork = (long) p.n * p.k;
        rows = (int) Math.min(p.m, (WORK / rowWork + STEP) / STEP * STEP);
        whole = p;
        try {
            workers.run(this, (p.m + rows - 1) / rows);
        } finally {
            whole = null;
        }
    }

    @Override
    public void run(int part, int worker) {
        Product mine = parts[worker];
        mine.rowsOf(whole, part * rows, Math.min(whole.m, (part + 1) * rows));
        multipliers[worker].multiply(mine);
        mine.clear();
    }
}
