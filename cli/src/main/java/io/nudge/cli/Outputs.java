package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.nn.Network;

/** Carries examples through a network, a block at a time. */
final class Outputs {
    private static final int BLOCK = 1000;

    private Outputs() {}

    /** Takes the outputs for one example. */
    interface Taker {
        /** Says whether there is a point in going on. */
        boolean take(int example, double[] outputs);
    }

    static void of(Network network, Dataset data, Taker taker) {
        for (int from = 0; from < data.size(); from += BLOCK) {
            double[][] outputs = network.predict(block(data, from, Math.min(BLOCK, data.size() - from)));
            for (int i = 0; i < outputs.length; i++) {
                if (!taker.take(from + i, outputs[i])) {
                    return;
                }
            }
        }
    }

    private static double[][] block(Dataset data, int from, int count) {
        double[][] rows = new double[count][data.inputs()];
        for (int i = 0; i < count; i++) {
            float[] input = data.input(from + i);
            for (int k = 0; k < input.length; k++) {
                rows[i][k] = input[k];
            }
        }
        return rows;
    }

    /** The answer: where the largest output is, the first of equals. */
    static int largest(double[] outputs) {
        int largest = 0;
        for (int j = 1; j < outputs.length; j++) {
            if (outputs[j] > outputs[largest]) {
                largest = j;
            }
        }
        return largest;
    }
}
