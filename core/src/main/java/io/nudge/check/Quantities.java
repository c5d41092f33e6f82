package io.nudge.check;

import io.nudge.math.Activation;
import io.nudge.nn.Architecture;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;

/** The numbers in the tensors of a pass of one example, layer by layer; l counts as everywhere, 0 is the input. */
final class Quantities {
    /** At most so many numbers of a Jacobian are computed at once. */
    private static final int BLOCK = 1 << 20;

    private final Pass pass;
    private final Architecture architecture;
    final int depth;
    final double cost;
    final double[] target;
    final double[][] weightedSum;
    final double[][] activation;
    final double[][] delta;
    final double[][] activationGradient;
    final double[][] weights;
    final double[][] weightGradient;
    final double[][] bias;
    final double[][] biasGradient;

    /** Reads a pass of one example that has been forward and backward. */
    Quantities(Pass pass) {
        this.pass = pass;
        architecture = pass.network().architecture();
        depth = architecture.depth();
        cost = pass.costs().doubles()[0];
        target = pass.target().doubles();
        weightedSum = new double[depth + 1][];
        activation = new double[depth + 1][];
        delta = new double[depth + 1][];
        activationGradient = new double[depth + 1][];
        weights = new double[depth + 1][];
        weightGradient = new double[depth + 1][];
        bias = new double[depth + 1][];
        biasGradient = new double[depth + 1][];
        for (int l = 0; l <= depth; l++) {
            activation[l] = pass.activation(l).doubles();
            activationGradient[l] = pass.activationGradient(l).doubles();
            if (l > 0) {
                readLayer(l);
            }
        }
    }

    private void readLayer(int l) {
        weightedSum[l] = pass.weightedSum(l).doubles();
        delta[l] = pass.delta(l).doubles();
        weights[l] = pass.network().weights(l).doubles();
        weightGradient[l] = pass.weightGradient(l).doubles();
        bias[l] = pass.network().bias(l).doubles();
        biasGradient[l] = pass.biasGradient(l).doubles();
    }

    /** Where w_jk lies in the weights of a layer. */
    int index(int l, int j, int k) {
        return j * activation[l - 1].length + k;
    }

    /** ∂a_i/∂z_j of a layer for all i, from the backend's own σ′ or, for softmax, its own chain rule. */
    @SuppressWarnings("try") // the scope is there to close
    double[] slopes(int l, int j) {
        Activation f = architecture.layer(l).activation();
        double[] slopes = new double[weightedSum[l].length];
        try (Scope scope = Scope.open()) {
            if (f.elementwise()) {
                slopes[j] = pass.weightedSum(l).activatePrime(f).doubles()[j];
            } else {
                int rows = Math.max(1, BLOCK / slopes.length);
                for (int i = 0; i < slopes.length; i += rows) {
                    jacobian(l, f, i, Math.min(rows, slopes.length - i), j, slopes);
                }
            }
        }
        return slopes;
    }

    /** The chain rule with ∂C₀/∂a = 1 for a_i and 0 for all others gives the row ∂a_i/∂z of the Jacobian. */
    private void jacobian(int l, Activation f, int first, int rows, int j, double[] slopes) {
        int n = slopes.length;
        double[] unit = new double[rows * n];
        for (int i = 0; i < rows; i++) {
            unit[i * n + first + i] = 1;
        }
        Backend backend = pass.network().backend();
        Shape shape = Shape.of(rows, n);
        Tensor z = backend.tensor(
                Examples.repeated(weightedSum[l], rows), shape, pass.network().type());
        Tensor a = backend.tensor(
                Examples.repeated(activation[l], rows), shape, pass.network().type());
        Tensor upstream = backend.tensor(unit, shape, pass.network().type());
        backend.operations().chain(f, z, a, upstream, upstream);
        double[] jacobian = upstream.doubles();
        for (int i = 0; i < rows; i++) {
            slopes[first + i] = jacobian[i * n + j];
        }
    }
}
