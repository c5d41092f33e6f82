package io.nudge.cli;

import io.nudge.data.DataException;
import io.nudge.model.ModelException;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.DeviceFaultException;
import io.nudge.tensor.LeakException;
import io.nudge.train.DivergedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/**
 * What a command ends with when it cannot go on: an exit code and one line for people.
 *
 * @param exitCode 1 or 2
 * @param line what is wrong and what to do
 */
record Failure(int exitCode, String line) {
    private static final String STACKTRACE = "; run again with --stacktrace to see where";

    static Failure of(Throwable thrown) {
        int code = thrown instanceof UsageException ? ExitCode.USAGE : ExitCode.FAILED;
        return new Failure(code, oneLine(explain(thrown)));
    }

    private static String explain(Throwable thrown) {
        if (thrown instanceof UncheckedIOException io) {
            return ofFile(io.getCause(), io.getMessage());
        }
        if (thrown instanceof IOException io) {
            return ofFile(io, io.getMessage());
        }
        if (thrown instanceof OutOfMemoryError) {
            return outOfMemory(thrown.getMessage());
        }
        return isExpected(thrown) ? thrown.getMessage() : "internal error: " + describe(thrown) + STACKTRACE;
    }

    /** A backend says what to do; Java does not. */
    private static String outOfMemory(String message) {
        return message != null && message.contains(";")
                ? message
                : "out of memory (" + message + "); choose a smaller --batch or network, or give Java more, as in "
                        + "NUDGE_JAVA_OPTS=-Xmx8g";
    }

    /** Mistakes of the user and of the world, whose messages are written for people. */
    private static boolean isExpected(Throwable thrown) {
        return thrown.getMessage() != null
                && (thrown instanceof UsageException
                        || thrown instanceof DataException
                        || thrown instanceof IllegalArgumentException
                        || thrown instanceof ModelException
                        || thrown instanceof DivergedException
                        || thrown instanceof BackendUnavailableException
                        || thrown instanceof DeviceFaultException)
                && !(thrown instanceof LeakException);
    }

    /** Why a file could not be read or written, in the words of the system. */
    static String reason(IOException failure) {
        Throwable deepest = failure; // ImageIO hides what the disk said
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest instanceof IOException io ? ofFile(io, io.getMessage()) : describe(deepest);
    }

    /** The exceptions of java.nio.file have a bare path as their message. */
    private static String ofFile(IOException cause, String message) {
        if (!(cause instanceof FileSystemException file) || !isBare(file, message)) {
            return message == null ? describe(cause) : message;
        }
        if (file instanceof NoSuchFileException) {
            return "there is no file or folder " + file.getFile();
        }
        if (file instanceof AccessDeniedException) {
            return file.getFile()
                    + " may not be read or written by this user; change its permissions or choose another";
        }
        if (file instanceof FileAlreadyExistsException) {
            return file.getFile() + " exists already; choose another name";
        }
        return file.getFile() + ": " + (file.getReason() == null ? describe(file) : file.getReason());
    }

    private static boolean isBare(FileSystemException file, String message) {
        return message == null || message.equals(file.getMessage()) || message.equals(file.toString());
    }

    private static String describe(Throwable thrown) {
        String message = thrown.getMessage();
        return thrown.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /** Whether an output failed because nobody reads it any more. */
    static boolean isBrokenPipe(IOException failure) {
        return failure.getMessage() != null
                && failure.getMessage().toLowerCase(Locale.ROOT).contains("pipe");
    }
}
