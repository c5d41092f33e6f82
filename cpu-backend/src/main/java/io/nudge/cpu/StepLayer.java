package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.tensor.WholeSteps;

/**
 * A layer in a network that takes whole steps, with room for a batch: for as long as the steps last, its weights and what they are
 * multiplied by lie as its products want them. Columns of a product are cut into panels, of which threads take some each; rows are
 * examples. Worker is the number of the thread.
 */
abstract class StepLayer {
    final int inputs;
    final int neurons;
    final Activation activation;

    StepLayer(WholeSteps.Layer layer, int inputs) {
        this.inputs = inputs;
        neurons = layer.neurons();
        activation = layer.activation();
    }

    /** How many panels so many neurons or inputs make. */
    abstract int panelsOf(int columns);

    /** Panels of neurons. */
    final int panels() {
        return panelsOf(neurons);
    }

    /** Panels of inputs. */
    final int panelsBack() {
        return panelsOf(inputs);
    }

    /** Whether so many neurons or inputs make panels enough for so many threads. */
    abstract boolean enough(int columns, int threads);

    /** Takes over the parameters of some panels of neurons. */
    abstract void load(WholeSteps.Layer from, int firstPanel, int lastPanel);

    /** Gives back the parameters of some panels of neurons. */
    abstract void store(WholeSteps.Layer into, int firstPanel, int lastPanel);

    /** Takes over the inputs of an example; in the {@link #rest} of a layer, of one after the {@link #turn}. */
    abstract void put(float[] from, int at, int row);

    /** The inputs that were put last are those that count. */
    abstract void turn();

    /** z = x Wᵀ + b for some rows, whole multiples of a product's height, and some panels of neurons. */
    abstract void forward(int first, int last, int firstPanel, int lastPanel, int worker);

    /** a of some examples, which are inputs of the layer above. */
    abstract void activate(Kernels kernels, int first, int last, int worker);

    /** Writes z of some examples, row after row without gaps, where they belong in a matrix. */
    abstract void copySums(Kernels kernels, int first, int last, CpuMemory into);

    /** Takes over δ of some examples, which lie in the same way. */
    abstract void putDelta(int first, int last, CpuMemory from);

    /** ∂C/∂a of the layer before = δ W for some rows, whole multiples of a product's height, and some panels of inputs. */
    abstract void back(int first, int last, int firstPanel, int lastPanel, int worker);

    /** δ of some examples from the ∂C/∂a that {@link #back} of the layer above made. */
    abstract void chain(Kernels kernels, int first, int last, int worker);

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

    /** The first layer with the inputs that this one lacks. What it makes is a part of z, and its δ is this one's. At most one. */
    abstract StepLayer rest(WholeSteps.Layer layer, int rows);

    /** Adds the z of the {@link #rest} for some rows. */
    abstract void join(int rows);
}
