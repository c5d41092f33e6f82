package io.nudge.model;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Writes a file whole or not at all: into a temporary file beside it, to the disk, then under its name in one step. Whoever
 * opens the name, whenever the writer is killed or the power fails, finds the old content or the new, never a part.
 */
final class AtomicFile {
    /** One name for each process: what is left when it is killed is one file, however often it wrote. */
    private static final String TEMPORARY = ".nudge-" + UUID.randomUUID() + ".tmp";

    private static final Duration STALE = Duration.ofDays(1);

    /** Writes the content of a file. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Renames a file. */
    @FunctionalInterface
    interface Move {
        void move(Path from, Path to, CopyOption... options) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes a file; what was there before is replaced. If it cannot be written, what was there stays as it was.
     *
     * @param file where, in the default file system; the folder must be there
     * @param content what
     * @throws UncheckedIOException if it cannot be written; the message is one line with the file and the reason
     */
    static void write(Path file, Content content) {
        write(file, content, Files::move);
    }

    /** One at a time in a process, since the temporary name is shared. */
    static synchronized void write(Path file, Content content, Move move) {
        requireWritable(file);
        try {
            Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
            Path temporary = target.resolveSibling(TEMPORARY);
            try {
                temporary.toFile().deleteOnExit();
                writeToDisk(temporary, content);
                replace(temporary, target, move);
            } finally {
                Files.deleteIfExists(temporary);
            }
            flushFolder(target.getParent());
        } catch (IOException e) {
            throw failure(file, e.getMessage() + "; see that the disk has room", e);
        }
    }

    /**
     * Refuses at once what cannot be written: no folder, no permission, a folder of that name.
     *
     * @throws UncheckedIOException as {@link #write(Path, Content)}
     */
    static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw failure(file, "that is a folder; name a file in it", null);
        }
        if (!Files.isDirectory(folder)) {
            throw failure(file, "there is no folder " + folder + "; make it first", null);
        }
        if (!Files.isWritable(folder) || (Files.exists(file) && !Files.isWritable(file))) {
            throw failure(
                    file, "permission denied; choose another place, or give yourself permission to write there", null);
        }
        if (Files.exists(file) ? !Files.isRegularFile(file) : Files.isSymbolicLink(file)) {
            throw failure(file, "it is neither a file nor a link to one that is there; choose another name", null);
        }
    }

    /** Removes what processes that were killed left beside a file, once no one can be writing it any more. */
    static void removeLeftovers(Path file) {
        Instant stale = Instant.now().minus(STALE);
        try (DirectoryStream<Path> leftovers =
                Files.newDirectoryStream(file.toAbsolutePath().getParent(), ".nudge-*.tmp")) {
            for (Path leftover : leftovers) {
                if (Files.getLastModifiedTime(leftover).toInstant().isBefore(stale)) {
                    Files.deleteIfExists(leftover);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // They take room and do no other harm, so they can stay.
            return;
        }
    }

    private static UncheckedIOException failure(Path file, String reason, IOException cause) {
        String stays = Files.isRegularFile(file) ? " (the file that is there stays as it was)" : "";
        String message = "%s cannot be written: %s%s".formatted(file, reason, stays);
        return new UncheckedIOException(message, cause == null ? new IOException(message) : cause);
    }

    /** A stream, not a channel: a channel is closed when its thread is interrupted, and the file would be lost. */
    private static void writeToDisk(Path temporary, Content content) throws IOException {
        try (FileOutputStream file = new FileOutputStream(temporary.toFile())) {
            OutputStream out = new BufferedOutputStream(file);
            content.writeTo(out);
            out.flush();
            file.getFD().sync();
        }
    }

    private static void replace(Path temporary, Path target, Move move) throws IOException {
        try {
            move.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            move.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Makes the new name last through a power failure, where the system can do that. */
    private static void flushFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows cannot open a folder; there the name is not promised to last.
            return;
        }
    }
}
