package io.nudge.cpu;

import io.nudge.tensor.DType;
import java.util.function.Supplier;

/** Matrix products in Java: the rows of c are shared among workers, each with loops and room of its own. */
final class JavaMultiplier implements Multiplier, Task {
    /** Multiplications in a worker's part, at least: some 10 µs of work. */
    private static final long WORK = 1 << 19;

    /**
     * The fewer parts, the fewer times b is read; but with one for each worker all would wait for one that is held up.
     * Since a row of c is computed alike in every part, this does not show in it.
     */
    private static final int PARTS_PER_WORKER = 2;

    /** Rows in a part are a multiple of this: so many are computed at a time. */
    private static final int STEP = 4;

    private final Workers workers;
    private final Kernels[] floats;
    private final Kernels[] doubles;
    private final ProductLoops[] loops;
    private final Product[] mine;
    private final CpuMemory[] floatRooms;
    private final CpuMemory[] doubleRooms;
    private Product whole;
    private int rows;

    JavaMultiplier(Workers workers, Kernels[] floats, Kernels[] doubles, Supplier<ProductLoops> supplier) {
        this.workers = workers;
        this.floats = floats;
        this.doubles = doubles;
        loops = new ProductLoops[workers.count()];
        mine = new Product[workers.count()];
        floatRooms = new CpuMemory[workers.count()];
        doubleRooms = new CpuMemory[workers.count()];
        for (int i = 0; i < mine.length; i++) {
            loops[i] = supplier.get();
            mine[i] = new Product();
            floatRooms[i] = CpuMemory.allocate(DType.FLOAT32, 0);
            doubleRooms[i] = CpuMemory.allocate(DType.FLOAT64, 0);
        }
    }

    @Override
    public String name() {
        return loops[0].name();
    }

    @Override
    public void multiply(Product p) {
        long least = WORK / ((long) p.n * p.k) + 1;
        int parts = PARTS_PER_WORKER * workers.count();
        int share = (p.m + parts - 1) / parts;
        rows = (int) Math.min(p.m, (Math.max(least, share) + STEP - 1) / STEP * STEP);
        whole = p;
        try {
            workers.run(this, (p.m + rows - 1) / rows);
        } finally {
            whole = null;
        }
    }

    @Override
    public void run(int part, int worker) {
        Product p = mine[worker];
        p.rowsOf(whole, part * rows, Math.min(whole.m, (part + 1) * rows));
        if (p.beta == 0) {
            loops[worker].multiply(p);
        } else {
            addTo(p, worker);
        }
        p.clear();
    }

    /** c = alpha op(a) op(b) + beta c, with the product made apart. */
    private void addTo(Product p, int worker) {
        Kernels kernels = (p.isFloat32() ? floats : doubles)[worker];
        CpuMemory c = p.c;
        int cAt = p.cAt;
        int cStride = p.cStride;
        p.c = room(p.isFloat32(), (long) p.m * p.n, worker);
        p.cAt = 0;
        p.cStride = p.n;
        loops[worker].multiply(p);
        for (int i = 0; i < p.m; i++) {
            kernels.combine(1, p.c, i * p.n, p.beta, c, cAt + i * cStride, p.n);
        }
    }

    private CpuMemory room(boolean isFloat32, long size, int worker) {
        CpuMemory[] rooms = isFloat32 ? floatRooms : doubleRooms;
        rooms[worker] = rooms[worker].orLarger(size);
        return rooms[worker];
    }
}
