package io.nudge.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An IDX file of unsigned bytes: a magic number (two zero bytes, the type of a value, the number of dimensions), the
 * dimensions as 32-bit big-endian numbers, and the values, row-major. The format is described with the MNIST database of
 * LeCun, Cortes and Burges.
 */
final class IdxFile {
    private static final int UNSIGNED_BYTES = 0x08;

    private final int size;
    private final byte[] values;

    private IdxFile(int size, byte[] values) {
        this.size = size;
        this.values = values;
    }

    /** What a file is expected to hold. */
    enum Content {
        IMAGES("images", 2051),
        LABELS("labels", 2049);

        private final String plural;
        private final int magic;

        Content(String plural, int magic) {
            this.plural = plural;
            this.magic = magic;
        }

        boolean allows(int dimensions) {
            return this == LABELS ? dimensions == 1 : dimensions >= 2;
        }
    }

    /** Reads a whole file. Memory is taken for what is there, not for what the header claims. */
    static IdxFile read(InputStream in, String name, Content content) throws IOException {
        int[] dimensions = readDimensions(in, name, readMagic(in, name, content));
        int claimed = valueCount(dimensions, name);
        byte[] values = in.readNBytes(claimed);
        if (values.length < claimed) {
            throw new DataException(
                    "%s is cut off: its header claims %s = %d values, but it holds %d: copy or download it again"
                            .formatted(name, product(dimensions), claimed, values.length));
        }
        if (in.read() >= 0) {
            throw new DataException(
                    "%s goes on after the %s = %d values that its header claims: the header or the file is wrong"
                            .formatted(name, product(dimensions), claimed));
        }
        return new IdxFile(dimensions[0], values);
    }

    /** Counts the examples: images, or labels. */
    int size() {
        return size;
    }

    /** Counts the values of one example: a picture's rows times columns. */
    int valuesEach() {
        return values.length / size;
    }

    /** The values as they are in the file, not copied, not to be written. */
    byte[] values() {
        return values;
    }

    private static int readMagic(InputStream in, String name, Content content) throws IOException {
        byte[] start = in.readNBytes(4);
        if (start.length < 4) {
            throw new DataException(
                    start.length == 0
                            ? name + " is empty"
                            : "%s is cut off: it holds %d bytes only".formatted(name, start.length));
        }
        int magic = ByteBuffer.wrap(start).getInt();
        if (magic >> 8 != UNSIGNED_BYTES || !content.allows(start[3])) {
            throw new DataException(
                    "%s is not an IDX file of %s: it begins with the number %d (0x%08x) instead of %d. %s"
                            .formatted(name, content.plural, magic, magic, content.magic, guess(magic, start)));
        }
        return start[3];
    }

    private static int[] readDimensions(InputStream in, String name, int count) throws IOException {
        byte[] header = in.readNBytes(count * Integer.BYTES);
        if (header.length < count * Integer.BYTES) {
            throw new DataException("%s is cut off within its header: copy or download it again".formatted(name));
        }
        int[] dimensions = new int[count];
        ByteBuffer.wrap(header).asIntBuffer().get(dimensions);
        return dimensions;
    }

    private static int valueCount(int[] dimensions, String name) {
        long count = 1;
        for (int dimension : dimensions) {
            count *= Integer.toUnsignedLong(dimension);
            if (count == 0) {
                throw new DataException(
                        "%s holds no values: its header claims %s".formatted(name, product(dimensions)));
            }
            if (count > Checks.LONGEST_ARRAY) {
                throw new DataException(
                        "%s: its header claims %s values, more than the %d that can be held: it is probably wrong"
                                .formatted(name, product(dimensions), Checks.LONGEST_ARRAY));
            }
        }
        return (int) count;
    }

    private static String product(int[] dimensions) {
        return Arrays.stream(dimensions).mapToObj(Integer::toUnsignedString).collect(Collectors.joining(" × "));
    }

    private static String guess(int magic, byte[] start) {
        if (magic >> 8 == UNSIGNED_BYTES) {
            return magic == Content.LABELS.magic
                    ? "That is a file of labels: images and labels may be swapped"
                    : "That is a file of images: images and labels may be swapped";
        }
        if (magic >>> 16 == 0) {
            return "That is IDX with values other than unsigned bytes, which is not read";
        }
        if (Integer.reverseBytes(magic) >> 8 == UNSIGNED_BYTES) {
            return "Its bytes are in the wrong order: IDX is big-endian";
        }
        if (magic == 0x504b0304) {
            return "That is a zip archive: unpack it first";
        }
        if (magic == 0x89504e47) {
            return "That is a PNG picture";
        }
        return guessText(start);
    }

    private static String guessText(byte[] start) {
        if (start[0] == '<') {
            return "That is a web page: the download went wrong";
        }
        for (byte value : start) {
            if (value < ' ' && value != '\n' && value != '\r' && value != '\t') {
                return "It is no kind of file that Nudge knows";
            }
        }
        return "That looks like text: a table is read as CSV";
    }
}
