package io.nudge.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Where data is read from: a file, plain or gzip, or a resource of Nudge; and what is said when that fails. */
final class Source {
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int BUFFER = 1 << 16;
    private static final int LISTED = 12;

    private Source() {}

    /** Reads something from an open stream. */
    @FunctionalInterface
    interface Reading<T> {
        T from(InputStream in) throws IOException;
    }

    /** Opens a file, unpacks it if it is gzip, whatever its name, and reads from it. */
    static <T> T read(Path file, Reading<T> reading) {
        checkExists(file);
        return read(() -> Files.newInputStream(file), file.toString(), reading);
    }

    /** Does the same for a resource beside this class. */
    static <T> T readResource(String name, Reading<T> reading) {
        return read(() -> resource(name), name, reading);
    }

    private static InputStream resource(String name) {
        InputStream in = Source.class.getResourceAsStream(name);
        if (in == null) {
            throw new DataException("%s is missing from Nudge's own jar: build it again".formatted(name));
        }
        return in;
    }

    private static <T> T read(Opening opening, String name, Reading<T> reading) {
        try (InputStream raw = opening.open();
                InputStream in = unpacked(raw)) {
            return reading.from(in);
        } catch (IOException failure) {
            throw explained(failure, name);
        }
    }

    @FunctionalInterface
    private interface Opening {
        InputStream open() throws IOException;
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        InputStream in = new BufferedInputStream(raw, BUFFER);
        in.mark(2);
        int magic = in.read() << 8 | in.read();
        in.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(in, BUFFER) : in;
    }

    private static RuntimeException explained(IOException failure, String name) {
        if (failure instanceof ZipException || failure instanceof EOFException) {
            return new DataException(
                    "%s: the gzip data is corrupted or cut off (%s): copy or download the file again"
                            .formatted(name, failure.getMessage()),
                    failure);
        }
        String reason = failure instanceof AccessDeniedException ? "permission denied" : failure.getMessage();
        return new UncheckedIOException("%s cannot be read: %s".formatted(name, reason), failure);
    }

    private static void checkExists(Path file) {
        if (Files.isDirectory(file)) {
            throw new DataException("%s is a folder, not a file; it holds %s".formatted(file, listing(file)));
        }
        if (!Files.exists(file)) {
            Path folder = file.toAbsolutePath().getParent();
            String instead = folder == null || !Files.isDirectory(folder)
                    ? "nor is there a folder " + folder
                    : "the folder %s holds %s".formatted(folder, listing(folder));
            throw new DataException("there is no file %s; %s".formatted(file, instead));
        }
    }

    /** What is in a folder, in words, for a message. */
    static String listing(Path folder) {
        List<String> names = names(folder);
        if (names.isEmpty()) {
            return "nothing";
        }
        String shown = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
        return names.size() <= LISTED ? shown : shown + " and %d more".formatted(names.size() - LISTED);
    }

    /** The names of what is in a folder, sorted. */
    static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException failure) {
            throw explained(failure, folder.toString());
        }
    }
}
