package io.nudge.train;

import io.nudge.math.LossScale;
import java.util.Map;

/**
 * All that a run needs to go on as if it had never stopped, between two epochs. Random numbers need no state of their
 * own: those of an epoch follow from the seed and the epoch's number.
 *
 * @param settings what the run was set to, by name; a resumed run must be set to the same
 * @param epoch epochs done
 * @param steps steps done
 * @param parameters the network's parameters, exact
 * @param optimizerState what the optimizer remembers, exact
 * @param best the parameters of the best epoch so far; empty where they are not kept
 * @param bestScore the score of that epoch: the larger, the better; −∞ before the first
 * @param bestEpoch that epoch's number; 0 before the first
 * @param lossScale k, where the loss scale is 2ᵏ; it counts on a backend that scales the loss
 * @param goodSteps steps since the loss scale last changed
 * @param history what the epochs gave
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle for saving, never compared; copies of networks cost memory
public record TrainingState(
        Map<String, String> settings,
        int epoch,
        long steps,
        double[] parameters,
        double[] optimizerState,
        double[] best,
        double bestScore,
        int bestEpoch,
        long lossScale,
        long goodSteps,
        History history) {
    /**
     * Copies the settings.
     *
     * @throws IllegalArgumentException if the loss scale is none that {@link LossScale} makes
     */
    public TrainingState {
        settings = Map.copyOf(settings);
        if (lossScale < 0 || lossScale > LossScale.LARGEST || goodSteps < 0 || goodSteps >= LossScale.PERIOD) {
            throw new IllegalArgumentException(
                    "a loss scale of 2^%d since %d steps is none; it is 2^0 to 2^%d, for less than %d steps"
                            .formatted(lossScale, goodSteps, LossScale.LARGEST, LossScale.PERIOD));
        }
    }

    /** Makes the state when it is asked for. */
    @FunctionalInterface
    public interface Source {
        /**
         * Reads the state from the backend.
         *
         * @return the state of this moment
         */
        TrainingState get();
    }
}
