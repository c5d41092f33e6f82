package io.nudge.check;

import io.nudge.check.Explanation.Bias;
import io.nudge.check.Explanation.Derivative;
import io.nudge.check.Explanation.Input;
import io.nudge.check.Explanation.Layer;
import io.nudge.check.Explanation.Neuron;
import io.nudge.check.Explanation.Path;
import io.nudge.check.Explanation.Rest;
import io.nudge.check.Explanation.Ripple;
import io.nudge.check.Explanation.Sum;
import io.nudge.check.Explanation.Weight;
import io.nudge.check.Nudges.Carried;
import io.nudge.check.Nudges.Move;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Explains one example: puts what the backward pass says beside what nudges measure. */
final class Explainer implements AutoCloseable {
    private final Architecture architecture;
    private final int number;
    private final int most;
    private final Quantities quantities;
    private final Pass pass;
    private final Nudges nudges;

    /** For one example of a network that may be changed for a while. */
    Explainer(Network network, Examples examples, int number, ChainRule.Options options) {
        architecture = network.architecture();
        this.number = number;
        most = options.largestTerms();
        pass = Pass.inspection(network, 1);
        boolean made = false;
        try {
            examples.writeOne(number, pass);
            pass.forward();
            pass.backward();
            quantities = new Quantities(pass);
            nudges = new Nudges(network, examples, number, options.nudge());
            made = true;
        } finally {
            if (!made) {
                pass.close();
            }
        }
    }

    Explanation.Example explain() {
        List<Layer> layers = new ArrayList<>();
        for (int l = quantities.depth; l >= 1; l--) {
            layers.add(layer(l));
        }
        List<Input> inputs = inputs();
        return new Explanation.Example(
                number,
                quantities.cost,
                boxed(quantities.activation[quantities.depth]),
                boxed(quantities.target),
                layers,
                inputs,
                architecture.inputs() - inputs.size());
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private Layer layer(int l) {
        double[] delta = quantities.delta[l];
        int[] chosen = Largest.of(delta.length, most, j -> delta[j]);
        Carried activations = nudges.activations(l, chosen);
        Carried sums = nudges.sums(l, chosen);
        List<Neuron> neurons = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            int j = chosen[i];
            neurons.add(neuron(l, j, costByActivation(l, j, activations, i), costBySum(l, j, sums, i)));
        }
        return new Layer(l, neurons, delta.length - chosen.length);
    }

    private List<Input> inputs() {
        double[] gradient = quantities.activationGradient[0];
        int[] chosen = Largest.of(gradient.length, most, k -> gradient[k]);
        Carried activations = nudges.activations(0, chosen);
        return IntStream.range(0, chosen.length)
                .mapToObj(i -> new Input(
                        chosen[i], quantities.activation[0][chosen[i]], costByActivation(0, chosen[i], activations, i)))
                .toList();
    }

    /** ∂C₀/∂a_k⁽ˡ⁾ = Σ_i ∂z_i⁽ˡ⁺¹⁾/∂a_k · ∂C₀/∂z_i⁽ˡ⁺¹⁾, or what the cost says itself. */
    private Sum costByActivation(int l, int k, Carried nudged, int row) {
        Derivative total = derivative(quantities.activationGradient[l][k], nudged.cost(row), nudged.nudge(row));
        if (l == quantities.depth) {
            return new Sum(total, List.of(), new Rest(0, 0));
        }
        double[] upstream = quantities.delta[l + 1];
        double[] factors = new double[upstream.length];
        Arrays.setAll(factors, i -> quantities.weights[l + 1][quantities.index(l + 1, i, k)]);
        int[] through = Largest.of(upstream.length, most, i -> factors[i] * upstream[i]);
        Ways ways = new Ways(factors, upstream, nudged.next(row), nudged.nudge(row));
        return ways.sum(total, through, upstream.length, moves -> nudges.sums(l + 1, moves));
    }

    /** ∂C₀/∂z_j = Σ_i ∂a_i/∂z_j · ∂C₀/∂a_i, where for all but softmax i = j only. */
    private Sum costBySum(int l, int j, Carried nudged, int row) {
        Derivative total = derivative(quantities.delta[l][j], nudged.cost(row), nudged.nudge(row));
        double[] upstream = quantities.activationGradient[l];
        double[] factors = quantities.slopes(l, j);
        boolean elementwise = architecture.layer(l).activation().elementwise();
        int paths = elementwise ? 1 : upstream.length;
        int[] through = elementwise ? new int[] {j} : Largest.of(paths, most, i -> factors[i] * upstream[i]);
        Ways ways = new Ways(factors, upstream, nudged.next(row), nudged.nudge(row));
        return ways.sum(total, through, paths, moves -> nudges.activations(l, moves));
    }

    /** The ways on which one quantity acts on the cost: through each of those in between, which its nudge has moved. */
    private static final class Ways {
        private final double[] factors;
        private final double[] upstream;
        private final double[] moved;
        private final double nudge;

        Ways(double[] factors, double[] upstream, double[] moved, double nudge) {
            this.factors = factors;
            this.upstream = upstream;
            this.moved = moved;
            this.nudge = nudge;
        }

        /** Of so many ways, shows some; each is measured by moving what is in between, and nothing else, as far as it was moved. */
        Sum sum(Derivative total, int[] through, int count, Function<Move[], Carried> carry) {
            Carried alone = carry.apply(
                    Arrays.stream(through).mapToObj(i -> new Move(i, moved[i])).toArray(Move[]::new));
            List<Path> paths = new ArrayList<>();
            for (int row = 0; row < through.length; row++) {
                int i = through[row];
                Derivative term = derivative(factors[i] * upstream[i], alone.cost(row), nudge);
                paths.add(new Path(i, derivative(factors[i], moved[i], nudge), upstream[i], term));
            }
            int others = count - through.length;
            return new Sum(total, paths, new Rest(others, others == 0 ? 0 : others(through)));
        }

        private double others(int[] through) {
            return Largest.others(factors.length, through)
                    .mapToDouble(i -> factors[i] * upstream[i])
                    .sum();
        }
    }

    private Neuron neuron(int l, int j, Sum costByActivation, Sum costBySum) {
        int in = quantities.activation[l - 1].length;
        double[] gradient = quantities.weightGradient[l];
        int[] chosen = Largest.of(in, most, k -> gradient[quantities.index(l, j, k)]);
        double largestOther = Largest.others(in, chosen)
                .mapToDouble(k -> Math.abs(gradient[quantities.index(l, j, k)]))
                .max()
                .orElse(0);
        return new Neuron(
                j,
                quantities.weightedSum[l][j],
                quantities.activation[l][j],
                costByActivation,
                costBySum,
                bias(l, j),
                Arrays.stream(chosen).mapToObj(k -> weight(l, j, k)).toList(),
                in - chosen.length,
                largestOther);
    }

    private Weight weight(int l, int j, int k) {
        Ripple ripple = nudges.parameter(Parameter.weight(l, j, k));
        int index = quantities.index(l, j, k);
        return new Weight(
                k,
                quantities.weights[l][index],
                derivative(quantities.activation[l - 1][k], ripple.sum(), ripple.weight()),
                derivative(quantities.weightGradient[l][index], ripple.cost(), ripple.weight()),
                ripple);
    }

    private Bias bias(int l, int j) {
        Ripple ripple = nudges.parameter(Parameter.bias(l, j));
        return new Bias(
                quantities.bias[l][j],
                derivative(1, ripple.sum(), ripple.weight()),
                derivative(quantities.biasGradient[l][j], ripple.cost(), ripple.weight()));
    }

    private static Derivative derivative(double byBackpropagation, double moved, double nudge) {
        return new Derivative(byBackpropagation, moved / nudge);
    }

    @Override
    public void close() {
        nudges.close();
        pass.close();
    }
}
