package io.nudge.train;

/**
 * The cost or a parameter was not finite. The network keeps the parameters with which that happened, or, where the trainer
 * keeps the best epoch and there was one, those of the best.
 */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int epoch;
    private final int batch;
    private final int layer;
    private final transient History history;

    DivergedException(String message, int epoch, int batch, int layer, History history) {
        super(message);
        this.epoch = epoch;
        this.batch = batch;
        this.layer = layer;
        this.history = history;
    }

    /**
     * The epoch in which it began.
     *
     * @return its number, from 1
     */
    public int epoch() {
        return epoch;
    }

    /**
     * The batch of that epoch whose cost was the first that is not finite.
     *
     * @return its number, from 1
     */
    public int batch() {
        return batch;
    }

    /**
     * What the epochs before gave.
     *
     * @return the history
     */
    public History history() {
        return history;
    }

    /**
     * The first layer that holds a number that is not finite.
     *
     * @return 1 to L; L + 1 if all layers are finite and only the cost is not
     */
    public int layer() {
        return layer;
    }
}
