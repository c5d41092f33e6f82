package io.nudge.nn;

import io.nudge.math.Descent;
import io.nudge.math.RandomStream;
import io.nudge.tensor.BackwardLayer;
import io.nudge.tensor.DType;
import io.nudge.tensor.ForwardLayer;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
    private final Step step;
    private final Tensor gradients;
    private final List<Tensor> weightGradients;
    private final List<Tensor> biasGradients;
    private final Tensor position;
    private final Tensor report;
    private final Tensor tally;
    private final Tensor squares;

    /** All layers, for a way forward without dropout. */
    private final List<ForwardLayer> forwardLayers = new ArrayList<>();

    /** The layers before the last, from that on; none where ∂C/∂a is kept beside δ. */
    private final List<BackwardLayer> backwardLayers = new ArrayList<>();

    private boolean dropping;

    /**
     * How parameters move.
     *
     * @param factors of the products by which weights move on the way back; null where they move by gradients, after it
     */
    private record Step(Descent rule, Tensor schedule, Tensor factors) {}

    private Pass(Network network, int batch, Kind kind, long dropoutSeed) {
        this(network, batch, kind, dropoutSeed, null, null);
    }

    private Pass(Network network, int batch, Kind kind, long dropoutSeed, Descent rule, Tensor schedule) {
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
            report = own("report", Shape.of(Operations.TALLY + 1), DType.FLOAT64);
            tally = report.view(0, Shape.of(Operations.TALLY)).named("tally");
            squares = report.view(Operations.TALLY, Shape.of(1)).named("sum of squares");
            step = rule == null ? null : new Step(rule, schedule, factors(rule));
            boolean whole = !movesWeights();
            gradients = kind == Kind.INFERENCE
                    ? null
                    : own("gradients", Shape.of(whole ? architecture.parameterCount() : biases()), network.type());
            weightGradients = whole && gradients != null ? Network.weightViews(architecture, gradients) : List.of();
            biasGradients = gradients == null
                    ? List.of()
                    : Network.biasViews(architecture, gradients, gradients.size() - biases());
            describeLayers();
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    private Tensor factors(Descent rule) {
        boolean byProducts = rule.isPlain() && network.backend().operations().stepsWeights();
        return byProducts ? own("factors of a step", Shape.of(2), network.type()) : null;
    }

    /** Whether weights move on the way back, each by the product that is its gradient, which is stored nowhere. */
    private boolean movesWeights() {
        return step != null && step.factors != null;
    }

    private long biases() {
        return architecture.parameterCount() - architecture.weightCount();
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
        step = whole.step;
        gradients = whole.gradients;
        weightGradients = whole.weightGradients;
        biasGradients = whole.biasGradients;
        position = whole.position;
        report = whole.report;
        tally = whole.tally;
        squares = whole.squares;
        describeLayers();
    }

    private void describeLayers() {
        int depth = architecture.depth();
        for (int l = 1; l <= depth; l++) {
            forwardLayers.add(new ForwardLayer(
                    network.weights(l),
                    network.bias(l),
                    architecture.layer(l).activation(),
                    weightedSums.get(l),
                    activations.get(l)));
        }
        for (int l = depth - 1; l >= 1 && kind == Kind.TRAINING; l--) {
            backwardLayers.add(new BackwardLayer(
                    network.weights(l + 1),
                    architecture.layer(l).activation(),
                    weightedSums.get(l),
                    activations.get(l),
                    deltas.get(l),
                    biasGradients.get(l - 1)));
        }
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
     * A pass for training that moves the parameters too, by {@link #descend}. Where the rule is {@linkplain Descent#isPlain()
     * plain} and the backend {@linkplain Operations#stepsWeights() prefers it}, {@link #backward()} moves the weights already: as
     * soon as δ has gone on to the layer before, each by the product that is its gradient, which is stored nowhere. Then {@link
     * #gradients()} are those of the biases.
     *
     * @param network the network
     * @param batch examples in a batch; at least 1
     * @param dropoutSeed the run's seed, for dropout
     * @param rule how to move
     * @param schedule float64 [steps, {@link io.nudge.math.Optimizer#COLUMNS}], to stay open as long as this pass
     * @return the pass, to be closed by the caller
     */
    public static Pass descent(Network network, int batch, long dropoutSeed, Descent rule, Tensor schedule) {
        return new Pass(network, batch, Kind.TRAINING, dropoutSeed, rule, schedule);
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
        if (operations.joinsLayers() && !dropsNow()) {
            operations.forwardLayers(input(), forwardLayers, kind != Kind.INFERENCE);
            return;
        }
        for (int l = 1; l <= architecture.depth(); l++) {
            Tensor x = passedOn(l - 1);
            operations.forward(
                    x,
                    network.weights(l),
                    network.bias(l),
                    architecture.layer(l).activation(),
                    weightedSums.get(l),
                    activations.get(l));
            if (drops(l)) {
                drop(l, activations.get(l), dropped.get(l));
            }
        }
    }

    /** What layer l passes on: its activations, or those that dropout keeps. */
    private Tensor passedOn(int l) {
        return drops(l) ? dropped.get(l) : activations.get(l);
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
     * forward pass; what that dropped is dropped on the way back. In a pass of {@link #descent} weights may move instead of
     * giving ∂C/∂W.
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
        if (movesWeights()) {
            operations.stepFactors(scale, step.rule.l2(), step.schedule, position, tally, step.factors);
        }
        if (operations.joinsLayers() && !backwardLayers.isEmpty() && !dropsNow()) {
            operations.backwardLayers(delta(last), backwardLayers, scale);
            for (int l = last; l >= 1; l--) {
                useDelta(l, scale);
            }
            return;
        }
        for (int l = last - 1; l >= 1; l--) {
            Tensor upstream = activationGradients.get(l);
            operations.inputGradient(delta(l + 1), network.weights(l + 1), upstream);
            useDelta(l + 1, scale);
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
        }
        if (kind == Kind.INSPECTION) {
            operations.inputGradient(delta(1), network.weights(1), activationGradients.get(0));
        }
        useDelta(1, scale);
    }

    /** ∂C/∂W of a layer, or its weights moved by it, which then nothing needs as they were. */
    private void useDelta(int l, double scale) {
        Operations operations = network.backend().operations();
        if (movesWeights()) {
            operations.stepWeights(delta(l), passedOn(l - 1), step.factors, network.weights(l));
        } else {
            operations.weightGradient(delta(l), passedOn(l - 1), scale, 0, weightGradient(l));
        }
    }

    /**
     * How many steps {@link #train} had better be asked to take in one recording: 1 where each is made of many operations, more
     * where the backend takes several as one.
     *
     * @param inputs as for {@link #train}
     * @param targets as for {@link #train}
     * @param order as for {@link #train}
     * @return at least 1
     */
    public int stepsAtOnce(Tensor inputs, Tensor targets, Tensor order) {
        if (kind != Kind.TRAINING || step == null || !step.rule.isPlain() || dropsSome()) {
            return 1;
        }
        return network.backend().operations().stepsAtOnce(wholeSteps(inputs, targets, order));
    }

    private boolean dropsSome() {
        return dropped.stream().anyMatch(Objects::nonNull);
    }

    private boolean dropsNow() {
        return dropping && dropsSome();
    }

    private WholeSteps wholeSteps(Tensor inputs, Tensor targets, Tensor order) {
        List<WholeSteps.Layer> layers = new ArrayList<>();
        for (int l = 1; l <= architecture.depth(); l++) {
            layers.add(new WholeSteps.Layer(
                    network.weights(l), network.bias(l), architecture.layer(l).activation()));
        }
        return new WholeSteps(
                layers, architecture.cost(), step.rule, inputs, targets, order, step.schedule, position, tally, batch);
    }

    /**
     * Trains on the next examples of an order, step by step: a batch is gathered, goes forward with dropout and back, and the
     * parameters move. More than one batch is left to the backend as a whole where it {@linkplain #stepsAtOnce allows for it}; sums
     * may then be in another order.
     *
     * @param inputs [examples, n]
     * @param targets [examples, outputs], or labels, int64 [examples]
     * @param order int64 [any]: row numbers; read from the position's row on
     * @param state of the optimizer: [slots · p], slot by slot
     * @param examples how many to train on; the last step takes what is left
     */
    public void train(Tensor inputs, Tensor targets, Tensor order, Tensor state, long examples) {
        requireDescent();
        if (examples > batch && stepsAtOnce(inputs, targets, order) > 1) {
            network.backend().operations().takeSteps(wholeSteps(inputs, targets, order), examples);
            return;
        }
        for (long done = 0; done < examples; done += batch) {
            Pass part = first((int) Math.min(batch, examples - done));
            network.backend().operations().gatherBatch(inputs, targets, order, position, part.input(), part.target());
            part.forwardWithDropout();
            part.backward();
            part.descend(state);
        }
    }

    private void requireDescent() {
        if (step == null) {
            throw new IllegalStateException("this pass does not know how to move; make it with Pass.descent");
        }
    }

    /**
     * Ends a step of descent, after a way back: the parameters that have not moved yet do, and the position moves on.
     *
     * @param state of the optimizer: [slots · p], slot by slot
     */
    public void descend(Tensor state) {
        requireDescent();
        network.backend()
                .operations()
                .descend(
                        step.rule,
                        movesWeights() ? network.biases() : network.parameters(),
                        movesWeights() ? 0 : architecture.weightCount(),
                        gradients,
                        squares,
                        state,
                        step.schedule,
                        position,
                        tally,
                        batch);
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
     * a of a layer. An inference pass keeps that of the output layer only.
     *
     * @param l 0 (the input) to L
     * @return the tensor [batch, neurons of l]
     */
    public Tensor activation(int l) {
        architecture.neurons(l);
        if (kind == Kind.INFERENCE && l > 0 && l < architecture.depth()) {
            throw new IllegalStateException(
                    "an inference pass keeps no a of hidden layers; make it with Pass.training or Pass.inspection");
        }
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
     * ∂C/∂W of a layer, the mean over the batch. A pass that moves weights on the way back has none.
     *
     * @param l 1 to L
     * @return the tensor [out, in]
     */
    public Tensor weightGradient(int l) {
        requireBackward();
        if (movesWeights()) {
            throw new IllegalStateException(
                    "this pass of descent moves weights without storing ∂C/∂W; make it with Pass.training");
        }
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
     * The gradient of all parameters, in their order; in a pass of descent, of all biases.
     *
     * @return the tensor [p], or [biases]
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

    /**
     * Room for the sum of squares of whatever is looked at: gradients, where they are clipped by their norm, or parameters.
     *
     * @return the tensor float64 [1]
     */
    public Tensor squares() {
        return squares;
    }

    /**
     * The {@link #tally()} and behind it the {@link #squares()}, so that one small copy brings back both.
     *
     * @return the tensor float64 [4]
     */
    public Tensor report() {
        return report;
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
