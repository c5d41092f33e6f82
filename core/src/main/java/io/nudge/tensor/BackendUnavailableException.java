package io.nudge.tensor;

/** A backend that was asked for by name cannot be had here; the message says why and what to do. */
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is missing.
     *
     * @param message what was asked for, why it cannot be had, what to do
     */
    public BackendUnavailableException(String message) {
        super(message);
    }

    /**
     * Says what is missing.
     *
     * @param message what was asked for, why it cannot be had, what to do
     * @param cause what was found out
     */
    public BackendUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
