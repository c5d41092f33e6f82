package io.nudge.model;

import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The header of a safetensors file: free text by key, and where each tensor lies in the data that follows.
 *
 * @param metadata free text by key
 * @param tensors the tensors by name, in the order of their data
 */
record Header(Map<String, String> metadata, Map<String, Entry> tensors) {
    /** The limit of the reference implementation: it refuses longer headers. */
    static final int LONGEST = 100_000_000;

    static final String METADATA = "__metadata__";

    /** Where Nudge keeps the checksum of everything else. */
    static final String CHECKSUM = "nudge_crc32c";

    /**
     * A tensor in the file.
     *
     * @param begin its first byte in the data
     * @param end the byte after its last
     */
    record Entry(String name, DType type, Shape shape, long begin, long end) {
        private Map<String, Object> json() {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("dtype", dtype(type));
            members.put(
                    "shape",
                    LongStream.range(0, shape.rank())
                            .map(i -> shape.dimension((int) i))
                            .toArray());
            members.put("data_offsets", new long[] {begin, end});
            return members;
        }
    }

    /** Lays tensors out one behind the other, the widest types first, so that each is aligned to its type. */
    static Header layOut(Map<String, String> metadata, Map<String, Slice> slices) {
        List<String> names = new ArrayList<>(slices.keySet());
        names.sort(Comparator.comparingInt(name -> -slices.get(name).type().bytes()));
        Map<String, Entry> entries = new LinkedHashMap<>();
        long at = 0;
        for (String name : names) {
            Slice slice = slices.get(name);
            long end = Math.addExact(at, slice.byteCount());
            entries.put(name, new Entry(name, slice.type(), slice.shape(), at, end));
            at = end;
        }
        return new Header(metadata, entries);
    }

    /** The same header with a checksum in it. */
    Header withChecksum(String checksum) {
        Map<String, String> more = new LinkedHashMap<>(metadata);
        more.put(CHECKSUM, checksum);
        return new Header(more, tensors);
    }

    long dataBytes() {
        return tensors.values().stream().mapToLong(Entry::end).max().orElse(0);
    }

    /** The header as JSON, filled up with spaces so that the data behind it are aligned to eight bytes. */
    byte[] bytes() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(METADATA, metadata);
        tensors.forEach((name, entry) -> members.put(name, entry.json()));
        return padded(utf8(Fields.write(members)));
    }

    static byte[] padded(byte[] json) {
        int length = (json.length + 7) / 8 * 8;
        if (length > LONGEST) {
            throw new ModelException("names, notes and history take %d bytes, but a safetensors header holds at most %d"
                    .formatted(length, LONGEST));
        }
        byte[] padded = Arrays.copyOf(json, length);
        Arrays.fill(padded, json.length, length, (byte) ' ');
        return padded;
    }

    private static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] array = new byte[bytes.remaining()];
            bytes.get(array);
            return array;
        } catch (CharacterCodingException e) {
            throw new ModelException("names or notes hold text that is not Unicode, so no file can hold it", e);
        }
    }

    /**
     * A checksum of what a file says, whatever the order in which it says it: CRC-32C over the metadata (but for the
     * checksum itself) by key, then over name, dtype, shape and CRC-32C of the data of each tensor, by name. Text goes in as
     * its length in UTF-8 and its bytes; numbers are big-endian, lengths of 32 bits, all others of 64.
     *
     * @param ofData the CRC-32C of a tensor's data
     */
    String checksum(ToLongFunction<Entry> ofData) {
        CRC32C crc = new CRC32C();
        try (DataOutputStream out =
                new DataOutputStream(new CheckedOutputStream(OutputStream.nullOutputStream(), crc))) {
            for (Map.Entry<String, String> each : new TreeMap<>(metadata).entrySet()) {
                if (!each.getKey().equals(CHECKSUM)) {
                    writeText(out, each.getKey());
                    writeText(out, each.getValue());
                }
            }
            for (Entry each : new TreeMap<>(tensors).values()) {
                writeText(out, each.name());
                writeText(out, dtype(each.type()));
                writeText(out, each.shape().toString());
                out.writeLong(ofData.applyAsLong(each));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "%08x".formatted(crc.getValue());
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String dtype(DType type) {
        return switch (type) {
            case FLOAT32 -> "F32";
            case FLOAT64 -> "F64";
            case INT64 -> "I64";
        };
    }
}
