package io.nudge.cuda;

import io.nudge.math.Activation;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import jcuda.driver.JCudaDriver;

/** The part of {@link CudaOperations} that knows tensors, but no training: elementwise operations, sums and products. */
abstract class CudaTensorOperations implements Operations {
    final Engine engine;
    final Kernels kernels;
    final Scratch scratch;
    final Factors factors;

    CudaTensorOperations(Engine engine) {
        this.engine = engine;
        this.kernels = engine.kernels;
        this.scratch = engine.scratch;
        this.factors = engine.factors;
    }

    final Launcher launch(Kernel kernel, Tensor x) {
        return engine.launcher.of(kernel, x.type());
    }

    static void elements(Launcher launch, Tensor x) {
        launch.blocks(Grid.elements(x.size()));
    }

    static long rows(Tensor x) {
        return x.shape().rows();
    }

    static long columns(Tensor x) {
        return x.shape().columns();
    }

    static void byColumns(Launcher launch, Tensor x) {
        launch.blocks(Grid.columns(x.type(), rows(x), columns(x)));
    }

    static void byRows(Launcher launch, Tensor x) {
        launch.blocks(Grid.rows(x.type(), rows(x), columns(x)));
    }

    /** Adds room for the sums over rows of so many columns, and the counters for that. */
    final Launcher withRoom(Launcher launch, Tensor x, long columns) {
        return launch.with(
                        scratch.room(Grid.partials(rows(x)) * columns * x.type().bytes()))
                .with(scratch.counters(Grid.counters(columns)));
    }

    @Override
    public void fill(Tensor x, double value) {
        if (x.size() > 0) {
            elements(launch(kernels.fill, x).into(x).with(x.size()).with(value), x);
        }
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        CudaMemory source = engine.uses.of(from);
        CudaMemory target = engine.uses.of(to);
        factors.written(to);
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
            elements(launch(kernel, a).with(a).with(b).into(into).with(a.size()), a);
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
            elements(launch(kernel, x).with(x).into(into).with(x.size()).with(argument), x);
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
                            .into(into)
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
                                    .into(into)
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
                .into(into)
                .with(scratch.room(chunks * Double.BYTES))
                .with(scratch.counters(1))
                .blocks(chunks);
    }

    @Override
    public void rescale(Tensor x, double limit, Tensor sumSquares) {
        if (x.size() > 0) {
            elements(
                    launch(kernels.rescale, x)
                            .into(x)
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
                    .into(into)
                    .with(rows(x))
                    .with(columns(x))
                    .blocks(Grid.tiles(rows(x), columns(x)));
        }
    }

    @Override
    public void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        if (c.size() > 0 && a.size() > 0) {
            engine.products.multiply(alpha, a, ta, b, tb, beta, c);
            factors.written(c);
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
                launch(kernels.activate[Activations.number(f)], z).with(z).into(a);
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
                .into(delta);
        if (f.elementwise()) {
            elements(launch.with(z.size()).with(Activations.parameter(f)), z);
        } else {
            byRows(launch.with(rows(z)).with(columns(z)), z);
        }
    }

    /** Without a product of two matrices that are one column and one row, unless such a product would round a and b. */
    @Override
    public void outer(Tensor a, Tensor b, Tensor into) {
        if (factors.precision().isHalf()) {
            Operations.super.outer(a, b, into);
        } else if (into.size() > 0) {
            byColumns(
                    launch(kernels.outer, into)
                            .with(a)
                            .with(b)
                            .into(into)
                            .with(rows(into))
                            .with(columns(into)),
                    into);
        }
    }
}
