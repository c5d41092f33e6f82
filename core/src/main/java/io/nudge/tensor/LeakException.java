package io.nudge.tensor;

/** A backend was closed while tensors made on it were still open. Their memory has been given back all the same. */
public final class LeakException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Names the tensors.
     *
     * @param message which tensors, and how to find where each was made
     */
    public LeakException(String message) {
        super(message);
    }
}
