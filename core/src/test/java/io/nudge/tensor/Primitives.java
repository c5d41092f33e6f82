package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;

/** A backend's primitives, with the composites as the defaults in {@link Operations} write them. */
final class Primitives implements Operations {
    private final Operations operations;

    Primitives(Operations operations) {
        this.operations = operations;
    }

    @Override
    public void fill(Tensor x, double value) {
        operations.fill(x, value);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        operations.copy(from, to);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor into) {
        operations.add(a, b, into);
    }

    @Override
    public void subtract(Tensor a, Tensor b, Tensor into) {
        operations.subtract(a, b, into);
    }

    @Override
    public void hadamard(Tensor a, Tensor b, Tensor into) {
        operations.hadamard(a, b, into);
    }

    @Override
    public void scale(double alpha, Tensor x, Tensor into) {
        operations.scale(alpha, x, into);
    }

    @Override
    public void addScaled(double alpha, Tensor x, Tensor y) {
        operations.addScaled(alpha, x, y);
    }

    @Override
    public void addRow(Tensor x, Tensor row, Tensor into) {
        operations.addRow(x, row, into);
    }

    @Override
    public void sumRows(Tensor x, double scale, double beta, Tensor into) {
        operations.sumRows(x, scale, beta, into);
    }

    @Override
    public void sumSquares(Tensor x, Tensor into) {
        operations.sumSquares(x, into);
    }

    @Override
    public void clamp(Tensor x, double limit, Tensor into) {
        operations.clamp(x, limit, into);
    }

    @Override
    public void rescale(Tensor x, double limit, Tensor sumSquares) {
        operations.rescale(x, limit, sumSquares);
    }

    @Override
    public void transpose(Tensor x, Tensor into) {
        operations.transpose(x, into);
    }

    @Override
    public void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        operations.product(alpha, a, ta, b, tb, beta, c);
    }

    @Override
    public void activate(Activation f, Tensor z, Tensor a) {
        operations.activate(f, z, a);
    }

    @Override
    public void activatePrime(Activation f, Tensor z, Tensor into) {
        operations.activatePrime(f, z, into);
    }

    @Override
    public void chain(Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta) {
        operations.chain(f, z, a, upstream, delta);
    }

    @Override
    public void costs(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs) {
        operations.costs(cost, f, z, a, y, costs);
    }

    @Override
    public void costDelta(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta) {
        operations.costDelta(cost, f, z, a, y, delta);
    }

    @Override
    public void tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally) {
        operations.tally(costs, a, y, position, tally);
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
        operations.update(rule, parameters, penalized, gradients, state, schedule, position, tally);
    }

    @Override
    public void gather(Tensor rows, Tensor order, Tensor position, Tensor batch) {
        operations.gather(rows, order, position, batch);
    }

    @Override
    public void gatherOneHot(Tensor labels, Tensor order, Tensor position, Tensor batch) {
        operations.gatherOneHot(labels, order, position, batch);
    }

    @Override
    public void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
        operations.dropout(rate, seed, stream, position, x, into);
    }

    @Override
    public void scaleLoss(Tensor delta, Tensor position) {
        operations.scaleLoss(delta, position);
    }

    @Override
    public void unscale(Tensor gradients, Tensor position) {
        operations.unscale(gradients, position);
    }

    @Override
    public void advance(Tensor position, long rows) {
        operations.advance(position, rows);
    }

    /** Its default is a costDelta after identity, which only the checks refuse for a cross-entropy. */
    @Override
    public void costGradient(Cost cost, Tensor a, Tensor y, Tensor into) {
        operations.costGradient(cost, a, y, into);
    }
}
