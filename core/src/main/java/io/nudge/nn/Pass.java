package io.nudge.nn;

import io.nudge.math.RandomStream;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch's way through a network and back: all tensors of a forward and a backward pass, made once and used for batch
 * after batch. Write {@link #input()} and {@link #target()}, call {@link #forward()} and {@link #backward()}, then read
 * what is wanted.
 *
 * <p>δ and ∂C/∂a are those of each example's C₀; ∂C/∂W and ∂C/∂b are averaged over the batch.
 *
 * <p>One thread at a time. A pass owns its tensors, whatever scope is open.
 */
public final class Pass implements AutoCloseable {
    /** What a pass is for. */
    private enum Kind {
        /** Forward only. */
        INFERENCE,
        /** Forward and backward; δ takes the place of ∂C/∂a. */
        TRAINING,
        /** Forward and backward, every quantity kept, ∂C/∂a of the input too. */
        INSPECTION
    }

    private final Network network;
    private final Architecture architecture;
    private final Kind kind;
    private final long dropoutSeed;
    private final int batch;
    private final List<Tensor> owned;

    private final List<Tensor> weightedSums = new ArrayList<>();
    private final List<Tensor> activations = new ArrayList<>();
    private final List<Tensor> dropped = new ArrayList<>();
    private final List<Tensor> deltas = new ArrayList<>();
    private final List<Tensor> activationGradients = new ArrayList<>();
    private final Tensor target;
    private final Tensor costs;
    private final Tensor gradients;
    private final List<Tensor> weightGradients;
    private final List<Tensor> biasGradients;
    private final Tensor position;
    private final Tensor tally;
    private boolean dropping;

    private Pass(Network network, int batch, Kind kind, long dropoutSeed) {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch must have at least 1 example, but has " + batch);
        }
        this.network = network;
        this.architecture = network.architecture();
        this.kind = kind;
        this.dropoutSeed = dropoutSeed;
        this.batch = batch;
        this.owned = new ArrayList<>();
        boolean made = false;
        try {
            makeLayers();
            target = matrix("targets", architecture.outputs());
            costs = own("costs", Shape.of(batch), network.type());
            position = own("position", Shape.of(Operations.POSITION), DType.INT64);
            tally = own("tally", Shape.of(Operations.TALLY), DType.FLOAT64);
            gradients = kind == Kind.INFERENCE
                    ? null
                    : own("gradients", Shape.of(architecture.parameterCount()), network.type());
            weightGradients = gradients == null ? List.of() : Network.weightViews(architecture, gradients);
            biasGradients = gradients == null ? List.of() : Network.biasViews(architecture, gradients);
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    /** The same pass on the first rows of its batch. */
    private Pass(Pass whole, int rows) {
        network = whole.network;
        architecture = whole.architecture;
        kind = whole.kind;
        dropoutSeed = whole.dropoutSeed;
        batch = rows;
        owned = List.of();
        firstRows(whole.weightedSums, weightedSums, rows);
        firstRows(whole.activations, activations, rows);
        firstRows(whole.dropped, dropped, rows);
        firstRows(whole.deltas, deltas, rows);
        firstRows(whole.activationGradients, activationGradients, rows);
        target = whole.target.rows(0, rows);
        costs = whole.costs.rows(0, rows);
        gradients = whole.gradients;
        weightGradients = whole.weightGradients;
        biasGradients = whole.biasGradients;
        position = whole.position;
        tally = whole.tally;
    }

    private static void firstRows(List<Tensor> whole, List<Tensor> part, int rows) {
        for (Tensor tensor : whole) {
            part.add(tensor == null ? null : tensor.rows(0, rows));
        }
    }

    /**
     * A pass that goes forward only.
     *
     * @param network the network
     * @param batch examples in a batch; at least 1
     * @return the pass, to be closed by the caller
     */
    public static Pass inference(Network network, int batch) {
        return new Pass(network, batch, Kind.INFERENCE, 0);
    }

    /**
     * A pass for training, forward with dropout and backward. It keeps no more than training needs.
     *
     * @param network the network
     * @param batch examples in a batch; at least 1
     * @param dropoutSeed the run's seed, for dropout
     * @return the pass, to be closed by the caller
     */
    public static Pass training(Network network, int batch, long dropoutSeed) {
        return new Pass(network, batch, Kind.TRAINING, dropoutSeed);
    }

    /**
     * A pass that keeps every quantity of the way forward and back, to be looked at. {@link #forward()} goes without
     * dropout.
     *
     * @param network the network
     * @param batch examples in a batch; at least 1
     * @return the pass, to be closed by the caller
     */
    public static Pass inspection(Network network, int batch) {
        return new Pass(network, batch, Kind.INSPECTION, 0);
    }

    private void makeLayers() {
        int depth = architecture.depth();
        boolean back = kind != Kind.INFERENCE;
        weightedSums.add(null);
        activations.add(matrix("a of layer 0", architecture.inputs()));
        dropped.add(null);
        deltas.add(null);
        activationGradients.add(kind == Kind.INSPECTION ? matrix("∂C/∂a of layer 0", architecture.inputs()) : null);
        for (int l = 1; l <= depth; l++) {
            int neurons = architecture.neurons(l);
            Tensor z = matrix("z of layer " + l, neurons);
            weightedSums.add(z);
            activations.add(back || l == depth ? matrix("a of layer " + l, neurons) : z);
            boolean drops = kind == Kind.TRAINING && architecture.layer(l).dropout() > 0;
            dropped.add(drops ? matrix("kept a of layer " + l, neurons) : null);
            Tensor delta = back ? matrix("δ of layer " + l, neurons) : null;
            deltas.add(delta);
            boolean apart = kind == Kind.INSPECTION;
            activationGradients.add(apart ? matrix("∂C/∂a of layer " + l, neurons) : delta);
        }
    }

    private Tensor matrix(String name, int columns) {
        return own(name, Shape.of(batch, columns), network.type());
    }

    private Tensor own(String name, Shape shape, DType type) {
        Tensor tensor =
                Scope.unscoped(() -> network.backend().zeros(shape, type)).named(name);
        owned.add(tensor);
        return tensor;
    }

    /**
     * The same pass for a smaller batch, such as the last of an epoch: its tensors are the first rows of this one's, the
     * gradients, the position and the tally are the same.
     *
     * @param rows examples; 1 to {@link #batch()}
     * @return a pass that owns nothing and ends with this one
     */
    public Pass first(int rows) {
        if (rows < 1 || rows > batch) {
            throw new IllegalArgumentException("this pass holds 1 to " + batch + " examples, not " + rows);
        }
        return rows == batch ? this : new Pass(this, rows);
    }

    /** Carries the input forward through every layer, without dropout. */
    public void forward() {
        forward(false);
    }

    /** Carries the input forward through every layer, with the dropout of the position's step. */
    public void forwardWithDropout() {
        forward(true);
    }

    private void forward(boolean withDropout) {
        dropping = withDropout;
        Operations operations = network.backend().operations();
        for (int l = 1; l <= architecture.depth(); l++) {
            Tensor x = passedOn(l - 1);
            operations.forward(
                    x,
                    network.weights(l),
                    network.bias(l),
                    architecture.layer(l).activation(),
                    weightedSums.get(l),
                    activation(l));
            if (drops(l)) {
                drop(l, activation(l), dropped.get(l));
            }
        }
    }

    /** What layer l passes on: its activations, or those that dropout keeps. */
    private Tensor passedOn(int l) {
        return drops(l) ? dropped.get(l) : activation(l);
    }

    /** Whether the last way forward dropped some of the layer's activations; the way back then drops the same. */
    private boolean drops(int l) {
        return dropping && dropped.get(l) != null;
    }

    private void drop(int l, Tensor x, Tensor into) {
        long stream = RandomStream.streamId(RandomStream.Use.DROPOUT, l);
        network.backend().operations().dropout(architecture.layer(l).dropout(), dropoutSeed, stream, position, x, into);
    }

    /**
     * Writes C₀ of every example into {@link #costs()} and adds the batch to the {@link #tally()}, without going back.
     */
    public void score() {
        Operations operations = network.backend().operations();
        int last = architecture.depth();
        operations.costs(
                architecture.cost(), architecture.outputActivation(), weightedSum(last), output(), target, costs);
        operations.tally(costs, output(), target, position, tally);
    }

    /**
     * Carries the cost back through every layer by the chain rule: C₀ and the tally, δ, ∂C/∂W, ∂C/∂b. Call it after a
     * forward pass; what that dropped is dropped on the way back.
     */
    public void backward() {
        Operations operations = network.backend().operations();
        double scale = 1.0 / batch;
        int last = architecture.depth();
        if (kind == Kind.INSPECTION) {
            outputGradient();
        }
        operations.outputDelta(
                architecture.cost(),
                architecture.outputActivation(),
                weightedSum(last),
                output(),
                target,
                costs,
                delta(last),
                scale,
                biasGradient(last),
                position,
                tally);
        operations.weightGradient(delta(last), passedOn(last - 1), scale, 0, weightGradient(last));
        for (int l = last - 1; l >= 1; l--) {
            Tensor upstream = activationGradients.get(l);
            operations.inputGradient(delta(l + 1), network.weights(l + 1), upstream);
            if (drops(l)) {
                drop(l, upstream, upstream);
            }
            operations.delta(
                    architecture.layer(l).activation(),
                    weightedSum(l),
                    activation(l),
                    upstream,
                    delta(l),
                    scale,
                    biasGradient(l));
            operations.weightGradient(delta(l), passedOn(l - 1), scale, 0, weightGradient(l));
        }
        if (kind == Kind.INSPECTION) {
            operations.inputGradient(delta(1), network.weights(1), activationGradients.get(0));
        }
    }

    /** ∂C₀/∂a of the output layer, which training never needs by itself. */
    private void outputGradient() {
        int last = architecture.depth();
        network.backend()
                .operations()
                .costGradient(architecture.cost(), output(), target, activationGradients.get(last));
    }

    /**
     * The network that this pass goes through.
     *
     * @return the network
     */
    public Network network() {
        return network;
    }

    /**
     * The number of examples.
     *
     * @return rows of every matrix of this pass
     */
    public int batch() {
        return batch;
    }

    /**
     * a⁽⁰⁾, to be written.
     *
     * @return the tensor [batch, inputs]
     */
    public Tensor input() {
        return activations.get(0);
    }

    /**
     * y, to be written.
     *
     * @return the tensor [batch, outputs]
     */
    public Tensor target() {
        return target;
    }

    /**
     * a⁽ᴸ⁾.
     *
     * @return the tensor [batch, outputs]
     */
    public Tensor output() {
        return activation(architecture.depth());
    }

    /**
     * z of a layer. An inference pass keeps that of the output layer only.
     *
     * @param l 1 to L
     * @return the tensor [batch, neurons of l]
     */
    public Tensor weightedSum(int l) {
        architecture.layer(l);
        if (kind == Kind.INFERENCE && l < architecture.depth()) {
            throw new IllegalStateException(
                    "an inference pass keeps no z of hidden layers; make it with Pass.training or Pass.inspection");
        }
        return weightedSums.get(l);
    }

    /**
     * a of a layer.
     *
     * @param l 0 (the input) to L
     * @return the tensor [batch, neurons of l]
     */
    public Tensor activation(int l) {
        architecture.neurons(l);
        return activations.get(l);
    }

    /**
     * δ of a layer: ∂C₀/∂z, for each example.
     *
     * @param l 1 to L
     * @return the tensor [batch, neurons of l]
     */
    public Tensor delta(int l) {
        requireBackward();
        architecture.layer(l);
        return deltas.get(l);
    }

    /**
     * ∂C₀/∂a of a layer, for each example, summed over every path to the cost. Only in an inspection pass.
     *
     * @param l 0 (the input) to L
     * @return the tensor [batch, neurons of l]
     */
    public Tensor activationGradient(int l) {
        if (kind != Kind.INSPECTION) {
            throw new IllegalStateException("only an inspection pass keeps ∂C/∂a; make it with Pass.inspection");
        }
        architecture.neurons(l);
        return activationGradients.get(l);
    }

    /**
     * ∂C/∂W of a layer, the mean over the batch.
     *
     * @param l 1 to L
     * @return the tensor [out, in]
     */
    public Tensor weightGradient(int l) {
        requireBackward();
        architecture.layer(l);
        return weightGradients.get(l - 1);
    }

    /**
     * ∂C/∂b of a layer, the mean over the batch.
     *
     * @param l 1 to L
     * @return the tensor [out]
     */
    public Tensor biasGradient(int l) {
        requireBackward();
        architecture.layer(l);
        return biasGradients.get(l - 1);
    }

    /**
     * The gradient of all parameters, in their order.
     *
     * @return the tensor [p]
     */
    public Tensor gradients() {
        requireBackward();
        return gradients;
    }

    /**
     * C₀ of each example.
     *
     * @return the tensor [batch]
     */
    public Tensor costs() {
        return costs;
    }

    /**
     * Where in an epoch this pass is; see {@link Operations}.
     *
     * @return the tensor int64 [6]
     */
    public Tensor position() {
        return position;
    }

    /**
     * Cost and right answers added up over batches; see {@link Operations}. It is never reset by a pass.
     *
     * @return the tensor float64 [3]
     */
    public Tensor tally() {
        return tally;
    }

    private void requireBackward() {
        if (kind == Kind.INFERENCE) {
            throw new IllegalStateException(
                    "an inference pass goes forward only; make it with Pass.training or Pass.inspection");
        }
    }

    /** Gives all memory of the pass back. */
    @Override
    public void close() {
        owned.forEach(Tensor::close);
    }
}
