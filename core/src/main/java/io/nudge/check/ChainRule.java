package io.nudge.check;

import io.nudge.math.Initializer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows the chain rule at work on a network, every factor by number: ∂z/∂w = a, ∂a/∂z = σ′(z), ∂C₀/∂a, their product
 * ∂C₀/∂w, ∂C₀/∂b, and ∂C₀/∂a of the layer before as the sum over its paths. The numbers are read from the tensors of a real
 * backward pass. Beside each stands the ratio that is measured when that weight, bias, weighted sum or activation is really
 * nudged and carried forward to the cost.
 *
 * <p>The network is copied and never changed; dropout is left out. Any number of explanations may be made at once.
 *
 * <pre>{@code
 * try (Backend backend = Backends.open("auto"); Network chain = ChainRule.chainOfSingleNeurons(backend)) {
 *     Examples examples = ChainRule.examplesForChain();
 *     System.out.print(ChainRule.explain(chain, examples, ChainRule.Options.DEFAULT).toText());
 * }
 * }</pre>
 */
public final class ChainRule {
    private ChainRule() {}

    /**
     * How to explain.
     *
     * @param nudge what is added to a weight, bias, weighted sum or activation; finite and not 0
     * @param largestTerms of neurons, weights and paths, how many to show at most; at least 1
     * @param detailed how many of the examples to explain factor by factor, the first ones; at least 1
     * @param type the type to compute in: float64 for ratios that are true to many figures, or the network's own
     */
    public record Options(double nudge, int largestTerms, int detailed, DType type) {
        /** A nudge of 0.01, the five largest terms, one example in detail, float64. */
        public static final Options DEFAULT = new Options(0.01, 5, 1, DType.FLOAT64);

        /** Checks the numbers. */
        public Options {
            if (!Double.isFinite(nudge) || nudge == 0) {
                throw new IllegalArgumentException("the nudge must be finite and not 0, but is " + nudge);
            }
            requirePositive(largestTerms, "largest terms to show");
            requirePositive(detailed, "examples to explain in detail");
            if (!type.isFloating()) {
                throw new IllegalArgumentException("an explanation is computed in float32 or float64, not " + type);
            }
        }

        private static void requirePositive(int number, String what) {
            if (number < 1) {
                throw new IllegalArgumentException("the number of " + what + " must be at least 1, but is " + number);
            }
        }

        /**
         * The same with another nudge.
         *
         * @param other finite and not 0
         * @return the options
         */
        public Options withNudge(double other) {
            return new Options(other, largestTerms, detailed, type);
        }

        /**
         * The same with another number of terms.
         *
         * @param other at least 1
         * @return the options
         */
        public Options withLargestTerms(int other) {
            return new Options(nudge, other, detailed, type);
        }

        /**
         * The same with more or fewer examples in detail.
         *
         * @param other at least 1
         * @return the options
         */
        public Options withDetailed(int other) {
            return new Options(nudge, largestTerms, other, type);
        }

        /**
         * The same in another type.
         *
         * @param other float32 or float64
         * @return the options
         */
        public Options withType(DType other) {
            return new Options(nudge, largestTerms, detailed, other);
        }
    }

    /**
     * Explains a network on some examples.
     *
     * @param network the network, of any type on any backend; only read
     * @param examples the examples
     * @param options how
     * @return every factor of the first examples, and the mean over all
     * @throws IllegalArgumentException if network and examples do not fit
     */
    public static Explanation explain(Network network, Examples examples, Options options) {
        Architecture architecture = network.architecture();
        examples.requireFit(architecture);
        try (Network replica = Replica.of(network, options.type())) {
            List<Explanation.Example> detailed = new ArrayList<>();
            for (int i = 0; i < Math.min(options.detailed(), examples.size()); i++) {
                try (Explainer explainer = new Explainer(replica, examples, i, options)) {
                    detailed.add(explainer.explain());
                }
            }
            List<Integer> sizes = new ArrayList<>(List.of(architecture.inputs()));
            architecture.layers().forEach(layer -> sizes.add(layer.neurons()));
            return new Explanation(
                    architecture.toString(),
                    sizes,
                    architecture.layers().stream()
                            .map(layer -> layer.activation().name())
                            .toList(),
                    architecture.cost().name(),
                    options.type().toString(),
                    Replica.dropsOut(architecture),
                    options.nudge(),
                    detailed,
                    Averager.average(replica, examples, options));
        }
    }

    /**
     * The network that the chain rule is best seen on: one neuron in each of four layers, so three weights and three biases,
     * with sigmoid and the quadratic cost. On the first of its {@link #examplesForChain() examples} the last two activations
     * are 0.48 and 0.66, and the target is 1.
     *
     * @param backend where it lives
     * @return a float64 network, to be closed by the caller
     */
    public static Network chainOfSingleNeurons(Backend backend) {
        List<Initializer> given = List.of(neuron(1.5, -0.5), neuron(0.7, -0.5), neuron(1.8, -0.2));
        return Network.create(Architecture.sigmoid(1, 1, 1, 1), given, 0, backend, DType.FLOAT64);
    }

    private static Initializer neuron(double weight, double bias) {
        return Initializer.given(new double[][] {{weight}}, new double[] {bias});
    }

    /**
     * Three examples for the chain of single neurons.
     *
     * @return inputs 0.6, 0.1 and 0.9 with the targets 1, 0.5 and 1
     */
    public static Examples examplesForChain() {
        return new Examples(new double[][] {{0.6}, {0.1}, {0.9}}, new double[][] {{1}, {0.5}, {1}});
    }

    /**
     * A network to look at, with drawn parameters: weights from N(0, 1/n_in) and biases from N(0, 1), so that few neurons
     * are saturated. {@link Examples#drawn} makes examples that fit.
     *
     * @param architecture what it is made of
     * @param seed decides the parameters
     * @param backend where it lives
     * @return a float64 network, to be closed by the caller
     */
    public static Network drawn(Architecture architecture, long seed, Backend backend) {
        return Network.create(architecture, Initializer.NORMAL_SCALED, seed, backend, DType.FLOAT64);
    }
}
