package io.nudge.cpu;

import io.nudge.cpu.Pass.Kind;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.LossScale;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import io.nudge.tensor.WholeSteps;

/**
 * The mathematics on Java arrays. Called with arguments already checked, by one thread at a time; allocates nothing.
 */
final class CpuOperations implements Operations {
    private final Multiplier multiplier;
    private final Product product = new Product();
    private final Pass pass;
    private final Packing packing;

    CpuOperations(Multiplier multiplier, Pass pass, Packing packing) {
        this.multiplier = multiplier;
        this.pass = pass;
        this.packing = packing;
    }

    private static CpuMemory memory(Tensor x) {
        return CpuMemory.of(x);
    }

    private static int at(Tensor x) {
        return (int) x.offset();
    }

    private static int rows(Tensor x) {
        return (int) x.shape().rows();
    }

    private static int columns(Tensor x) {
        return (int) x.shape().columns();
    }

    @Override
    public void fill(Tensor x, double value) {
        pass.alpha = value;
        pass.of(Kind.FILL, x).elements(x.size(), Pass.LIGHT);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        pass.of(Kind.COPY, from, to).elements(from.size(), Pass.LIGHT);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor into) {
        pass.of(Kind.ADD, a, b, into).elements(a.size(), Pass.LIGHT);
    }

    @Override
    public void subtract(Tensor a, Tensor b, Tensor into) {
        pass.of(Kind.SUBTRACT, a, b, into).elements(a.size(), Pass.LIGHT);
    }

    @Override
    public void hadamard(Tensor a, Tensor b, Tensor into) {
        pass.of(Kind.HADAMARD, a, b, into).elements(a.size(), Pass.LIGHT);
    }

    @Override
    public void scale(double alpha, Tensor x, Tensor into) {
        pass.alpha = alpha;
        pass.of(Kind.SCALE, x, into).elements(x.size(), Pass.LIGHT);
    }

    @Override
    public void addScaled(double alpha, Tensor x, Tensor y) {
        pass.alpha = alpha;
        pass.of(Kind.ADD_SCALED, x, y).elements(x.size(), Pass.LIGHT);
    }

    @Override
    public void addRow(Tensor x, Tensor row, Tensor into) {
        pass.of(Kind.ADD_ROW, x, row, into).rows(rows(x), columns(x), Pass.LIGHT);
    }

    @Override
    public void sumRows(Tensor x, double scale, double beta, Tensor into) {
        pass.alpha = scale;
        pass.beta = beta;
        pass.of(Kind.SUM_ROWS, x, into).columns(rows(x), columns(x), Pass.LIGHT);
    }

    @Override
    public void sumSquares(Tensor x, Tensor into) {
        pass.of(Kind.SUM_SQUARES, x).elements(x.size(), Pass.LIGHT);
        memory(into).doubles[at(into)] = pass.total();
    }

    @Override
    public void clamp(Tensor x, double limit, Tensor into) {
        pass.alpha = limit;
        pass.of(Kind.CLAMP, x, into).elements(x.size(), Pass.LIGHT);
    }

    @Override
    public void rescale(Tensor x, double limit, Tensor sumSquares) {
        double factor = limit / Math.sqrt(memory(sumSquares).doubles[at(sumSquares)]);
        if (!(factor >= 1)) { // also where it is NaN, which then shows
            scale(factor, x, x);
        }
    }

    @Override
    public void transpose(Tensor x, Tensor into) {
        pass.of(Kind.TRANSPOSE, x, into).rows(rows(x), columns(x), Pass.LIGHT);
    }

    @Override
    public void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        int m = rows(c);
        int n = columns(c);
        int k = ta == Transpose.YES ? rows(a) : columns(a);
        if (m > 0 && n > 0 && k > 0) {
            multiply(m, n, k, alpha, a, ta, b, tb, beta, c);
        } else if (beta == 0) {
            fill(c, 0);
        } else {
            scale(beta, c, c);
        }
    }

    private void multiply(
            int m, int n, int k, double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        product.m = m;
        product.n = n;
        product.k = k;
        product.alpha = alpha;
        product.beta = beta;
        product.a = memory(a);
        product.aAt = at(a);
        product.aStride = columns(a);
        product.aFlipped = ta == Transpose.YES;
        product.b = memory(b);
        product.bAt = at(b);
        product.bStride = columns(b);
        product.bFlipped = tb == Transpose.YES;
        product.c = memory(c);
        product.cAt = at(c);
        product.cStride = n;
        try {
            multiplier.multiply(product);
        } finally {
            product.clear();
        }
    }

    @Override
    public void activate(Activation f, Tensor z, Tensor a) {
        pass.activation = f;
        Pass ready = pass.of(Kind.ACTIVATE, z, a);
        if (z.shape().rank() == 2 && !f.elementwise()) {
            ready.rows(rows(z), columns(z), Pass.HEAVY);
        } else {
            ready.rows((int) z.size(), 1, Pass.HEAVY);
        }
    }

    @Override
    public void activatePrime(Activation f, Tensor z, Tensor into) {
        pass.activation = f;
        pass.of(Kind.ACTIVATE_PRIME, z, into).elements(z.size(), Pass.HEAVY);
    }

    @Override
    public void chain(Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta) {
        pass.activation = f;
        Pass ready = pass.of(Kind.CHAIN, z, a, upstream, delta);
        if (f.elementwise()) {
            ready.rows((int) z.size(), 1, Pass.HEAVY);
        } else {
            ready.rows(rows(z), columns(z), Pass.HEAVY);
        }
    }

    @Override
    public void costs(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs) {
        pass.cost = cost;
        pass.activation = f;
        pass.of(Kind.COSTS, z, a, y, costs).rows(rows(z), columns(z), Pass.HEAVY);
    }

    @Override
    public void costDelta(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta) {
        pass.cost = cost;
        pass.activation = f;
        pass.of(Kind.COST_DELTA, z, a, y, delta).rows(rows(z), columns(z), Pass.HEAVY);
    }

    @Override
    public void tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally) {
        Kernels kernels = pass.kernels(a);
        tally(
                kernels,
                memory(costs),
                at(costs),
                memory(a),
                at(a),
                memory(y),
                at(y),
                rows(a),
                columns(a),
                position,
                tally);
    }

    static void tally(
            Kernels kernels,
            CpuMemory costs,
            int costsAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            int rows,
            int columns,
            Tensor position,
            Tensor tally) {
        double[] tallies = memory(tally).doubles;
        int at = at(tally);
        if (tallies[at + FAULT] != 0) {
            return;
        }
        double cost = kernels.sum(costs, costsAt, rows);
        if (!Double.isFinite(cost)) {
            tallies[at + FAULT] = 1.0 + memory(position).longs[at(position) + TOTAL];
            return;
        }
        tallies[at + COST] += cost;
        tallies[at + CORRECT] += kernels.right(a, aAt, y, yAt, rows, columns);
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
        if (!moves(position, tally)) {
            return;
        }
        pass.rule = rule;
        pass.penalized = (int) penalized;
        pass.schedule = memory(schedule).doubles;
        pass.scheduleAt = rowOf(schedule, position);
        pass.of(Kind.UPDATE, parameters, gradients, state).elements(parameters.size(), Pass.LIGHT);
    }

    /** Whether a step moves parameters. */
    static boolean moves(Tensor position, Tensor tally) {
        return memory(tally).doubles[at(tally) + FAULT] == 0 && memory(position).longs[at(position) + SKIP] == 0;
    }

    /** Where the row of the step begins. */
    private static int rowOf(Tensor schedule, Tensor position) {
        long step = memory(position).longs[at(position) + STEP];
        if (step < 0 || step >= rows(schedule)) {
            throw new IllegalStateException("update: the position is at step " + step + ", but the schedule has "
                    + rows(schedule) + " steps; write a longer schedule, or set the position back");
        }
        return at(schedule) + (int) step * Optimizer.COLUMNS;
    }

    /** η of the step. */
    static double rate(Tensor schedule, Tensor position) {
        return memory(schedule).doubles[rowOf(schedule, position)];
    }

    @Override
    public void stepFactors(double scale, double l2, Tensor schedule, Tensor position, Tensor tally, Tensor factors) {
        boolean moves = moves(position, tally);
        double rate = moves ? rate(schedule, position) : 0;
        Kernels kernels = pass.kernels(factors);
        kernels.set(memory(factors), at(factors), moves ? -rate * scale : 0);
        kernels.set(memory(factors), at(factors) + 1, moves ? 1 - rate * l2 : 1);
    }

    @Override
    public void stepWeights(Tensor delta, Tensor x, Tensor factors, Tensor w) {
        double alpha = memory(factors).number(at(factors));
        double beta = memory(factors).number(at(factors) + 1);
        if (alpha == 0) {
            scale(beta, w, w);
        } else {
            product(alpha, delta, Transpose.YES, x, Transpose.NO, beta, w);
        }
    }

    @Override
    public void gather(Tensor rows, Tensor order, Tensor position, Tensor batch) {
        int n = columns(rows);
        long first = memory(position).longs[at(position) + ROW];
        for (int i = 0; i < rows(batch); i++) {
            int row = example("gather", order, first + i, rows(rows));
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
            int row = example("gatherOneHot", order, first + i, (int) labels.size());
            pass.kernels(batch).set(memory(batch), at(batch) + i * n + label("gatherOneHot", labels, row, n), 1);
        }
    }

    /** The class of an example. */
    static int label(String op, Tensor labels, int row, int classes) {
        long label = memory(labels).longs[at(labels) + row];
        if (label < 0 || label >= classes) {
            throw new IllegalStateException(op + ": example " + row + " has the label " + label
                    + ", but the batch has room for " + classes + " classes, from 0 on; make it wider");
        }
        return (int) label;
    }

    /** Which example has a place in the order. */
    static int example(String op, Tensor order, long index, int examples) {
        long row = memory(order).longs[at(order) + (int) Math.floorMod(index, order.size())];
        if (row < 0 || row >= examples) {
            throw new IllegalStateException(op + ": the order names example " + row + ", but there are " + examples
                    + ", from 0 on; write an order of those");
        }
        return (int) row;
    }

    @Override
    public void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
        pass.alpha = rate;
        pass.seed = seed;
        pass.stream = stream;
        pass.step = memory(position).longs[at(position) + TOTAL];
        pass.of(Kind.DROPOUT, x, into).elements(x.size(), Pass.HEAVY);
    }

    @Override
    public void scaleLoss(Tensor delta, Tensor position) {
        long scale = memory(position).longs[at(position) + SCALE];
        if (scale != 0) {
            scale(Math.scalb(1.0, (int) scale), delta, delta);
        }
    }

    @Override
    public void unscale(Tensor gradients, Tensor position) {
        long[] positions = memory(position).longs;
        int at = at(position);
        long scale = positions[at + SCALE];
        scale(Math.scalb(1.0, (int) -scale), gradients, gradients);
        boolean finite = pass.kernels(gradients).finite(memory(gradients), at(gradients), (int) gradients.size());
        positions[at + SKIP] = finite ? 0 : 1;
        boolean grows = finite && ++positions[at + GOOD] == LossScale.PERIOD;
        if (grows || !finite) {
            positions[at + GOOD] = 0;
            positions[at + SCALE] = Math.max(0, Math.min(LossScale.LARGEST, finite ? scale + 1 : scale - 1));
        }
    }

    @Override
    public void advance(Tensor position, long rows) {
        moveOn(position, rows);
    }

    static void moveOn(Tensor position, long rows) {
        long[] positions = memory(position).longs;
        positions[at(position) + ROW] += rows;
        positions[at(position) + STEP]++;
        positions[at(position) + TOTAL]++;
    }

    // ---- composites -------------------------------------------------------------------------------------------------

    /** Without the default's views, which would be made anew in every call. */
    @Override
    public void outer(Tensor a, Tensor b, Tensor into) {
        pass.of(Kind.OUTER, a, b, into).rows(rows(into), columns(into), Pass.LIGHT);
    }

    /** Bias and σ in one pass over z. */
    @Override
    public void forward(Tensor x, Tensor w, Tensor b, Activation f, Tensor z, Tensor a) {
        product(1, x, Transpose.NO, w, Transpose.YES, 0, z);
        pass.activation = f;
        pass.of(Kind.BIAS_AND_ACTIVATE, z, b, a).rows(rows(z), columns(z), Pass.HEAVY);
    }

    @Override
    public int stepsAtOnce(WholeSteps steps) {
        return packing.stepsAtOnce(steps);
    }

    @Override
    public void takeSteps(WholeSteps steps, long examples) {
        packing.take(steps, examples);
    }
}
