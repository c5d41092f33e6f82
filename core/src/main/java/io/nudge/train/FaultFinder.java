package io.nudge.train;

import io.nudge.nn.Network;
import io.nudge.nn.Pass;

/**
 * Finds where a cost began not to be finite, by carrying the same batch forward again: the parameters are still those
 * with which it happened.
 */
final class FaultFinder {
    private final Network network;
    private final DeviceData data;

    FaultFinder(Network network, DeviceData data) {
        this.network = network;
        this.data = data;
    }

    /**
     * Explains a fault.
     *
     * @param subject what was found not to be finite, and when: {@code the cost is not finite in}
     * @param seed the run's seed
     * @param history the epochs before; the fault is in the next
     * @param step the step of that epoch, from 0
     * @param batch examples in a batch
     * @param totalSteps steps of the run before that step
     */
    DivergedException explain(String subject, long seed, History history, int step, int batch, long totalSteps) {
        int epochsDone = history.epochs().size();
        int row = step * batch;
        int rows = Math.min(batch, data.size() - row);
        try (Pass pass = Pass.training(network, rows, seed)) {
            pass.position().write(new long[] {row, 0, totalSteps, 0, 0, 0});
            data.gather(pass, data.load(row));
            pass.forwardWithDropout();
            int depth = network.architecture().depth();
            int layer = depth + 1;
            String what = "every layer is finite, and only the cost overflows";
            for (int l = depth; l >= 1; l--) {
                String found = firstFault(pass, l);
                if (found != null) {
                    layer = l;
                    what = "it began in layer " + l + " of " + depth + ", where " + found;
                }
            }
            return new DivergedException(
                    subject + " epoch " + (epochsDone + 1) + ", batch " + (step + 1) + ": " + what
                            + "; try a lower rate, a warm-up, clipping, or scaled inputs and initial weights",
                    epochsDone + 1,
                    step + 1,
                    layer,
                    history);
        }
    }

    private String firstFault(Pass pass, int l) {
        if (!finite(network.weights(l).doubles()) || !finite(network.bias(l).doubles())) {
            return "a step has made a weight or bias infinite or NaN";
        }
        if (!finite(pass.weightedSum(l).doubles())) {
            return "a weighted sum is infinite or NaN while all weights are finite";
        }
        return finite(pass.activation(l).doubles()) ? null : "an activation is infinite or NaN";
    }

    static boolean finite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
