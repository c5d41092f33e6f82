package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The checks before the work: every operation of a backend as its users see it. */
final class CheckedOperations implements Operations {
    private final Backend backend;
    private final Operations raw;

    CheckedOperations(Backend backend, Operations raw) {
        this.backend = backend;
        this.raw = raw;
    }

    @Override
    public void fill(Tensor x, double value) {
        floating("fill", x);
        backend.submit("fill", () -> raw.fill(x, value), x);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        String op = "copy";
        open(op, from, to);
        require(from.type() == to.type(), op, "from and to must be of one type", from, to);
        require(from.size() == to.size(), op, "from and to must have as many elements", from, to);
        wholeOrApart(op, to, from);
        backend.submit(op, () -> raw.copy(from, to), from, to);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor into) {
        elementwise("add", into, a, b);
        backend.submit("add", () -> raw.add(a, b, into), a, b, into);
    }

    @Override
    public void subtract(Tensor a, Tensor b, Tensor into) {
        elementwise("subtract", into, a, b);
        backend.submit("subtract", () -> raw.subtract(a, b, into), a, b, into);
    }

    @Override
    public void hadamard(Tensor a, Tensor b, Tensor into) {
        elementwise("hadamard", into, a, b);
        backend.submit("hadamard", () -> raw.hadamard(a, b, into), a, b, into);
    }

    @Override
    public void scale(double alpha, Tensor x, Tensor into) {
        elementwise("scale", into, x);
        backend.submit("scale", () -> raw.scale(alpha, x, into), x, into);
    }

    @Override
    public void addScaled(double alpha, Tensor x, Tensor y) {
        elementwise("addScaled", y, x);
        backend.submit("addScaled", () -> raw.addScaled(alpha, x, y), x, y);
    }

    @Override
    public void addRow(Tensor x, Tensor row, Tensor into) {
        String op = "addRow";
        elementwise(op, into, x);
        floating(op, x, row);
        matrix(op, x);
        shape(op, row, "row", x.shape().columns());
        apart(op, into, row);
        backend.submit(op, () -> raw.addRow(x, row, into), x, row, into);
    }

    @Override
    public void sumRows(Tensor x, double scale, double beta, Tensor into) {
        String op = "sumRows";
        floating(op, x, into);
        matrix(op, x);
        shape(op, into, "into", x.shape().columns());
        apart(op, into, x);
        backend.submit(op, () -> raw.sumRows(x, scale, beta, into), x, into);
    }

    @Override
    public void sumSquares(Tensor x, Tensor into) {
        String op = "sumSquares";
        floating(op, x);
        single(op, into);
        apart(op, into, x);
        backend.submit(op, () -> raw.sumSquares(x, into), x, into);
    }

    @Override
    public void clamp(Tensor x, double limit, Tensor into) {
        elementwise("clamp", into, x);
        positive("clamp", "limit", limit);
        backend.submit("clamp", () -> raw.clamp(x, limit, into), x, into);
    }

    @Override
    public void rescale(Tensor x, double limit, Tensor sumSquares) {
        String op = "rescale";
        floating(op, x);
        positive(op, "limit", limit);
        single(op, sumSquares);
        apart(op, x, sumSquares);
        backend.submit(op, () -> raw.rescale(x, limit, sumSquares), x, sumSquares);
    }

    @Override
    public void transpose(Tensor x, Tensor into) {
        String op = "transpose";
        floating(op, x, into);
        matrix(op, x);
        shape(op, into, "into", x.shape().columns(), x.shape().rows());
        apart(op, into, x);
        backend.submit(op, () -> raw.transpose(x, into), x, into);
    }

    @Override
    public void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        String op = "product";
        floating(op, a, b, c);
        matrix(op, a);
        matrix(op, b);
        matrix(op, c);
        long m = ta == Transpose.NO ? a.shape().rows() : a.shape().columns();
        long ka = ta == Transpose.NO ? a.shape().columns() : a.shape().rows();
        long kb = tb == Transpose.NO ? b.shape().rows() : b.shape().columns();
        long n = tb == Transpose.NO ? b.shape().columns() : b.shape().rows();
        if (ka != kb) {
            throw new IllegalArgumentException(op + ": a is " + oriented(a, ta) + " and b is " + oriented(b, tb)
                    + ", so the inner lengths " + ka + " and " + kb + " differ; they must be equal (transpose one?)");
        }
        shape(op, c, "c", m, n);
        apart(op, c, a);
        apart(op, c, b);
        backend.submit(op, () -> raw.product(alpha, a, ta, b, tb, beta, c), a, b, c);
    }

    @Override
    public void activate(Activation f, Tensor z, Tensor a) {
        elementwise("activate", a, z);
        rowsFor("activate", f, z);
        backend.submit("activate", () -> raw.activate(f, z, a), z, a);
    }

    @Override
    public void activatePrime(Activation f, Tensor z, Tensor into) {
        elementwise("activatePrime", into, z);
        if (!f.elementwise()) {
            throw new IllegalArgumentException(
                    "activatePrime: the derivative of " + f.name() + " is a matrix, not a tensor like z; use chain");
        }
        backend.submit("activatePrime", () -> raw.activatePrime(f, z, into), z, into);
    }

    @Override
    public void chain(Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta) {
        checkChain("chain", f, z, a, upstream, delta);
        backend.submit("chain", () -> raw.chain(f, z, a, upstream, delta), z, a, upstream, delta);
    }

    private void checkChain(String op, Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta) {
        elementwise(op, delta, z, a, upstream);
        rowsFor(op, f, z);
        apart(op, delta, z);
        apart(op, delta, a);
    }

    @Override
    public void costs(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs) {
        checkOutput("costs", cost, f, z, a, y);
        checkCosts("costs", costs, z, a, y);
        backend.submit("costs", () -> raw.costs(cost, f, z, a, y, costs), z, a, y, costs);
    }

    @Override
    public void costDelta(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta) {
        String op = "costDelta";
        checkOutput(op, cost, f, z, a, y);
        checkDelta(op, delta, z, a, y);
        backend.submit(op, () -> raw.costDelta(cost, f, z, a, y, delta), z, a, y, delta);
    }

    @Override
    public void costGradient(Cost cost, Tensor a, Tensor y, Tensor into) {
        String op = "costGradient";
        floating(op, a, y, into);
        matrix(op, a);
        sameShape(op, a, y);
        sameShape(op, a, into);
        apart(op, into, a);
        apart(op, into, y);
        backend.submit(op, () -> raw.costGradient(cost, a, y, into), a, y, into);
    }

    private void checkOutput(String op, Cost cost, Activation f, Tensor z, Tensor a, Tensor y) {
        floating(op, z, a, y);
        matrix(op, z);
        sameShape(op, z, a);
        sameShape(op, z, y);
        cost.requireOutput(f);
    }

    private void checkCosts(String op, Tensor costs, Tensor z, Tensor a, Tensor y) {
        floating(op, z, costs);
        shape(op, costs, "costs", z.shape().rows());
        apart(op, costs, z);
        apart(op, costs, a);
        apart(op, costs, y);
    }

    private void checkDelta(String op, Tensor delta, Tensor z, Tensor a, Tensor y) {
        floating(op, z, delta);
        sameShape(op, z, delta);
        apart(op, delta, z);
        apart(op, delta, a);
        apart(op, delta, y);
    }

    @Override
    public void tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally) {
        String op = "tally";
        floating(op, costs, a, y);
        matrix(op, a);
        sameShape(op, a, y);
        shape(op, costs, "costs", a.shape().rows());
        position(op, position);
        tallyOf(op, tally);
        apartFromAll(op, tally, costs, a, y);
        backend.submit(op, () -> raw.tally(costs, a, y, position, tally), costs, a, y, position, tally);
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
        String op = "update";
        checkUpdate(op, rule, parameters, penalized, gradients, state, schedule, position, tally);
        backend.submit(
                op,
                () -> raw.update(rule, parameters, penalized, gradients, state, schedule, position, tally),
                parameters,
                gradients,
                state,
                schedule,
                position,
                tally);
    }

    private void checkUpdate(
            String op,
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            Tensor state,
            Tensor schedule,
            Tensor position,
            Tensor tally) {
        floating(op, parameters, gradients, state);
        vector(op, parameters);
        sameShape(op, parameters, gradients);
        shape(op, state, "state", rule.optimizer().slots() * parameters.size());
        apart(op, parameters, gradients);
        apart(op, parameters, state);
        apart(op, gradients, state);
        if (penalized < 0 || penalized > parameters.size()) {
            throw new IllegalArgumentException(op + ": " + penalized + " of " + parameters
                    + " are said to be weights; say 0 to " + parameters.size());
        }
        scheduleOf(op, schedule);
        position(op, position);
        tallyOf(op, tally);
        apartFromAll(op, schedule, parameters, gradients, state, tally);
        apartFromAll(op, tally, parameters, gradients, state);
    }

    @Override
    public void stepFactors(double scale, double l2, Tensor schedule, Tensor position, Tensor tally, Tensor factors) {
        String op = "stepFactors";
        scheduleOf(op, schedule);
        position(op, position);
        tallyOf(op, tally);
        factorsOf(op, factors);
        apartFromAll(op, factors, schedule, tally);
        backend.submit(
                op,
                () -> raw.stepFactors(scale, l2, schedule, position, tally, factors),
                schedule,
                position,
                tally,
                factors);
    }

    private void factorsOf(String op, Tensor factors) {
        floating(op, factors);
        shape(op, factors, "factors", 2);
    }

    @Override
    public void stepWeights(Tensor delta, Tensor x, Tensor factors, Tensor w) {
        String op = "stepWeights";
        checkWeightGradient(op, delta, x, w, "w");
        floating(op, w, factors);
        factorsOf(op, factors);
        require(delta.shape().rows() > 0, op, "a batch of at least one example is needed", delta);
        apart(op, w, factors);
        backend.submit(op, () -> raw.stepWeights(delta, x, factors, w), delta, x, factors, w);
    }

    @Override
    public boolean stepsWeights() {
        return raw.stepsWeights();
    }

    @Override
    public void gather(Tensor rows, Tensor order, Tensor position, Tensor batch) {
        String op = "gather";
        checkRows(op, rows, batch);
        checkOrder(op, rows, order, position);
        backend.submit(op, () -> raw.gather(rows, order, position, batch), rows, order, position, batch);
    }

    private void checkRows(String op, Tensor rows, Tensor batch) {
        floating(op, rows, batch);
        matrix(op, rows);
        matrix(op, batch);
        require(
                rows.shape().columns() == batch.shape().columns(),
                op,
                "rows and batch must have as many columns",
                rows,
                batch);
        apart(op, batch, rows);
    }

    @Override
    public void gatherOneHot(Tensor labels, Tensor order, Tensor position, Tensor batch) {
        String op = "gatherOneHot";
        checkLabels(op, labels, batch);
        checkOrder(op, labels, order, position);
        backend.submit(op, () -> raw.gatherOneHot(labels, order, position, batch), labels, order, position, batch);
    }

    private void checkLabels(String op, Tensor labels, Tensor batch) {
        floating(op, batch);
        matrix(op, batch);
        open(op, batch, labels);
        require(
                labels.type() == DType.INT64 && labels.shape().rank() == 1,
                op,
                "the labels must be int64 [examples]",
                labels);
    }

    @Override
    public void gatherBatch(Tensor inputs, Tensor targets, Tensor order, Tensor position, Tensor x, Tensor y) {
        String op = "gatherBatch";
        checkRows(op, inputs, x);
        floating(op, x, y);
        open(op, targets);
        if (targets.type().isFloating()) {
            checkRows(op, targets, y);
        } else {
            checkLabels(op, targets, y);
        }
        checkOrder(op, inputs, order, position);
        require(
                targets.shape().dimension(0) == inputs.shape().rows(),
                op,
                "there must be as many targets as inputs",
                inputs,
                targets);
        require(x.shape().rows() == y.shape().rows(), op, "x and y must have as many rows", x, y);
        apart(op, x, y);
        apart(op, x, targets);
        apart(op, y, inputs);
        backend.submit(
                op,
                () -> raw.gatherBatch(inputs, targets, order, position, x, y),
                inputs,
                targets,
                order,
                position,
                x,
                y);
    }

    private void checkOrder(String op, Tensor rows, Tensor order, Tensor position) {
        open(op, rows, order);
        require(
                order.type() == DType.INT64 && order.shape().rank() == 1 && order.size() > 0,
                op,
                "the order must be int64 [n] with at least one row number",
                order);
        position(op, position);
    }

    @Override
    public void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
        String op = "dropout";
        elementwise(op, into, x);
        position(op, position);
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(op + ": the rate must be at least 0 and below 1, but is " + rate);
        }
        backend.submit(op, () -> raw.dropout(rate, seed, stream, position, x, into), position, x, into);
    }

    @Override
    public void scaleLoss(Tensor delta, Tensor position) {
        String op = "scaleLoss";
        floating(op, delta);
        position(op, position);
        backend.submit(op, () -> raw.scaleLoss(delta, position), delta, position);
    }

    @Override
    public void unscale(Tensor gradients, Tensor position) {
        String op = "unscale";
        floating(op, gradients);
        position(op, position);
        backend.submit(op, () -> raw.unscale(gradients, position), gradients, position);
    }

    @Override
    public boolean scalesLoss() {
        return raw.scalesLoss();
    }

    @Override
    public void advance(Tensor position, long rows) {
        position("advance", position);
        backend.submit("advance", () -> raw.advance(position, rows), position);
    }

    @Override
    public void outer(Tensor a, Tensor b, Tensor into) {
        String op = "outer";
        floating(op, a, b, into);
        vector(op, a);
        vector(op, b);
        shape(op, into, "into", a.size(), b.size());
        apart(op, into, a);
        apart(op, into, b);
        backend.submit(op, () -> raw.outer(a, b, into), a, b, into);
    }

    @Override
    public void affine(Tensor x, Tensor w, Tensor b, Tensor z) {
        checkAffine("affine", x, w, b, z);
        backend.submit("affine", () -> raw.affine(x, w, b, z), x, w, b, z);
    }

    private void checkAffine(String op, Tensor x, Tensor w, Tensor b, Tensor z) {
        floating(op, x, w, b, z);
        matrix(op, x);
        matrix(op, w);
        require(
                x.shape().columns() == w.shape().columns(),
                op,
                "x is [batch, in] and w is [out, in], so both must have as many columns",
                x,
                w);
        shape(op, b, "b", w.shape().rows());
        shape(op, z, "z", x.shape().rows(), w.shape().rows());
        apart(op, z, x);
        apart(op, z, w);
        apart(op, z, b);
    }

    @Override
    public void forward(Tensor x, Tensor w, Tensor b, Activation f, Tensor z, Tensor a) {
        String op = "forward";
        checkAffine(op, x, w, b, z);
        elementwise(op, a, z);
        apart(op, a, x);
        apart(op, a, w);
        apart(op, a, b);
        backend.submit(op, () -> raw.forward(x, w, b, f, z, a), x, w, b, z, a);
    }

    @Override
    public void forwardLayers(Tensor x, List<ForwardLayer> layers, boolean all) {
        String op = "forwardLayers";
        someLayers(op, layers);
        List<Tensor> read = new ArrayList<>(List.of(x));
        List<Tensor> written = new ArrayList<>();
        Tensor before = x;
        for (ForwardLayer layer : layers) {
            checkAffine(op, before, layer.weights(), layer.bias(), layer.z());
            elementwise(op, layer.a(), layer.z());
            before = layer.a();
            read.addAll(List.of(layer.weights(), layer.bias()));
            written.add(layer.z());
            if (!layer.a().coincides(layer.z())) {
                written.add(layer.a());
            }
        }
        separate(op, read, written);
        backend.submit(op, () -> raw.forwardLayers(x, layers, all), together(read, written));
    }

    @Override
    public void backwardLayers(Tensor delta, List<BackwardLayer> layers, double scale) {
        String op = "backwardLayers";
        someLayers(op, layers);
        List<Tensor> read = new ArrayList<>(List.of(delta));
        List<Tensor> written = new ArrayList<>();
        Tensor after = delta;
        for (BackwardLayer layer : layers) {
            checkInputGradient(op, after, layer.weightsAfter(), layer.delta(), "delta");
            checkChain(op, layer.activation(), layer.z(), layer.a(), layer.delta(), layer.delta());
            checkBiasGradient(op, layer.delta(), layer.biasGradient());
            after = layer.delta();
            read.addAll(List.of(layer.weightsAfter(), layer.z(), layer.a()));
            written.addAll(List.of(layer.delta(), layer.biasGradient()));
        }
        separate(op, read, written);
        backend.submit(op, () -> raw.backwardLayers(delta, layers, scale), together(read, written));
    }

    @Override
    public boolean joinsLayers() {
        return raw.joinsLayers();
    }

    private static void someLayers(String op, List<?> layers) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException(op + ": at least one layer is needed");
        }
    }

    /** Nothing that is written may share memory with anything else. */
    private static void separate(String op, List<Tensor> read, List<Tensor> written) {
        for (int i = 0; i < written.size(); i++) {
            Tensor into = written.get(i);
            read.forEach(operand -> apart(op, into, operand));
            written.subList(0, i).forEach(other -> apart(op, into, other));
        }
    }

    private static Tensor[] together(List<Tensor> read, List<Tensor> written) {
        return Stream.concat(read.stream(), written.stream()).toArray(Tensor[]::new);
    }

    @Override
    public void delta(
            Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta, double scale, Tensor biasGradient) {
        String op = "delta";
        checkChain(op, f, z, a, upstream, delta);
        checkBiasGradient(op, delta, biasGradient);
        apart(op, biasGradient, z);
        apart(op, biasGradient, a);
        apart(op, biasGradient, upstream);
        backend.submit(
                op,
                () -> raw.delta(f, z, a, upstream, delta, scale, biasGradient),
                z,
                a,
                upstream,
                delta,
                biasGradient);
    }

    private void checkBiasGradient(String op, Tensor delta, Tensor biasGradient) {
        floating(op, delta, biasGradient);
        matrix(op, delta);
        shape(op, biasGradient, "biasGradient", delta.shape().columns());
        apart(op, biasGradient, delta);
    }

    @Override
    public void weightGradient(Tensor delta, Tensor x, double scale, double beta, Tensor weightGradient) {
        String op = "weightGradient";
        checkWeightGradient(op, delta, x, weightGradient, "weightGradient");
        backend.submit(op, () -> raw.weightGradient(delta, x, scale, beta, weightGradient), delta, x, weightGradient);
    }

    private void checkWeightGradient(String op, Tensor delta, Tensor x, Tensor into, String role) {
        floating(op, delta, x, into);
        matrix(op, delta);
        matrix(op, x);
        require(delta.shape().rows() == x.shape().rows(), op, "delta and x must have as many rows", delta, x);
        shape(op, into, role, delta.shape().columns(), x.shape().columns());
        apart(op, into, delta);
        apart(op, into, x);
    }

    @Override
    public void inputGradient(Tensor delta, Tensor w, Tensor inputGradient) {
        String op = "inputGradient";
        checkInputGradient(op, delta, w, inputGradient, op);
        backend.submit(op, () -> raw.inputGradient(delta, w, inputGradient), delta, w, inputGradient);
    }

    private void checkInputGradient(String op, Tensor delta, Tensor w, Tensor into, String role) {
        floating(op, delta, w, into);
        matrix(op, delta);
        matrix(op, w);
        require(delta.shape().columns() == w.shape().rows(), op, "delta is [batch, out] and w is [out, in]", delta, w);
        shape(op, into, role, delta.shape().rows(), w.shape().columns());
        apart(op, into, delta);
        apart(op, into, w);
    }

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
        String op = "outputDelta";
        checkOutput(op, cost, f, z, a, y);
        checkCosts(op, costs, z, a, y);
        checkDelta(op, delta, z, a, y);
        checkBiasGradient(op, delta, biasGradient);
        apart(op, costs, delta);
        apart(op, costs, biasGradient);
        apart(op, biasGradient, z);
        apart(op, biasGradient, a);
        apart(op, biasGradient, y);
        position(op, position);
        tallyOf(op, tally);
        apartFromAll(op, tally, z, a, y, costs, delta, biasGradient);
        backend.submit(
                op,
                () -> raw.outputDelta(cost, f, z, a, y, costs, delta, scale, biasGradient, position, tally),
                z,
                a,
                y,
                costs,
                delta,
                biasGradient,
                position,
                tally);
    }

    @Override
    public void clip(Descent rule, Tensor gradients, Tensor norm, Tensor position) {
        String op = "clip";
        floating(op, gradients);
        single(op, norm);
        position(op, position);
        apart(op, norm, gradients);
        backend.submit(op, () -> raw.clip(rule, gradients, norm, position), gradients, norm, position);
    }

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
        String op = "descend";
        checkUpdate(op, rule, parameters, penalized, gradients, state, schedule, position, tally);
        single(op, norm);
        apartFromAll(op, norm, parameters, gradients, state, schedule, tally);
        backend.submit(
                op,
                () -> raw.descend(rule, parameters, penalized, gradients, norm, state, schedule, position, tally, rows),
                parameters,
                gradients,
                norm,
                state,
                schedule,
                position,
                tally);
    }

    @Override
    public int stepsAtOnce(WholeSteps steps) {
        checkSteps("stepsAtOnce", steps);
        return raw.stepsAtOnce(steps);
    }

    @Override
    public void takeSteps(WholeSteps steps, long examples) {
        String op = "takeSteps";
        checkSteps(op, steps);
        if (examples < 1) {
            throw new IllegalArgumentException(op + ": at least 1 example is needed to train on, not " + examples);
        }
        if (raw.stepsAtOnce(steps) == 1) {
            throw new UnsupportedOperationException(
                    op + ": " + backend.device()
                            + " takes no steps of such a network as a whole; ask stepsAtOnce first, and make them of the other operations");
        }
        backend.submit(op, () -> raw.takeSteps(steps, examples), tensorsOf(steps));
    }

    private void checkSteps(String op, WholeSteps steps) {
        if (steps.layers().isEmpty() || steps.batch() < 1) {
            throw new IllegalArgumentException(
                    op + ": at least one layer and a batch of at least one example are needed; here: "
                            + steps.layers().size() + " layers and a batch of " + steps.batch());
        }
        if (!steps.rule().isPlain()) {
            throw new IllegalArgumentException(
                    op + ": steps are taken as a whole by plain gradient descent alone, not by " + steps.rule()
                            + "; make them of the other operations");
        }
        checkLayers(op, steps);
        checkData(op, steps);
        scheduleOf(op, steps.schedule());
        position(op, steps.position());
        tallyOf(op, steps.tally());
        List<Tensor> read = List.of(steps.inputs(), steps.targets(), steps.order(), steps.schedule());
        List<Tensor> written = new ArrayList<>(List.of(steps.position(), steps.tally()));
        for (WholeSteps.Layer layer : steps.layers()) {
            written.add(layer.weights());
            written.add(layer.bias());
        }
        separate(op, read, written);
    }

    private void checkLayers(String op, WholeSteps steps) {
        floating(op, steps.inputs());
        matrix(op, steps.inputs());
        long width = steps.inputs().shape().columns();
        for (WholeSteps.Layer layer : steps.layers()) {
            floating(op, steps.inputs(), layer.weights(), layer.bias());
            vector(op, layer.bias());
            shape(op, layer.weights(), "a layer's weights", layer.bias().size(), width);
            width = layer.bias().size();
        }
        steps.cost().requireOutput(steps.output().activation());
    }

    private void checkData(String op, WholeSteps steps) {
        Tensor targets = steps.targets();
        open(op, targets);
        long examples = steps.inputs().shape().rows();
        if (targets.type().isFloating()) {
            floating(op, steps.inputs(), targets);
            shape(op, targets, "the targets", examples, steps.output().bias().size());
        } else {
            require(targets.type() == DType.INT64, op, "labels must be int64 [examples]", targets);
            shape(op, targets, "the labels", examples);
        }
        checkOrder(op, steps.inputs(), steps.order(), steps.position());
    }

    private static Tensor[] tensorsOf(WholeSteps steps) {
        List<Tensor> all = new ArrayList<>(List.of(
                steps.inputs(), steps.targets(), steps.order(), steps.schedule(), steps.position(), steps.tally()));
        for (WholeSteps.Layer layer : steps.layers()) {
            all.add(layer.weights());
            all.add(layer.bias());
        }
        return all.toArray(Tensor[]::new);
    }

    // ---- checks -----------------------------------------------------------------------------------------------------

    private void open(String op, Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (tensor.backend() != backend) {
                throw new IllegalArgumentException(op + ": " + tensor + " lives on "
                        + tensor.backend().device() + ", but the operation is on " + backend.device()
                        + "; copy it over: tensor.copyTo(other)");
            }
            tensor.block().requireOpen(op);
        }
    }

    private void floating(String op, Tensor... tensors) {
        open(op, tensors);
        DType type = tensors[0].type();
        for (Tensor tensor : tensors) {
            require(tensor.type().isFloating(), op, "the elements must be float32 or float64", tensor);
            require(
                    tensor.type() == type,
                    op,
                    "all tensors must be of one type; make both float32 or both float64",
                    tensors[0],
                    tensor);
        }
    }

    private void elementwise(String op, Tensor into, Tensor... operands) {
        for (Tensor operand : operands) {
            floating(op, into, operand);
            sameShape(op, operand, into);
            wholeOrApart(op, into, operand);
        }
    }

    private static void matrix(String op, Tensor x) {
        require(x.shape().rank() == 2, op, "a matrix [rows, columns] is needed", x);
    }

    private static void vector(String op, Tensor x) {
        require(x.shape().rank() == 1, op, "a vector [n] is needed", x);
    }

    private static void rowsFor(String op, Activation f, Tensor z) {
        require(f.elementwise() || z.shape().rank() == 2, op, f.name() + " acts on the rows of a matrix", z);
    }

    private static void sameShape(String op, Tensor a, Tensor b) {
        require(a.shape().equals(b.shape()), op, "the shapes must be equal", a, b);
    }

    private static void shape(String op, Tensor x, String role, long... dimensions) {
        boolean fits = x.shape().rank() == dimensions.length;
        for (int i = 0; fits && i < dimensions.length; i++) {
            fits = x.shape().dimension(i) == dimensions[i];
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    op + ": " + role + " must have the shape " + Shape.of(dimensions) + ", but is " + x);
        }
    }

    private void single(String op, Tensor x) {
        open(op, x);
        require(x.type() == DType.FLOAT64 && x.size() == 1, op, "a float64 tensor of one element is needed", x);
    }

    private void position(String op, Tensor x) {
        open(op, x);
        require(x.type() == DType.INT64 && x.size() == POSITION, op, "a position is an int64 tensor [6]", x);
    }

    private void scheduleOf(String op, Tensor x) {
        open(op, x);
        require(
                x.type() == DType.FLOAT64
                        && x.shape().rank() == 2
                        && x.shape().rows() > 0
                        && x.shape().columns() == Optimizer.COLUMNS,
                op,
                "the schedule must be float64 [steps, " + Optimizer.COLUMNS + "] with at least one step",
                x);
    }

    private void tallyOf(String op, Tensor x) {
        open(op, x);
        require(x.type() == DType.FLOAT64 && x.size() == TALLY, op, "a tally is a float64 tensor [3]", x);
    }

    private static void positive(String op, String what, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(op + ": the " + what + " must be positive, but is " + value);
        }
    }

    private static void apart(String op, Tensor into, Tensor operand) {
        require(!into.overlaps(operand), op, "the destination must not share memory with this operand", into, operand);
    }

    private static void apartFromAll(String op, Tensor into, Tensor... others) {
        for (Tensor other : others) {
            apart(op, into, other);
        }
    }

    private static void wholeOrApart(String op, Tensor into, Tensor operand) {
        require(
                into.coincides(operand) || !into.overlaps(operand),
                op,
                "the destination must be an operand as a whole, or share no memory with it",
                into,
                operand);
    }

    private static String oriented(Tensor x, Transpose transpose) {
        return x + (transpose == Transpose.YES ? " transposed" : "");
    }

    private static void require(boolean holds, String op, String what, Tensor... tensors) {
        if (!holds) {
            StringBuilder message =
                    new StringBuilder(op).append(": ").append(what).append("; here: ");
            for (int i = 0; i < tensors.length; i++) {
                message.append(i == 0 ? "" : " and ").append(tensors[i]);
            }
            throw new IllegalArgumentException(message.toString());
        }
    }
}
