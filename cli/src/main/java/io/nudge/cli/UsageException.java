package io.nudge.cli;

import java.io.Serial;
import java.util.function.Supplier;

/** An option has a value that it cannot have. The message is one line that names the option and says what to do. */
final class UsageException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    UsageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Makes a value from an option's text; what is refused is the option's fault. */
    static <T> T of(String option, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage(), e);
        }
    }
}
