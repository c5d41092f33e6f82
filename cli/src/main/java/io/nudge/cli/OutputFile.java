package io.nudge.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file to be written whole or not at all: what was there before stays until the new one is complete. */
final class OutputFile {
    /** Writes the content. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private OutputFile() {}

    /** Refuses a file that could not be written; a file that is not asked for is fine. */
    static void requireWritable(String option, Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw refused(option, file, "that is a folder; name a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw refused(option, file, "there is no folder " + folder + "; make it first");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw refused(option, file, "that is no regular file; choose another name");
        }
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw refused(option, file, "permission denied; choose another name, or change its permissions");
        }
        try {
            Files.delete(Files.createTempFile(folder, ".nudge-", ".tmp")); // permissions alone do not tell
        } catch (IOException e) {
            throw refused(option, file, "the folder takes no new files (" + Failure.reason(e) + "); choose another");
        }
    }

    private static UncheckedIOException refused(String option, Path file, String why) {
        String message = Text.format("%s %s cannot be written: %s", option, file, why);
        return new UncheckedIOException(message, new IOException(message));
    }

    /** Writes a file beside the one that is meant, then puts it in its place. */
    static void write(Path file, Content content) {
        try {
            Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
            Path temporary = target.resolveSibling(
                    "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
            try {
                try (OutputStream out =
                        Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    content.writeTo(out);
                }
                replace(temporary, target);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    Text.format("%s cannot be written: %s; see that the disk has room", file, Failure.reason(e)), e);
        }
    }

    private static void replace(Path temporary, Path target) throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
