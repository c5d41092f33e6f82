package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;

/** The mathematics on Java arrays. Called with arguments already checked, by one thread at a time. */
final class CpuOperations implements Operations {
    private final Product product;
    private final Kernels floats = new FloatKernels();
    private final Kernels doubles = new DoubleKernels();

    CpuOperations(Product product) {
        this.product = product;
    }

    private Kernels kernels(Tensor x) {
        return x.type() == DType.FLOAT32 ? floats : doubles;
    }

    private static CpuMemory memory(Tensor x) {
        return CpuMemory.of(x);
    }

    private static int at(Tensor x) {
        return (int) x.offset();
    }

    private static int size(Tensor x) {
        return (int) x.size();
    }

    private static int rows(Tensor x) {
        return (int) x.shape().rows();
    }

    private static int columns(Tensor x) {
        return (int) x.shape().columns();
    }

    @Override
    public void fill(Tensor x, double value) {
        kernels(x).fill(memory(x), at(x), size(x), value);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        System.arraycopy(memory(from).array(), at(from), memory(to).array(), at(to), size(from));
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor into) {
        kernels(a).add(memory(a), at(a), memory(b), at(b), memory(into), at(into), size(a));
    }

    @Override
    public void subtract(Tensor a, Tensor b, Tensor into) {
        kernels(a).subtract(memory(a), at(a), memory(b), at(b), memory(into), at(into), size(a));
    }

    @Override
    public void hadamard(Tensor a, Tensor b, Tensor into) {
        kernels(a).hadamard(memory(a), at(a), memory(b), at(b), memory(into), at(into), size(a));
    }

    @Override
    public void scale(double alpha, Tensor x, Tensor into) {
        kernels(x).scale(alpha, memory(x), at(x), memory(into), at(into), size(x));
    }

    @Override
    public void addScaled(double alpha, Tensor x, Tensor y) {
        kernels(x).addScaled(alpha, memory(x), at(x), memory(y), at(y), size(x));
    }

    @Override
    public void addRow(Tensor x, Tensor row, Tensor into) {
        int n = columns(x);
        for (int i = 0; i < rows(x); i++) {
            kernels(x).add(memory(x), at(x) + i * n, memory(row), at(row), memory(into), at(into) + i * n, n);
        }
    }

    @Override
    public void sumRows(Tensor x, double scale, double beta, Tensor into) {
        int n = columns(x);
        kernels(x).sumRows(memory(x), at(x), rows(x), n, 0, n, scale, beta, memory(into), at(into));
    }

    @Override
    public void sumSquares(Tensor x, Tensor into) {
        memory(into).doubles[at(into)] = kernels(x).sumSquares(memory(x), at(x), size(x));
    }

    @Override
    public void clamp(Tensor x, double limit, Tensor into) {
        kernels(x).clamp(memory(x), at(x), limit, memory(into), at(into), size(x));
    }

    @Override
    public void rescale(Tensor x, double limit, Tensor sumSquares) {
        double factor = limit / Math.sqrt(memory(sumSquares).doubles[at(sumSquares)]);
        if (!(factor >= 1)) {
            scale(factor, x, x);
        }
    }

    @Override
    public void transpose(Tensor x, Tensor into) {
        kernels(x).transpose(memory(x), at(x), rows(x), columns(x), memory(into), at(into));
    }

    @Override
    public void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        boolean aFlipped = ta == Transpose.YES;
        boolean bFlipped = tb == Transpose.YES;
        int k = aFlipped ? rows(a) : columns(a);
        int m = rows(c);
        int n = columns(c);
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0) {
            empty(beta, c);
        } else if (c.type() == DType.FLOAT32) {
            product.multiply(
                    m,
                    n,
                    k,
                    (float) alpha,
                    memory(a).floats,
                    at(a),
                    aFlipped,
                    memory(b).floats,
                    at(b),
                    bFlipped,
                    (float) beta,
                    memory(c).floats,
                    at(c));
        } else {
            product.multiply(
                    m,
                    n,
                    k,
                    alpha,
                    memory(a).doubles,
                    at(a),
                    aFlipped,
                    memory(b).doubles,
                    at(b),
                    bFlipped,
                    beta,
                    memory(c).doubles,
                    at(c));
        }
    }

    /** A product without terms: c = beta c. */
    private void empty(double beta, Tensor c) {
        if (beta == 0) {
            fill(c, 0);
        } else {
            scale(beta, c, c);
        }
    }

    @Override
    public void activate(Activation f, Tensor z, Tensor a) {
        if (f.elementwise()) {
            kernels(z).activate(f, memory(z), at(z), memory(a), at(a), size(z));
            return;
        }
        int n = columns(z);
        for (int i = 0; i < rows(z); i++) {
            kernels(z).softmax(memory(z), at(z) + i * n, memory(a), at(a) + i * n, n);
        }
    }

    @Override
    public void activatePrime(Activation f, Tensor z, Tensor into) {
        kernels(z).activatePrime(f, memory(z), at(z), memory(into), at(into), size(z));
    }

    @Override
    public void chain(Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta) {
        Kernels kernels = kernels(z);
        CpuMemory up = memory(upstream);
        int upAt = at(upstream);
        if (f.elementwise()) {
            kernels.chain(f, memory(z), at(z), memory(a), at(a), up, upAt, memory(delta), at(delta), size(z));
            return;
        }
        int n = columns(z);
        for (int i = 0; i < rows(z); i++) {
            kernels.softmaxChain(memory(a), at(a) + i * n, up, upAt + i * n, memory(delta), at(delta) + i * n, n);
        }
    }

    @Override
    public void costs(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs) {
        int n = columns(z);
        for (int i = 0; i < rows(z); i++) {
            kernels(z)
                    .cost(
                            cost,
                            f,
                            memory(z),
                            at(z) + i * n,
                            memory(a),
                            at(a) + i * n,
                            memory(y),
                            at(y) + i * n,
                            n,
                            memory(costs),
                            at(costs) + i);
        }
    }

    @Override
    public void costDelta(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta) {
        int n = columns(z);
        for (int i = 0; i < rows(z); i++) {
            kernels(z)
                    .costDelta(
                            cost,
                            f,
                            memory(z),
                            at(z) + i * n,
                            memory(a),
                            at(a) + i * n,
                            memory(y),
                            at(y) + i * n,
                            memory(delta),
                            at(delta) + i * n,
                            n);
        }
    }

    @Override
    public void tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally) {
        Kernels kernels = kernels(a);
        double[] tallies = memory(tally).doubles;
        int at = at(tally);
        double sum = kernels.sum(memory(costs), at(costs), size(costs));
        if (tallies[at + FAULT] != 0) {
            return;
        }
        if (!Double.isFinite(sum)) {
            tallies[at + FAULT] = 1.0 + memory(position).longs[at(position) + TOTAL];
            return;
        }
        int right = 0;
        int n = columns(a);
        for (int i = 0; i < rows(a); i++) {
            right += kernels.right(memory(a), at(a) + i * n, memory(y), at(y) + i * n, n) ? 1 : 0;
        }
        tallies[at + COST] += sum;
        tallies[at + CORRECT] += right;
    }

    @Override
    public void update(
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            Tensor state,
            Tensor schedule,
            Tensor position,
            Tensor tally) {
        if (memory(tally).doubles[at(tally) + FAULT] != 0) {
            return;
        }
        long step = memory(position).longs[at(position) + STEP];
        if (step < 0 || step >= rows(schedule)) {
            throw new IllegalStateException("update: the position is at step " + step + ", but the schedule has "
                    + rows(schedule) + " steps; write a longer schedule, or set the position back");
        }
        kernels(parameters)
                .update(
                        rule,
                        memory(parameters),
                        at(parameters),
                        0,
                        size(parameters),
                        (int) penalized,
                        memory(gradients),
                        at(gradients),
                        memory(state),
                        at(state),
                        size(parameters),
                        memory(schedule).doubles,
                        at(schedule) + (int) step * Optimizer.COLUMNS);
    }

    @Override
    public void gather(Tensor rows, Tensor order, Tensor position, Tensor batch) {
        int n = columns(rows);
        long first = memory(position).longs[at(position) + ROW];
        for (int i = 0; i < rows(batch); i++) {
            int row = example(order, first + i, rows(rows));
            System.arraycopy(
                    memory(rows).array(), at(rows) + row * n, memory(batch).array(), at(batch) + i * n, n);
        }
    }

    @Override
    public void gatherOneHot(Tensor labels, Tensor order, Tensor position, Tensor batch) {
        int n = columns(batch);
        fill(batch, 0);
        long first = memory(position).longs[at(position) + ROW];
        for (int i = 0; i < rows(batch); i++) {
            int row = example(order, first + i, size(labels));
            long label = memory(labels).longs[at(labels) + row];
            if (label < 0 || label >= n) {
                throw new IllegalStateException("gatherOneHot: example " + row + " has the label " + label
                        + ", but the batch has " + n + " classes, 0 to " + (n - 1));
            }
            kernels(batch).set(memory(batch), at(batch) + i * n + (int) label, 1);
        }
    }

    private static int example(Tensor order, long index, int examples) {
        long row = memory(order).longs[at(order) + (int) Math.floorMod(index, order.size())];
        if (row < 0 || row >= examples) {
            throw new IllegalStateException("gather: the order names example " + row + ", but there are " + examples
                    + ", 0 to " + (examples - 1));
        }
        return (int) row;
    }

    @Override
    public void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
        long total = memory(position).longs[at(position) + TOTAL];
        kernels(x).dropout(rate, seed, stream, total, memory(x), at(x), memory(into), at(into), 0, size(x));
    }

    @Override
    public void advance(Tensor position, long rows) {
        long[] positions = memory(position).longs;
        positions[at(position) + ROW] += rows;
        positions[at(position) + STEP]++;
        positions[at(position) + TOTAL]++;
    }

    @Override
    public void outer(Tensor a, Tensor b, Tensor into) {
        // As a product with inner length 1; without views, which would be made anew at every call.
        int n = size(b);
        for (int i = 0; i < size(a); i++) {
            kernels(a).scale(kernels(a).get(memory(a), at(a) + i), memory(b), at(b), memory(into), at(into) + i * n, n);
        }
    }
}
