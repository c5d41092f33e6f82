package io.nudge.check;

import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;

/**
 * How much rounding moves the computed cost C of a batch: N in the theory of difference quotients.
 *
 * <p>Every z, a and C₀ is rounded where it is computed, and what is rounded off acts on the cost as the chain rule says: a
 * local error e of z_j changes C₀ by δ_j e, one of a_j by ∂C₀/∂a_j e. The local error of a sum is that of its partial sums
 * and its terms (Wilkinson's running error analysis), each rounded by some u of its size. Errors of either sign are as
 * likely, so they add up as the root of their squares (Higham and Mary, "A new approach to probabilistic rounding error
 * analysis", 2019); N is four times that.
 */
final class Rounding {
    private static final double CONFIDENCE = 4;
    /** Errors of an elementary function, in units of u. */
    private static final double ELEMENTARY = 4;

    private Rounding() {}

    static double ofCost(Network network, Examples examples) {
        int batch = examples.size();
        try (Pass pass = Pass.inspection(network, batch)) {
            examples.writeAll(pass);
            pass.forward();
            pass.backward();
            double squares = ofCostItself(pass);
            for (int l = 1; l <= network.architecture().depth(); l++) {
                squares += ofSums(network, pass, l) + ofActivations(pass, l);
            }
            return CONFIDENCE * network.type().unitRoundoff() * Math.sqrt(squares) / batch;
        }
    }

    /** Σ over batch and neurons of the squared effect of rounding z, in units of u². */
    private static double ofSums(Network network, Pass pass, int l) {
        double[] x = pass.activation(l - 1).doubles();
        double[] w = network.weights(l).doubles();
        double[] b = network.bias(l).doubles();
        double[] delta = pass.delta(l).doubles();
        int in = x.length / pass.batch();
        double squares = 0;
        for (int i = 0; i < delta.length; i++) {
            int j = i % b.length;
            int row = i / b.length;
            squares += delta[i] * delta[i] * ofSum(w, j * in, x, row * in, in, b[j]);
        }
        return squares;
    }

    private static double ofSum(double[] w, int wAt, double[] x, int xAt, int in, double bias) {
        double squares = 0;
        double sum = 0;
        for (int k = 0; k < in; k++) {
            double term = w[wAt + k] * x[xAt + k];
            sum += term;
            squares += term * term + sum * sum;
        }
        sum += bias;
        return squares + sum * sum;
    }

    /** The same for a = σ(z); where cost and activation are computed in one, δ takes this place. */
    private static double ofActivations(Pass pass, int l) {
        Architecture architecture = pass.network().architecture();
        if (l == architecture.depth() && fused(architecture)) {
            return 0;
        }
        double[] z = pass.weightedSum(l).doubles();
        double[] a = pass.activation(l).doubles();
        double[] effect = pass.activationGradient(l).doubles();
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            double local = a[i] * (ELEMENTARY + Math.abs(z[i]));
            squares += a[i] == 0 ? 0 : effect[i] * effect[i] * local * local;
        }
        return squares;
    }

    /** Computing C₀ from the outputs, or from their z where that is done in one with the activation. */
    private static double ofCostItself(Pass pass) {
        Architecture architecture = pass.network().architecture();
        double squares = 0;
        for (double cost : pass.costs().doubles()) {
            squares += ELEMENTARY * ELEMENTARY * cost * cost * Math.sqrt(architecture.outputs());
        }
        if (fused(architecture)) {
            for (double z : pass.weightedSum(architecture.depth()).doubles()) {
                squares += ELEMENTARY * ELEMENTARY * (1 + z * z);
            }
        }
        return squares;
    }

    private static boolean fused(Architecture architecture) {
        Cost cost = architecture.cost();
        return cost.fusesWith(architecture.outputActivation());
    }
}
