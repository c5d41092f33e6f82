package io.nudge.train;

/**
 * Is told how a run goes, on the thread that trains. What a listener throws ends the run.
 *
 * <p>Example: {@code trainer.listener(new TrainingListener() { … })} with any of the methods.
 */
public interface TrainingListener {
    /**
     * The run begins or is resumed.
     *
     * @param epochs how many epochs it has in all
     * @param examples training examples in an epoch
     */
    default void started(int epochs, int examples) {}

    /**
     * A step was handed to the backend, or several that it takes as one; they need not be done yet. Called after every step or so,
     * so it must be quick.
     *
     * @param epoch the epoch's number, from 1
     * @param examples training examples of the epoch so far
     */
    default void stepDone(int epoch, int examples) {}

    /**
     * An epoch is over.
     *
     * @param result what it gave
     * @param state the whole state of the run, made when it is asked for
     */
    default void epochDone(EpochResult result, TrainingState.Source state) {}

    /**
     * Asked after every {@link #stepDone} and every epoch.
     *
     * @return true to end the run here; an epoch cut short does not enter the history
     */
    default boolean shouldStop() {
        return false;
    }
}
