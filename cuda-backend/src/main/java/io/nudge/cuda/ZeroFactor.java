package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;

/**
 * Whether products leave c alone where alpha is 0 and beta 1, even if there is NaN in a or b: after a cost that is not
 * finite, only then may weights move by products. Reference BLAS does so ("if ALPHA is zero the values in A and B do not
 * affect the result", LAPACK's dgemm); cuBLAS's manual does not say, so it is tried: that of CUDA 13.1 on an H200 does not.
 */
final class ZeroFactor {
    /** Batch, outputs and inputs: an outer product, less than a tile, and several tiles. */
    private static final int[][] SIZES = {{1, 1, 63}, {5, 5, 5}, {160, 160, 160}};

    private ZeroFactor() {}

    static boolean keepsOut(Backend backend) {
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (int[] size : SIZES) {
                if (!keepsOut(backend, type, size[0], size[1], size[2])) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean keepsOut(Backend backend, DType type, int batch, int outputs, int inputs) {
        try (Tensor delta = tensor(backend, type, batch, outputs);
                Tensor x = tensor(backend, type, batch, inputs);
                Tensor factors = tensor(backend, type, 2);
                Tensor weights = tensor(backend, type, outputs, inputs)) {
            factors.write(new double[] {0, 1});
            backend.operations().fill(delta, Double.NaN);
            backend.operations().fill(x, Double.NaN);
            backend.operations().fill(weights, 1);
            backend.operations().stepWeights(delta, x, factors, weights);
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
