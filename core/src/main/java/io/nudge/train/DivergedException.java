package io.nudge.train;

/**
 * The cost was not finite. The network keeps the parameters with which that happened; they are the last that were
 * computed.
 */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int epoch;
    private final int batch;
    private final int layer;

    DivergedException(String message, int epoch, int batch, int layer) {
        super(message);
        this.epoch = epoch;
        this.batch = batch;
        this.layer = layer;
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
     * The first layer that holds a number that is not finite.
     *
     * @return 1 to L; L + 1 if all layers are finite and only the cost is not
     */
    public int layer() {
        return layer;
    }
}
