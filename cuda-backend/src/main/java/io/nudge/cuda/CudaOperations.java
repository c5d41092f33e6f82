package io.nudge.cuda;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import jcuda.driver.JCudaDriver;

/**
 * The mathematics on the device. Called with arguments already checked, by one thread at a time. Each operation is one
 * launch, or none where there is nothing to do; a kernel is never launched on an empty matrix.
 */
final class CudaOperations implements Operations {
    private final Engine engine;
    private final Kernels kernels;
    private final Scratch scratch;

    CudaOperations(Engine engine) {
        this.engine = engine;
        this.kernels = engine.kernels;
        this.scratch = engine.scratch;
    }

    private Launcher launch(Kernel kernel, Tensor x) {
        return engine.launcher.of(kernel, x.type());
    }

    private static void elements(Launcher launch, Tensor x) {
        launch.blocks(Grid.elements(x.size()));
    }

    private static long rows(Tensor x) {
        return x.shape().rows();
    }

    private static long columns(Tensor x) {
        return x.shape().columns();
    }

    private static void byColumns(Launcher launch, Tensor x) {
        launch.blocks(Grid.columns(x.type(), rows(x), columns(x)));
    }

    private static void byRows(Launcher launch, Tensor x) {
        launch.blocks(Grid.rows(x.type(), rows(x), columns(x)));
    }

    /** Adds room for the sums over rows of so many columns, and the counters for that. */
    private Launcher withRoom(Launcher launch, Tensor x, long columns) {
        return launch.with(
                        scratch.room(Grid.partials(rows(x)) * columns * x.type().bytes()))
                .with(scratch.counters(Grid.counters(columns)));
    }

    @Override
    public void fill(Tensor x, double value) {
        if (x.size() > 0) {
            elements(launch(kernels.fill, x).with(x).with(x.size()).with(value), x);
        }
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        CudaMemory source = engine.uses.of(from);
        CudaMemory target = engine.uses.of(to);
        if (from.size() > 0 && source.address(from.offset()) != target.address(to.offset())) {
            engine.calls.launched("a copy");
            engine.calls.driver(
                    JCudaDriver.cuMemcpyDtoDAsync(
                            target.pointer(to.offset()),
                            source.pointer(from.offset()),
                            from.size() * from.type().bytes(),
                            engine.stream),
                    "cuMemcpyDtoDAsync");
        }
    }

    private void combine(Kernel kernel, Tensor a, Tensor b, Tensor into) {
        if (a.size() > 0) {
            elements(launch(kernel, a).with(a).with(b).with(into).with(a.size()), a);
        }
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor into) {
        combine(kernels.add, a, b, into);
    }

    @Override
    public void subtract(Tensor a, Tensor b, Tensor into) {
        combine(kernels.subtract, a, b, into);
    }

    @Override
    public void hadamard(Tensor a, Tensor b, Tensor into) {
        combine(kernels.hadamard, a, b, into);
    }

    private void change(Kernel kernel, Tensor x, Tensor into, double argument) {
        if (x.size() > 0) {
            elements(launch(kernel, x).with(x).with(into).with(x.size()).with(argument), x);
        }
    }

    @Override
    public void scale(double alpha, Tensor x, Tensor into) {
        change(kernels.scale, x, into, alpha);
    }

    @Override
    public void addScaled(double alpha, Tensor x, Tensor y) {
        change(kernels.addScaled, x, y, alpha);
    }

    @Override
    public void clamp(Tensor x, double limit, Tensor into) {
        change(kernels.clamp, x, into, limit);
    }

    @Override
    public void addRow(Tensor x, Tensor row, Tensor into) {
        if (x.size() > 0) {
            byColumns(
                    launch(kernels.addRow, x)
                            .with(x)
                            .with(row)
                            .with(into)
                            .with(rows(x))
                            .with(columns(x)),
                    x);
        }
    }

    @Override
    public void sumRows(Tensor x, double scale, double beta, Tensor into) {
        if (x.size() > 0) {
            byColumns(
                    withRoom(
                            launch(kernels.sumRows, x)
                                    .with(x)
                                    .with(into)
                                    .with(rows(x))
                                    .with(columns(x))
                                    .with(scale)
                                    .with(beta),
                            x,
                            columns(x)),
                    x);
        } else {
            keep(beta, into);
        }
    }

    /** x = beta x, where beta 0 leaves nothing, not even of NaN: what a sum of no terms is added to. */
    private void keep(double beta, Tensor x) {
        if (beta == 0) {
            fill(x, 0);
        } else {
            scale(beta, x, x);
        }
    }

    @Override
    public void sumSquares(Tensor x, Tensor into) {
        if (x.size() == 0) {
            fill(into, 0);
            return;
        }
        long chunks = Grid.sums(x.size());
        launch(kernels.sumSquares, x)
                .with(x)
                .with(x.size())
                .with(into)
                .with(scratch.room(chunks * Double.BYTES))
                .with(scratch.counters(1))
                .blocks(chunks);
    }

    @Override
    public void rescale(Tensor x, double limit, Tensor sumSquares) {
        if (x.size() > 0) {
            elements(
                    launch(kernels.rescale, x)
                            .with(x)
                            .with(x.size())
                            .with(limit)
                            .with(sumSquares),
                    x);
        }
    }

    @Override
    public void transpose(Tensor x, Tensor into) {
        if (x.size() > 0) {
            launch(kernels.transpose, x)
                    .with(x)
                    .with(into)
                    .with(rows(x))
                    .with(columns(x))
                    .blocks(Grid.tiles(rows(x), columns(x)));
        }
    }

    @Override
    public void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        if (c.size() > 0 && a.size() > 0) {
            engine.products.multiply(alpha, a, ta, b, tb, beta, c);
        } else {
            keep(beta, c);
        }
    }

    @Override
    public void activate(Activation f, Tensor z, Tensor a) {
        if (z.size() == 0) {
            return;
        }
        Launcher launch =
                launch(kernels.activate[Activations.number(f)], z).with(z).with(a);
        if (f.elementwise()) {
            elements(launch.with(z.size()).with(Activations.parameter(f)), z);
        } else {
            byRows(launch.with(rows(z)).with(columns(z)), z);
        }
    }

    @Override
    public void activatePrime(Activation f, Tensor z, Tensor into) {
        change(kernels.activatePrime[Activations.number(f)], z, into, Activations.parameter(f));
    }

    @Override
    public void chain(Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta) {
        if (z.size() == 0) {
            return;
        }
        Launcher launch = launch(kernels.chain[Activations.number(f)], z)
                .with(z)
                .with(a)
                .with(upstream)
                .with(delta);
        if (f.elementwise()) {
            elements(launch.with(z.size()).with(Activations.parameter(f)), z);
        } else {
            byRows(launch.with(rows(z)).with(columns(z)), z);
        }
    }

    private Launcher output(Kernel kernel, Cost cost, Activation f, Tensor z, Tensor a, Tensor y) {
        return launch(kernel, z)
                .with(Rules.number(cost))
                .with((long) Activations.number(f))
                .with(Activations.parameter(f))
                .with(z)
                .with(a)
                .with(y);
    }

    @Override
    public void costs(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs) {
        if (z.size() > 0) {
            byRows(
                    output(kernels.costs, cost, f, z, a, y)
                            .with(costs)
                            .with(rows(z))
                            .with(columns(z)),
                    z);
        } else {
            fill(costs, 0);
        }
    }

    @Override
    public void costDelta(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta) {
        if (z.size() > 0) {
            byRows(
                    output(kernels.costDelta, cost, f, z, a, y)
                            .with(delta)
                            .with(rows(z))
                            .with(columns(z)),
                    z);
        }
    }

    @Override
    public void tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally) {
        if (a.size() > 0) {
            Launcher launch = launch(kernels.tally, a)
                    .with(costs)
                    .with(a)
                    .with(y)
                    .with(rows(a))
                    .with(columns(a))
                    .with(position)
                    .with(tally);
            byRows(withRoom(launch, a, columns(a) + 1), a);
        }
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
        if (parameters.size() > 0) {
            Launcher launch = launch(kernels.update[Rules.number(rule.optimizer())], parameters)
                    .with(parameters)
                    .with(penalized)
                    .with(gradients)
                    .with(state)
                    .with(parameters.size())
                    .with(schedule)
                    .with(rows(schedule))
                    .with(position)
                    .with(tally)
                    .withRecord()
                    .with(rule.l1())
                    .with(rule.l2());
            elements(Rules.constants(launch, rule.optimizer()), parameters);
        }
    }

    @Override
    public void gather(Tensor rows, Tensor order, Tensor position, Tensor batch) {
        if (batch.size() > 0) {
            elements(
                    launch(kernels.gather, batch)
                            .with(rows)
                            .with(rows(rows))
                            .with(order)
                            .with(order.size())
                            .with(position)
                            .with(batch)
                            .with(rows(batch))
                            .with(columns(batch))
                            .withRecord(),
                    batch);
        }
    }

    @Override
    public void gatherOneHot(Tensor labels, Tensor order, Tensor position, Tensor batch) {
        if (batch.size() > 0) {
            elements(
                    launch(kernels.gatherOneHot, batch)
                            .with(labels)
                            .with(labels.size())
                            .with(order)
                            .with(order.size())
                            .with(position)
                            .with(batch)
                            .with(rows(batch))
                            .with(columns(batch))
                            .withRecord(),
                    batch);
        }
    }

    @Override
    public void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
        if (x.size() > 0) {
            elements(
                    launch(kernels.dropout, x)
                            .with(x)
                            .with(into)
                            .with(x.size())
                            .with(position)
                            .with(rate)
                            .with(seed)
                            .with(stream),
                    x);
        }
    }

    @Override
    public void advance(Tensor position, long rows) {
        engine.launcher
                .of(kernels.advance, DType.FLOAT64)
                .with(position)
                .with(rows)
                .alone();
    }

    // ---- composites -------------------------------------------------------------------------------------------------

    /** Inputs and targets in one pass. */
    @Override
    public void gatherBatch(Tensor inputs, Tensor targets, Tensor order, Tensor position, Tensor x, Tensor y) {
        if (x.size() == 0 || y.size() == 0) {
            Operations.super.gatherBatch(inputs, targets, order, position, x, y);
            return;
        }
        Kernel kernel = targets.type() == DType.INT64 ? kernels.gatherBatch : kernels.gatherPair;
        launch(kernel, x)
                .with(inputs)
                .with(targets)
                .with(rows(inputs))
                .with(order)
                .with(order.size())
                .with(position)
                .with(x)
                .with(y)
                .with(rows(x))
                .with(columns(x))
                .with(columns(y))
                .withRecord()
                .blocks(Grid.elements(x.size() + y.size()));
    }

    /** Without a product of two matrices that are one column and one row. */
    @Override
    public void outer(Tensor a, Tensor b, Tensor into) {
        if (into.size() > 0) {
            byColumns(
                    launch(kernels.outer, into)
                            .with(a)
                            .with(b)
                            .with(into)
                            .with(rows(into))
                            .with(columns(into)),
                    into);
        }
    }

    /** Bias and σ in one pass over z. */
    @Override
    public void forward(Tensor x, Tensor w, Tensor b, Activation f, Tensor z, Tensor a) {
        product(1, x, Transpose.NO, w, Transpose.YES, 0, z);
        if (z.size() == 0) {
            return;
        }
        Launcher launch = launch(kernels.biasActivate[Activations.number(f)], z)
                .with(z)
                .with(b)
                .with(a)
                .with(rows(z))
                .with(columns(z))
                .with(Activations.parameter(f));
        if (f.elementwise()) {
            byColumns(launch, z);
        } else {
            byRows(launch, z);
        }
    }

    /** δ and its sum over the batch in one pass. */
    @Override
    public void delta(
            Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta, double scale, Tensor biasGradient) {
        if (z.size() == 0) {
            fill(biasGradient, 0);
            return;
        }
        Launcher launch = launch(kernels.delta[Activations.number(f)], z)
                .with(z)
                .with(a)
                .with(upstream)
                .with(delta)
                .with(biasGradient)
                .with(rows(z))
                .with(columns(z))
                .with(Activations.parameter(f))
                .with(scale);
        withRoom(launch, z, columns(z));
        if (f.elementwise()) {
            byColumns(launch, z);
        } else {
            byRows(launch, z);
        }
    }

    /** All that happens at the output layer, in one pass. */
    @Override
    public void outputDelta(
            Cost cost,
            Activation f,
            Tensor z,
            Tensor a,
            Tensor y,
            Tensor costs,
            Tensor delta,
            double scale,
            Tensor biasGradient,
            Tensor position,
            Tensor tally) {
        if (z.size() == 0) {
            Operations.super.outputDelta(cost, f, z, a, y, costs, delta, scale, biasGradient, position, tally);
            return;
        }
        Launcher launch = output(kernels.outputDelta, cost, f, z, a, y)
                .with(costs)
                .with(delta)
                .with(biasGradient)
                .with(rows(z))
                .with(columns(z))
                .with(scale)
                .with(position)
                .with(tally);
        byRows(withRoom(launch, z, columns(z) + 1), z);
    }
}
