package io.nudge.check;

import io.nudge.check.Explanation.Average;
import io.nudge.check.Explanation.Derivative;
import io.nudge.check.Explanation.MeanDerivative;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shows that ∂C/∂w is the mean of ∂C₀/∂w over the examples: a pass of each alone beside a pass of them all. */
final class Averager {
    private final Network network;
    private final Architecture architecture;
    private final Pass all;
    private final double nudge;
    private final double cost;
    private final double[] gradients;

    private Averager(Network network, Pass all, double nudge) {
        this.network = network;
        this.architecture = network.architecture();
        this.all = all;
        this.nudge = nudge;
        all.forward();
        all.backward();
        cost = mean(all.costs().doubles());
        gradients = all.gradients().doubles();
    }

    static Average average(Network network, Examples examples, ChainRule.Options options) {
        try (Pass all = Pass.inspection(network, examples.size())) {
            examples.writeAll(all);
            Averager averager = new Averager(network, all, options.nudge());
            List<Double> costs = Arrays.stream(all.costs().doubles()).boxed().toList();
            List<Parameter> places = averager.places(options.largestTerms());
            List<double[]> single = averager.single(examples, places);
            List<MeanDerivative> derivatives = new ArrayList<>();
            for (int p = 0; p < places.size(); p++) {
                int each = p;
                List<Double> byExample =
                        single.stream().map(gradients -> gradients[each]).toList();
                derivatives.add(averager.derivative(places.get(p), byExample));
            }
            long others = averager.architecture.parameterCount() - places.size();
            return new Average(averager.cost, costs, derivatives, others);
        }
    }

    /** The weights and biases of each layer that matter most, from the last layer back. */
    private List<Parameter> places(int most) {
        List<Parameter> places = new ArrayList<>();
        for (int l = architecture.depth(); l >= 1; l--) {
            int in = architecture.neurons(l - 1);
            int out = architecture.neurons(l);
            int weights = Math.toIntExact(architecture.weightOffset(l));
            int biases = Math.toIntExact(architecture.biasOffset(l));
            for (int i : Largest.of(out * in, most, i -> gradients[weights + i])) {
                places.add(Parameter.weight(l, i / in, i % in));
            }
            for (int j : Largest.of(out, most, j -> gradients[biases + j])) {
                places.add(Parameter.bias(l, j));
            }
        }
        return places;
    }

    /** ∂C₀/∂w at these places, one array for each example. */
    private List<double[]> single(Examples examples, List<Parameter> places) {
        List<double[]> single = new ArrayList<>();
        try (Pass pass = Pass.inspection(network, 1)) {
            for (int i = 0; i < examples.size(); i++) {
                examples.writeOne(i, pass);
                pass.forward();
                pass.backward();
                single.add(places.stream()
                        .mapToDouble(place -> Replica.read(pass.gradients(), place.index(architecture)))
                        .toArray());
            }
        }
        return single;
    }

    private MeanDerivative derivative(Parameter place, List<Double> byExample) {
        Tensor parameters = network.parameters();
        long index = place.index(architecture);
        double value = Replica.read(parameters, index);
        try {
            Replica.write(parameters, index, value + nudge);
            double moved = Replica.read(parameters, index) - value;
            all.forward();
            all.score();
            double ratio = (mean(all.costs().doubles()) - cost) / moved;
            return new MeanDerivative(place, value, byExample, new Derivative(gradients[(int) index], ratio));
        } finally {
            Replica.write(parameters, index, value);
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
