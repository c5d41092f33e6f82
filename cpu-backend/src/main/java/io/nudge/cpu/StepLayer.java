package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.tensor.WholeSteps;

/**
 * A layer in a network that takes whole steps, with room for a batch: for as long as the steps last, its weights and inputs lie as its
 * products want them. z, a and δ lie in the Java heap, where passes go over them. Columns of a product are cut into panels, of which
 * threads take some each; rows are examples.
 */
abstract class StepLayer {
    final int inputs;
    final int neurons;
    final Activation activation;

    /** Elements between two rows of z, a and δ. */
    final int stride;

    CpuMemory z;
    CpuMemory a;
    CpuMemory delta;

    StepLayer(WholeSteps.Layer layer, int inputs, int stride) {
        this.inputs = inputs;
        neurons = layer.neurons();
        activation = layer.activation();
        this.stride = stride;
    }

    /** Panels of neurons. */
    abstract int panels();

    /** Panels of inputs. */
    abstract int panelsBack();

    /** Whether so many neurons or inputs make panels enough for so many threads. */
    abstract boolean enough(int columns, int threads);

    /** Takes over the parameters of some panels of neurons. */
    abstract void load(WholeSteps.Layer from, int firstPanel, int lastPanel);

    /** Gives back the parameters of some panels of neurons. */
    abstract void store(WholeSteps.Layer into, int firstPanel, int lastPanel);

    /** Takes over the inputs of an example. */
    abstract void put(float[] from, int at, int row);

    /** Takes over a of the layer before, for some examples. */
    abstract void takeInputs(int first, int last);

    /** Makes z of some examples what {@link #forward} made, with the bias. */
    abstract void takeSums(Kernels kernels, int first, int last);

    /** Makes δ of some examples what {@link #back} of the layer above made. */
    abstract void takeDelta(int first, int last);

    /** Keeps δ of some examples for {@link #back}, if there is a way back, and for {@link #move}. */
    abstract void keepDelta(int first, int last);

    /** x Wᵀ + b for some rows, whole multiples of a product's height, and some panels of neurons. */
    abstract void forward(int first, int last, int firstPanel, int lastPanel, int worker);

    /** ∂C/∂a of the layer before = δ W, which then is in the place of its δ, for some rows, likewise, and some panels of inputs. */
    abstract void back(int first, int last, int firstPanel, int lastPanel, int worker);

    /** Room for a worker that moves so many panels at a time. */
    abstract CpuMemory moveRoom(int batch, int panels);

    /**
     * Moves some panels of neurons, weights and biases: W = beta W + alpha δᵀ x, b = b + alpha δ summed over the examples.
     *
     * @param examples so many rows of x and δ count; 0 for none
     * @param room of the worker
     */
    abstract void move(
            Kernels kernels,
            double alpha,
            double beta,
            int examples,
            int firstPanel,
            int lastPanel,
            CpuMemory room,
            int worker);

    /** The first layer with the inputs that this one lacks. What it makes is a part of z, and its δ is this one's. */
    abstract StepLayer rest(WholeSteps.Layer layer, int rows);

    /** Adds the z of the {@link #rest} for some rows. */
    void join(StepLayer rest, int rows) {
        for (int i = 0; i < rows * stride; i++) {
            z.floats[i] += rest.z.floats[i];
        }
    }

    /** Gives back what is not the garbage collector's. */
    void close() {}
}
