package io.nudge.model;

import io.nudge.model.Header.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * An open safetensors file: the length of a header (64 bits, little-endian), the header (JSON), and the numbers of all
 * tensors, little-endian. The format is described at https://github.com/huggingface/safetensors.
 *
 * <p>Everything that the header claims is checked against the file before memory is taken for it, and the checksum before
 * any tensor is given out.
 */
final class Safetensors implements AutoCloseable {
    /** Reads something from an open file. */
    @FunctionalInterface
    interface Reading<T> {
        T from(Safetensors file) throws IOException;
    }

    private static final int HEAD = 64;
    private static final int CHUNK = 1 << 16;

    private final RandomAccessFile in;
    private final long dataAt;
    private final Header header;

    private Safetensors(RandomAccessFile in) throws IOException {
        this.in = in;
        int length = headerLength();
        byte[] json = new byte[length];
        in.readFully(json);
        this.dataAt = Long.BYTES + (long) length;
        this.header = HeaderParser.parse(text(json), in.length() - dataAt);
        verify();
    }

    /**
     * Writes a file, whole or not at all.
     *
     * @param file where
     * @param metadata free text by key
     * @param tensors the tensors by name
     */
    static void write(Path file, Map<String, String> metadata, Map<String, Slice> tensors) {
        Header plain = Header.layOut(metadata, tensors);
        Header signed = plain.withChecksum(
                plain.checksum(entry -> tensors.get(entry.name()).checksum()));
        byte[] json = signed.bytes();
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array();
        AtomicFile.write(file, out -> {
            out.write(length);
            out.write(json);
            for (String name : signed.tensors().keySet()) {
                tensors.get(name).writeTo((bytes, count) -> out.write(bytes, 0, count));
            }
        });
    }

    /**
     * Opens a file, checks it and reads something from it.
     *
     * @param file which
     * @param reading what is done while it is open
     * @return what that gave
     * @throws ModelException if the file is not what it should be; the message begins with the file
     * @throws UncheckedIOException if it cannot be read
     */
    static <T> T read(Path file, Reading<T> reading) {
        try {
            requireFile(file);
            try (Safetensors open = open(file)) {
                return reading.from(open);
            }
        } catch (ModelException e) {
            throw e.in(file);
        } catch (EOFException e) {
            throw new ModelException(file + ": it became shorter while it was read; read it again", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new ModelException("this is a folder; name a file in it");
        }
        if (!Files.exists(file)) {
            throw new ModelException("there is no such file");
        }
        if (!Files.isRegularFile(file)) {
            throw new ModelException("this is not a regular file");
        }
        if (!Files.isReadable(file)) {
            throw new IOException("permission denied");
        }
    }

    @SuppressWarnings("resource") // it is closed here on failure, else by the caller
    private static Safetensors open(Path file) throws IOException {
        RandomAccessFile in = new RandomAccessFile(file.toFile(), "r");
        try {
            return new Safetensors(in);
        } catch (IOException | RuntimeException | Error e) {
            in.close();
            throw e;
        }
    }

    Map<String, String> metadata() {
        return header.metadata();
    }

    Map<String, Entry> tensors() {
        return header.tensors();
    }

    /**
     * Reads a tensor.
     *
     * @param name one of {@link #tensors()}
     * @param into of its type and shape; receives the values
     */
    void read(String name, Slice into) throws IOException {
        Entry entry = header.tensors().get(name);
        if (entry.type() != into.type() || !entry.shape().equals(into.shape())) {
            throw new IllegalArgumentException(entry + " does not fit into " + into);
        }
        in.seek(dataAt + entry.begin());
        into.readFrom((bytes, count) -> in.readFully(bytes, 0, count));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private int headerLength() throws IOException {
        byte[] head = new byte[(int) Math.min(HEAD, in.length())];
        in.readFully(head);
        in.seek(Math.min(Long.BYTES, head.length));
        if (head.length == 0) {
            throw new ModelException("this file is empty; copy or save it again");
        }
        long length = head.length <= Long.BYTES
                ? -1
                : ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > Header.LONGEST || head[Long.BYTES] != '{') {
            throw new ModelException("this is not a safetensors file; " + FileKind.guess(head));
        }
        if (length > in.length() - Long.BYTES) {
            throw new ModelException(
                    "it is cut off within its header: that takes %d bytes, but only %d follow; copy it again"
                            .formatted(length, in.length() - Long.BYTES));
        }
        return (int) length;
    }

    private static String text(byte[] json) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelException("its header is not UTF-8 text: it is corrupted; copy it again", e);
        }
    }

    /** Files of others have no checksum, and none is asked of them. */
    private void verify() throws IOException {
        String expected = header.metadata().get(Header.CHECKSUM);
        if (expected == null) {
            return;
        }
        Map<String, Long> sums = new LinkedHashMap<>();
        for (Entry entry : header.tensors().values()) {
            sums.put(entry.name(), checksum(entry));
        }
        String found = header.checksum(entry -> sums.get(entry.name()));
        if (!found.equals(expected)) {
            throw new ModelException(
                    "it is corrupted: its checksum is %s, but should be %s; copy it again, or take a backup"
                            .formatted(found, expected));
        }
    }

    private long checksum(Entry entry) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] chunk = new byte[CHUNK];
        in.seek(dataAt + entry.begin());
        for (long left = entry.end() - entry.begin(); left > 0; left -= chunk.length) {
            int count = (int) Math.min(chunk.length, left);
            in.readFully(chunk, 0, count);
            crc.update(chunk, 0, count);
        }
        return crc.getValue();
    }
}
