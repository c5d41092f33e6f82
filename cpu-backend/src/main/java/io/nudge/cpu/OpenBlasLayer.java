package io.nudge.cpu;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A layer whose products are OpenBLAS's. Its weights, inputs, z and δ stay outside of the heap for as long as steps are taken, where
 * {@link OpenBlas} has to copy matrices for each product; passes have a few rows at a time in the heap. A thread has a panel,
 * if there are columns enough.
 */
final class OpenBlasLayer extends StepLayer {
    /** Panels begin at a multiple of this, since OpenBLAS computes so many columns at a time. */
    private static final int STEP = 32;

    /** Columns that a thread has, at least; where there are fewer, it has rows, forward and back. */
    private static final int LEAST = 64;

    /** The layer below; null for the first. */
    private final OpenBlasLayer before;

    /** Null for the last. */
    private OpenBlasLayer above;

    private final int workers;
    private final OutsideFloats weights;
    private final OutsideFloats x;

    /** z without the bias. */
    private final OutsideFloats sums;

    /** ∂C/∂a, and then δ. */
    private final OutsideFloats deltas;

    private final CpuMemory bias;
    private final CpuMemory nothing = CpuMemory.allocate(DType.FLOAT32, 0);

    /** Rows that passes have in the heap at a time: as many as stay in the first cache. */
    private final int atOnce;

    // Of each worker.
    private final CpuMemory[] z;
    private final CpuMemory[] a;
    private final CpuMemory[] delta;

    /** Makes such layers for so many workers, and keeps account of their memory. */
    static final class Maker implements StepLayers {
        private final int workers;
        private final List<OutsideFloats> memory = new ArrayList<>();

        Maker(int workers) {
            this.workers = workers;
        }

        private OutsideFloats room(long rows, long columns) {
            OutsideFloats room = new OutsideFloats(rows * columns, workers);
            memory.add(room);
            return room;
        }

        @Override
        public int height() {
            return 1;
        }

        @Override
        public void prepare() {}

        @Override
        public StepLayer first(WholeSteps.Layer layer, int rows, int inputs) {
            assert inputs == layer.inputs() : "steps so small that their inputs are in two parts are not OpenBLAS's";
            return new OpenBlasLayer(this, null, layer, rows);
        }

        @Override
        public StepLayer above(StepLayer before, WholeSteps.Layer layer, int rows) {
            return new OpenBlasLayer(this, (OpenBlasLayer) before, layer, rows);
        }

        @Override
        public void close() {
            memory.forEach(OutsideFloats::close);
            memory.clear();
        }
    }

    private OpenBlasLayer(Maker maker, OpenBlasLayer before, WholeSteps.Layer layer, int batch) {
        super(layer, layer.inputs());
        this.before = before;
        workers = maker.workers;
        weights = maker.room(neurons, inputs);
        x = maker.room(batch, inputs);
        sums = maker.room(batch, neurons);
        deltas = maker.room(batch, neurons);
        bias = CpuMemory.allocate(DType.FLOAT32, neurons);
        atOnce = Math.max(1, Kernels.BLOCK / neurons);
        z = rooms();
        a = rooms();
        delta = rooms();
        if (before != null) {
            before.above = this;
        }
    }

    private CpuMemory[] rooms() {
        CpuMemory[] rooms = new CpuMemory[workers];
        Arrays.setAll(rooms, worker -> CpuMemory.allocate(DType.FLOAT32, (long) atOnce * neurons));
        return rooms;
    }

    private static int units(int columns) {
        return (columns + STEP - 1) / STEP;
    }

    @Override
    int panelsOf(int columns) {
        return Math.min(workers, units(columns));
    }

    /** Where a panel of so many columns begins, and the one before it ends. */
    private int begin(int panel, int columns) {
        return Math.min((int) ((long) units(columns) * panel / panelsOf(columns)) * STEP, columns);
    }

    @Override
    boolean enough(int columns, int threads) {
        return columns >= LEAST * threads;
    }

    @Override
    void load(WholeSteps.Layer from, int firstPanel, int lastPanel) {
        int begin = begin(firstPanel, neurons);
        int end = begin(lastPanel, neurons);
        int at = begin * inputs;
        weights.put(
                at, CpuMemory.of(from.weights()).floats, (int) from.weights().offset() + at, (end - begin) * inputs);
        float[] biases = CpuMemory.of(from.bias()).floats;
        System.arraycopy(biases, (int) from.bias().offset() + begin, bias.floats, begin, end - begin);
    }

    @Override
    void store(WholeSteps.Layer into, int firstPanel, int lastPanel) {
        int begin = begin(firstPanel, neurons);
        int end = begin(lastPanel, neurons);
        int at = begin * inputs;
        weights.get(
                at, CpuMemory.of(into.weights()).floats, (int) into.weights().offset() + at, (end - begin) * inputs);
        float[] biases = CpuMemory.of(into.bias()).floats;
        System.arraycopy(bias.floats, begin, biases, (int) into.bias().offset() + begin, end - begin);
    }

    @Override
    void put(float[] from, int at, int row) {
        x.put(row * inputs, from, at, inputs);
    }

    @Override
    void activate(Kernels kernels, int first, int last, int worker) {
        CpuMemory ours = z[worker];
        CpuMemory theirs = a[worker];
        for (int i = first; i < last; i += atOnce) {
            int rows = Math.min(atOnce, last - i);
            takeSums(kernels, i, rows, ours, 0);
            kernels.activate(activation, ours, 0, theirs, 0, rows * neurons);
            above.x.put(i * neurons, theirs.floats, 0, rows * neurons);
        }
    }

    private void takeSums(Kernels kernels, int first, int rows, CpuMemory into, int at) {
        sums.get(first * neurons, into.floats, at, rows * neurons);
        for (int i = 0; i < rows; i++) {
            kernels.add(into, at + i * neurons, bias, 0, into, at + i * neurons, neurons);
        }
    }

    @Override
    void chain(Kernels kernels, int first, int last, int worker) {
        CpuMemory its = delta[worker];
        for (int i = first; i < last; i += atOnce) {
            int rows = Math.min(atOnce, last - i);
            int n = rows * neurons;
            if (FloatKernels.chainsByOutput(activation)) {
                above.x.get(i * neurons, a[worker].floats, 0, n);
            } else {
                takeSums(kernels, i, rows, z[worker], 0);
            }
            deltas.get(i * neurons, its.floats, 0, n);
            kernels.chain(activation, z[worker], 0, a[worker], 0, its, 0, its, 0, n);
            deltas.put(i * neurons, its.floats, 0, n);
        }
    }

    @Override
    void copySums(Kernels kernels, int first, int last, CpuMemory into) {
        takeSums(kernels, first, last - first, into, first * neurons);
    }

    @Override
    void putDelta(int first, int last, CpuMemory from) {
        deltas.put(first * neurons, from.floats, first * neurons, (last - first) * neurons);
    }

    @Override
    void forward(int first, int last, int firstPanel, int lastPanel, int worker) {
        int begin = begin(firstPanel, neurons);
        int some = begin(lastPanel, neurons) - begin;
        cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasTrans,
                last - first,
                some,
                inputs,
                1,
                x.at((long) first * inputs, worker),
                inputs,
                weights.at((long) begin * inputs, worker),
                inputs,
                0,
                sums.at((long) first * neurons + begin, worker),
                neurons);
    }

    @Override
    void back(int first, int last, int firstPanel, int lastPanel, int worker) {
        int begin = begin(firstPanel, inputs);
        int some = begin(lastPanel, inputs) - begin;
        cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasNoTrans,
                last - first,
                some,
                neurons,
                1,
                deltas.at((long) first * neurons, worker),
                neurons,
                weights.at(begin, worker),
                inputs,
                0,
                before.deltas.at((long) first * inputs + begin, worker),
                inputs);
    }

    @Override
    CpuMemory moveRoom(int batch, int panels) {
        return nothing;
    }

    @Override
    void move(
            Kernels kernels,
            double alpha,
            double beta,
            int examples,
            int firstPanel,
            int lastPanel,
            CpuMemory room,
            int worker) {
        int begin = begin(firstPanel, neurons);
        int end = begin(lastPanel, neurons);
        cblas_sgemm(
                CblasRowMajor,
                CblasTrans,
                CblasNoTrans,
                end - begin,
                inputs,
                examples,
                (float) alpha,
                deltas.at(begin, worker),
                neurons,
                x.at(0, worker),
                inputs,
                (float) beta,
                weights.at((long) begin * inputs, worker),
                inputs);
        if (examples > 0) {
            moveBias(kernels, alpha, examples, begin, end - begin, worker);
        }
    }

    private void moveBias(Kernels kernels, double alpha, int examples, int begin, int n, int worker) {
        CpuMemory row = delta[worker];
        CpuMemory sum = z[worker];
        kernels.fill(0, sum, 0, n);
        for (int i = 0; i < examples; i++) {
            deltas.get(i * neurons + begin, row.floats, 0, n);
            kernels.add(sum, 0, row, 0, sum, 0, n);
        }
        kernels.combine(alpha, sum, 0, 1, bias, begin, n);
    }

    @Override
    StepLayer rest(WholeSteps.Layer layer, int rows) {
        throw neverInParts();
    }

    @Override
    void turn() {
        throw neverInParts();
    }

    @Override
    void join(int rows) {
        throw neverInParts();
    }

    private static AssertionError neverInParts() {
        return new AssertionError("steps so small that their inputs are in two parts are not OpenBLAS's");
    }
}
