package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;

/**
 * Whether products leave c alone where alpha is 0 and beta 1, even if there is NaN in a or b: after a cost that is not
 * finite, only then may weights move by products. Reference BLAS does so ("if ALPHA is zero the values in A and B do not
 * affect the result", LAPACK's dgemm); cuBLAS's manual does not say, so it is asked.
 */
final class ZeroFactor {
    /** Less than a tile, and several tiles. */
    private static final int[] SIZES = {5, 160};

    private ZeroFactor() {}

    static boolean keepsOut(Backend backend) {
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (int size : SIZES) {
                if (!keepsOut(backend, type, size)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean keepsOut(Backend backend, DType type, int size) {
        try (Tensor unknown = tensor(backend, type, size, size);
                Tensor factors = tensor(backend, type, 2);
                Tensor weights = tensor(backend, type, size, size)) {
            factors.write(new double[] {0, 1});
            backend.operations().fill(unknown, Double.NaN);
            backend.operations().fill(weights, 1);
            backend.operations().stepWeights(unknown, unknown, factors, weights);
            for (double weight : weights.doubles()) {
                if (weight != 1) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Tensor tensor(Backend backend, DType type, long... sides) {
        return Scope.unscoped(() -> backend.zeros(Shape.of(sides), type)).named("trial of products");
    }
}
