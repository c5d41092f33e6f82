package io.nudge.cuda;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.tensor.BackwardLayer;
import io.nudge.tensor.DType;
import io.nudge.tensor.ForwardLayer;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import io.nudge.tensor.WholeSteps;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The mathematics on the device. Called with arguments already checked, by one thread at a time. Each operation is one
 * launch, or none where there is nothing to do; a kernel is never launched on an empty matrix.
 */
final class CudaOperations extends CudaTensorOperations {
    private final BooleanSupplier keepsOut;

    /** Of our own: they keep out what is in their factors where alpha is 0. */
    private final Products keepingOut;

    private Boolean stepsWeights;

    /**
     * For an engine.
     *
     * @param keepsOut finds out whether products keep out what is in their factors where alpha is 0
     */
    CudaOperations(Engine engine, BooleanSupplier keepsOut) {
        super(engine);
        this.keepsOut = keepsOut;
        this.keepingOut = new KernelProducts(engine.launcher, kernels, scratch, factors.precision());
    }

    private static Launcher output(Launcher launch, Cost cost, Activation f, Tensor z, Tensor a, Tensor y) {
        return launch.with(Rules.number(cost))
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
                    output(launch(kernels.costs, z), cost, f, z, a, y)
                            .into(costs)
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
                    output(launch(kernels.costDelta, z), cost, f, z, a, y)
                            .into(delta)
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
            elements(
                    stepping(rule, parameters, penalized, gradients, state, schedule, position, tally)
                            .with(0L)
                            .with(0L),
                    parameters);
        }
    }

    /** Begins an update; how many rows the position is to move on follows, and the counter for that, or null. */
    private Launcher stepping(
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            Tensor state,
            Tensor schedule,
            Tensor position,
            Tensor tally) {
        Launcher launch = factors.storingPerhaps(kernels.update[Rules.number(rule.optimizer())], parameters)
                .with(parameters)
                .with(penalized)
                .with(gradients)
                .into(state)
                .with(parameters.size())
                .with(schedule)
                .with(rows(schedule))
                .with(position)
                .with(tally)
                .withRecord()
                .with(rule.l1())
                .with(rule.l2());
        return Rules.constants(launch, rule.optimizer());
    }

    @Override
    public void stepFactors(
            double scale, double l2, Tensor schedule, Tensor position, Tensor tally, Tensor stepFactors) {
        launch(kernels.stepFactors, stepFactors)
                .with(scale)
                .with(l2)
                .with(schedule)
                .with(rows(schedule))
                .with(position)
                .with(tally)
                .withRecord()
                .into(stepFactors)
                .alone();
    }

    /** By the products of all else only where {@link #stepsWeights} has found that they can. */
    @Override
    public void stepWeights(Tensor delta, Tensor x, Tensor stepFactors, Tensor w) {
        if (w.size() > 0) {
            Products products = Boolean.TRUE.equals(stepsWeights) ? engine.products : keepingOut;
            products.multiply(stepFactors, delta, Transpose.YES, x, Transpose.NO, w);
            factors.written(w);
        }
    }

    /**
     * Where products take copies of 16 bits, the update stores those of the weights, which a product cannot. Where NaN times 0
     * would get into the weights after a fault, they have to move by gradients as well.
     */
    @Override
    public boolean stepsWeights() {
        if (factors.precision().isHalf()) {
            return false;
        }
        if (stepsWeights == null) {
            stepsWeights = true; // so that those products are tried
            stepsWeights = keepsOut.getAsBoolean();
        }
        return stepsWeights;
    }

    @Override
    public void scaleLoss(Tensor delta, Tensor position) {
        if (delta.size() > 0) {
            elements(
                    launch(kernels.scaleLoss, delta)
                            .into(delta)
                            .with(delta.size())
                            .with(position),
                    delta);
        }
    }

    @Override
    public void unscale(Tensor gradients, Tensor position) {
        launch(kernels.unscale, gradients)
                .into(gradients)
                .with(gradients.size())
                .with(position)
                .with(scratch.counters(2))
                .blocks(Math.max(1, Grid.elements(gradients.size())));
    }

    /** float16 has so narrow a range that small gradients would vanish in it. */
    @Override
    public boolean scalesLoss() {
        return factors.precision() == Precision.FLOAT16;
    }

    @Override
    public void gather(Tensor rows, Tensor order, Tensor position, Tensor batch) {
        if (batch.size() > 0) {
            elements(
                    factors.storing(kernels.gather, batch)
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
                            .into(batch)
                            .with(rows(batch))
                            .with(columns(batch))
                            .withRecord(),
                    batch);
        }
    }

    /**
     * In place no copy of 16 bits is stored: so it is done on the way back, where the next pass changes the result before
     * any product takes it.
     */
    @Override
    public void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
        if (x.size() == 0) {
            return;
        }
        Launcher launch = isSame(x, into)
                ? launch(kernels.dropout, x).with(x).into(into)
                : factors.storing(kernels.dropout, into).with(x).with(into);
        elements(launch.with(x.size()).with(position).with(rate).with(seed).with(stream), x);
    }

    static boolean isSame(Tensor x, Tensor y) {
        return x.memory() == y.memory() && x.offset() == y.offset();
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
            super.gatherBatch(inputs, targets, order, position, x, y);
            return;
        }
        Kernel kernel = targets.type() == DType.INT64 ? kernels.gatherBatch : kernels.gatherPair;
        factors.storing(kernel, x)
                .with(inputs)
                .with(targets)
                .with(rows(inputs))
                .with(order)
                .with(order.size())
                .with(position)
                .with(x)
                .into(y)
                .with(rows(x))
                .with(columns(x))
                .with(columns(y))
                .withRecord()
                .blocks(Grid.elements(x.size() + y.size()));
    }

    /** Bias and σ in one pass over z. */
    @Override
    public void forward(Tensor x, Tensor w, Tensor b, Activation f, Tensor z, Tensor a) {
        product(1, x, Transpose.NO, w, Transpose.YES, 0, z);
        if (z.size() == 0) {
            return;
        }
        Launcher launch = factors.storing(kernels.biasActivate[Activations.number(f)], a)
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

    /** Narrow layers in one launch. */
    @Override
    public void forwardLayers(Tensor x, List<ForwardLayer> layers, boolean all) {
        engine.fusedLayers.forward(this, x, layers, all);
    }

    @Override
    public void backwardLayers(Tensor delta, List<BackwardLayer> layers, double scale) {
        engine.fusedLayers.backward(this, delta, layers, scale);
    }

    @Override
    public boolean joinsLayers() {
        return engine.fusedLayers.areWanted();
    }

    /** δ and its sum over the batch in one pass. */
    @Override
    public void delta(
            Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta, double scale, Tensor biasGradient) {
        if (z.size() == 0) {
            fill(biasGradient, 0);
            return;
        }
        Launcher launch = factors.storing(kernels.delta[Activations.number(f)], delta)
                .with(z)
                .with(a)
                .with(upstream)
                .with(delta)
                .into(biasGradient)
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
            super.outputDelta(cost, f, z, a, y, costs, delta, scale, biasGradient, position, tally);
            return;
        }
        Launcher launch = output(factors.storing(kernels.outputDelta, delta), cost, f, z, a, y)
                .into(costs)
                .with(delta)
                .into(biasGradient)
                .with(rows(z))
                .with(columns(z))
                .with(scale)
                .with(position)
                .with(tally);
        byRows(withRoom(launch, z, columns(z) + 1), z);
    }

    /** The last block of the update moves the position on. */
    @Override
    public void descend(
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            Tensor norm,
            Tensor state,
            Tensor schedule,
            Tensor position,
            Tensor tally,
            long rows) {
        if (parameters.size() == 0) {
            super.descend(rule, parameters, penalized, gradients, norm, state, schedule, position, tally, rows);
            return;
        }
        clip(rule, gradients, norm, position);
        elements(
                stepping(rule, parameters, penalized, gradients, state, schedule, position, tally)
                        .with(rows)
                        .with(scratch.counters(1)),
                parameters);
    }

    @Override
    public int stepsAtOnce(WholeSteps steps) {
        return engine.wholeTraining.stepsAtOnce(steps);
    }

    @Override
    public void takeSteps(WholeSteps steps, long examples) {
        engine.wholeTraining.takeSteps(steps, examples);
    }
}
