package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.Descent;
import io.nudge.math.LossScale;
import io.nudge.math.Optimizer;
import net.jqwik.api.Example;

/** The optimizers' steps, and batches. */
public abstract class TrainingSpecification extends CallSpecification {
    private static final double NONE = Double.POSITIVE_INFINITY;

    @Override
    final Catalogue catalogue() {
        return TrainingCalls.training();
    }

    @Example
    void manyParametersMoveAsFewDo() {
        every(new Sizes(1, much(70_003), 1), 1, false, this::verify);
    }

    @Example
    void stepsByHand() {
        assertSteps(new Optimizer.Sgd(0.5), new double[] {1, -2}, new double[] {0.5, -1}, new double[] {0, 0});
        // v = −0.5, then 0.5 · −0.5 − 0.5 = −0.75
        assertSteps(
                new Optimizer.Momentum(0.5, 0.5), new double[] {1, -2}, new double[] {0.5, -1}, new double[] {-0.25, 0.5
                });
        // w + 0.5 v − 0.5 = 1 − 0.75, then v = −0.75: 0.25 − 0.375 − 0.5
        assertSteps(new Optimizer.Nesterov(0.5, 0.5), new double[] {1, -2}, new double[] {0.25, -0.5}, new double[] {
            -0.625, 1.25
        });
        // s = ¾ g², then ¾ g² + ¼ · ¾ g²: steps of 0.5 / √0.75 and 0.5 / √0.9375
        assertSteps(
                new Optimizer.RmsProp(0.5, 0.25, 1e-12),
                new double[] {1, -2},
                new double[] {1 - 0.57735026919, -2 + 0.57735026919},
                new double[] {1 - 0.57735026919 - 0.51639777949, -2 + 0.57735026919 + 0.51639777949});
        // with a constant gradient the corrected means are g and g², so every step is the rate
        assertSteps(
                new Optimizer.Adam(0.5, 0.9, 0.999, 1e-12),
                new double[] {1, -2},
                new double[] {0.5, -1.5},
                new double[] {0, -1});
    }

    /** Two steps with the gradients 1 and −2 (for the second step of sgd: the same ones again). */
    private void assertSteps(Optimizer optimizer, double[] from, double[] first, double[] second) {
        for (DType type : floatingTypes()) {
            try (Run run = new Run(type, Descent.of(optimizer), from, new double[] {1, -2}, 0)) {
                run.step();
                assertThat(run.parameters.doubles()).as(optimizer.name()).containsExactly(first, within(1e-6));
                run.step();
                assertThat(run.parameters.doubles())
                        .as(optimizer.name() + ", second step")
                        .containsExactly(second, within(1e-6));
            }
        }
    }

    /** A run of a few steps over a few parameters. */
    private final class Run implements AutoCloseable {
        private final Scope scope = Scope.open();
        private final Descent rule;
        private final Tensor parameters;
        private final Tensor gradients;
        private final Tensor norm = backend.zeros(Shape.of(1), DType.FLOAT64);
        private final Tensor state;
        private final Tensor schedule;
        private final Tensor position = numbers(0, 0, 0, 0, 0, 0);
        private final Tensor tally = backend.zeros(Shape.of(3), DType.FLOAT64);
        private final long penalized;

        Run(DType type, Descent rule, double[] from, double[] gradients, long penalized) {
            this.rule = rule;
            this.parameters = vector(type, from);
            this.gradients = vector(type, gradients);
            this.state = backend.zeros(Shape.of((long) rule.optimizer().slots() * from.length), type);
            this.schedule = matrix(DType.FLOAT64, new double[][] {
                rule.optimizer().row(1, 0),
                rule.optimizer().row(1, 1),
                rule.optimizer().row(0.5, 2)
            });
            this.penalized = penalized;
        }

        void step() {
            operations.descend(rule, parameters, penalized, gradients, norm, state, schedule, position, tally, 1);
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    @Example
    void theRateIsThatOfTheScheduleAtThePosition() {
        for (DType type : floatingTypes()) {
            try (Run run = new Run(type, Descent.of(new Optimizer.Sgd(1)), new double[] {0}, new double[] {1}, 0)) {
                run.position.write(new long[] {0, 2, 0, 0, 0, 0});
                run.step();
                assertThat(run.parameters.doubles()).containsExactly(-0.5);
            }
        }
    }

    @Example
    void penaltiesAndDecayAreForTheWeightsInFront() {
        for (DType type : floatingTypes()) {
            Descent penalties = new Descent(new Optimizer.Sgd(1), 0.25, 0.5, NONE, NONE);
            try (Run run = new Run(type, penalties, new double[] {2, -2, 0, 2}, new double[4], 3)) {
                run.step();
                assertThat(run.parameters.doubles()).containsExactly(0.75, -0.75, 0, 2);
            }
            Descent decay = Descent.of(new Optimizer.AdamW(0.5, 0.9, 0.999, 1e-8, 0.25));
            try (Run run = new Run(type, decay, new double[] {2, 2}, new double[2], 1)) {
                run.step();
                assertThat(run.parameters.doubles()).containsExactly(1.75, 2);
            }
        }
    }

    @Example
    void gradientsAreClippedByValueThenByNorm() {
        for (DType type : floatingTypes()) {
            Descent rule = new Descent(new Optimizer.Sgd(1), 0, 0, 4, 2.5);
            try (Run run = new Run(type, rule, new double[] {0, 0}, new double[] {3, -100}, 0)) {
                run.step(); // (3, −4) has the norm 5
                assertThat(run.parameters.doubles()).containsExactly(-1.5, 2);
                assertThat(run.gradients.doubles()).containsExactly(1.5, -2);
            }
        }
    }

    @Example
    void afterAFaultNothingMoves() {
        for (DType type : floatingTypes()) {
            for (Optimizer optimizer : Catalogue.OPTIMIZERS) {
                try (Run run = new Run(type, Descent.of(optimizer), new double[] {1, 2}, new double[] {3, 4}, 1)) {
                    run.tally.write(new double[] {0, 0, 1});
                    operations.fill(run.state, 0.5);
                    double[] state = run.state.doubles();
                    run.step();
                    assertThat(run.parameters.doubles()).as(optimizer.name()).containsExactly(1, 2);
                    assertSame(optimizer.name() + ": state", run.state.doubles(), state);
                }
            }
        }
    }

    // ---- batches ----------------------------------------------------------------------------------------------------

    @Example
    void aBatchFollowsTheOrderAndBeginsAgainAfterItsEnd() {
        for (DType type : floatingTypes()) {
            try (Tensor rows = matrix(type, new double[][] {{0, 0.5}, {1, 1.5}, {2, 2.5}, {3, 3.5}});
                    Tensor order = numbers(3, 1, 2);
                    Tensor position = numbers(1, 0, 0, 0, 0, 0);
                    Tensor batch = backend.zeros(Shape.of(4, 2), type)) {
                operations.gather(rows, order, position, batch);
                assertThat(batch.doubles()).containsExactly(1, 1.5, 2, 2.5, 3, 3.5, 1, 1.5);
                operations.advance(position, 4);
                operations.gather(rows, order, position, batch);
                assertThat(batch.doubles())
                        .as("from row 5 of an order of 3")
                        .containsExactly(2, 2.5, 3, 3.5, 1, 1.5, 2, 2.5);
            }
        }
    }

    @Example
    void labelsBecomeRowsWithOneOne() {
        for (DType type : floatingTypes()) {
            try (Tensor labels = numbers(2, 0, 1);
                    Tensor order = numbers(0, 1, 2);
                    Tensor position = numbers(2, 0, 0, 0, 0, 0);
                    Tensor batch = backend.zeros(Shape.of(2, 3), type)) {
                operations.fill(batch, Double.NaN);
                operations.gatherOneHot(labels, order, position, batch);
                assertThat(batch.doubles()).containsExactly(0, 1, 0, 0, 0, 1);
            }
        }
    }

    @Example
    void manyRowsAreGatheredAsFew() {
        every(new Sizes(much(997), 97, much(1501)), 1, false, call -> {
            if (call.operation().startsWith("gather")) {
                verify(call);
            }
        });
    }

    @Example
    void aPositionMovesOnByRowsAndOneStep() {
        try (Tensor position = numbers(10, 3, 1L << 40, 7, 8, 1)) {
            operations.advance(position, 32);
            operations.advance(position, 0);
            assertThat(position.longs()).containsExactly(42, 5, (1L << 40) + 2, 7, 8, 1);
        }
    }

    // ---- the loss scale ---------------------------------------------------------------------------------------------

    @Example
    void gradientsThatAreNotFiniteSkipTheStepAndHalveTheLossScale() {
        for (DType type : floatingTypes()) {
            Descent rule = Descent.of(Optimizer.adam(0.1));
            double[] infinite = {1, Double.POSITIVE_INFINITY};
            try (Run run = new Run(type, rule, new double[] {3, 4}, infinite, 2)) {
                run.position.write(new long[] {0, 0, 0, 16, 1999, 0});
                stepOfScaledLoss(run);
                assertThat(run.parameters.doubles()).containsExactly(3, 4);
                assertThat(run.state.doubles()).containsOnly(0);
                assertThat(run.position.longs()).containsExactly(1, 1, 1, 15, 0, 1);

                run.gradients.write(new double[] {1, 1});
                stepOfScaledLoss(run);
                assertThat(run.parameters.doubles()[0]).isLessThan(3);
                assertThat(run.position.longs()).containsExactly(2, 2, 2, 15, 1, 0);
            }
        }
    }

    private void stepOfScaledLoss(Run run) {
        if (!operations.scalesLoss()) { // else the step begins with it
            operations.unscale(run.gradients, run.position);
        }
        run.step();
    }

    @Example
    void theLossScaleIsDoubledAfterAPeriodOfFiniteGradients() {
        for (DType type : floatingTypes()) {
            try (Tensor gradients = vector(type, 6, -2);
                    Tensor position = numbers(0, 0, 0, 1, LossScale.PERIOD - 2, 0)) {
                operations.unscale(gradients, position);
                assertThat(gradients.doubles()).containsExactly(3, -1);
                assertThat(position.longs()).containsExactly(0, 0, 0, 1, LossScale.PERIOD - 1, 0);
                operations.unscale(gradients, position);
                assertThat(gradients.doubles()).containsExactly(1.5, -0.5);
                assertThat(position.longs()).containsExactly(0, 0, 0, 2, 0, 0);
            }
        }
    }
}
