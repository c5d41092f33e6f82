package io.nudge.model;

import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A tensor on its way to a file or out of one: a part of a Java array. Bits are copied as they are, whatever number they
 * stand for.
 *
 * @param shape its shape
 * @param type its type
 * @param array {@code float[]}, {@code double[]} or {@code long[]}, as the type says
 * @param offset where it begins in the array
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; it is there to copy nothing
record Slice(DType type, Shape shape, Object array, int offset) {
    private static final int CHUNK = 1 << 16;

    /** Takes or gives the first bytes of an array. */
    @FunctionalInterface
    interface Transfer {
        void bytes(byte[] array, int count) throws IOException;
    }

    static Slice of(double[] values, long... shape) {
        return new Slice(DType.FLOAT64, Shape.of(shape), values, 0);
    }

    long byteCount() {
        return shape.size() * type.bytes();
    }

    /** Gives all values away, little-endian, piece by piece. */
    void writeTo(Transfer sink) throws IOException {
        inChunks((from, count, bytes) -> {
            encode(from, count, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
            sink.bytes(bytes, count * type.bytes());
        });
    }

    /** Takes all values in, little-endian, piece by piece. */
    void readFrom(Transfer source) throws IOException {
        inChunks((from, count, bytes) -> {
            source.bytes(bytes, count * type.bytes());
            decode(from, count, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        });
    }

    /** The CRC-32C of the bytes. */
    long checksum() {
        CRC32C crc = new CRC32C();
        try {
            writeTo((bytes, count) -> crc.update(bytes, 0, count));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return crc.getValue();
    }

    @FunctionalInterface
    private interface Chunk {
        void visit(int from, int count, byte[] bytes) throws IOException;
    }

    private void inChunks(Chunk chunk) throws IOException {
        int most = CHUNK / type.bytes();
        byte[] bytes = new byte[CHUNK];
        for (long done = 0; done < shape.size(); done += most) {
            chunk.visit((int) (offset + done), (int) Math.min(most, shape.size() - done), bytes);
        }
    }

    private void encode(int from, int count, ByteBuffer buffer) {
        switch (type) {
            case FLOAT32 -> buffer.asFloatBuffer().put((float[]) array, from, count);
            case FLOAT64 -> buffer.asDoubleBuffer().put((double[]) array, from, count);
            case INT64 -> buffer.asLongBuffer().put((long[]) array, from, count);
        }
    }

    private void decode(int from, int count, ByteBuffer buffer) {
        switch (type) {
            case FLOAT32 -> buffer.asFloatBuffer().get((float[]) array, from, count);
            case FLOAT64 -> buffer.asDoubleBuffer().get((double[]) array, from, count);
            case INT64 -> buffer.asLongBuffer().get((long[]) array, from, count);
        }
    }
}
