package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import net.jqwik.api.Example;

/** Costs, their gradients, the error of the output layer, and the tally. */
public abstract class CostSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TrainingCalls.outputs();
    }

    @Override
    final double share() {
        return 0.5;
    }

    @Example
    void theQuadraticCostsByHand() {
        assertCosts(Cost.QUADRATIC, Activation.IDENTITY, new double[][] {{0.5, 1}}, new double[][] {{1, -1}}, 4.25);
        assertCosts(
                Cost.HALF_QUADRATIC, Activation.IDENTITY, new double[][] {{0.5, 1}}, new double[][] {{1, -1}}, 2.125);
        assertCosts(
                Cost.MEAN_SQUARED_ERROR,
                Activation.IDENTITY,
                new double[][] {{0.5, 1}},
                new double[][] {{1, -1}},
                2.125);
        assertDelta(Cost.QUADRATIC, Activation.IDENTITY, new double[][] {{0.5, 1}}, new double[][] {{1, -1}}, -1, 4);
        assertDelta(
                Cost.HALF_QUADRATIC, Activation.IDENTITY, new double[][] {{0.5, 1}}, new double[][] {{1, -1}}, -0.5, 2);
        assertDelta(
                Cost.MEAN_SQUARED_ERROR,
                Activation.IDENTITY,
                new double[][] {{0.5, 1}},
                new double[][] {{1, -1}},
                -0.5,
                2);
    }

    /** Where a is 0 or 1 to the last bit the cost still comes from z, and δ is a − y. */
    @Example
    void crossEntropiesStayExactWhereTheOutputSaturates() {
        double[][] z = {{1000}, {1000}, {-1000}, {-1000}, {90}, {-90}};
        double[][] y = {{0}, {1}, {0}, {1}, {1}, {0}};
        assertCosts(Cost.BINARY_CROSS_ENTROPY, Activation.SIGMOID, z, y, 1000, 0, 0, 1000, 0, 0);
        assertDelta(Cost.BINARY_CROSS_ENTROPY, Activation.SIGMOID, z, y, 1, 0, 0, -1, 0, 0);
        double[][] pairs = {{1000, -1000}, {1000, -1000}, {90, -90}};
        double[][] targets = {{1, 0}, {0, 1}, {0.5, 0.5}};
        assertCosts(Cost.CATEGORICAL_CROSS_ENTROPY, Activation.SOFTMAX, pairs, targets, 0, 2000, 90);
        assertDelta(Cost.CATEGORICAL_CROSS_ENTROPY, Activation.SOFTMAX, pairs, targets, 0, 0, 1, -1, 0.5, -0.5);
    }

    /** δ = a Σ y − y, where the targets do not add up to 1. */
    @Example
    void targetsNeedNotAddUpToOne() {
        assertDelta(
                Cost.CATEGORICAL_CROSS_ENTROPY,
                Activation.SOFTMAX,
                new double[][] {{0, 0}},
                new double[][] {{1, 2}},
                0.5,
                -0.5);
    }

    private void assertCosts(Cost cost, Activation f, double[][] sums, double[][] targets, double... expected) {
        for (DType type : floatingTypes()) {
            try (Tensor z = matrix(type, sums);
                    Tensor a = z.activate(f);
                    Tensor y = matrix(type, targets);
                    Tensor costs = backend.zeros(Shape.of(sums.length), type)) {
                operations.costs(cost, f, z, a, y, costs);
                assertThat(costs.doubles()).as(cost.name()).containsExactly(expected, within(1e-30));
            }
        }
    }

    private void assertDelta(Cost cost, Activation f, double[][] sums, double[][] targets, double... expected) {
        for (DType type : floatingTypes()) {
            try (Tensor z = matrix(type, sums);
                    Tensor a = z.activate(f);
                    Tensor y = matrix(type, targets);
                    Tensor delta = backend.zeros(z.shape(), type)) {
                operations.costDelta(cost, f, z, a, y, delta);
                assertThat(delta.doubles()).as(cost.name()).containsExactly(expected, within(1e-30));
            }
        }
    }

    // ---- the tally --------------------------------------------------------------------------------------------------

    @Example
    void ofEqualOutputsTheFirstIsTheAnswer() {
        double[][] outputs = {{0.5, 0.5, 0.1}, {0.5, 0.5, 0.1}, {0.1, 0.5, 0.5}, {0, 0, 0}, {-1, -1, -2}};
        double[][] targets = {{1, 0, 0}, {0, 1, 0}, {0, 1, 0}, {1, 0, 0}, {1, 1, 0}};
        assertRight(outputs, targets, true, false, true, true, true);
    }

    @Example
    void aSingleOutputAnswersByItsSideOfAHalf() {
        double[][] outputs = {{0.9}, {0.9}, {0.1}, {0.1}, {0.51}, {-5}, {7}};
        double[][] targets = {{1}, {0}, {0}, {1}, {1}, {0}, {1}};
        assertRight(outputs, targets, true, false, true, false, true, true, true);
    }

    /** Each example alone, and all together. */
    private void assertRight(double[][] outputs, double[][] targets, boolean... right) {
        for (DType type : floatingTypes()) {
            double all = 0;
            for (int i = 0; i < outputs.length; i++) {
                double each = correct(type, new double[][] {outputs[i]}, new double[][] {targets[i]});
                assertThat(each).as("%s, example %d", type, i).isEqualTo(right[i] ? 1 : 0);
                all += each;
            }
            assertThat(correct(type, outputs, targets)).as("%s, together", type).isEqualTo(all);
        }
    }

    private double correct(DType type, double[][] outputs, double[][] targets) {
        try (Tensor costs = backend.zeros(Shape.of(outputs.length), type);
                Tensor a = matrix(type, outputs);
                Tensor y = matrix(type, targets);
                Tensor position = numbers(0, 0, 0, 0, 0, 0);
                Tensor tally = backend.zeros(Shape.of(3), DType.FLOAT64)) {
            operations.tally(costs, a, y, position, tally);
            return tally.doubles()[Operations.CORRECT];
        }
    }

    @Example
    void manyExamplesAreTalliedAsFew() {
        every(new Sizes(much(20_011), 3, 1), 1, false, call -> {
            if (call.operation().equals("tally")) {
                verify(call);
            }
        });
    }

    @Example
    void theFirstCostThatIsNotFiniteIsNotedAndNothingIsAddedFromThenOn() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            for (DType type : floatingTypes()) {
                try (Tensor costs = vector(type, 1, 2);
                        Tensor a = matrix(type, new double[][] {{1, 0}, {0, 1}});
                        Tensor position = numbers(5, 6, 41, 0, 0, 0);
                        Tensor tally = backend.zeros(Shape.of(3), DType.FLOAT64)) {
                    operations.tally(costs, a, a, position, tally);
                    assertThat(tally.doubles()).containsExactly(3, 2, 0);
                    costs.write(new double[] {1, bad});
                    operations.tally(costs, a, a, position, tally);
                    assertThat(tally.doubles()).as("a cost of %s", bad).containsExactly(3, 2, 42);
                    operations.advance(position, 2);
                    operations.tally(costs, a, a, position, tally);
                    costs.write(new double[] {1, 2});
                    operations.tally(costs, a, a, position, tally);
                    assertThat(tally.doubles()).as("a fault before").containsExactly(3, 2, 42);
                }
            }
        }
    }
}
