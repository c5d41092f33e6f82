package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;

/** Rows added to a matrix, sums over rows and over everything, transposition. */
public abstract class SumSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TensorCalls.sums();
    }

    @Example
    void manyRowsAndColumnsAreAsRightAsFew() {
        every(new Sizes(much(1031), much(127), 1), 1, false, this::verify);
        every(new Sizes(3, much(43_711), 1), 2, false, this::verify);
        every(new Sizes(much(43_711), 3, 1), 3, false, this::verify);
    }

    @Example
    void theSumOfRowsIsScaledAndAddedToWhatWasThere() {
        for (DType type : floatingTypes()) {
            try (Tensor x = matrix(type, new double[][] {{1, 10}, {2, 20}, {4, 40}});
                    Tensor sum = vector(type, 100, 200)) {
                operations.sumRows(x, 0.5, 2, sum);
                assertThat(sum.doubles()).containsExactly(203.5, 435);
                operations.sumRows(x, 1, 0, sum);
                assertThat(sum.doubles()).containsExactly(7, 70);
            }
        }
    }

    @Example
    void withBetaZeroWhatWasThereDoesNotCount() {
        for (DType type : floatingTypes()) {
            try (Tensor x = matrix(type, new double[][] {{1, 2}});
                    Tensor none = backend.zeros(Shape.of(0, 2), type);
                    Tensor sum = vector(type, Double.NaN, Double.POSITIVE_INFINITY)) {
                operations.sumRows(x, 3, 0, sum);
                assertThat(sum.doubles()).containsExactly(3, 6);
                operations.fill(sum, Double.NaN);
                operations.sumRows(none, 3, 0, sum);
                assertThat(sum.doubles()).as("the sum of no rows").containsExactly(0, 0);
            }
        }
    }

    /** 2²⁴ + 1 + 1 … in float32 would stay 2²⁴. */
    @Example
    void squaresAreSummedInFloat64() {
        try (Tensor x = backend.zeros(Shape.of(1001), DType.FLOAT32);
                Tensor sum = backend.zeros(Shape.of(1), DType.FLOAT64)) {
            operations.fill(x, 1);
            x.view(0, Shape.of(1)).write(new double[] {4096});
            operations.sumSquares(x, sum);
            assertThat(sum.doubles()).containsExactly(0x1p24 + 1000);
        }
    }

    @Example
    void clippingByNormShortensWhatIsTooLongAndNothingElse() {
        for (DType type : floatingTypes()) {
            try (Tensor x = vector(type, 3, -4);
                    Tensor squares = backend.zeros(Shape.of(1), DType.FLOAT64)) {
                operations.sumSquares(x, squares);
                operations.rescale(x, 5, squares);
                assertThat(x.doubles()).as("at the limit").containsExactly(3, -4);
                operations.rescale(x, 1, squares);
                double u = type.unitRoundoff();
                assertThat(x.doubles())
                        .containsExactly(new double[] {0.6, -0.8}, org.assertj.core.data.Offset.offset(3 * u));
            }
        }
    }
}
