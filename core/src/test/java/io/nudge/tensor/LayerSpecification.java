package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import net.jqwik.api.Example;

/** The forward and the backward pass of a layer. */
public abstract class LayerSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TrainingCalls.layers();
    }

    @Override
    final double share() {
        return 0.6;
    }

    @Example
    void weightedSumsByHand() {
        for (DType type : floatingTypes()) {
            try (Tensor x = matrix(type, new double[][] {{1, 2}, {0, -1}});
                    Tensor w = matrix(type, new double[][] {{1, 0}, {0.5, -1}, {2, 3}});
                    Tensor b = vector(type, 10, 20, 30);
                    Tensor z = backend.zeros(Shape.of(2, 3), type);
                    Tensor a = backend.zeros(Shape.of(2, 3), type)) {
                operations.forward(x, w, b, new Activation.LeakyRelu(0.5), z, a);
                assertThat(z.doubles()).containsExactly(11, 18.5, 38, 10, 21, 27);
                operations.forward(x, w, b, Activation.IDENTITY, a, a);
                assertThat(a.doubles()).as("z and a in one place").containsExactly(11, 18.5, 38, 10, 21, 27);
            }
        }
    }

    @Example
    void theErrorOfALayerByHand() {
        for (DType type : floatingTypes()) {
            try (Tensor z = matrix(type, new double[][] {{1, -1}, {-3, 4}});
                    Tensor a = z.activate(Activation.RELU);
                    Tensor delta = matrix(type, new double[][] {{5, 6}, {7, 8}});
                    Tensor x = matrix(type, new double[][] {{1, 2, 3}, {4, 5, 6}});
                    Tensor w = matrix(type, new double[][] {{1, 0, 2}, {0, 1, -1}});
                    Tensor bias = backend.zeros(Shape.of(2), type);
                    Tensor weights = backend.zeros(Shape.of(2, 3), type);
                    Tensor input = backend.zeros(Shape.of(2, 3), type)) {
                operations.delta(Activation.RELU, z, a, delta, delta, 0.5, bias);
                assertThat(delta.doubles()).containsExactly(5, 0, 0, 8);
                assertThat(bias.doubles()).containsExactly(2.5, 4);
                operations.weightGradient(delta, x, 0.5, 0, weights);
                assertThat(weights.doubles()).containsExactly(2.5, 5, 7.5, 16, 20, 24);
                operations.inputGradient(delta, w, input);
                assertThat(input.doubles()).containsExactly(5, 0, 10, 0, 8, -8);
            }
        }
    }

    /** The bound on a from the z that stands there is far tighter than what the sums allow. */
    @Example
    void theActivationsAreThoseOfTheWeightedSumsBesideThem() {
        for (DType type : floatingTypes()) {
            for (Call call : catalogue().calls(type, new Sizes(65, 33, 130), 5, false)) {
                if (call.operation().equals("forward")) {
                    try (Arrangement layer = Arrangement.apart(backend, call)) {
                        call.run(operations, layer.tensors());
                        assertActivations(call, layer.tensors()[3], layer.tensors()[4]);
                    }
                }
            }
        }
    }

    private static void assertActivations(Call call, Tensor z, Tensor a) {
        for (Activation f : Catalogue.activations()) {
            if (call.toString().startsWith("forward " + f.name() + " ")) {
                new Oracle(call.type()).activate(f, z, a).check(a);
            }
        }
    }

    /**
     * Two layers, every weight and bias: what the operations give as gradient against the quotient of differences of what
     * they give as cost, in float64. The error of a central difference is about h² C‴ + u C / h.
     */
    @Example
    void theChainRuleAgreesWithDifferencesOfTheCost() {
        for (Activation f : Catalogue.activations()) {
            if (!f.kinkAtZero()) {
                try (TwoLayers net = new TwoLayers(backend, f)) {
                    net.backward();
                    double[] gradient = net.gradients.doubles();
                    for (int i = 0; i < gradient.length; i++) {
                        double difference = (net.cost(i, 1e-5) - net.cost(i, -1e-5)) / 2e-5;
                        assertThat(gradient[i])
                                .as("%s, parameter %d", f.name(), i)
                                .isCloseTo(difference, within(1e-8));
                    }
                }
            }
        }
    }

    /** Three inputs, four neurons with f, two outputs with softmax: all in one flat tensor of parameters. */
    private static final class TwoLayers implements AutoCloseable {
        private static final int BATCH = 5;
        private final Scope scope = Scope.open();
        private final Operations operations;
        private final Activation f;
        private final Tensor parameters;
        private final Tensor gradients;
        private final Tensor x;
        private final Tensor y;
        private final Tensor[] z = new Tensor[2];
        private final Tensor[] a = new Tensor[2];
        private final Tensor costs;
        private final Backend backend;

        TwoLayers(Backend backend, Activation f) {
            this.backend = backend;
            this.operations = backend.operations();
            this.f = f;
            Draw draw = new Draw(3, DType.FLOAT64, false);
            this.parameters = backend.vector(draw.fractions(Shape.of(4 * 3 + 4 + 2 * 4 + 2)), DType.FLOAT64);
            this.gradients = backend.zeros(parameters.shape(), DType.FLOAT64);
            this.x = backend.tensor(draw.ordinary(Shape.of(BATCH, 3)), Shape.of(BATCH, 3), DType.FLOAT64);
            this.y = backend.tensor(draw.fractions(Shape.of(BATCH, 2)), Shape.of(BATCH, 2), DType.FLOAT64);
            for (int layer = 0; layer < 2; layer++) {
                this.z[layer] = zeros(BATCH, 4 - 2 * layer);
                this.a[layer] = zeros(BATCH, 4 - 2 * layer);
            }
            this.costs = backend.zeros(Shape.of(BATCH), DType.FLOAT64);
        }

        private Tensor zeros(int rows, int columns) {
            return backend.zeros(Shape.of(rows, columns), DType.FLOAT64);
        }

        private void forward() {
            operations.forward(x, weights(parameters, 0), bias(parameters, 0), f, z[0], a[0]);
            operations.forward(a[0], weights(parameters, 1), bias(parameters, 1), Activation.SOFTMAX, z[1], a[1]);
            operations.costs(Cost.QUADRATIC, Activation.SOFTMAX, z[1], a[1], y, costs);
        }

        void backward() {
            forward();
            Tensor delta = zeros(BATCH, 2);
            Tensor position = backend.zeros(Shape.of(Operations.POSITION), DType.INT64);
            Tensor tally = backend.zeros(Shape.of(3), DType.FLOAT64);
            double mean = 1.0 / BATCH;
            operations.outputDelta(
                    Cost.QUADRATIC,
                    Activation.SOFTMAX,
                    z[1],
                    a[1],
                    y,
                    costs,
                    delta,
                    mean,
                    bias(gradients, 1),
                    position,
                    tally);
            operations.weightGradient(delta, a[0], mean, 0, weights(gradients, 1));
            Tensor upstream = zeros(BATCH, 4);
            operations.inputGradient(delta, weights(parameters, 1), upstream);
            operations.delta(f, z[0], a[0], upstream, upstream, mean, bias(gradients, 0));
            operations.weightGradient(upstream, x, mean, 0, weights(gradients, 0));
        }

        /** The mean cost with one parameter moved. */
        double cost(int parameter, double by) {
            Tensor moved = parameters.view(parameter, Shape.of(1));
            double before = moved.doubles()[0];
            moved.write(new double[] {before + by});
            forward();
            moved.write(new double[] {before});
            return java.util.Arrays.stream(costs.doubles()).sum() / BATCH;
        }

        private static Tensor weights(Tensor all, int layer) {
            return layer == 0 ? all.view(0, Shape.of(4, 3)) : all.view(16, Shape.of(2, 4));
        }

        private static Tensor bias(Tensor all, int layer) {
            return layer == 0 ? all.view(12, Shape.of(4)) : all.view(24, Shape.of(2));
        }

        @Override
        public void close() {
            scope.close();
        }
    }
}
