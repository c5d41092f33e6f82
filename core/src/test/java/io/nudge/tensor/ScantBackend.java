package io.nudge.tensor;

/** A backend that says how much memory is free, whatever there is. */
public final class ScantBackend extends OracleBackend {
    private final long free;

    /**
     * Opens the oracle.
     *
     * @param free bytes
     */
    public ScantBackend(long free) {
        this.free = free;
    }

    @Override
    protected long freeBytes() {
        return free;
    }
}
