package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;

/**
 * One pass over memory, with its arguments in fields, so that workers find them and none is allocated: filled in, run,
 * and cleared again. It is cut into parts of a size that the number of threads has no say in, and each element of a
 * result is computed in one part alone; so the number of threads does not show in the result.
 */
final class Pass implements Task {
    /** What is done. */
    enum Kind {
        FILL,
        COPY,
        ADD,
        SUBTRACT,
        HADAMARD,
        SCALE,
        ADD_SCALED,
        CLAMP,
        ADD_ROW,
        SUM_ROWS,
        SUM_SQUARES,
        TRANSPOSE,
        ACTIVATE,
        ACTIVATE_PRIME,
        CHAIN,
        BIAS_AND_ACTIVATE,
        COSTS,
        COST_DELTA,
        UPDATE,
        DROPOUT,
        OUTER
    }

    /**
     * Elements in a part, where an element takes little more than its way from memory and back. A part is some 10 µs of
     * work: waking a thread up to share it takes as long.
     */
    static final int LIGHT = 1 << 16;

    /** Elements in a part, where an element takes some computing. */
    static final int HEAVY = 1 << 15;

    private final Workers workers;
    private final Kernels[] floats;
    private final Kernels[] doubles;
    private double[] sums = new double[64];

    private Kind kind;
    private Kernels[] kernelsOfWorkers;
    private int units;
    private int unitsInPart;
    private int parts;

    // Operands: memory, where the tensor begins in it, and the matrix's shape.
    private CpuMemory a;
    private CpuMemory b;
    private CpuMemory c;
    private CpuMemory d;
    private int aAt;
    private int bAt;
    private int cAt;
    private int dAt;
    private int rows;
    private int columns;

    // Other arguments, as the kind needs them.
    double alpha;
    double beta;
    Activation activation;
    Cost cost;
    Descent rule;
    int penalized;
    double[] schedule;
    int scheduleAt;
    long seed;
    long stream;
    long step;

    Pass(Workers workers, Kernels[] floats, Kernels[] doubles) {
        this.workers = workers;
        this.floats = floats;
        this.doubles = doubles;
    }

    /** The caller's kernels, for what is too little for a pass. */
    Kernels kernels(Tensor x) {
        return ofWorkers(x)[0];
    }

    private Kernels[] ofWorkers(Tensor x) {
        return x.type() == DType.FLOAT32 ? floats : doubles;
    }

    Pass of(Kind newKind, Tensor first) {
        kind = newKind;
        kernelsOfWorkers = ofWorkers(first);
        a = CpuMemory.of(first);
        aAt = (int) first.offset();
        return this;
    }

    Pass of(Kind newKind, Tensor first, Tensor second) {
        b = CpuMemory.of(second);
        bAt = (int) second.offset();
        return of(newKind, first);
    }

    Pass of(Kind newKind, Tensor first, Tensor second, Tensor third) {
        c = CpuMemory.of(third);
        cAt = (int) third.offset();
        return of(newKind, first, second);
    }

    Pass of(Kind newKind, Tensor first, Tensor second, Tensor third, Tensor fourth) {
        d = CpuMemory.of(fourth);
        dAt = (int) fourth.offset();
        return of(newKind, first, second, third);
    }

    /** Runs over so many elements. */
    void elements(long count, int inPart) {
        runAll((int) count, inPart);
    }

    /** Runs over the rows of a matrix of this shape. */
    void rows(int newRows, int newColumns, int elementsInPart) {
        rows = newRows;
        columns = newColumns;
        runAll(newRows, Math.max(1, elementsInPart / Math.max(1, newColumns)));
    }

    /** Runs over the columns of a matrix of this shape: not a few in each part, or of every row only a few were read at a time. */
    void columns(int newRows, int newColumns, int elementsInPart) {
        rows = newRows;
        columns = newColumns;
        int share = (newColumns + workers.count() - 1) / workers.count();
        int some = Math.max(1, Math.min(share, Kernels.SUMS));
        runAll(newColumns, Math.max(some, elementsInPart / Math.max(1, newRows)));
    }

    private void runAll(int newUnits, int newUnitsInPart) {
        units = newUnits;
        unitsInPart = newUnitsInPart;
        parts = (int) (((long) newUnits + newUnitsInPart - 1) / newUnitsInPart);
        if (kind == Kind.SUM_SQUARES && parts > sums.length) {
            sums = new double[parts];
        }
        try {
            workers.run(this, parts);
        } finally {
            clear();
        }
    }

    /** Lets go of the arrays, which may be large. */
    private void clear() {
        a = null;
        b = null;
        c = null;
        d = null;
        schedule = null;
    }

    /** Σ x² of the pass of kind SUM_SQUARES that was run last: the sums of the parts, added in order. */
    double total() {
        double total = 0;
        for (int part = 0; part < parts; part++) {
            total += sums[part];
        }
        return total;
    }

    @Override
    public void run(int part, int worker) {
        int from = part * unitsInPart;
        int n = Math.min(unitsInPart, units - from);
        Kernels kernels = kernelsOfWorkers[worker];
        switch (kind) {
            case FILL -> kernels.fill(alpha, a, aAt + from, n);
            case COPY -> System.arraycopy(a.array(), aAt + from, b.array(), bAt + from, n);
            case ADD -> kernels.add(a, aAt + from, b, bAt + from, c, cAt + from, n);
            case SUBTRACT -> kernels.subtract(a, aAt + from, b, bAt + from, c, cAt + from, n);
            case HADAMARD -> kernels.hadamard(a, aAt + from, b, bAt + from, c, cAt + from, n);
            case SCALE -> kernels.scale(alpha, a, aAt + from, b, bAt + from, n);
            case ADD_SCALED -> kernels.addScaled(alpha, a, aAt + from, b, bAt + from, n);
            case CLAMP -> kernels.clamp(alpha, a, aAt + from, b, bAt + from, n);
            case SUM_SQUARES -> sums[part] = kernels.sumSquares(a, aAt + from, n);
            case ACTIVATE_PRIME -> kernels.activatePrime(activation, a, aAt + from, b, bAt + from, n);
            case DROPOUT -> dropout(kernels, from, from + n);
            case UPDATE -> update(kernels, from, from + n);
            default -> runLines(kernels, from, n);
        }
    }

    private void runLines(Kernels kernels, int from, int n) {
        switch (kind) {
            case ADD_ROW -> addRow(kernels, from, n);
            case SUM_ROWS -> kernels.sumRows(alpha, a, aAt, rows, columns, from, from + n, beta, b, bAt);
            case TRANSPOSE -> kernels.transpose(a, aAt, rows, columns, from, from + n, b, bAt);
            case ACTIVATE ->
                kernels.activateRows(activation, a, aAt + from * columns, b, bAt + from * columns, n, columns);
            case CHAIN -> chain(kernels, from, n);
            case BIAS_AND_ACTIVATE -> biasAndActivate(kernels, from, n);
            case COSTS -> costs(kernels, from, n);
            case COST_DELTA -> costDelta(kernels, from, n);
            case OUTER -> outer(kernels, from, n);
            default -> throw new AssertionError(kind);
        }
    }

    /** c = a + b in each row. */
    private void addRow(Kernels kernels, int from, int n) {
        for (int i = from; i < from + n; i++) {
            kernels.add(a, aAt + i * columns, b, bAt, c, cAt + i * columns, columns);
        }
    }

    /** a z, b a, c upstream, d δ. */
    private void chain(Kernels kernels, int from, int n) {
        int at = from * columns;
        if (activation.elementwise()) {
            kernels.chain(activation, a, aAt + at, b, bAt + at, c, cAt + at, d, dAt + at, n * columns);
        } else {
            kernels.softmaxChain(b, bAt + at, c, cAt + at, d, dAt + at, n, columns);
        }
    }

    /** a z, b bias, c a: while a few rows of z are in the first cache, they get their bias and go through σ. */
    private void biasAndActivate(Kernels kernels, int from, int n) {
        int atOnce = Math.max(1, Kernels.BLOCK / Math.max(1, columns));
        for (int i = from; i < from + n; i += atOnce) {
            int some = Math.min(atOnce, from + n - i);
            for (int row = i; row < i + some; row++) {
                kernels.add(a, aAt + row * columns, b, bAt, a, aAt + row * columns, columns);
            }
            kernels.activateRows(activation, a, aAt + i * columns, c, cAt + i * columns, some, columns);
        }
    }

    /** a z, b a, c y, d costs. */
    private void costs(Kernels kernels, int from, int n) {
        int at = from * columns;
        kernels.costs(cost, activation, a, aAt + at, b, bAt + at, c, cAt + at, d, dAt + from, n, columns);
    }

    /** a z, b a, c y, d δ. */
    private void costDelta(Kernels kernels, int from, int n) {
        int at = from * columns;
        kernels.costDelta(cost, activation, a, aAt + at, b, bAt + at, c, cAt + at, d, dAt + at, n, columns);
    }

    /** a parameters, b gradients, c state. */
    private void update(Kernels kernels, int from, int to) {
        int border = Math.max(from, Math.min(to, penalized));
        update(kernels, true, from, border);
        update(kernels, false, border, to);
    }

    private void update(Kernels kernels, boolean weights, int from, int to) {
        int slot0 = cAt + from;
        int slot1 = slot0 + units;
        kernels.update(rule, weights, a, aAt + from, b, bAt + from, c, slot0, slot1, schedule, scheduleAt, to - from);
    }

    /** a x, b into. */
    private void dropout(Kernels kernels, int from, int to) {
        kernels.dropout(alpha, seed, stream, step, a, aAt, b, bAt, from, to);
    }

    /** a and b factors, c the outer product. */
    private void outer(Kernels kernels, int from, int n) {
        for (int i = from; i < from + n; i++) {
            kernels.scale(kernels.get(a, aAt + i), b, bAt, c, cAt + i * columns, columns);
        }
    }
}
