package io.nudge.model;

import java.io.Serial;
import java.nio.file.Path;

/**
 * A file that does not hold a model that can be used, or a model that cannot be written as one. The message is one line
 * that says which file, what is wrong and what to do.
 *
 * <p>Failures of the disk itself (no room, no permission) are {@link java.io.UncheckedIOException} instead.
 */
public final class ModelException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int LONGEST = 500;

    ModelException(String message) {
        this(message, null);
    }

    ModelException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /** The same, with the file that it is about. */
    ModelException in(Path file) {
        return new ModelException(file + ": " + getMessage(), this);
    }

    /** What files hold is quoted in messages, so it may be anything. */
    private static String oneLine(String message) {
        String line = message.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + " …";
    }
}
