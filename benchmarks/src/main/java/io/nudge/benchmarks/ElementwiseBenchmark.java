package io.nudge.benchmarks;

import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Passes over memory with next to no arithmetic, beside the copy that they can hardly be faster than. */
public class ElementwiseBenchmark extends OnBackend {
    /** So small that what is moved again and again stays of the same kind: nothing overflows or becomes subnormal. */
    private static final double RATE = 1e-6;

    private static final double DROPPED = 0.5;

    @Param({"10x30", "64x512", "4096x4096"})
    String size;

    private final Descent sgd = Descent.of(Optimizer.sgd(RATE));
    private final Descent adam = Descent.of(Optimizer.adam(RATE));
    private Tensor a;
    private Tensor b;
    private Tensor c;
    private Tensor row;
    private Tensor parameters;
    private Tensor gradients;
    private Tensor moments;
    private Tensor nothing;
    private Tensor schedule;
    private Tensor position;
    private Tensor tally;

    static Work work(String method, Map<String, String> parameters) {
        int tensors = switch (method) {
            case "sumRows" -> 1;
            case "copy", "scale", "addRow", "clamp", "dropout" -> 2;
            case "adam" -> 7; // parameters and two moments read and written, gradients read
            default -> 3;
        };
        int bytes = DType.named(parameters.get("type")).bytes();
        return Work.bytes(MatrixSize.parse(parameters.get("size")).elements() * bytes * tensors);
    }

    @Override
    void prepare() {
        MatrixSize matrix = MatrixSize.parse(size);
        a = random(1, matrix.rows(), matrix.columns());
        b = random(1, matrix.rows(), matrix.columns());
        c = zeros(matrix.rows(), matrix.columns());
        row = random(1, matrix.columns());
        parameters = b.reshape(Shape.of(b.size()));
        gradients = a.reshape(Shape.of(a.size()));
        moments = zeros(2 * a.size());
        nothing = zeros(0);
        schedule = own(backend().zeros(Shape.of(1, Optimizer.COLUMNS), DType.FLOAT64));
        schedule.write(adam.optimizer().row(1, 0));
        position = own(backend().zeros(Shape.of(Operations.POSITION), DType.INT64));
        tally = own(backend().zeros(Shape.of(Operations.TALLY), DType.FLOAT64));
    }

    /** c = a: the machine's bandwidth, which the other passes are compared with. */
    @Benchmark
    public void copy() {
        operations().copy(a, c);
        await();
    }

    /** c = a + b. */
    @Benchmark
    public void add() {
        operations().add(a, b, c);
        await();
    }

    /** c = a ⊙ b. */
    @Benchmark
    public void hadamard() {
        operations().hadamard(a, b, c);
        await();
    }

    /** c = alpha a. */
    @Benchmark
    public void scale() {
        operations().scale(DROPPED, a, c);
        await();
    }

    /** b = b + alpha a. */
    @Benchmark
    public void addScaled() {
        operations().addScaled(RATE, a, b);
        await();
    }

    /** c_ij = a_ij + row_j: a layer's biases. */
    @Benchmark
    public void addRow() {
        operations().addRow(a, row, c);
        await();
    }

    /** row_j = Σ_i a_ij: the gradient of the biases. */
    @Benchmark
    public void sumRows() {
        operations().sumRows(a, 1, 0, row);
        await();
    }

    /** c = a within limits: gradients that are clipped. */
    @Benchmark
    public void clamp() {
        operations().clamp(a, DROPPED, c);
        await();
    }

    /** c = a or 0. */
    @Benchmark
    public void dropout() {
        operations().dropout(DROPPED, SEED, 0, position, a, c);
        await();
    }

    /** Parameters move along their gradients. */
    @Benchmark
    public void sgd() {
        update(sgd, nothing);
    }

    /** The same by Adam, with both moments. */
    @Benchmark
    public void adam() {
        update(adam, moments);
    }

    private void update(Descent rule, Tensor state) {
        operations().update(rule, parameters, parameters.size(), gradients, state, schedule, position, tally);
        await();
    }
}
