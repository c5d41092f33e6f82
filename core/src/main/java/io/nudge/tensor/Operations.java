package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import java.util.List;

/**
 * The mathematics of a backend: destination-passing operations, few, and named after what they compute. A backend writes
 * the primitives; every composite has a default in terms of them and is overridden only for speed.
 *
 * <p>{@link Backend#operations()} gives an instance that checks every argument before any work is done (open, same
 * backend, same type, shapes that fit, no forbidden overlap), keeps the order of calls over threads, and records. What a
 * backend implements is called behind those checks and makes none.
 *
 * <p>Unless said otherwise all tensors of a call are of one floating type, and a destination may be one of the operands
 * (the same elements), but may not overlap one in part. Matrices are row-major, the batch is the first dimension.
 *
 * <p>Each result is within the bound that its operation allows of the float64 reference: a sum of n terms may err by
 * about n·u·Σ|terms|, an elementwise function by a few units in the last place. Reductions run in a fixed order.
 */
public interface Operations {
    /** In a position tensor: how many examples of the epoch's order have been used. */
    int ROW = 0;

    /** In a position tensor: the row of the schedule that the next step uses. */
    int STEP = 1;

    /** In a position tensor: steps of the whole run so far. */
    int TOTAL = 2;

    /** In a position tensor: k, where the loss scale is 2ᵏ (see {@link io.nudge.math.LossScale}). */
    int SCALE = 3;

    /** In a position tensor: steps since the loss scale last changed. */
    int GOOD = 4;

    /** In a position tensor: 1 if the gradients of this step are not finite, so that it moves nothing. */
    int SKIP = 5;

    /** The length of a position tensor, int64. */
    int POSITION = 6;

    /** In a tally tensor: Σ C₀ over the examples seen. */
    int COST = 0;

    /** In a tally tensor: how many examples were answered right. */
    int CORRECT = 1;

    /** In a tally tensor: 1 + the number of the step whose cost was the first not finite; 0 while all are. */
    int FAULT = 2;

    /** The length of a tally tensor, float64. */
    int TALLY = 3;

    // ---- primitives -------------------------------------------------------------------------------------------------

    /**
     * Sets every element.
     *
     * @param x any floating tensor
     * @param value the value
     */
    void fill(Tensor x, double value);

    /**
     * Copies elements, as many as there are, whatever the shapes.
     *
     * @param from any type
     * @param to the same type and size
     */
    void copy(Tensor from, Tensor to);

    /**
     * into = a + b, element by element.
     *
     * @param a any shape
     * @param b the same shape
     * @param into the same shape
     */
    void add(Tensor a, Tensor b, Tensor into);

    /**
     * into = a − b, element by element.
     *
     * @param a any shape
     * @param b the same shape
     * @param into the same shape
     */
    void subtract(Tensor a, Tensor b, Tensor into);

    /**
     * into = a ⊙ b, element by element.
     *
     * @param a any shape
     * @param b the same shape
     * @param into the same shape
     */
    void hadamard(Tensor a, Tensor b, Tensor into);

    /**
     * into = alpha x.
     *
     * @param alpha a number, rounded to the type once
     * @param x any shape
     * @param into the same shape
     */
    void scale(double alpha, Tensor x, Tensor into);

    /**
     * y = y + alpha x.
     *
     * @param alpha a number, rounded to the type once
     * @param x any shape
     * @param y the same shape; read and written
     */
    void addScaled(double alpha, Tensor x, Tensor y);

    /**
     * into_ij = x_ij + row_j.
     *
     * @param x [m, n]
     * @param row [n]
     * @param into [m, n]; may be x, not row
     */
    void addRow(Tensor x, Tensor row, Tensor into);

    /**
     * into_j = scale Σ_i x_ij + beta into_j: the sum over the batch. Where beta is 0, what was in {@code into} does not
     * count, not even NaN.
     *
     * @param x [m, n]
     * @param scale factor on the sum
     * @param beta factor on what was there
     * @param into [n]; not x
     */
    void sumRows(Tensor x, double scale, double beta, Tensor into);

    /**
     * into = Σ x², over all elements, in float64.
     *
     * @param x any shape
     * @param into float64, one element
     */
    void sumSquares(Tensor x, Tensor into);

    /**
     * into = x limited to [−limit, limit]; NaN stays.
     *
     * @param x any shape
     * @param limit positive
     * @param into the same shape
     */
    void clamp(Tensor x, double limit, Tensor into);

    /**
     * x = x · min(1, limit / √sumSquares): clipping by global norm (Pascanu, Mikolov and Bengio, 2013).
     *
     * @param x any shape
     * @param limit the largest norm; positive
     * @param sumSquares float64, one element: Σ x²
     */
    void rescale(Tensor x, double limit, Tensor sumSquares);

    /**
     * into_ji = x_ij.
     *
     * @param x [m, n]
     * @param into [n, m]; not x
     */
    void transpose(Tensor x, Tensor into);

    /**
     * c = alpha op(a) op(b) + beta c. Where beta is 0, what was in c does not count, not even NaN.
     *
     * @param alpha factor on the product
     * @param a [m, k], or [k, m] if transposed
     * @param ta whether a is transposed
     * @param b [k, n], or [n, k] if transposed
     * @param tb whether b is transposed
     * @param beta factor on what was in c
     * @param c [m, n]; shares no memory with a or b
     */
    void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c);

    /**
     * a = σ(z).
     *
     * @param f σ; softmax acts on the rows of a matrix
     * @param z any shape
     * @param a the same shape
     */
    void activate(Activation f, Tensor z, Tensor a);

    /**
     * into = σ′(z).
     *
     * @param f σ; elementwise
     * @param z any shape
     * @param into the same shape
     */
    void activatePrime(Activation f, Tensor z, Tensor into);

    /**
     * δ = (∂a/∂z)ᵀ ∂C/∂a; for an elementwise σ that is upstream ⊙ σ′(z).
     *
     * @param f σ
     * @param z weighted sums
     * @param a σ(z), for backends that get σ′ from it
     * @param upstream ∂C/∂a
     * @param delta receives δ; may be upstream, not z or a
     */
    void chain(Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta);

    /**
     * C₀ of every example.
     *
     * @param cost the cost
     * @param f the activation of the output layer
     * @param z [batch, outputs]
     * @param a [batch, outputs]: σ(z)
     * @param y [batch, outputs]: targets
     * @param costs [batch]
     */
    void costs(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs);

    /**
     * δ = ∂C₀/∂z of the output layer, for every example.
     *
     * @param cost the cost
     * @param f the activation of the output layer
     * @param z [batch, outputs]
     * @param a [batch, outputs]: σ(z)
     * @param y [batch, outputs]: targets
     * @param delta [batch, outputs]; none of the others
     */
    void costDelta(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta);

    /**
     * Adds a batch to a tally: its Σ C₀, summed in float64, and how many answers are right. An answer is right if the
     * largest output (the first of equals) is where the largest target is; with a single output, if output and target
     * are on the same side of ½. If Σ C₀ is not finite, or the tally already holds a fault, nothing is added, and the
     * step's number is noted as the fault unless one is.
     *
     * @param costs [batch]: C₀
     * @param a [batch, outputs]
     * @param y [batch, outputs]
     * @param position int64 [6]
     * @param tally float64 [3]
     */
    void tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally);

    /**
     * One step of the optimizer over all parameters at once, penalties included, clipping left out. The row of the
     * schedule is that of position[STEP]. Does nothing if the tally holds a fault, so that the parameters stay those that
     * made the cost overflow, and nothing if position[SKIP] is not 0.
     *
     * @param rule optimizer and penalties
     * @param parameters [p], the penalised ones first
     * @param penalized how many of them are penalised and decayed: the weights
     * @param gradients [p]
     * @param state [slots · p], slot by slot
     * @param schedule float64 [steps, {@link io.nudge.math.Optimizer#COLUMNS}]
     * @param position int64 [6]
     * @param tally float64 [3]
     */
    void update(
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            Tensor state,
            Tensor schedule,
            Tensor position,
            Tensor tally);

    /**
     * The factors of a step of plain gradient descent, in which weights move by the product that is their gradient: factors_0 =
     * −η scale of the sum over the batch, and factors_1 = 1 − η l2 of the weights, with the rate η of the schedule's row
     * position[STEP]; computed in float64, then rounded to the type. 0 and 1 if the tally holds a fault or position[SKIP] is not 0,
     * so that nothing moves.
     *
     * @param scale factor on the sum over the batch: 1/batch for the mean
     * @param l2 of the penalty ½ l2 Σw²; 0 for none
     * @param schedule float64 [steps, {@link io.nudge.math.Optimizer#COLUMNS}]
     * @param position int64 [6]
     * @param tally float64 [3]
     * @param factors [2]
     */
    void stepFactors(double scale, double l2, Tensor schedule, Tensor position, Tensor tally, Tensor factors);

    /**
     * w = factors_1 w + factors_0 Σ over the batch of the outer products δ aᵀ: a step of plain gradient descent without a
     * gradient in between. Where factors_0 is 0, what is in δ and a does not count, not even NaN.
     *
     * @param delta [batch, out]; of one example at least
     * @param x [batch, in]: the activations of the layer before
     * @param factors [2]: as {@link #stepFactors} gives them
     * @param w [out, in]: the weights; none of the others
     */
    void stepWeights(Tensor delta, Tensor x, Tensor factors, Tensor w);

    /**
     * Whether plain gradient descent had better use {@link #stepWeights} here than gradients and {@link #update}.
     *
     * @return true unless the backend says otherwise
     */
    default boolean stepsWeights() {
        return true;
    }

    /**
     * delta = 2^position[SCALE] delta: multiplies by the loss scale.
     *
     * @param delta any shape
     * @param position int64 [6]
     */
    void scaleLoss(Tensor delta, Tensor position);

    /**
     * gradients = 2^−position[SCALE] gradients: divides by the loss scale. Then position[SKIP] is 1 if any of them is not
     * finite, else 0, and the loss scale moves as {@link io.nudge.math.LossScale} says.
     *
     * @param gradients [p]
     * @param position int64 [6]
     */
    void unscale(Tensor gradients, Tensor position);

    /**
     * Whether training scales its loss on this backend, since products take factors of so narrow a range that small
     * gradients would vanish in it.
     *
     * @return false unless the backend says otherwise
     */
    default boolean scalesLoss() {
        return false;
    }

    /**
     * Copies the examples of the next batch: batch_i = rows[order[position[ROW] + i]], from the beginning of the order
     * again after its end.
     *
     * @param rows [examples, n]
     * @param order int64 [any]: row numbers
     * @param position int64 [6]
     * @param batch [batch, n]
     */
    void gather(Tensor rows, Tensor order, Tensor position, Tensor batch);

    /**
     * The same for class labels: row i of the batch is 1 at the example's label and 0 elsewhere.
     *
     * @param labels int64 [examples]
     * @param order int64 [any]: row numbers
     * @param position int64 [6]
     * @param batch [batch, classes]
     */
    void gatherOneHot(Tensor labels, Tensor order, Tensor position, Tensor batch);

    /**
     * Dropout (Srivastava et al., 2014): into_i = x_i / (1 − s) or 0, each kept with probability 1 − s, where s = ⌊rate · 2¹⁶⌋ / 2¹⁶ is
     * the rate in whole steps of 2⁻¹⁶, so that sums stay the same in the mean. Element i of the step is kept if 16 random bits are, as a whole
     * number, at least s · 2¹⁶. They are half a word of Threefry 4×32 with 12 rounds (Salmon, Moraes, Dror and Shaw, "Parallel random
     * numbers: as easy as 1, 2, 3", SC11) with the key (seed, stream) and the counter (16 ⌊i / 128⌋ + i mod 16, position[TOTAL]), low
     * words first: with h = ⌊(i mod 128) / 16⌋ of word ⌊h / 2⌋ the lower half where h is even, else the upper one. So a backward pass of the
     * same step keeps the same ones, and every backend does.
     *
     * @param rate the share dropped; in [0, 1)
     * @param seed the run's seed
     * @param stream {@link io.nudge.math.RandomStream#streamId}
     * @param position int64 [6]
     * @param x any shape
     * @param into the same shape
     */
    void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into);

    /**
     * Moves a position on: ROW by a number of rows, STEP and TOTAL by one.
     *
     * @param position int64 [6]
     * @param rows examples used
     */
    void advance(Tensor position, long rows);

    // ---- composites -------------------------------------------------------------------------------------------------

    /**
     * ∂C₀/∂a of the output layer, for every example: the δ of an output layer without a nonlinearity. So a backend's own
     * {@link #costDelta} must take every cost with identity, though the checked one does not.
     *
     * @param cost the cost
     * @param a [batch, outputs]: σ(z)
     * @param y [batch, outputs]: targets
     * @param into [batch, outputs]; neither of the others
     */
    default void costGradient(Cost cost, Tensor a, Tensor y, Tensor into) {
        costDelta(cost, Activation.IDENTITY, a, a, y, into);
    }

    /**
     * The next batch, inputs and targets: {@link #gather} of the inputs, and of the targets that, or {@link #gatherOneHot}
     * where they are labels.
     *
     * @param inputs [examples, n]
     * @param targets [examples, outputs], or labels, int64 [examples]
     * @param order int64 [any]: row numbers
     * @param position int64 [6]
     * @param x [batch, n]
     * @param y [batch, outputs]; not x
     */
    default void gatherBatch(Tensor inputs, Tensor targets, Tensor order, Tensor position, Tensor x, Tensor y) {
        gather(inputs, order, position, x);
        if (targets.type() == DType.INT64) {
            gatherOneHot(targets, order, position, y);
        } else {
            gather(targets, order, position, y);
        }
    }

    /**
     * The outer product, into_ij = a_i b_j.
     *
     * @param a [m]
     * @param b [n]
     * @param into [m, n]; shares no memory with a or b
     */
    default void outer(Tensor a, Tensor b, Tensor into) {
        Tensor column = a.reshape(Shape.of(a.size(), 1));
        Tensor row = b.reshape(Shape.of(1, b.size()));
        product(1, column, Transpose.NO, row, Transpose.NO, 0, into);
    }

    /**
     * z = x Wᵀ + b, the weighted sums of a layer.
     *
     * @param x [batch, in]
     * @param w [out, in]
     * @param b [out]
     * @param z [batch, out]; none of the others
     */
    default void affine(Tensor x, Tensor w, Tensor b, Tensor z) {
        product(1, x, Transpose.NO, w, Transpose.YES, 0, z);
        addRow(z, b, z);
    }

    /**
     * z = x Wᵀ + b and a = σ(z), a layer's forward pass.
     *
     * @param x [batch, in]
     * @param w [out, in]
     * @param b [out]
     * @param f σ
     * @param z [batch, out]; not x
     * @param a [batch, out]; may be z
     */
    default void forward(Tensor x, Tensor w, Tensor b, Activation f, Tensor z, Tensor a) {
        affine(x, w, b, z);
        activate(f, z, a);
    }

    /**
     * Layers one after the other, each {@link #forward} from the a of the one before.
     *
     * @param x [batch, in]
     * @param layers at least one, each as wide as the next expects; what they write shares no memory with anything else
     * @param all whether z and a of every layer are wanted; else only those of the last are, and the tensors of the others are room,
     *     in which anything may stand afterwards
     */
    default void forwardLayers(Tensor x, List<ForwardLayer> layers, boolean all) {
        Tensor before = x;
        for (int i = 0; i < layers.size(); i++) {
            ForwardLayer layer = layers.get(i);
            forward(before, layer.weights(), layer.bias(), layer.activation(), layer.z(), layer.a());
            before = layer.a();
        }
    }

    /**
     * Layers one after the other on the way back, each the {@link #inputGradient} of the one after and {@link #delta} from that.
     *
     * @param delta [batch, out of the layer after the first of these]: its δ
     * @param layers at least one, from the last on; what they write shares no memory with anything else
     * @param scale factor on the bias gradients' sums over the batch: 1/batch for the mean
     */
    default void backwardLayers(Tensor delta, List<BackwardLayer> layers, double scale) {
        Tensor after = delta;
        for (int i = 0; i < layers.size(); i++) {
            BackwardLayer layer = layers.get(i);
            Tensor own = layer.delta();
            inputGradient(after, layer.weightsAfter(), own);
            delta(layer.activation(), layer.z(), layer.a(), own, own, scale, layer.biasGradient());
            after = own;
        }
    }

    /**
     * Whether layers had better be taken together here, by {@link #forwardLayers} and {@link #backwardLayers}, than one by one.
     *
     * @return false unless the backend says otherwise
     */
    default boolean joinsLayers() {
        return false;
    }

    /**
     * δ = (∂a/∂z)ᵀ ∂C/∂a and the bias gradient, the mean or sum of δ over the batch.
     *
     * @param f σ
     * @param z [batch, out]
     * @param a [batch, out]: σ(z)
     * @param upstream [batch, out]: ∂C/∂a
     * @param delta [batch, out]; may be upstream
     * @param scale factor on the sum over the batch: 1/batch for the mean
     * @param biasGradient [out]
     */
    default void delta(
            Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta, double scale, Tensor biasGradient) {
        chain(f, z, a, upstream, delta);
        sumRows(delta, scale, 0, biasGradient);
    }

    /**
     * ∂C/∂W = scale Σ over the batch of the outer products δ aᵀ, + beta times what was there.
     *
     * @param delta [batch, out]
     * @param x [batch, in]: the activations of the layer before
     * @param scale factor on the sum: 1/batch for the mean
     * @param beta factor on what was there
     * @param weightGradient [out, in]; none of the others
     */
    default void weightGradient(Tensor delta, Tensor x, double scale, double beta, Tensor weightGradient) {
        product(scale, delta, Transpose.YES, x, Transpose.NO, beta, weightGradient);
    }

    /**
     * ∂C/∂a of the layer before: Wᵀ δ, the sum over every path.
     *
     * @param delta [batch, out]
     * @param w [out, in]
     * @param inputGradient [batch, in]; none of the others
     */
    default void inputGradient(Tensor delta, Tensor w, Tensor inputGradient) {
        product(1, delta, Transpose.NO, w, Transpose.NO, 0, inputGradient);
    }

    /**
     * At the output layer: C₀ of every example, δ, the bias gradient, and the tally. δ and the bias gradient, and so all
     * gradients that follow from them, come out multiplied by the loss scale, 2^position[SCALE], which is 1 unless training
     * has set it.
     *
     * @param cost the cost
     * @param f the activation of the output layer
     * @param z [batch, out]
     * @param a [batch, out]: σ(z)
     * @param y [batch, out]: targets
     * @param costs [batch]: receives C₀
     * @param delta [batch, out]: receives ∂C₀/∂z, times the loss scale
     * @param scale factor on the bias gradient's sum over the batch: 1/batch for the mean
     * @param biasGradient [out]
     * @param position int64 [6]
     * @param tally float64 [3]
     */
    default void outputDelta(
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
        costs(cost, f, z, a, y, costs);
        tally(costs, a, y, position, tally);
        costDelta(cost, f, z, a, y, delta);
        scaleLoss(delta, position);
        sumRows(delta, scale, 0, biasGradient);
    }

    /**
     * Makes gradients ready for the optimizer: takes the loss scale out of them where the backend scales its loss, and clips
     * them as the rule says, first one by one, then together.
     *
     * @param rule what limits there are
     * @param gradients [p]; changed where the rule clips or the loss is scaled
     * @param norm float64, one element: room for Σ g²
     * @param position int64 [6]; changed where the loss is scaled, as {@link #unscale} says
     */
    default void clip(Descent rule, Tensor gradients, Tensor norm, Tensor position) {
        if (scalesLoss()) {
            unscale(gradients, position);
        }
        if (rule.clipsValues()) {
            clamp(gradients, rule.clipValue(), gradients);
        }
        if (rule.clipsNorm()) {
            sumSquares(gradients, norm);
            rescale(gradients, rule.clipNorm(), norm);
        }
    }

    /**
     * What ends a training step: the loss scale taken out of the gradients where there is one, clipping, penalties and the
     * optimizer's step as the rule says, and the position moved on.
     *
     * @param rule clipping, penalties and optimizer
     * @param parameters [p], the weights first
     * @param penalized how many of them are weights
     * @param gradients [p]; changed where the rule clips or the loss is scaled
     * @param norm float64, one element: room for Σ g²
     * @param state [slots · p]
     * @param schedule float64 [steps, {@link io.nudge.math.Optimizer#COLUMNS}]
     * @param position int64 [6]
     * @param tally float64 [3]
     * @param rows examples used, by which position[ROW] moves on
     */
    default void descend(
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
        clip(rule, gradients, norm, position);
        update(rule, parameters, penalized, gradients, state, schedule, position, tally);
        advance(position, rows);
    }

    /**
     * How many training steps this backend had better take at once, by {@link #takeSteps}: such networks whose parameters it can
     * keep close at hand from one step to the next. What it answers depends on shapes and settings alone.
     *
     * @param steps what they would work on
     * @return at least 2; or 1 if such steps are not taken as a whole here, and have to be made of the other operations
     */
    default int stepsAtOnce(WholeSteps steps) {
        return 1;
    }

    /**
     * Training steps as one operation, until so many examples were used: {@link #gatherBatch}, the layers {@link #forward}, {@link
     * #outputDelta} and the layers back, {@link #stepFactors} and {@link #stepWeights} (biases likewise, without penalty), {@link
     * #advance}, over and over. The last step takes what is left. Sums may be in another order than there; the same calls give
     * the same bits, however the examples are shared out among calls, as long as each takes whole batches.
     *
     * @param steps what they work on; {@link #stepsAtOnce} must allow for it
     * @param examples how many examples to train on; at least 1
     */
    default void takeSteps(WholeSteps steps, long examples) {
        throw new UnsupportedOperationException(
                "this backend takes no training steps as a whole; ask stepsAtOnce first");
    }
}
