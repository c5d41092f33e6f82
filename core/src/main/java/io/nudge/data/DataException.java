package io.nudge.data;

import java.io.Serial;

/**
 * Data that cannot be used. The message is one line that says what is wrong, where, and what to do.
 *
 * <p>Immutable, so safe to use from any thread.
 */
public final class DataException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    /**
     * Tells what is wrong with the data.
     *
     * @param message one line: what, where, and what to do
     */
    public DataException(String message) {
        super(message);
    }

    /**
     * Tells what is wrong with the data, and what showed it.
     *
     * @param message one line: what, where, and what to do
     * @param cause the exception that showed it
     */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
