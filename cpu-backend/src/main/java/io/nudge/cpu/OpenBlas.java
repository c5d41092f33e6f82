package io.nudge.cpu;

import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Matrix products by OpenBLAS. Its binding takes Java arrays only whole, and copies them there and back; so the
 * matrices alone are copied, into memory outside the heap. That takes some 10 % of the time of a product of 512 by 512
 * matrices.
 *
 * <p>OpenBLAS's own threads are not used: while they wait for each other each keeps a processor busy, which on a
 * machine that has other things to do made products thirty times slower. Our workers share the rows or columns of c
 * instead, and each calls OpenBLAS for its part.
 *
 * <p>OpenBLAS chooses its code by the processor's model. The environment variable OPENBLAS_CORETYPE overrules it, also for
 * the worse: with Haswell, a processor with AVX-512 takes twice as long.
 */
final class OpenBlas implements Multiplier {
    /** The largest matrix that is copied: what a buffer of float64 can hold, of 2³¹ − 1 bytes. */
    static final long LARGEST = (1L << 28) - 1;

    /** Rows or columns of a worker's part are a multiple of this, since OpenBLAS computes so many at a time. */
    private static final int STEP = 32;

    /** Multiplications in a part, at least: some 20 µs of work. */
    private static final long WORK = 1 << 20;

    /** Elements that a worker copies, at least. */
    private static final long COPY = 1 << 16;

    private final Workers workers;
    private final OpenBlasStage floats;
    private final OpenBlasStage doubles;
    private final Task copyIn = this::copyIn;
    private final Task multiply = this::multiply;

    // The product that is being computed.
    private Product p;
    private OpenBlasStage stage;
    private boolean byColumns;
    private int width;
    private int copies;

    /** Loads the library; what then goes wrong is thrown as it comes. */
    OpenBlas(Workers workers) {
        openblas_nolapack.blas_set_num_threads(1);
        this.workers = workers;
        floats = new OpenBlasFloats(workers.count());
        doubles = new OpenBlasDoubles(workers.count());
    }

    @Override
    public String name() {
        return openblas_nolapack.OPENBLAS_VERSION.trim();
    }

    @Override
    public void multiply(Product product) {
        p = product;
        stage = p.isFloat32() ? floats : doubles;
        stage.reserve((long) p.m * p.k, (long) p.k * p.n, (long) p.m * p.n);
        byColumns = p.n >= p.m;
        int length = byColumns ? p.n : p.m;
        int parts = atMost(workers.count(), p.work() / WORK);
        width = ((length + parts - 1) / parts + STEP - 1) / STEP * STEP;
        copies = atMost(workers.count(), p.largest() / COPY);
        try {
            workers.run(copyIn, copies);
            workers.run(multiply, (length + width - 1) / width);
        } finally {
            p = null;
        }
    }

    private static int atMost(int most, long parts) {
        return (int) Math.max(1, Math.min(most, parts));
    }

    /** A share of a and of b. */
    private void copyIn(int part, int worker) {
        copyIn(OpenBlasStage.A, p.a, p.aAt, (long) p.m * p.k, part);
        copyIn(OpenBlasStage.B, p.b, p.bAt, (long) p.k * p.n, part);
    }

    private void copyIn(int matrix, CpuMemory from, int at, long size, int part) {
        int begin = (int) (size * part / copies);
        int end = (int) (size * (part + 1) / copies);
        stage.copyIn(matrix, begin, from, at + begin, end - begin);
    }

    private void multiply(int part, int worker) {
        int from = part * width;
        int n = Math.min(width, (byColumns ? p.n : p.m) - from);
        if (p.beta != 0) {
            copyC(true, from, n);
        }
        if (byColumns) {
            long bFrom = p.bFlipped ? (long) from * p.bStride : from;
            stage.multiply(p, p.m, n, 0, bFrom, from, worker);
        } else {
            long aFrom = (long) from * p.aRow();
            stage.multiply(p, n, p.n, aFrom, 0, (long) from * p.n, worker);
        }
        copyC(false, from, n);
    }

    /** The part's rows of c lie in one piece, its columns do not. */
    private void copyC(boolean in, int from, int n) {
        if (!byColumns) {
            copyPiece(in, from * p.n, n * p.n);
            return;
        }
        for (int i = 0; i < p.m; i++) {
            copyPiece(in, i * p.n + from, n);
        }
    }

    private void copyPiece(boolean in, int at, int n) {
        if (in) {
            stage.copyIn(OpenBlasStage.C, at, p.c, p.cAt + at, n);
        } else {
            stage.copyOut(at, p.c, p.cAt + at, n);
        }
    }

    @Override
    public void close() {
        floats.close();
        doubles.close();
    }
}
