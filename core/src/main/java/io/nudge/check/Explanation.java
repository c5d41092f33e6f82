package io.nudge.check;

import java.util.List;
import java.util.Map;

/**
 * The chain rule on a network by number, as {@link ChainRule} found it. Every derivative stands beside the ratio that an
 * actual nudge gave.
 *
 * <p>Immutable and thread-safe.
 *
 * @param network the network, for people
 * @param sizes n of layer 0, 1, …, L
 * @param activations the names of σ of layer 1 to L
 * @param cost the name of C₀
 * @param type the type that it was computed in
 * @param dropoutLeftOut whether the network has dropout, which is left out here
 * @param nudge what was added to each weight, bias, weighted sum and activation in its turn
 * @param examples some of the examples, factor by factor
 * @param average the mean over all examples
 */
public record Explanation(
        String network,
        List<Integer> sizes,
        List<String> activations,
        String cost,
        String type,
        boolean dropoutLeftOut,
        double nudge,
        List<Example> examples,
        Average average) {
    /** Copies the lists. */
    public Explanation {
        sizes = List.copyOf(sizes);
        activations = List.copyOf(activations);
        examples = List.copyOf(examples);
    }

    /**
     * A derivative.
     *
     * @param byBackpropagation what the tensors of the backward pass say
     * @param byNudge the ratio measured: how far one thing moved, divided by how far the other was nudged; NaN if the nudge
     *     was too small to change a number of this type
     */
    public record Derivative(double byBackpropagation, double byNudge) {}

    /**
     * One way on which a neuron acts on the cost: through another of the next layer, or, for softmax, through another output.
     * Its term is factor · upstream.
     *
     * @param through the neuron in between
     * @param factor ∂z⁽ˡ⁺¹⁾/∂a⁽ˡ⁾ = w, or ∂a/∂z of the same layer
     * @param upstream ∂C₀ by what is in between
     * @param term the product; its nudge acts on this path alone
     */
    public record Path(int through, Derivative factor, double upstream, Derivative term) {}

    /**
     * What is not shown of a sum.
     *
     * @param count how many terms
     * @param sum what they add up to
     */
    public record Rest(long count, double sum) {}

    /**
     * A derivative as the sum over its paths.
     *
     * @param total the sum, as the backward pass has it
     * @param paths its largest terms; none for ∂C₀/∂a of the output layer, which comes from the cost itself
     * @param rest all other terms
     */
    public record Sum(Derivative total, List<Path> paths, Rest rest) {
        /** Copies the list. */
        public Sum {
            paths = List.copyOf(paths);
        }
    }

    /**
     * How far the nudge of one weight carries.
     *
     * @param weight by how much the weight was nudged
     * @param sum by how much z moved
     * @param activation by how much a moved
     * @param cost by how much C₀ moved
     */
    public record Ripple(double weight, double sum, double activation, double cost) {}

    /**
     * A weight w_jk.
     *
     * @param k the neuron of the layer before
     * @param value w_jk
     * @param sumByWeight ∂z_j/∂w_jk = a_k
     * @param costByWeight ∂C₀/∂w_jk
     * @param ripple what its nudge did
     */
    public record Weight(int k, double value, Derivative sumByWeight, Derivative costByWeight, Ripple ripple) {}

    /**
     * A bias b_j.
     *
     * @param value b_j
     * @param sumByBias ∂z_j/∂b_j = 1
     * @param costByBias ∂C₀/∂b_j
     */
    public record Bias(double value, Derivative sumByBias, Derivative costByBias) {}

    /**
     * A neuron of layers 1 to L.
     *
     * @param j which, from 0
     * @param weightedSum z_j
     * @param activation a_j
     * @param costByActivation ∂C₀/∂a_j; in hidden layers the sum over the neurons of the next layer
     * @param costBySum ∂C₀/∂z_j = δ_j; the sum over the activations that z_j acts on: its own, or all for softmax
     * @param bias b_j
     * @param weights w_jk, the ones that matter most
     * @param otherWeights how many are not shown
     * @param largestOther the largest |∂C₀/∂w_jk| among those
     */
    public record Neuron(
            int j,
            double weightedSum,
            double activation,
            Sum costByActivation,
            Sum costBySum,
            Bias bias,
            List<Weight> weights,
            long otherWeights,
            double largestOther) {
        /** Copies the list. */
        public Neuron {
            weights = List.copyOf(weights);
        }
    }

    /**
     * A layer, 1 to L.
     *
     * @param number l
     * @param neurons those that matter most
     * @param otherNeurons how many are not shown
     */
    public record Layer(int number, List<Neuron> neurons, long otherNeurons) {
        /** Copies the list. */
        public Layer {
            neurons = List.copyOf(neurons);
        }
    }

    /**
     * An input a_k⁽⁰⁾.
     *
     * @param k which, from 0
     * @param activation its value
     * @param costByActivation ∂C₀/∂a_k⁽⁰⁾
     */
    public record Input(int k, double activation, Sum costByActivation) {}

    /**
     * One example, factor by factor.
     *
     * @param number which of the examples, from 0
     * @param cost C₀
     * @param outputs a⁽ᴸ⁾
     * @param targets y
     * @param layers from L back to 1
     * @param inputs the inputs that matter most
     * @param otherInputs how many are not shown
     */
    public record Example(
            int number,
            double cost,
            List<Double> outputs,
            List<Double> targets,
            List<Layer> layers,
            List<Input> inputs,
            long otherInputs) {
        /** Copies the lists. */
        public Example {
            outputs = List.copyOf(outputs);
            targets = List.copyOf(targets);
            layers = List.copyOf(layers);
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * A derivative of C, the mean of C₀ over the examples.
     *
     * @param place which weight or bias
     * @param value its value
     * @param byExample ∂C₀/∂w of each example
     * @param mean ∂C/∂w, as the backward pass of them all has it
     */
    public record MeanDerivative(Parameter place, double value, List<Double> byExample, Derivative mean) {
        /** Copies the list. */
        public MeanDerivative {
            byExample = List.copyOf(byExample);
        }
    }

    /**
     * The mean over all examples.
     *
     * @param cost C
     * @param costs C₀ of each example
     * @param derivatives of the weights and biases that matter most in each layer, from L back to 1
     * @param others how many are not shown
     */
    public record Average(double cost, List<Double> costs, List<MeanDerivative> derivatives, long others) {
        /** Copies the lists. */
        public Average {
            costs = List.copyOf(costs);
            derivatives = List.copyOf(derivatives);
        }
    }

    /**
     * The explanation for people: a chain of single neurons as in a textbook, any other network neuron by neuron.
     *
     * @return lines of at most 100 columns
     */
    public String toText() {
        return new ExplanationText(this).write();
    }

    /**
     * The explanation for programs.
     *
     * @return a JSON object with the components of this record
     */
    public String toJson() {
        return Json.write(this, Map.of());
    }
}
