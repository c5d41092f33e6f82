package io.nudge.tensor;

import io.nudge.math.RandomStream;
import io.nudge.math.Threefry;
import io.nudge.nn.Architecture;

/**
 * What dropout keeps in a step, forward and on the way back.
 *
 * @param seed of the run
 * @param total the step's number in the run
 */
record Dropped(long seed, long total) {
    /** A layer's x [example][neuron], where kept divided by what is kept in the mean, else 0; as it is where the layer drops nothing. */
    Rounded[][] of(Rounded[][] x, Architecture architecture, int layer, Rounding r) {
        double rate = layer == 0 ? 0 : architecture.layer(layer).dropout();
        if (rate == 0) {
            return x;
        }
        Rounded factor = r.constant(1 / (1 - share(rate)));
        Rounded[][] kept = new Rounded[x.length][architecture.neurons(layer)];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < kept[i].length; j++) {
                boolean keeps = keeps(rate, layer, i * kept[i].length + j);
                kept[i][j] = keeps ? r.times(factor, x[i][j]) : r.exact(0);
            }
        }
        return kept;
    }

    private boolean keeps(double rate, int layer, int element) {
        long stream = RandomStream.streamId(RandomStream.Use.DROPOUT, layer);
        return Threefry.half(seed, stream, total, element) >= share(rate) * 0x1p16;
    }

    /** What is dropped in the mean: a rate in whole steps of 2⁻¹⁶. */
    static double share(double rate) {
        return Math.floor(rate * 0x1p16) * 0x1p-16;
    }
}
