package io.nudge.cpu;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;

/**
 * A layer whose products are OpenBLAS's. Its weights and what they are multiplied by stay outside of the heap for as long as steps are
 * taken, where {@link OpenBlas} has to copy them for each product. A thread has one panel.
 */
final class OpenBlasLayer extends StepLayer {
    /** Columns of a panel are a multiple of this, since OpenBLAS computes so many at a time. */
    private static final int STEP = 32;

    /** Columns that a thread has, at least; where there are fewer, it has rows. */
    private static final int LEAST = 64;

    /** The layer below; null for the first. */
    private final OpenBlasLayer before;

    private final int workers;
    private final OutsideFloats weights;
    private final OutsideFloats x;

    /** z as it comes, and then δ as it is multiplied. */
    private final OutsideFloats rows;

    private final CpuMemory bias;
    private final CpuMemory nothing = CpuMemory.allocate(DType.FLOAT32, 0);

    /** Such layers for so many workers. */
    static StepLayers with(int workers) {
        return new StepLayers() {
            @Override
            public int height() {
                return 1;
            }

            @Override
            public void prepare() {}

            @Override
            public StepLayer first(WholeSteps.Layer layer, int rows, int inputs) {
                return new OpenBlasLayer(null, layer, rows, workers);
            }

            @Override
            public StepLayer above(StepLayer before, WholeSteps.Layer layer, int rows) {
                return new OpenBlasLayer((OpenBlasLayer) before, layer, rows, workers);
            }
        };
    }

    private OpenBlasLayer(OpenBlasLayer before, WholeSteps.Layer layer, int batch, int workers) {
        super(layer, layer.inputs(), layer.neurons());
        this.before = before;
        this.workers = workers;
        weights = new OutsideFloats((long) neurons * inputs, workers);
        x = new OutsideFloats((long) batch * inputs, workers);
        rows = new OutsideFloats((long) batch * neurons, workers);
        bias = CpuMemory.allocate(DType.FLOAT32, neurons);
        z = CpuMemory.allocate(DType.FLOAT32, (long) batch * neurons);
        a = CpuMemory.allocate(DType.FLOAT32, (long) batch * neurons);
        delta = CpuMemory.allocate(DType.FLOAT32, (long) batch * neurons);
    }

    /** Columns of a panel, of so many in all. */
    private int width(int columns) {
        return ((columns + workers - 1) / workers + STEP - 1) / STEP * STEP;
    }

    private int panelsOf(int columns) {
        return (columns + width(columns) - 1) / width(columns);
    }

    @Override
    int panels() {
        return panelsOf(neurons);
    }

    @Override
    int panelsBack() {
        return panelsOf(inputs);
    }

    @Override
    boolean enough(int columns, int threads) {
        return columns >= LEAST * threads;
    }

    @Override
    void load(WholeSteps.Layer from, int firstPanel, int lastPanel) {
        int begin = firstPanel * width(neurons);
        int end = end(lastPanel, neurons);
        int at = begin * inputs;
        weights.put(
                at, CpuMemory.of(from.weights()).floats, (int) from.weights().offset() + at, (end - begin) * inputs);
        float[] biases = CpuMemory.of(from.bias()).floats;
        System.arraycopy(biases, (int) from.bias().offset() + begin, bias.floats, begin, end - begin);
    }

    @Override
    void store(WholeSteps.Layer into, int firstPanel, int lastPanel) {
        int begin = firstPanel * width(neurons);
        int end = end(lastPanel, neurons);
        int at = begin * inputs;
        weights.get(
                at, CpuMemory.of(into.weights()).floats, (int) into.weights().offset() + at, (end - begin) * inputs);
        float[] biases = CpuMemory.of(into.bias()).floats;
        System.arraycopy(bias.floats, begin, biases, (int) into.bias().offset() + begin, end - begin);
    }

    /** Where the panels end before one of them. */
    private int end(int lastPanel, int columns) {
        return Math.min(lastPanel * width(columns), columns);
    }

    @Override
    void put(float[] from, int at, int row) {
        x.put(row * inputs, from, at, inputs);
    }

    @Override
    void takeInputs(int first, int last) {
        x.put(first * inputs, before.a.floats, first * inputs, (last - first) * inputs);
    }

    @Override
    void takeSums(Kernels kernels, int first, int last) {
        rows.get(first * neurons, z.floats, first * neurons, (last - first) * neurons);
        for (int i = first; i < last; i++) {
            kernels.add(z, i * neurons, bias, 0, z, i * neurons, neurons);
        }
    }

    @Override
    void takeDelta(int first, int last) {
        rows.get(first * neurons, delta.floats, first * neurons, (last - first) * neurons);
    }

    @Override
    void keepDelta(int first, int last) {
        rows.put(first * neurons, delta.floats, first * neurons, (last - first) * neurons);
    }

    @Override
    void forward(int first, int last, int firstPanel, int lastPanel, int worker) {
        int begin = firstPanel * width(neurons);
        int some = end(lastPanel, neurons) - begin;
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
                rows.at((long) first * neurons + begin, worker),
                neurons);
    }

    @Override
    void back(int first, int last, int firstPanel, int lastPanel, int worker) {
        int begin = firstPanel * width(inputs);
        int some = end(lastPanel, inputs) - begin;
        cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasNoTrans,
                last - first,
                some,
                neurons,
                1,
                rows.at((long) first * neurons, worker),
                neurons,
                weights.at(begin, worker),
                inputs,
                0,
                before.rows.at((long) first * inputs + begin, worker),
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
        int begin = firstPanel * width(neurons);
        int end = end(lastPanel, neurons);
        cblas_sgemm(
                CblasRowMajor,
                CblasTrans,
                CblasNoTrans,
                end - begin,
                inputs,
                examples,
                (float) alpha,
                rows.at(begin, worker),
                neurons,
                x.at(0, worker),
                inputs,
                (float) beta,
                weights.at((long) begin * inputs, worker),
                inputs);
        if (examples > 0) {
            kernels.sumRows(alpha, delta, 0, examples, neurons, begin, end, 1, bias, 0);
        }
    }

    @Override
    StepLayer rest(WholeSteps.Layer layer, int rows) {
        throw new AssertionError("a step so small that its inputs are halved is not OpenBLAS's");
    }

    @Override
    void close() {
        weights.close();
        x.close();
        rows.close();
    }
}
