package io.nudge.train;

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
        History history) {
    /** Copies the settings. */
    public TrainingState {
        settings = Map.copyOf(settings);
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
